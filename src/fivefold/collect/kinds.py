"""The kinds of all columns of a source, each with an eye on the others."""

from collections.abc import Mapping, Sequence

from fivefold.codecs.coded import Coded
from fivefold.codecs.table import Array
from fivefold.collect.infer import Guess, guess_kind
from fivefold.collect.notation import Notations
from fivefold.kinds.table import KINDS, kind_of, of_type
from fivefold.kinds.table import labels as words
from fivefold.reading.raw import Raw


def guess_kinds(
    raw: Raw, said: Mapping[str, str], tokens: Mapping[str, Sequence[str]], notations: Notations
) -> dict[str, Guess]:
    """What each column seems to hold; those with decimal commas tell how to read the others.

    Args:
        raw: the source as read.
        said: kinds that the user says.
        tokens: texts that stand for missing, by column.
        notations: what the user says of numbers and dates.
    """
    of = {name: of_type(type) for name, type in raw.types.items()}
    told = {name: kind.name for name, kind in of.items() if kind is not None} | {**said}
    own = [kind for name in dict.fromkeys(said.values()) if (kind := KINDS.own(name)) is not None]
    comma = raw.text.get("delimiter") == ";"

    def guess(name: str, *, certain: bool) -> Guess:
        notation = notations.of(name, comma=comma, certain=certain)
        declared = told.get(name)
        return guess_kind(
            raw.columns[name],
            name=name,
            declared=declared,
            tokens=tokens[name],
            notation=notation,
            own=own,
        )

    guesses = {name: guess(name, certain=False) for name in raw.columns}
    if any(found.commas for found in guesses.values()):
        for name, found in guesses.items():
            if not found.commas and "decimal" in kind_of(found.kind).notation:
                guesses[name] = guess(name, certain=True)
    return guesses


def as_written(
    guess: Guess,
    values: "Array | Coded",
    tokens: Sequence[str],
    labels: bool | None = None,
) -> Guess:
    """What a target seems to hold: classes that are no plain numbers stay as they are written.

    Args:
        guess: made of it as of any column.
        values: its cells.
        tokens: texts that stand for missing.
        labels: whether it is said to hold classes; None to guess.
    """
    kind = kind_of(guess.kind)
    if "numbers" not in kind.reads_as or not guess.format:
        return guess
    if labels or (labels is None and kind.are_labels(values, guess.format)):
        return guess_kind(values, declared=words().name, tokens=tokens)
    return guess
