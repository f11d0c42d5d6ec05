"""What is said of the way in which a column writes its numbers and dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded
from fivefold.codecs.numberforms import Notation
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.wording import literal
from fivefold.errors import DataError, FivefoldError
from fivefold.kinds.canonical import wanted_of
from fivefold.kinds.known import kind_of, labels, unread, written_by

Said = str | Mapping[str, str] | None  # a setting for all columns, or by column


@dataclass(frozen=True, kw_only=True)
class Notations:
    """What a user says of the texts of all columns; see `Collect` for each.

    Example:
        >>> notations = Notations(decimal={"price": ","}, date_format="%d/%m/%Y")
        >>> notations.of("price").decimal, notations.of("when").decimal, notations.kinds
        (',', None, {'price': 'numeric'})
    """

    decimal: Said = None
    thousands: Said = None
    date_format: Said = None

    def of(self, name: str, *, comma: bool = False, certain: bool = False) -> Notation:
        """What is said of one column, beside what its file says."""
        return Notation(
            decimal=_of(self.decimal, name),
            thousands=_of(self.thousands, name),
            date_format=_of(self.date_format, name),
            comma=comma,
            certain=certain,
        )

    @property
    def kinds(self) -> dict[str, str]:
        """Of the columns that a setting names: to say how numbers are written says numbers."""
        kinds = {setting: written_by(setting) for setting, _ in self.named()}
        named = ((name, kinds[setting]) for setting, name in self.named())
        return {name: kind.name for name, kind in named if kind is not None}

    def check(self) -> None:
        """Refuse one mark for two purposes.

        Raises:
            ValueError: naming the column, where it is said of one.
        """
        for name in [*self.kinds, ""]:
            said = self.of(name)
            if said.decimal and said.decimal == said.thousands:
                where = f" of {name!r}" if name else ""
                raise ValueError(
                    f"expected decimal= and thousands={where} to differ, found {said.decimal!r} "
                    "for both"
                )

    def named(self) -> list[tuple[str, str]]:
        """Each setting by column with each column that it names."""
        settings = {"date_format": self.date_format, "decimal": self.decimal}
        settings["thousands"] = self.thousands
        return [
            (setting, name)
            for setting, said in settings.items()
            if isinstance(said, Mapping)
            for name in said
        ]

    def clashes(self, kinds: Mapping[str, str], source: str) -> Iterator[FivefoldError]:
        """Columns that are said to be of one kind, and to be written like another."""
        for setting, name in self.named():
            kind, own = written_by(setting), self.kinds
            wanted = setting if kind is None else kind.name
            said = kinds.get(name, own.get(name, wanted))
            if kind is None or setting not in kind_of(said).notation:
                where, found = f"{source}, column `{name}`", f"that it is said to be {said}"
                wanted = f"{wanted} values where {setting}= names it"
                remedy = f"Leave it out of {setting}=, or say one kind."
                yield DataError.expected(where, wanted, found, remedy, column=name)


def unread_column(source: str, column: Column, values: "Array | Coded", bad: Array) -> DataError:
    """The fault of a column that is said to be numbers or dates and of which no cell is."""
    name, kind, rows = column.name, column.kind, [int(row) for row in bad[:3]]
    cells = [shown(values[row]) for row in rows]
    where = ", ".join(f"{cell} in row {row:,}" for cell, row in zip(cells, rows, strict=True))
    settings = " and ".join(f"{setting}=" for setting in kind_of(kind).notation)
    other = (labels() if "numbers" in kind_of(kind).reads_as else unread()).name
    remedy = f"Leave it out of kinds=, or pass kinds={{{literal(name)}: {literal(other)}}}."
    if settings:
        remedy = f"Say by {settings} how it is written; or pass " + remedy.split("pass ")[1]
    return DataError(
        f"{source}, column `{name}`: expected {wanted_of(kind, column.format)}, found none in "
        f"{len(bad):,} cell{'s' * (len(bad) > 1)}: {where}.",
        remedy=remedy,
        column=name,
        rows=tuple(int(row) for row in bad),
        wanted=wanted_of(kind, column.format),
        found=" and ".join(dict.fromkeys(cells)),
    )


def _of(said: Said, name: str) -> str | None:
    return said.get(name) if isinstance(said, Mapping) else said


def check_missing(missing: Any) -> None:
    """Refuse what `missing=` says by column in another form than `{column: {text: bool}}`.

    Raises:
        ValueError: naming the column.
    """
    for name, said in missing.items() if isinstance(missing, dict) else ():
        if isinstance(said, bool):
            raise ValueError("expected columns first, {column: {text: True or False}}")
        if not isinstance(said, dict):
            continue
        if not all(
            isinstance(t, str | int | float) and isinstance(c, bool) for t, c in said.items()
        ):
            raise ValueError(f"expected {{text: True or False}} for `{name}`")
        if any(not str(text).strip() and not counts for text, counts in said.items()):
            raise ValueError(f"the empty text always stands for missing, also in `{name}`")
