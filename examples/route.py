"""A kind with an array of its own: a route, which has as many points as it has.

Run: python examples/route.py [folder]
"""

import sys
from pathlib import Path

import numpy as np

import fivefold as ff


class Steps(ff.Block):
    """Float32 `(n, 3, steps)`: where each step of a route leads, and 1 where there is one."""

    name, dtype = "steps", "float32"

    def shape(self, columns):
        return 3, columns[0].state

    def part(self):
        from torch import nn  # here, not at the top: where a model is served there is no torch

        class Walk(ff.Part):
            def encoder(self, size, width):
                layers = nn.BatchNorm1d(3), nn.Conv1d(3, width, 3, padding=1), nn.ReLU()
                return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten())

        return Walk()


class Route(ff.Kind):
    """Points one after another, one a minute: `[[0, 0], [80, 5]]`."""

    name, wanted, block = "route", "routes like [[0, 0], [80, 5]]", Steps()
    depth = 2  # in JSON it is lists in a list

    def reader(self, column):
        return lambda cell: self.numbers_of(cell, column, (-1, 2))  # None where it is missing

    def fit(self, cells, column, settings):
        return max([1, *(len(route) for route in cells.values if route is not None)])

    def encode(self, values, column, state):
        array = np.zeros((len(values), 3, state), np.float32)
        for row, route in enumerate(values):
            if route is not None:
                steps = np.diff(route[: state + 1], axis=0)
                array[row, :, : len(steps)] = np.c_[steps, np.ones(len(steps))].T
        return array

    def synthesise(self, fitted, usual, rows, rng):
        return [rng.normal(0, 99, (9, 2)).cumsum(0).round().tolist() for _ in range(rows)]

    def corrupt(self, values, some, few):
        values[some] = [None if route is None else 2 * route for route in values[some]]
        return values


def main(folder: Path) -> float:
    """Train, evaluate, deploy, and ask the bundle; returns the ROC-AUC on the test rows."""
    rng, lines = np.random.default_rng(0), ["by,route"]
    for by in rng.choice(["foot", "bicycle"], 1000):
        turns = rng.normal(0, 0.7 if by == "foot" else 0.2, rng.integers(4, 30)).cumsum()
        steps = rng.normal(100, 30, len(turns)) * np.array([np.cos(turns), np.sin(turns)])
        lines.append(f'{by},"{steps.T.cumsum(0).round(1).tolist()}"')
    (folder / "routes.csv").write_text("\n".join(lines))

    collect = ff.Collect(folder / "routes.csv", target="by", kinds={"route": Route})
    deploy = ff.Deploy(folder / "routes.ff")
    result = ff.Pipeline([collect, ff.Preprocess(), ff.Train(), ff.Evaluate(), deploy]).run(seed=0)
    result.report(folder / "routes.html")
    print(ff.load(folder / "routes.ff", kinds=[Route]).predict([{"route": [[0, 0], [99, 9]]}]))
    return float(result.metrics["roc_auc"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
