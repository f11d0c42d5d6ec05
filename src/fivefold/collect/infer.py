"""What kind a column is, from its values and with an eye on the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, is_missing, null_numbers, word
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.container import is_binary
from fivefold.codecs.numberforms import Notation
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.collect.notation import Notations
from fivefold.collect.null_texts import found_numbers, found_tokens
from fivefold.core.finding import Finding
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, kind_of, labels, of_path, of_type, unread
from fivefold.kinds.recognition import SourceType
from fivefold.kinds.sample import Sample
from fivefold.reading.raw import Raw

LOOKED = 256
"""Cells that are files or arrays of which is seen how they are written, evenly spaced."""

FIRST = 8
"""Cells of which one must be a file or an array for a column of such."""

_BY_DTYPE: dict[str, SourceType] = {"b": "truth", "M": "moment"}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What one column seems to hold."""

    kind: str  # of its values
    format: str = ""  # of its dates, or of its numbers
    # how often each text that stands for missing occurs
    tokens: dict[str, int] = field(default_factory=dict)
    nested: bool = False  # its values are lists or mappings, which no kind holds that was asked for
    unread: str = ""  # the type of its values, if that is one which no kind holds
    commas: bool = False  # its numbers have a decimal comma beyond doubt
    findings: tuple[Finding, ...] = ()  # what is remarkable about the way in which it is written

    @property
    def why_unfit(self) -> str:
        """Why no model here reads it, in a few words; empty if one does."""
        if self.nested:
            return "lists or mappings"
        return f"{self.unread} values" if self.unread else ""


def guess_kind(
    values: "Array | Coded",
    *,
    name: str = "",
    declared: str | None = None,
    tokens: Sequence[str] = (),
    notation: Notation | None = None,
    own: Sequence[Kind] = (),
) -> Guess:
    """The kind of a column: the one that is said, or the one that is surest.

    Values that are nearly all numbers are numeric, and those of which four in five are numbers
    that differ as measurements do; `00123` is a category; true and false are
    boolean; texts of several words that seldom repeat are text; the rest are categories.

    Args:
        values: raw, first axis rows, or codes.
        name: of the column, for findings.
        declared: the kind that its type in the source or the user says; only its tokens and the
            format of its numbers or dates are looked for then.
        tokens: texts that stand for missing.
        notation: what the user, the file and its other columns say of its numbers and dates.
        own: kinds of the user's that are asked beside fivefold's.

    Example:
        >>> from fivefold.codecs.coded import objects
        >>> guess = guess_kind(objects(["1", "2.5", "?"] * 9), tokens=["?"])
        >>> guess.kind, guess.tokens
        ('numeric', {'?': 9})
    """
    notation = notation or Notation()
    asked = None if declared is None else kind_of(declared)
    if isinstance(values, Coded) and _are_decimals(values, asked, tokens, notation):
        return Guess(kind=(asked or of_type("number") or labels()).name)
    if isinstance(values, Coded) and values.values.dtype != object:
        values = values.array()
    if isinstance(values, np.ndarray) and (values.ndim > 1 or values.dtype != object):
        return _guess_typed(values, asked, tokens, notation, name)
    cells = values.counted() if isinstance(values, Coded) else values
    opaque = _opaque(cells[0] if isinstance(cells, tuple) else cells, asked)
    if opaque is not None:
        return _guess_opaque(*opaque, name)
    try:
        distinct, counts = count_values(cells) if isinstance(cells, np.ndarray) else _known(*cells)
    except TypeError:  # lists and dicts are no keys
        return Guess(kind=(asked or unread()).name, nested=asked is None)
    found = found_tokens(distinct, counts, tokens)
    items, weights = _without(distinct, counts.tolist(), {"", *found})
    among = [asked] if asked is not None else [*KINDS.known.values(), *own]
    guess = _guess_items(items, weights, name, among, notation)
    if asked is None and items and kind_of(guess.kind).nulls == "asked":
        found = {token: count for token, count in found.items() if token == ""}
    return Guess(**{**guess.__dict__, "tokens": found})


def _opaque(cells: "Sequence[Any] | Array", asked: Kind | None) -> tuple[Kind, list[Any]] | None:
    """The kind whose cells are files or arrays, with some of these; None where there is no such."""
    if asked is not None and not asked.opaque:
        return None
    present = (value for value in cells if not is_missing(value))
    first = [*islice(present, FIRST)]
    among = [kind for kind in KINDS.known.values() if kind.opaque and asked is None]
    if asked is None and not any(_holds(kind, cell) for cell in first for kind in among):
        return None
    some = [v for v in cells[:: -(-len(cells) // LOOKED) or 1] if not is_missing(v)]
    kind = asked or max(among, key=lambda kind: sum(_holds(kind, cell) for cell in some))
    return kind, some


def _holds(kind: Kind, cell: Any) -> bool:
    """Whether a cell is one of a kind, or names a file that is."""
    return of_path(cell) is kind if isinstance(cell, Path) else kind.is_cell(cell)


def _guess_opaque(kind: Kind, cells: list[Any], name: str) -> Guess:
    sample = Sample(cells, [1] * len(cells), asked=True)
    return Guess(kind=kind.name, format=kind.form(sample), findings=tuple(kind.noted(sample, name)))


def guess_kinds(
    raw: Raw, said: Mapping[str, str], tokens: Mapping[str, Sequence[str]], notations: Notations
) -> dict[str, Guess]:
    """What each column seems to hold; those with decimal commas tell how to read the others."""
    of = {name: of_type(type) for name, type in raw.types.items()}
    told = {name: kind.name for name, kind in of.items() if kind is not None} | {**said}
    own = [kind for name in dict.fromkeys(said.values()) if (kind := KINDS.own(name)) is not None]
    comma = raw.text.get("delimiter") == ";"

    def guess(name: str, *, certain: bool) -> Guess:
        return guess_kind(
            raw.columns[name],
            name=name,
            declared=told.get(name),
            tokens=tokens[name],
            notation=notations.of(name, comma=comma, certain=certain),
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
    labelled: bool | None = None,
) -> Guess:
    """What a target seems to hold: classes that are no plain numbers stay as they are written.

    `labelled` is whether it is said to hold classes; None to guess.
    """
    kind = kind_of(guess.kind)
    if "numbers" not in kind.reads_as or not guess.format:
        return guess
    if labelled or (labelled is None and kind.are_labels(values, guess.format)):
        return guess_kind(values, declared=labels().name, tokens=tokens)
    return guess


def _are_decimals(
    values: Coded, asked: Kind | None, tokens: Sequence[str], notation: Notation
) -> bool:
    """Whether all cells are plain decimals, as far as that is known without a look at them."""
    wanted = asked is None or "number" in asked.sources
    if not wanted or not notation.is_usual or null_numbers(tuple(tokens)):
        return False
    numbers = values.numbers()
    return numbers is not None and not np.isnan(numbers).all()


def _guess_typed(
    values: Array, asked: Kind | None, tokens: Sequence[str], notation: Notation, name: str
) -> Guess:
    """The kind of an array whose type, or number of axes, says what it holds."""
    if values.ndim > 1:
        some = list(values[:: -(-len(values) // LOOKED) or 1])
        pixels = of_type("raster") if values.ndim > 2 else None
        found = _opaque(some, asked) if some and values.ndim > 2 else None
        kind = asked or (found[0] if found else None) or pixels or unread()
        if kind.opaque and (values.ndim > 2 or kind.depth == 1):
            return _guess_opaque(kind, some, name)
        own = asked is not None and asked.depth == 1  # lists are its cells
        return Guess(kind=kind.name, nested=values.ndim == 2 and not own)
    if values.dtype.kind in "cmV" and asked is None:
        return Guess(kind=unread().name, unread=str(values.dtype))
    kind = asked or of_type(_BY_DTYPE.get(values.dtype.kind, "number")) or labels()
    form = kind.form(Sample(notation=notation, asked=True))
    return Guess(kind=kind.name, format=form, tokens=found_numbers(values, tokens))


def _guess_items(
    items: list[Any], weights: list[int], name: str, among: Sequence[Kind], notation: Notation
) -> Guess:
    """The kind of cells of which none is missing, of some; of one that is asked for."""
    asked = among[0] if len(among) == 1 else None
    if not items:
        return Guess(kind=(asked or labels()).name)
    types = {*map(type, items)}
    if asked is None and any(issubclass(kind, tuple | frozenset) for kind in types):
        return Guess(kind=unread().name, nested=True)
    if asked is None and not any(map(_is_cell, items)):
        return Guess(kind=unread().name, unread=type(items[0]).__name__)
    sample = Sample(items, weights, notation, asked=asked is not None, read=_read_numbers)
    said = of_type(sample.type) if sample.type and asked is None else None
    if said is not None:  # what is of a type of its own is not written in any way
        return Guess(kind=said.name)
    kind = asked or max(among, key=lambda kind: kind.recognise(sample))
    findings = kind.noted(sample, name)
    if asked is None and kind.coded:
        for other in _doubters():
            findings += other.doubted(sample, name, kind.wanted) if other is not kind else []
    return Guess(
        kind=kind.name,
        format=kind.form(sample),
        commas="decimal" in kind.notation and sample.numbers.form.commas,
        findings=tuple(findings),
    )


def _read_numbers(items: Sequence[Any], format: str) -> tuple[Array, Array]:
    """The items as numbers by the kind that holds them, where there is one."""
    kind = of_type("number")
    if kind is None:
        return np.full(len(items), np.nan), np.arange(len(items))
    column = Column(name="", kind=kind.name, format=format)
    return canonical_column(objects(items), column, on_bad="missing")


def _doubters() -> list[Kind]:
    """Kinds by what they say of columns that look like them: each once, dates before numbers."""
    first: dict[Any, Kind] = {}
    for kind in KINDS.known.values():
        first.setdefault(type(kind).doubted, kind)  # one that derives from another says the same
    return [*reversed(first.values())]


def count_values(values: Array) -> tuple[list[Any], Array]:
    """Distinct values in order of appearance, without missing ones, and how often each occurs.

    Raises:
        TypeError: if values are lists or mappings.
    """
    import pandas as pd

    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    return list(distinct), np.bincount(codes[codes >= 0], minlength=len(distinct))


def _known(distinct: list[Any], counts: Array) -> tuple[list[Any], Array]:
    """The values that are not missing, and how often each occurs."""
    if {*map(type, distinct)} == {str}:  # of which none is missing
        return distinct, counts
    present = [not is_missing(value) for value in distinct]
    return [*compress(distinct, present)], counts[present]


def _without(
    distinct: list[Any], weights: list[int], absent: set[str]
) -> tuple[list[Any], list[int]]:
    """The values that are none of these texts, and how often each occurs."""
    kept = [not (isinstance(value, str) and value.strip() in absent) for value in distinct]
    return [*compress(distinct, kept)], [*compress(weights, kept)]


def _is_cell(value: Any) -> bool:
    if isinstance(value, bytes) and (b"\0" in value or is_binary(value)):
        return False
    try:
        word(value)
    except TypeError:
        return False
    except BAD:
        return True
    return True
