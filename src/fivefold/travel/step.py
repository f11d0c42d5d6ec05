"""One change of rows that travels with a model."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from fivefold.codecs.digest import digest_of
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Columns


class Step(ABC):
    """What a stage does to rows, fitted once on training rows and then the same for any.

    A frozen value without torch or pandas. What it gives of a row follows from that row and from
    what was fitted alone, to the bit; it keeps the number of rows and their order. It stands in
    the table of steps, `fivefold.travel.table.STEPS`, under its `name`.

    Attributes:
        name: stands in bundles; it never changes.
    """

    name: ClassVar[str]

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

    @abstractmethod
    def schema(self, schema: Schema) -> Schema:
        """The schema after it, of the one before it."""

    @abstractmethod
    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Everything fitted, as JSON values and named arrays without objects."""

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
