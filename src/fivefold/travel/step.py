"""One change of rows that travels with a model."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, ClassVar, Self

from fivefold.codecs.digest import digest_of
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Columns


class Step(ABC):
    """What a stage does to rows, fitted once on training rows and then the same for any.

    A frozen value without torch or pandas. What it gives of a row follows from that row and from
    what was fitted alone, to the bit; it keeps the number of rows and their order. It stands in
    the table of steps, `fivefold.travel.known.STEPS`, under its `name`.

    Attributes:
        name: stands in bundles; it never changes.
        columns: those that it adds, or of which it changes what they are; a step without such
            has a `schema` of its own.
    """

    name: ClassVar[str]
    columns: Mapping[str, Column]

    @abstractmethod
    def sources(self, names: Iterable[str]) -> set[str]:
        """The columns that must be there before it, so that these are there after it.

        A column that it leaves alone stands for itself.
        """

    @abstractmethod
    def rows(self, columns: Columns) -> Columns:
        """The rows with what it changes: `columns.replace({...})`.

        Args:
            columns: canonical, as the schema before it says. Served rows have those columns only
                that `sources` asks for; what would be made of others is left out.

        Returns:
            Canonical columns, as `schema` says.
        """

    def schema(self, schema: Schema) -> Schema:
        """The schema after it: its columns in place of those of their names, else at the end."""
        old = tuple(self.columns.get(column.name, column) for column in schema.columns)
        new = tuple(c for name, c in self.columns.items() if name not in schema.by_name)
        return replace(schema, columns=old + new)

    @abstractmethod
    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Everything fitted, as JSON values and named arrays without objects."""

    def only(self, names: Collection[str]) -> Self | None:
        """The same, where no more than these columns are asked for after it; None for no step."""
        return self

    def made_of(self) -> Mapping[str, str]:
        """How columns came to be, in a few words by name, for the card; nothing by default."""
        return {}

    def digest(self) -> str:
        """SHA-256 of what it is and has fitted."""
        return digest_of(*self.pack())

    @classmethod
    @abstractmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The step that `pack` took apart."""


def pack_columns(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """Columns as JSON values."""
    return [asdict(column) for column in columns.values()]


def unpack_columns(listed: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """The columns that `pack_columns` took apart."""
    columns = [Column(**{**told, "missing": tuple(told["missing"])}) for told in listed]
    return {column.name: column for column in columns}
