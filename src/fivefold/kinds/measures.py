"""What a kind measures of a column, before and beside a model."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.binned import Binned, moments_binned, numbers_binned, size_told, words_binned
from fivefold.kinds.dull import Dull


class Measures:
    """The part of a kind that statistics and checks ask; by default nothing is measured."""

    @property
    def judged(self) -> bool:
        """Whether drift or weak groups are looked for, as it says by what."""
        kind = type(self)
        return (
            kind.compared is not Measures.compared
            or kind.sizes is not Measures.sizes
            or self.grouping
        )

    is_passage: ClassVar[bool] = False
    """Whether people read a cell as it stands, so that reports show some."""

    def sizes(self, values: Array, column: Column) -> Mapping[str, Array]:
        """How large cells are, by what is counted, which `dataset_statistics` tells; by default {}.

        Args:
            values: `(n,)` canonical.
            column: how its cells are read.

        Returns:
            By name of what is counted, words for one, `(n,)` float64, NaN for missing.
        """
        return {}

    def binned(self, values: Array, column: Column) -> Binned | None:
        """In which bin of a histogram each cell is; None where there is none to draw.

        By default numbers and moments by their size, texts that repeat by how often they do, and
        what else has a size by the first thing that `sizes` counts.

        Args:
            values: `(n,)` canonical.
            column: how its cells are read.
        """
        if values.ndim == 1 and values.dtype.kind == "f":
            return numbers_binned(values)
        if values.dtype.kind == "M":
            return moments_binned(values)
        for what, counts in self.sizes(values, column).items():
            return numbers_binned(counts, what)
        return words_binned(values)

    def shown(self, cell: Any, column: Column) -> str:
        """A canonical cell that is not missing, in words for a table: a text, or how large it is.

        Args:
            cell: not missing.
            column: how its cells are read.
        """
        if isinstance(cell, str):
            return cell
        sizes = self.sizes(objects([cell]), column)
        known = {name: float(counts[0]) for name, counts in sizes.items()}
        return size_told(known) or str(np.asarray(cell).tolist())

    def drawn(self, cell: Any, column: Column) -> Array | None:
        """A canonical cell as a picture for reports; None where there is nothing to see.

        Returns:
            `(height, width)` or `(height, width, 3)` uint8.
        """
        return None

    def composition(self, values: Array, column: Column) -> Mapping[str, Array]:
        """How much of each cell a symbol is, by symbol, for a table of that name; by default {}.

        It takes what `sizes` does, and gives `(n,)` float64 each, NaN for missing.
        """
        return {}

    def strings(self, values: Array, column: Column) -> tuple[list[Array], Array | None] | None:
        """Cells as strings of symbols, by which they are alike; None where they are of no kind.

        Args:
            values: `(n,)` canonical.
            column: how its cells are read.

        Returns:
            Codes of each cell as `fivefold.codecs.alphabet` has them, none for a missing one; and
            `(codes,)` what stands opposite of each, where cells have another strand.
        """
        return None

    @property
    def grouping(self) -> bool:
        """Whether rows can be divided into groups by it."""
        return type(self).groups is not Measures.groups

    def suspect(self, values: Array) -> tuple[Array, bool] | None:
        """Numbers by which a column that gives the target away is found; None: it is not tested.

        Args:
            values: `(n,)` canonical.

        Returns:
            `(n,)` float64, NaN for missing, equal for equal cells; and whether they have an order.
        """
        return None

    def phrases(self, values: Array) -> list[str] | None:
        """Texts in which a label may stand, `""` for missing ones; None: they are not read.

        Args:
            values: `(n,)` canonical.
        """
        return None

    def dull(self, name: str, different: Array, count: int) -> Dull | None:
        """Why such a column says nothing of other rows, though its cells differ; None: it may.

        Args:
            name: of the column.
            different: cells that are not missing, of equal texts one.
            count: of all cells that are not missing.
        """
        return None

    def compared(self, values: Array, column: Column) -> Mapping[str, Array]:
        """What of its cells is compared where drift is looked for; by default what `sizes` counts.

        Args:
            values: `(n,)` canonical, of training and test rows.
            column: how its cells are read.

        Returns:
            By name of what is compared, empty for the cells themselves, `(n,)` numbers or moments,
            which have an order, or objects, which have none; NaN, NaT and None for missing.
        """
        return self.sizes(values, column)

    def groups(self, values: Array) -> Iterator[tuple[str, Array]]:
        """Groups of rows on which a model is judged apart, as those of `fivefold.metrics.groups`.

        Args:
            values: `(n,)` canonical.

        Yields:
            What the rows share, in words, and `(n,)` bool.
        """
        yield from ()
