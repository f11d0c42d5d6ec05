"""One part of the page about data: sentences, a table, and what is drawn of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Matrix:
    """A square of numbers from -1 to 1, the same above and below its diagonal.

    Args:
        names: of its rows and columns.
        values: `(k, k)`, NaN where nothing is known.
    """

    names: tuple[str, ...]
    values: Array

    def largest(self, count: int) -> "Matrix":
        """The part of those that have the largest numbers beside the diagonal, as they stand."""
        if len(self.names) <= count:
            return self
        size = np.abs(np.nan_to_num(self.values))
        np.fill_diagonal(size, 0)
        kept = np.sort(np.argsort(-size.max(axis=0), kind="stable")[:count])
        return Matrix(tuple(self.names[one] for one in kept), self.values[np.ix_(kept, kept)])


@dataclass(frozen=True, eq=False)
class Bars:
    """How many rows are in each of some bins.

    Args:
        name: of what is counted.
        counts: `(bins,)`.
        ends: where the first bin begins and the last one ends, in words.
    """

    name: str
    counts: Array
    ends: tuple[str, str]


@dataclass(frozen=True)
class Medium:
    """A cell that one sees or hears.

    Args:
        form: `image/png` or `audio/wav`.
        content: base64 of such a file.
        words: what stands below it.
    """

    form: str
    content: str
    words: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """One part of the page about data.

    Args:
        name: of its table, in `Overview.tables`.
        title: above it.
        head: what stands before its sentences in a terminal, eight letters at most.
        told: sentences, the most telling first.
        rows: of the table, plain values by name.
        drawn: what is drawn of it.
        media: cells that one sees or hears.
    """

    name: str
    title: str
    head: str
    told: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...] = ()
    drawn: tuple[Matrix | Bars, ...] = ()
    media: tuple[Medium, ...] = ()

    def frame(self) -> "pd.DataFrame":
        """The table."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.rows])
