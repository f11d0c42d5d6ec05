"""Two kinds as a user would write them: one shares the block of numbers, one has its own."""

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.kinds.block import Block
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.text import Text


class Colour(Kind):
    """A colour as `#ff8000`."""

    name = "a colour of ours"
    wanted = "colours like #ff8000"
    block = NUMBERS
    control = "colour"

    def reader(self, column):
        def read(cell):
            text = self.text_of(cell, column)
            if text is not None and not re.fullmatch("#?[0-9a-f]{6}", text.lower()):
                raise ValueError("six hexadecimal digits make a colour")
            return text and "#" + text.lower().removeprefix("#")

        return read

    def features(self, column, state):
        return tuple(Feature(f"{column.name}.{part}") for part in ("red", "green", "blue"))

    def encode(self, values, column, state):
        rows = [
            (np.nan,) * 3 if v is None else [int(v[i : i + 2], 16) for i in (1, 3, 5)]
            for v in values
        ]
        return np.array(rows, float).reshape(-1, 3)

    def synthesise(self, fitted, usual, rows, rng):
        return [f"#{number:06x}" for number in rng.integers(0, 1 << 24, rows)]


class Points(Block):
    """Float32 `(n, points, 2)`, NaN after the last."""

    name = "points of ours"
    dtype = "float32"

    def shape(self, columns):
        return columns[0].state.points, 2


@dataclass(frozen=True)
class Longest:
    """How many points a route has."""

    points: int


class Route(Kind):
    """Points one after another, as lists or as their JSON text."""

    name = "a route of ours"
    wanted = "lists of points"
    block = Points()
    state = Longest
    depth = 2

    def reader(self, column):
        def read(cell) -> Any:
            if isinstance(cell, str | None) and self.text_of(cell, column) is None:
                return None
            if isinstance(cell, float) and np.isnan(cell):
                return None
            points = np.asarray(json.loads(cell) if isinstance(cell, str) else cell, np.float64)
            if points.ndim != 2 or points.shape[1] != 2:
                raise ValueError("a route is a list of points")
            return points

        return read

    def fit(self, cells, column, settings):
        return Longest(max(len(route) for route in cells.values if route is not None))

    def encode(self, values, column, state):
        rows = np.full((len(values), state.points, 2), np.nan, np.float32)
        for row, route in enumerate(values):
            if route is not None:
                rows[row, : len(route)] = route[: state.points]
        return rows

    def synthesise(self, fitted, usual, rows, rng):
        return [rng.integers(0, 9, (3, 2)).tolist() for _ in range(rows)]


class Name(Text):
    """A text of one line."""

    name = "a name of ours"
    control = "words"
