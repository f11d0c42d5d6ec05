"""Small kinds as a user writes them, of which no file of the library knows."""

import json
import re
from dataclasses import dataclass

import numpy as np

from fivefold.kinds.block import Block
from fivefold.kinds.dull import Dull
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.metrics.distances import category_distance
from fivefold.metrics.groups import by_value


class Colour(Kind):
    """A colour like `#ff8000`; three numbers."""

    name, plural, wanted, block = "colour", "colours", "colours like #ff8000", NUMBERS

    def reader(self, column):
        def read(cell):
            text = self.text_of(cell, column)
            if text is not None and not re.fullmatch("#[0-9a-f]{6}", text):
                raise ValueError("six hexadecimal digits make a colour")
            return text

        return read

    def features(self, column, state):
        return tuple(Feature(f"{column.name}.{part}") for part in ("red", "green", "blue"))

    def encode(self, values, column, state):
        parts = np.full((len(values), 3), np.nan)
        for row, text in enumerate(values):
            if text is not None:
                parts[row] = [int(text[place : place + 2], 16) for place in (1, 3, 5)]
        return parts


class Points(Block):
    """Float32 `(n, length, 2)`, NaN after the last point."""

    name, dtype = "points", "float32"

    def shape(self, columns):
        return columns[0].state.length, 2


@dataclass(frozen=True)
class Length:
    """Points of a row."""

    length: int


class Route(Kind):
    """A list of points, read from JSON."""

    name, wanted, block, state = "route", "lists of points", Points(), Length

    def reader(self, column):
        def read(cell):
            if cell is None or isinstance(cell, np.ndarray):
                return cell
            points = json.loads(cell) if isinstance(cell, str) else cell
            return np.array(points, float).reshape(-1, 2)

        return read

    def fit(self, cells, column, settings):
        return Length(max((len(cell) for cell in cells.values if cell is not None), default=1))

    def encode(self, values, column, state):
        rows = np.full((len(values), state.length, 2), np.nan, np.float32)
        for row, points in enumerate(values):
            if points is not None:
                rows[row, : len(points)] = points[: state.length]
        return rows


class Grade(Kind):
    """A mark from A to F, which is judged as the library judges categories."""

    name, wanted, block, levels, coded = "grade", "marks from A to F", NUMBERS, True, True

    def reader(self, column):
        return lambda cell: self.text_of(cell, column)

    def encode(self, values, column, state):
        return self.suspect(values)[0]

    def suspect(self, values):
        return np.array([np.nan if v is None else float(ord(v[0])) for v in values]), True

    def dull(self, name, different, count):
        return Dull("graded", "graded", "note", "is a mark") if name == "mark" else None

    def drift(self, first, second):
        return category_distance(first, second)

    def groups(self, values):
        return by_value(values)


class Quarter(Kind):
    """A quarter like `2024Q3`, as the moment at which it begins."""

    name, wanted, block, dated = "quarter", "quarters like 2024Q3", NUMBERS, True
    dtype, empty = "M8[us]", np.datetime64("NaT", "us")

    def reader(self, column):
        def read(cell):
            if isinstance(cell, np.datetime64):
                return cell
            text = self.text_of(cell, column)
            if text is None:
                return self.empty
            year, quarter = text.split("Q")
            return np.datetime64(f"{year}-{3 * int(quarter) - 2:02d}", "us")

        return read

    def encode(self, values, column, state):
        return self.suspect(values)[0]

    def suspect(self, values):
        return np.where(np.isnat(values), np.nan, values.astype(np.int64)), True
