"""Kinds as a user writes them, of which two say nothing of statistics and two do."""

import numpy as np

import own_kinds
from fivefold.kinds.dull import Dull
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.metrics.groups import by_value


class Colour(own_kinds.Colour):
    """Three numbers."""

    name = "colour"


class Route(own_kinds.Route):
    """Points in an array of their own."""

    name = "route"


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

    def compared(self, values, column):
        return {"": values}

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
