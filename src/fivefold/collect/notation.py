"""What is said of the way in which a column writes its numbers and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.wording import literal
from fivefold.errors import DataError, FivefoldError
from fivefold.kinds.canonical import wanted_of

Said = str | Mapping[str, str] | None
"""A setting for all columns, or by column."""


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How the texts of a column are written, as far as that is said elsewhere.

    Args:
        decimal: the mark before the fraction of a number; None if nothing is said.
        thousands: the one between groups of three digits; the empty text is none.
        date_format: a `strptime` pattern, or the empty text for ISO 8601.
        comma: a lone comma before three digits is a decimal one, as in a file of semicolons.
        certain: other columns of the file have decimal commas.
    """

    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    comma: bool = False
    certain: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether nothing is said against plain numbers."""
        return self.decimal is None and self.thousands is None and not self.certain

    def marks(self) -> dict[str, Any]:
        """What `find_number_form` is told."""
        return {
            "decimal": self.decimal,
            "thousands": self.thousands,
            "comma": self.comma,
            "certain": self.certain,
        }


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
        return {
            name: "datetime" if setting == "date_format" else "numeric"
            for setting, name in self.named()
        }

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

    def clashes(self, kinds: Mapping[str, str], source: str) -> list[FivefoldError]:
        """Columns that are said to be of one kind, and to be written like another."""
        found: list[FivefoldError] = []
        for setting, name in self.named():
            wanted = "datetime" if setting == "date_format" else "numeric"
            said = kinds.get(name, self.kinds[name])
            if said != wanted:
                found.append(
                    DataError(
                        f"{source}, column `{name}`: expected {wanted} values where {setting}= "
                        f"names it, found that it is said to be {said}.",
                        remedy=f"Leave it out of {setting}=, or say one kind.",
                        column=name,
                    )
                )
        return found


def unread_column(source: str, column: Column, values: "Array | Coded", bad: Array) -> DataError:
    """The fault of a column that is said to be numbers or dates and of which no cell is."""
    name, kind, rows = column.name, column.kind, [int(row) for row in bad[:3]]
    cells = [shown(values[row]) for row in rows]
    where = ", ".join(f"{cell} in row {row:,}" for cell, row in zip(cells, rows, strict=True))
    settings = {"numeric": "decimal= and thousands=", "datetime": "date_format="}
    other = "categorical" if kind == "numeric" else "text"
    remedy = f"Leave it out of kinds=, or pass kinds={{{literal(name)}: {literal(other)}}}."
    if kind in settings:
        remedy = f"Say by {settings[kind]} how it is written; or pass " + remedy.split("pass ")[1]
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
