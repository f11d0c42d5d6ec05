"""A kind with cells of its own, as those who check it hold them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Columns
from fivefold.fingerprint import fingerprint
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.codec import Codec
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import labels
from fivefold.tasks.known import BINARY
from fivefold.testing.rule import Rules

CELL = "cell"
"""The column that holds the cells."""


@dataclass(frozen=True)
class Probe:
    """A kind, adopted, and raw cells to check it with, in which all that a column may be occurs."""

    kind: Kind
    raw: Sequence[Any]
    column: Column

    @property
    def who(self) -> str:
        """The class, which messages name first."""
        return type(self.kind).__name__

    @property
    def rows(self) -> Array:
        """`(n,)` positions of all cells."""
        return np.arange(len(self.raw))

    @property
    def schema(self) -> Schema:
        """Its column alone, beside a target of two classes."""
        target = Column(name="y", kind=labels().name, role="target")
        classes = ("no", "yes")
        return Schema(
            columns=(self.column, target), targets=("y",), task=BINARY.name, classes=classes
        )

    def table(self, cells: Any = None) -> Columns:
        """Cells beside a target; the raw ones if None."""
        cells = objects(self.raw) if cells is None else cells
        labels = objects("yes" if row % 2 else "no" for row in range(len(cells)))
        return Columns({CELL: cells, "y": labels})

    def read(self, cells: Any = None) -> Array:
        """Canonical cells; of the raw ones if None."""
        cells = objects(self.raw) if cells is None else cells
        return canonical_column(cells, self.column)[0]

    def fit(self, rows: Array | None = None) -> Codec:
        """A codec that is fitted on these rows, on all if None."""
        return Codec.fit(self.table(), self.schema, self.rows if rows is None else rows)

    def need(self, good: object, rule: str) -> None:
        """Say that a rule is broken, unless it is not."""
        Rules(self.who).need(good, rule)

    def rule(self, doing: str) -> AbstractContextManager[None]:
        """Tell of an error in the kind what the check was doing."""
        return Rules(self.who).held(f"{doing} fails")


def alike(one: Any, other: Any) -> bool:
    """Whether two columns hold the same cells, missing ones included."""
    return fingerprint(list(one)) == fingerprint(list(other))
