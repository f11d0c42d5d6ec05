"""Two kinds of a user's own: `route` has a block, a size and an encoder; `colour` gives numbers."""

import json
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fivefold.core.finding import Finding
from fivefold.kinds.block import Block
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS


class Steps(NamedTuple):
    length: int


class Points(Block):
    name, dtype, changes = "points", "float32", ("jitter",)
    asked = 0

    def shape(self, columns):
        return columns[0].state.length, 2

    def part(self):
        import torch
        from torch import nn

        from fivefold.models.part import Part

        type(self).asked += 1

        class Shift(nn.Module):
            """`(n, length, 2)` with NaN after the last point to `(n, 3, length)`: x, y, present."""

            def __init__(self):
                super().__init__()
                self.register_buffer("centre", torch.zeros(2))
                self.register_buffer("spread", torch.ones(2))

            def forward(self, points):
                there = ~points.isnan()[:, :, :1]
                moved = torch.where(there, (points - self.centre) / self.spread, 0.0)
                return torch.cat([moved, there.float()], 2).transpose(1, 2)

        class Walk(Part):
            size = Steps
            budget = 1e5
            changes = {"jitter": lambda points, size: points + 0.01 * torch.randn_like(points)}  # noqa: RUF012

            def build(self, description):
                return Shift()

            def fill(self, module, block):
                state = block.columns[0].state
                module.centre.copy_(torch.tensor(state.centre))
                module.spread.copy_(torch.tensor(state.spread))

            def measure(self, description):
                return Steps(description["shape"][0])

            def encoder(self, size, width):
                layers = (nn.Conv1d(3, 16, 3, padding=1), nn.ReLU(), Largest())
                return nn.Sequential(*layers, nn.Linear(16, width))

        class Largest(nn.Module):
            def forward(self, steps):
                return steps.amax(-1)

        return Walk()


@dataclass(frozen=True)
class Known:
    length: int
    centre: tuple[float, float]
    spread: tuple[float, float]
    longest: int


class Route(Kind):
    """A list of points, also as JSON."""

    name, wanted, block, state = "route", "lists of points", Points(), Known
    settings = ("text_length",)

    def reader(self, column):
        def read(cell):
            if cell is None or (isinstance(cell, str) and not cell):
                return None
            return np.array(json.loads(cell) if isinstance(cell, str) else cell, float).reshape(
                -1, 2
            )

        return read

    def fit(self, cells, column, settings):
        routes = [cell for cell in cells.values if cell is not None]
        points, lengths = np.concatenate(routes), [len(route) for route in routes]
        mean, std = points.mean(0).tolist(), points.std(0).tolist()
        return Known(settings.text_length or max(lengths), tuple(mean), tuple(std), max(lengths))

    def encode(self, values, column, state):
        rows = np.full((len(values), state.length, 2), np.nan, np.float32)
        for row, points in enumerate(values):
            if points is not None:
                rows[row, : len(points)] = points[: state.length]
        return rows

    def remarks(self, column, state):
        if state.longest <= state.length:
            return ()
        return (Finding(code="cut_routes", severity="note", sentence="Some routes are cut."),)


class Colour(Kind):
    """A colour as `#ff8000`."""

    name, wanted, block = "colour", "colours like #ff8000", NUMBERS

    def reader(self, column):
        return lambda cell: self.text_of(cell, column)

    def features(self, column, state):
        return tuple(Feature(f"{column.name}.{part}") for part in ("red", "green", "blue"))

    def encode(self, values, column, state):
        rows = [
            (np.nan,) * 3 if value is None else [int(value[i : i + 2], 16) for i in (1, 3, 5)]
            for value in values
        ]
        return np.array(rows, float).reshape(-1, 3)
