"""Raw columns as a table of canonical values, each with its kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from os import PathLike
from time import perf_counter
from typing import Literal

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.container import beginning
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.codecs.transcript import Spelt
from fivefold.codecs.whole import WideIntegers
from fivefold.collect.infer import Guess, as_written, guess_kinds
from fivefold.collect.notation import Notations, unread_column
from fivefold.collect.null_texts import IN_CLASSES, Missing, asked_tokens, tokens_of
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import first_rows, literal, plural, quoted
from fivefold.errors import DataError
from fivefold.keys import missing_rows
from fivefold.kinds.canonical import DEFAULT_MISSING, canonical_column, reason
from fivefold.kinds.known import KINDS, kind_of
from fivefold.kinds.known import labels as words
from fivefold.reading.raw import Raw, listed
from fivefold.reading.unreadable import unreadable_cells, unreadable_code, unreadable_fault

DROPPED = "dropped as asked"  # the reason why a column is ignored that the user drops


@dataclass(eq=False)
class Tabulated:
    """Columns with their values, as they come to be known."""

    columns: dict[str, Column]  # by name, in order
    values: dict[str, Array]  # canonical, by name
    findings: list[Finding]  # noticed on the way
    unreadable: set[int]  # positions of rows that cannot be used
    wide: dict[str, WideIntegers]  # whole numbers that float64 does not hold apart, by name
    # what decoding took of columns whose cells are files
    seconds: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))


def tabulate(
    raw: Raw,
    *,
    targets: Sequence[str],
    kinds: Mapping[str, str] | None = None,
    missing: Missing = (),
    on_bad: Literal["error", "missing"] = "missing",
    notations: Notations | None = None,
    labels: bool | None = None,
    spelt: Mapping[str, Spelt] | None = None,
) -> Tabulated:
    """The table of a source in canonical values.

    Args:
        raw: the source as read.
        targets: names of the columns to predict.
        kinds: of columns where the guess is not wanted.
        missing: texts that stand for missing in all columns, or by column: see `tokens_of`.
        on_bad: what a cell becomes that is not of its column's kind.
        notations: how texts write numbers and dates.
        labels: whether the targets are said to be classes, which stay as they are written; None to
            guess.
        spelt: how targets are read whose cells are transcripts, by name.

    Raises:
        DataError: if a cell is bad and `on_bad` is `error`, or no cell is of the kind that its
            column is said to be.
    """
    columns: dict[str, Column] = {}
    values: dict[str, Array] = {}
    findings, unreadable = list(raw.findings), set(raw.unreadable)
    if on_bad == "error":
        _check_readable(raw)
    notations = notations or Notations()
    said = {**notations.kinds, **(kinds or {})}
    wide: dict[str, WideIntegers] = {}
    seconds = {}
    transcripts = {n: Guess(kind=words().name, format=s.format) for n, s in (spelt or {}).items()}
    guesses = _guessed(raw, targets, said, missing, notations, labels) | transcripts
    for name, found in raw.columns.items():
        guess = guesses[name]
        column = Column(
            name=name,
            kind=guess.kind,
            missing=asked_tokens(missing, name)
            if name in transcripts
            else _kept_tokens(guess, missing, name),
            format=guess.format,
            role="ignored" if guess.why_unfit else "input",
            reason=guess.why_unfit,
        )
        columns[name] = column
        if guess.why_unfit:
            values[name] = objects(None if v is None else str(v) for v in listed(found))
            continue
        kind = kind_of(guess.kind)
        started = perf_counter()
        values[name], bad = canonical_column(found, column, on_bad="missing")
        files = isinstance(found, Coded) or found.dtype == object or name in raw.seconds
        if kind.opaque and files:
            seconds[name] = raw.seconds.get(name, 0.0) + perf_counter() - started
        values[name] = kind.settle(values[name])
        if kind.spoils:
            new = [int(row) for row in bad if int(row) not in unreadable]
            unreadable.update(new)
            if new and (on_bad == "error" or len(new) == len(found)):
                raise _unreadable(raw, column, new)
            if new:
                cells, why = [raw.called(name, row) for row in new], reason(found[new[0]], column)
                findings.append(unreadable_cells(kind, cells, why))
        else:
            numbers = kind.exact(found, values[name], column)
            if numbers is not None:
                wide[name] = numbers
            if numbers is not None and name not in said and name not in targets:
                other = words().name
                guess = guesses[name] = replace(guess, kind=other, format="", findings=())
                column = replace(column, kind=other, format="")
                column = replace(column, missing=_kept_tokens(guess, missing, name))
                columns[name] = column
                values[name], bad = canonical_column(found, column, on_bad="missing")
            if len(bad):
                if name in said and missing_rows(values[name]).all():
                    raise unread_column(raw.name, column, found, bad)
                if on_bad == "error":
                    canonical_column(found, column, on_bad="error", source=raw.name)
                findings.append(bad_cells(name, guess.kind, found, bad))
    findings += token_findings(guesses, raw)
    return Tabulated(columns, values, findings, unreadable, wide, seconds)


def _guessed(
    raw: Raw,
    targets: Sequence[str],
    said: Mapping[str, str],
    missing: Missing,
    notations: Notations,
    labels: bool | None,
) -> dict[str, Guess]:
    """What each column is, by what is said of it and by its cells."""
    tokens = {
        name: tokens_of(missing, name, IN_CLASSES if name in targets else DEFAULT_MISSING)
        for name in raw.columns
    }
    guesses = guess_kinds(raw, said, tokens, notations)
    for name in targets:
        if name in guesses and name not in said:
            guesses[name] = as_written(guesses[name], raw.columns[name], tokens[name], labels)
    return guesses


def _check_readable(raw: Raw) -> None:
    """Refuse a source of which the reader could not read all files."""
    for remark, kind in product(raw.findings, KINDS):
        if remark.code == unreadable_code(kind):
            files, count = remark.numbers["files"], remark.numbers["count"]
            why = str(remark.numbers["reason"])
            raise unreadable_fault(raw.name, kind, files, count, of=len(raw), reason=why)


def _unreadable(raw: Raw, column: Column, rows: list[int]) -> DataError:
    """The fault of a column in which these cells cannot be read."""
    cell = raw.columns[column.name][rows[0]]
    return unreadable_fault(
        *(raw.name, kind_of(column.kind)),
        *([raw.called(column.name, row) for row in rows], len(rows)),
        of=len(raw),
        column=column.name,
        reason=reason(cell, column),
        are_files=isinstance(cell, bytes | PathLike),
    )


def _kept_tokens(guess: Guess, missing: Missing, name: str) -> tuple[str, ...]:
    """What the column keeps: for numbers and dates no usual token can mean anything else."""
    every = kind_of(guess.kind).nulls == "usual"
    usual = tokens_of(missing, name, DEFAULT_MISSING) if every else ()
    kept = (*guess.tokens, *asked_tokens(missing, name), *usual)
    return tuple(dict.fromkeys(token for token in kept if token))


def bad_cells(name: str, kind: str, values: "Array | Coded", bad: Array) -> Finding:
    """The finding about cells that are not of their column's kind and became missing."""
    samples = list(dict.fromkeys(shown(values[row]) for row in bad[:1000]))[:3]
    infinite = all(
        text.strip("'\"").lower().lstrip("+-") in {"inf", "infinity"} for text in samples
    )
    what = "infinite" if infinite else f"no {kind} value"
    rows = first_rows(bad)
    some = len(bad) == 1
    sentence = (
        f"Column `{name}`: {len(bad):,} cell{'' if some else 's'} "
        f"{'is' if some else 'are'} {what} ({', '.join(samples)} in "
        f"row{'' if some else 's'} {rows}) and taken as missing."
    )
    return finding(
        "infinite" if infinite else "bad_cells",
        sentence,
        column=name,
        count=len(bad),
        rows=[int(row) for row in bad[:100]],
        samples=samples,
    )


def token_findings(guesses: Mapping[str, Guess], raw: Raw) -> Iterator[Finding]:
    """Findings about texts that stand for missing, dressed numbers, dates and nested values."""
    tokens = {name: dict(guess.tokens) for name, guess in guesses.items() if guess.tokens}
    if tokens:
        texts = sorted({token for counts in tokens.values() for token in counts})
        shown_texts = " or ".join("blanks" if text == "" else repr(text) for text in texts)
        total = sum(sum(counts.values()) for counts in tokens.values())
        sentence = (
            f"{plural(total, 'cell')} of {quoted(list(tokens), 5)} "
            f"hold{'s' * (total == 1)} {shown_texts}, taken as missing."
        )
        yield finding("null_tokens", sentence, columns=tokens)
    for name, guess in guesses.items():
        yield from guess.findings
        if guess.unread:
            first = next((cell for cell in raw.column(name) if isinstance(cell, bytes)), b"")
            told, remedy = beginning(first), "Spread them over columns of numbers or texts."
            saved = [kind.saved_as for kind in KINDS if kind.saved_as]
            remedy = f"Save them as files that are read: {'; '.join(saved)}." if told else remedy
            sentence = (
                f"Column `{name}` holds {guess.unread} values, which no kind of "
                f"column takes{told}; it is left out. {remedy}"
            )
            yield finding("unread_type", sentence, column=name, type=guess.unread)
        if guess.nested:
            sentence = (
                f"Column `{name}` holds lists or mappings; it is left out. Spread "
                "them over columns of their own."
            )
            yield finding("nested_column", sentence, column=name)


def wide_findings(
    columns: Mapping[str, Column], wide: Mapping[str, WideIntegers]
) -> Iterator[Finding]:
    """How whole numbers are read that float64 does not hold apart, and what keeps them numbers."""
    labels = words()
    for name, numbers in wide.items():
        column = columns[name]
        apart = f"float64 tells only {numbers.floats:,} of the {numbers.distinct:,} apart"
        holds = f"Column `{name}` holds whole numbers beyond 2**53: {apart}."
        shift = "Subtract their smallest value to read them as numbers"
        if column.role == "time":
            what = "They are kept in the order of the source's numbers, counted from the smallest."
        elif column.role not in {"input", "ignored"} or column.reason == DROPPED:
            continue
        elif column.kind != labels.name:
            what = (
                "They are read as numbers all the same, as asked, and a model cannot tell the "
                f"others. {shift}, or pass kinds={{{literal(name)}: {literal(labels.name)}}}."
            )
        else:
            what = (
                f"They are read as {labels.wanted}. {shift}, or pass "
                f"kinds={{{literal(name)}: {literal(labels.name)}}} if they are codes."
            )
        severity: Severity = "note" if column.role == "time" else "warning"
        told = {"column": name, "distinct": numbers.distinct, "floats": numbers.floats}
        yield finding("wide_integers", f"{holds} {what}", severity, **told)
