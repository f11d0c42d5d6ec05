"""A count: a whole number of at least 0."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import literal
from fivefold.errors import DataError
from fivefold.metrics import counts
from fivefold.metrics.metric import (
    COUNT_MAE,
    COUNT_RMSE,
    COVERAGE,
    DEVIANCE_EXPLAINED,
    POISSON_DEVIANCE,
)
from fivefold.tasks.additive import LEAST, Additive, alone
from fivefold.tasks.places import finite
from fivefold.tasks.quantity import Quantity
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.telling import Picture

MEANS = 4e-6
"""Part of a mean by which two ways to the same one differ."""


class Count(Quantity):
    """A whole number of at least 0: a network gives the logarithm of its mean over that of all.

    Scores are `(n, 2)`: the mean of each row, and how much more than Poisson counts counts spread,
    which validation rows say; intervals of 90 % for single counts follow from both.
    """

    name = "count"
    metrics = (POISSON_DEVIANCE, DEVIANCE_EXPLAINED, COUNT_MAE, COUNT_RMSE, COVERAGE)
    losses: ClassVar[tuple[str, ...]] = ("poisson",)
    trees = "rate"
    heeds: ClassVar[tuple[str, ...]] = ("exposure",)
    constant_name = "mean count"
    least = 0.0

    def settle(self, targets: Targets) -> Settled:
        """Whole numbers of at least 0 in the one column."""
        column, found = targets.only, super().settle(targets)
        values = column.values[targets.usable]
        wrong = values[(values < 0) | (values != np.rint(values))]
        if len(wrong):
            raise DataError(
                f"{targets.source}, target `{column.name}`: expected whole numbers of at least 0 "
                f"for a count, found {wrong[0]:g} and {len(wrong) - 1:,} more.",
                remedy=f'Pass task={literal(targets.number_task)} and loss="poisson" to Train for '
                "rates, or leave task= out.",
                column=column.name,
                rows=len(wrong),
            )
        return found

    def wanted(self, schema: Schema) -> str:
        return "a count"

    def spread(self, scores: Array) -> Array:
        """The deviation of each count from its mean, as its excess over Poisson's says."""
        return counts.deviation(scores)

    def lacking(self, target: Array) -> Array:
        return np.asarray(np.isnan(target))

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, 2), np.float64)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """The mean of each row."""
        return scores[:, 0].astype(np.float64)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        low, high = counts.intervals(scores)
        return {
            "predictions": finite(scores[:, 0]),
            "intervals": finite(np.stack([low, high], axis=1)),
            "level": counts.LEVEL,
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        """The ends of the interval of each count."""
        low, high = counts.intervals(scores)
        return {"low": low, "high": high}

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """The logarithm of the mean, to which what a network says adds."""
        logs = np.log(np.maximum(scores[:, 0].astype(np.float64), LEAST))
        return alone(schema.targets[0], logs, "log of the mean")

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """That of numbers, and of the largest mean what float32 tells of its logarithm."""
        largest = float(np.nanmax(np.abs(wanted[:, 0]), initial=0.0))
        return max(super().tolerance(targets, wanted), MEANS * largest)

    def errors(self, target: Array, scores: Array) -> Array:
        return np.asarray(np.abs(target - scores[:, 0]), np.float64)

    def residuals(self, target: Array, scores: Array) -> Array | None:
        return np.asarray(target - scores[:, 0], np.float64)

    def row_losses(self, target: Array, scores: Array) -> Array:
        return counts.deviances(target, scores[:, 0])

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        mean = float(np.average(target, weights=weight)) if len(target) else 0.0
        excess = counts.excess_of(target, np.full(len(target), mean), weight)
        return np.tile([mean, excess], (rows, 1))

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        return [
            Picture(
                "counts",
                "Ten parts of the test rows by predicted mean: on the line, their mean count is "
                "what was predicted; the band holds 90 % of single counts.",
                {"target": target, "scores": scores},
            ),
            *super().pictures(target, scores[:, 0], schema),
        ]

    def aim(self, schema: Schema) -> str:
        return "a count"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        [name] = schema.targets
        return f"Predicts the mean of the count {quote(name)} from {inputs}, with intervals."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How far half of the means are off, and how many counts lie in their interval."""
        half, most = np.quantile(self.errors(target, scores), [0.5, 0.9])
        told = f"half of the means are off by less than {number(half)}, 9 in 10 by {number(most)}"
        low, high = counts.intervals(scores)
        inside = int(((target >= low) & (target <= high)).sum())
        return f"{told}; {inside:,} of {len(target):,} counts lie in their interval of 90 %"
