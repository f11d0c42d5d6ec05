"""The stage that brings spellings to one, and leaves spoilt rows out of training."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator

from fivefold.artifacts import PARTS, Collected
from fivefold.codecs.cell import word
from fivefold.codecs.coded import coded_of
from fivefold.codecs.table import Array, Table
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wording import literal, nearest, plural, quoted
from fivefold.errors import DataError
from fivefold.keys import row_keys
from fivefold.kinds.codec import cells_of
from fivefold.kinds.known import kind_of
from fivefold.partition import Partition
from fivefold.travel.spellings import Spelling, Spellings, counted, fit_spelling, folded

Bound = Annotated[float, Field(allow_inf_nan=False)] | None
_SHOWN = 5


class Clean(Stage):
    """Bring the spellings of each word to one, and leave spoilt rows out of training.

    Spellings are learnt from the training rows, of the inputs whose texts repeat; the same is then
    done to every row, served ones too. Codes stay apart where two spellings of one are common.
    Repeated rows and rows out of bounds are left out of training alone: validation, test and served
    rows are what they are. Nothing is done to the target.

    Args:
        columns: whose spellings are brought to one; all that hold texts that repeat if empty.
        trim: take runs of blanks for one, and leave out what cannot be seen and a last full stop.
        case: take capitals and small letters for one another, and wide letters for plain ones.
        spellings: take hyphens and underscores for blanks, and a rare text for a common one that
            is it but for a blank, two swapped letters or a doubled one within a long word.
        merge: texts by column and what to spell them as, `{"state": {"Calif": "California"}}`,
            for what those rules do not dare.
        duplicates: leave out training rows that equal an earlier one in every column.
        bounds: the least and the largest number of a column, None for none; training rows beyond
            are left out, `{"age": (0, 120)}`.

    Example:
        >>> Clean(bounds={"age": (0, 120)})
        Clean(bounds={'age': (0.0, 120.0)})
    """

    columns: tuple[str, ...] = Field(default=(), kw_only=False)
    trim: bool = True
    case: bool = True
    spellings: bool = True
    merge: dict[str, dict[str, str]] = Field(default_factory=dict)
    duplicates: bool = True
    bounds: dict[str, tuple[Bound, Bound]] = Field(default_factory=dict)

    @field_validator("bounds")
    @classmethod
    def _ordered(cls, bounds: dict[str, tuple[Bound, Bound]]) -> dict[str, tuple[Bound, Bound]]:
        for name, (low, high) in bounds.items():
            if low is not None and high is not None and low > high:
                raise ValueError(f"expected the least before the largest for `{name}`")
        return bounds

    def run(self, collected: Collected, partition: Partition, session: Session) -> Collected:
        """Learn the spellings of the training rows, and mark those that are left out."""
        self._check(collected)
        told: list[Mapping[str, Any]] = []
        spellings = self._fit(collected, collected.learnt(partition.train))
        for name, spelling in spellings.items():
            told += _respelt(name, collected.table.column(name), spelling, partition)
        for note in _notes(told):
            session.emit(Noted(text=note))
        if spellings:
            collected = collected.changed_by(Spellings(spellings=spellings))
        unlearnt, left_out = self._spoilt(collected, partition.train)
        if left_out:
            session.emit(Noted(text=f"Left out of training: {', '.join(map(_told, left_out))}."))
        return collected.replace(
            unlearnt=unlearnt, cleaning=(*(collected.cleaning or ()), *told, *left_out)
        )

    def _fit(self, collected: Collected, train: Array) -> dict[str, Spelling]:
        """The spellings of each column that is asked for."""
        rules = [rule for rule in ("trim", "case", "spellings") if getattr(self, rule)]
        names = (self.columns or _repeating(collected)) if rules else ()
        found = {}
        for name in dict.fromkeys((*names, *self.merge)):
            cells = cells_of(collected.table, collected.schema[name]).values
            merge = {word(text): word(other) for text, other in self.merge.get(name, {}).items()}
            own = rules if name in names else ()
            found[name] = fit_spelling(*counted(cells, train), own, merge)
        return found

    def _spoilt(
        self, collected: Collected, train: Array
    ) -> tuple[Array | None, list[Mapping[str, Any]]]:
        """Which rows are not to be learnt from, and how many there are of each sort."""
        table = collected.table
        unlearnt = np.zeros(len(table), bool)
        if collected.unlearnt is not None:
            unlearnt |= collected.unlearnt
        told = []
        for name, (low, high) in self.bounds.items():
            cells = cells_of(table, collected.schema[name]).values[train]
            beyond = np.zeros(len(train), bool)
            if low is not None:
                beyond |= cells < low
            if high is not None:
                beyond |= cells > high
            told += _left_out(name, "out of bounds", train[beyond], unlearnt)
        if self.duplicates:
            names = [c.name for c in collected.schema.columns if c.reason != "row number"]
            rows = train[~unlearnt[train]]
            told += _left_out("", "repeated", rows[repeated(table, names, rows)], unlearnt)
        if unlearnt[train].all():
            raise DataError(
                f"Clean: expected training rows within the bounds, found none of {len(train):,}.",
                remedy="Widen the bounds.",
                rows=len(train),
            )
        return (unlearnt if unlearnt.any() else None), told

    def _check(self, collected: Collected) -> None:
        """Refuse names of columns that are not there, or of another sort."""
        texts, schema = _repeating(collected), collected.schema
        for setting, names in (("columns", self.columns), ("merge", self.merge)):
            for name in names:
                _check_name(name, texts, schema.by_name, setting, "an input with texts that repeat")
        numbers = [column.name for column in schema.columns if kind_of(column.kind).dtype == "f8"]
        for name in self.bounds:
            _check_name(name, numbers, schema.by_name, "bounds", "a column of numbers")


def repeated(table: Table, names: list[str], rows: Array) -> Array:
    """`(n,)` bool: which of these rows equal an earlier one of them in these columns.

    Args:
        table: with the columns.
        names: of the columns to compare.
        rows: `(n,)` positions.
    """
    again = np.ones(len(rows), bool)
    keys = row_keys(table.column(name)[rows] for name in names)
    again[np.unique(keys, return_index=True)[1]] = False
    return again


def _repeating(collected: Collected) -> tuple[str, ...]:
    """Inputs of texts that repeat."""
    kinds = {column.name: kind_of(column.kind) for column in collected.schema.inputs}
    return tuple(name for name, kind in kinds.items() if kind.levels and kind.coded)


def _check_name(
    name: str, allowed: Any, known: Mapping[str, object], setting: str, wanted: str
) -> None:
    if name in allowed:
        return
    near = nearest(name, list(allowed))
    found = "another one" if name in known else "no such column"
    raise DataError(
        f"Clean: expected {setting}= to name {wanted}, found {name!r}, {found}.",
        evidence=f"Columns: {quoted(list(allowed), 20)}." if allowed else "There is none.",
        remedy=f"Write {literal(near)}." if near else f"Leave {literal(name)} out.",
        column=name,
        near=near,
    )


def _respelt(
    name: str, cells: Array, spelling: Spelling, partition: Partition
) -> list[Mapping[str, Any]]:
    """One line of the table for each text that becomes another, the frequent ones first."""
    texts = coded_of(cells).values.tolist()
    counts = [counted(cells, getattr(partition, part))[1] for part in PARTS]
    lines = [
        _line(name, _change(text, spelling.of(text), spelling.rules), rows, text, spelling.of(text))
        for text, *rows in zip(texts, *counts, strict=True)
        if any(rows) and spelling.of(text) != text
    ]
    return sorted(lines, key=lambda line: -line["rows_train"])


def _change(text: str, other: str, rules: tuple[str, ...]) -> str:
    """By which of the rules two texts are one: the first that makes them equal."""
    for last, change in (("trim", "blanks"), ("case", "case")):
        upto = [rule for rule in rules if rule in ("trim", "turkish", last)]
        if folded(text, upto) == folded(other, upto):
            return change
    return "spelling"


def _left_out(name: str, change: str, rows: Array, unlearnt: Array) -> list[Mapping[str, Any]]:
    """Mark rows, and tell how many there are."""
    unlearnt[rows] = True
    return [_line(name, change, [len(rows), 0, 0])] if len(rows) else []


def _line(column: str, change: str, rows: list[int], text: str = "", other: str = "") -> Any:
    told = {"column": column, "change": change, "from": text, "to": other}
    return told | {f"rows_{part}": count for part, count in zip(PARTS, rows, strict=True)}


def _told(line: Mapping[str, Any]) -> str:
    where = f"`{line['column']}` " if line["column"] else ""
    return f"{plural(line['rows_train'], 'row')} ({where}{line['change']})"


def _notes(told: list[Mapping[str, Any]]) -> list[str]:
    """What becomes of each column, in a line."""
    notes = []
    learnt = [line for line in told if line["rows_train"]]
    for name in dict.fromkeys(line["column"] for line in learnt):
        lines = [line for line in learnt if line["column"] == name]
        shown = ", ".join(
            f"{line['from']!r} to {line['to']!r} ({plural(line['rows_train'], 'row')})"
            for line in lines[:_SHOWN]
        )
        more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
        notes.append(f"Respelt in the training rows of `{name}`: {shown}{more}.")
    return notes
