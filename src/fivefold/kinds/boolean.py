"""Truth values: yes or no, on or off."""

from collections.abc import Callable

import numpy as np

from fivefold.codecs.cell import boolean
from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.numeric import NAN, float_reader, without_missing
from fivefold.kinds.quick import Quick, plain_reader


class Boolean(Kind):
    """True or false, yes or no, on or off, 1 or 0."""

    name = "boolean"
    block = NUMBERS
    wanted = "true or false"
    dtype = "f8"
    empty = NAN
    settings = ("numeric_missing", "missing_indicator")

    def reader(self, column: Column) -> Callable[[object], float]:
        """A cell as 1.0 or 0.0, NaN for missing."""
        return float_reader(column, boolean)

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        """Truth values, and numbers that are 0 and 1."""
        if isinstance(values, Coded) or values.ndim != 1 or values.dtype.kind not in "fiub":
            return None
        values = values.astype(np.float64, copy=False)
        wrong = ~((values == 0) | (values == 1) | np.isnan(values))
        return without_missing(values, wrong, column)

    def encode(self, values: Array, column: Column, state: None) -> Array:
        """Zeros and ones."""
        del column, state
        return values

    def features(self, column: Column, state: None) -> tuple[Feature, ...]:
        """One, which is not scaled."""
        del state
        return (Feature(column.name, "truth"),)

    def quick(self, column: Column, state: None) -> Quick:
        """A cell to 1.0 or 0.0."""
        del state
        return Quick(plain_reader(self.reader(column)))
