"""Truth values: yes or no, on or off."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from fivefold.codecs.cell import boolean
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.binned import Binned
from fivefold.kinds.block import Fitted
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.numeric import NAN, float_reader, scripted_number, without_missing
from fivefold.kinds.quick import Quick, plain_reader
from fivefold.kinds.sample import Sample
from fivefold.kinds.scripted import Scripted
from fivefold.metrics.groups import by_value

_TRUTH = {"true", "false"}


class Boolean(Kind):
    """True or false, yes or no, on or off, 1 or 0."""

    name = "boolean"
    block = NUMBERS
    wanted = "true or false"
    dtype = "f8"
    explains = False
    settings = ("numeric_missing", "missing_indicator")
    control = "toggle"
    raw = "number"
    plural = "truth values"
    levels = True
    sources = frozenset({"truth"})
    nulls = "usual"

    def reader(self, column: Column) -> Callable[[object], float]:
        return float_reader(column, boolean)

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        if isinstance(values, Coded) or values.ndim != 1 or values.dtype.kind not in "fiub":
            return None
        values = values.astype(np.float64, copy=False)
        wrong = ~((values == 0) | (values == 1) | np.isnan(values))
        return without_missing(values, wrong, column)

    def encode(self, values: Array, column: Column, state: None) -> Array:
        return values

    def features(self, column: Column, state: None) -> tuple[Feature, ...]:
        return (Feature(column.name, "truth"),)

    # --- recognition

    def as_labels(self, values: Array) -> Array:
        names = {1.0: True, 0.0: False}
        return objects(names.get(value) for value in values.tolist())

    def recognise(self, sample: Sample) -> float:
        return 0.95 if all(text.lower() in _TRUTH for text in sample.texts) else 0.0

    def quick(self, column: Column, state: None) -> Quick:
        return Quick(plain_reader(self.reader(column)))

    # --- doors

    def to_frame(self, values: Array, column: Column) -> Array:
        truths = self.to_json(values, column)
        return np.array(truths, dtype=bool if None not in truths else object)

    def to_text(self, values: Array, column: Column) -> list[str]:
        return ["" if np.isnan(v) else str(bool(v)) for v in values.tolist()]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if np.isnan(v) else bool(v) for v in values.tolist()]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        return {"form": "true or false; also 1 and 0, yes and no", "example": True}

    def scripted(self, fitted: Fitted) -> Scripted:
        return scripted_number("truth", fitted.column)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        truths: list[Any] = rng.integers(0, 2, rows).astype(bool).tolist()
        return truths

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        values[some] = 1.0 - values[some]
        values[few] = NAN
        return values

    # --- statistics

    def binned(self, values: Array, column: Column) -> Binned:
        """False and True."""
        return Binned(("False", "True"), np.where(np.isnan(values), -1, values).astype(np.int64))

    def shown(self, cell: Any, column: Column) -> str:
        return str(bool(cell))

    def suspect(self, values: Array) -> tuple[Array, bool]:
        return values, True

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        return {"": values.astype(object)}

    def groups(self, values: Array) -> Iterator[tuple[str, Array]]:
        return by_value(values, bool)
