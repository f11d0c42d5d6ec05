"""Encoded rows: what a network reads, and what it should answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from fivefold.codecs.table import Array

DIVIDED_FROM = 1000
"""Validation rows from which on one half of them stops training, and the other one decides."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Encoded rows of one part, as compact arrays.

    Args:
        inputs: one array a codec output, first axis rows: `numeric` float32 `(n, d)` with NaN for
            missing, `codes` int32 `(n, c)`, and one array a text (int32 `(n, length)`) or image
            (uint8 `(n, channels, height, width)`) column under the column's name.
        target: `(n,)` int64 class indices, or float64 values.
        index: `(n,)` int64 positions in the collected table.
        weight: `(n,)` float64 of at least 0, how much each row counts; None for 1 each.
        exposure: `(n,)` float64 above 0, how long or how much of it was watched where things are
            counted; None where all rows are alike.
        bonds: of validation rows, what holds them together: `time` or `group` with `(n,)` int64,
            equal within a moment or a group; empty where each stands for itself.
    """

    inputs: Mapping[str, Array]
    target: Array
    index: Array
    weight: Array | None = None
    exposure: Array | None = None
    bonds: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.index)

    def joined(self, other: "Rows") -> "Rows":
        """These rows, then others; weights where both have them, and no bonds."""
        if not len(other):
            return self
        weights = [rows.weight for rows in (self, other) if rows.weight is not None]
        watched = [rows.exposure for rows in (self, other) if rows.exposure is not None]
        return Rows(
            inputs={n: np.concatenate([v, other.inputs[n]]) for n, v in self.inputs.items()},
            target=np.concatenate([self.target, other.target]),
            index=np.concatenate([self.index, other.index]),
            weight=np.concatenate(weights) if len(weights) == 2 else None,
            exposure=np.concatenate(watched) if len(watched) == 2 else None,
        )

    def take(self, rows: Array | slice) -> "Rows":
        """The rows at these positions, in this order."""
        return Rows(
            inputs={name: values[rows] for name, values in self.inputs.items()},
            target=self.target[rows],
            index=self.index[rows],
            weight=None if self.weight is None else self.weight[rows],
            exposure=None if self.exposure is None else self.exposure[rows],
            bonds={name: values[rows] for name, values in self.bonds.items()},
        )

    def divided(self, *, always: bool = False) -> "tuple[Rows, Rows]":
        """Of validation rows those that training stops by, and those that something is decided by.

        Halves of them where there are 1,000, each group and moment in one; of fewer all for both.

        Args:
            always: halves of fewer too.

        Example:
            >>> several = Rows(inputs={}, target=np.zeros(2000), index=np.arange(2000))
            >>> [len(half) for half in several.divided()], len(several.take(slice(9)).divided()[1])
            ([1000, 1000], 9)
        """
        if len(self) < (1 if always else DIVIDED_FROM):
            return self, self
        drawn = np.random.default_rng(0)
        for values in self.bonds.values():
            units, unit = np.unique(values, return_inverse=True)
            places = drawn.permutation(len(units))[unit]
            late = places >= np.median(places)
            return self.take(np.flatnonzero(~late)), self.take(np.flatnonzero(late))
        order = drawn.permutation(len(self))
        return self.take(np.sort(order[::2])), self.take(np.sort(order[1::2]))

    def rated(self) -> "Rows":
        """The same with rates for counts, each of which counts by its exposure.

        The likelihood of Poisson counts is the same so, whatever predicts the rate.
        """
        if self.exposure is None:
            return self
        weight = self.exposure if self.weight is None else self.weight * self.exposure
        return replace(self, target=self.target / self.exposure, weight=weight)

    def chunks(self, rows: int) -> Iterator["Rows"]:
        """Consecutive pieces of at most `rows` rows, as views."""
        for start in range(0, len(self), rows):
            yield self.take(slice(start, start + rows))
