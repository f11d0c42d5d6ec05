"""Two small kinds that keep to the rules: one shares the numbers, one has a block of its own."""

import numpy as np

from fivefold.kinds.block import Block
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS


class Grade(Kind):
    """A school's grade, which is a number."""

    name = "grade"
    wanted = "grades from A to F"
    block = NUMBERS

    def reader(self, column):
        def read(cell):
            text = self.text_of(cell, column)
            if text is not None and (
                text[0].upper() not in "ABCDEF" or text[1:] not in ("", "+", "-")
            ):
                raise ValueError("no grade")
            return text and text.upper()

        return read

    def encode(self, values, column, state):
        return np.array([np.nan if value is None else ord(value[0]) for value in values], float)

    def synthesise(self, fitted, usual, rows, rng):
        return rng.choice(list("ABCDEF"), rows).tolist()


class Bars(Block):
    """Float32 `(n, length)`."""

    name = "bars"
    dtype = "float32"

    def shape(self, columns):
        return (columns[0].state,)

    def part(self):
        from torch import nn

        from fivefold.models.part import Part

        class Bar(Part):
            def encoder(self, size, width):
                return nn.Linear(size[0], width)

        return Bar()


class Walk(Kind):
    """Numbers one after another."""

    name = "walk"
    wanted = "lists of numbers"
    block = Bars()
    depth = 1

    def reader(self, column):
        return lambda cell: self.numbers_of(cell, column, (-1,))

    def fit(self, cells, column, settings):
        return max([1, *(len(cell) for cell in cells.values if cell is not None)])

    def encode(self, values, column, state):
        rows = np.zeros((len(values), state), np.float32)
        for row, cell in enumerate(values):
            if cell is not None:
                rows[row, : len(cell)] = cell[:state]
        return rows

    def synthesise(self, fitted, usual, rows, rng):
        return rng.normal(size=(rows, 3)).tolist()
