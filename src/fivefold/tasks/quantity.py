"""Answers that are numbers, one or several a row."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from fivefold.codecs.numerals import Numerals
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.core.wording import literal, together
from fivefold.errors import DataError
from fivefold.tasks.additive import Additive
from fivefold.tasks.places import finite
from fivefold.tasks.target import Settled, Target, Targets
from fivefold.tasks.task import ROUNDING, Task
from fivefold.tasks.telling import Picture, Worth

BINS = 10
LEAST_RATIO = 1.5
"""By which some rows are worse than others before it is worth a word."""


class Quantity(Task):
    """Each target column is a number: target and scores are `(n,)`, of several `(n, columns)`."""

    losses: ClassVar[tuple[str, ...]] = ("squared", "absolute", "huber", "quantile", "poisson")
    constant_name = "mean"
    adds = True

    def settle(self, targets: Targets) -> Settled:
        """Columns of numbers, none of which is the same in all rows."""
        targets.refuse_unfit()
        for column in targets.columns:
            self._refuse(column, targets)
        names = [f"`{column.name}`" for column in targets.columns]
        what = "is predicted as a number" if len(names) == 1 else "are predicted as numbers"
        return Settled(
            values=tuple(column.values for column in targets.columns),
            notes=(f"{together(names)} {what} ({self.name}).",),
        )

    def _refuse(self, column: Target, targets: Targets) -> None:
        wide = column.wide.within(targets.usable) if column.wide is not None else None
        if wide is not None and wide.can_shift:
            raise DataError(
                f"{targets.source}, target `{column.name}`: expected numbers that float64 tells "
                f"apart, found {wide.distinct:,} different whole numbers of which it tells "
                f"{wide.floats:,}.",
                remedy=f"Subtract the smallest value, {wide.smallest}, from `{column.name}`.",
                column=column.name,
                distinct=wide.distinct,
                floats=wide.floats,
                smallest=wide.smallest,
            )
        numbers = "numbers" in column.reads_as
        if not numbers:
            raise DataError(
                f"{targets.source}, target `{column.name}`: expected numbers for a {self.name}, "
                f"found {column.what}.",
                remedy="Leave task= out, or pass "
                f"kinds={{{literal(column.name)}: {literal(targets.number_kind)}}}.",
                column=column.name,
            )
        values = column.values[targets.usable]
        if len(np.unique(values)) == 1:
            raise targets.one_value(column, f"{values[0]:g}")

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        columns = [np.asarray(column, dtype=np.float64) for column in values]
        return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)

    def wanted(self, schema: Schema) -> str:
        return "a number"

    def strata(self, values: Sequence[Array]) -> Array | None:
        """Tenths of the rows by size, fewer of few rows; of several columns none."""
        if len(values) > 1:
            return None
        ranks = np.argsort(np.argsort(values[0], kind="stable"), kind="stable")
        rows = len(values[0])
        return np.asarray((ranks * min(BINS, max(1, rows // 5))) // max(rows, 1))

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        return np.asarray(values * 3.0 + 1.0)

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (len(schema.targets),)

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        columns = len(schema.targets)
        return np.empty((0, columns) if columns > 1 else 0, np.float64)

    def answers(self, scores: Array, schema: Schema) -> Array:
        return scores.astype(np.float64)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        names = {"columns": list(schema.targets)} if len(schema.targets) > 1 else {}
        return {"predictions": finite(scores)} | names

    def bounds(self, schema: Schema) -> Literal["intervals", "sets", ""]:
        return "intervals" if len(schema.targets) == 1 else ""

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        columns = schema.targets
        if len(columns) == 1:
            return {}
        return {f"predicted {name}": scores[:, place] for place, name in enumerate(columns)}

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """The numbers themselves."""
        values = np.asarray(scores, np.float64).reshape(len(scores), -1)
        first = np.zeros(len(values), np.int64)
        return Additive(schema.targets, values, ("",) * values.shape[1], first)

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """As a fraction of the deviation of `targets`, wherever they lie.

        A network gives numbers in float32 as deviations from the mean, and the farthest cannot be
        told more exactly than 4 units of its last place.
        """
        if targets.ndim > 1:
            columns = zip(targets.T, wanted.T, strict=True)
            return np.array([self.tolerance(*column) for column in columns])
        mean, spread = mean_and_spread(targets)
        farthest = float(np.nanmax(np.abs(wanted - mean), initial=0.0))
        single, double = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)
        return max(ROUNDING * spread, 4.0 * single * farthest) + 4.0 * double * abs(mean)

    def errors(self, target: Array, scores: Array) -> Array:
        return _mean(np.abs(scores.astype(np.float64) - target))

    def row_losses(self, target: Array, scores: Array) -> Array:
        return _mean((scores.astype(np.float64) - target) ** 2)

    def residuals(self, target: Array, scores: Array) -> Array | None:
        same = scores.shape == target.shape
        return np.asarray(target - scores.astype(np.float64)) if same else None

    def contrast(self, inside: float, outside: float) -> str:
        if inside < LEAST_RATIO * outside:
            return ""
        return f"the mean absolute error is {digits(inside)} against {digits(outside)}"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        mean = target.mean(axis=0) if weight is None else np.average(target, 0, weight)
        return np.tile(mean, (rows, *[1] * (target.ndim - 1)))

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        caption, columns = "On the line, a prediction is right.", schema.targets
        if target.ndim == 1:
            values = {"target": target, "predicted": scores, "unit": _unit(schema)}
            spread = "Above the line answers are too low; half of the rows lie in the band."
            return [
                Picture("predicted_against_true", caption, values),
                Picture("residuals", spread, values),
            ]
        return [
            Picture(
                "predicted_against_true",
                f"{name}: {caption[0].lower()}{caption[1:]}",
                {"target": target[:, place], "predicted": scores[:, place]},
            )
            for place, name in enumerate(columns)
        ]

    def worth(self, schema: Schema) -> Worth | None:
        """How far one number is off on average, in the unit in which its column is written."""
        if len(schema.targets) != 1:
            return None
        written = _written(schema)
        return Worth("mae", "is off by {} on average", None, written.prefix, written.suffix)

    def aim(self, schema: Schema) -> str:
        columns = len(schema.targets)
        return "a number" if columns == 1 else f"{columns} numbers"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        columns = schema.targets
        what = "number" if len(columns) == 1 else "numbers"
        return f"Predicts the {what} {together([*map(quote, columns)])} from {inputs}."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How far half of the predictions are off, and nine in ten, column by column."""
        if target.ndim > 1:
            columns = zip(schema.targets, target.T, scores.T, strict=True)
            told = [f"{n}: {self.mistakes(t, s, schema, number)}" for n, t, s in columns]
            return "; ".join(told)
        half, most = np.quantile(self.errors(target, scores), [0.5, 0.9])
        return (
            f"half of the predictions are off by less than {number(half)}, "
            f"9 in 10 by {number(most)}"
        )


def _mean(values: Array) -> Array:
    return np.asarray(values.mean(axis=tuple(range(1, values.ndim)))) if values.ndim > 1 else values


def mean_and_spread(values: Array) -> tuple[float, float]:
    """What numbers are standardised by: their mean and deviation, 1 where they hardly differ.

    Args:
        values: `(n,)` float64 targets of training rows.

    Example:
        >>> mean_and_spread(np.array([1.0, 3.0])), mean_and_spread(np.array([5.0, 5.0]))
        ((2.0, 1.0), (5.0, 1.0))
    """
    if not len(values):
        return 0.0, 1.0
    mean, spread = float(values.mean()), float(values.std())
    return mean, spread if spread > 1e-12 * abs(mean) else 1.0


def _written(schema: Schema) -> Numerals:
    """How the numbers of the target are written."""
    form = schema[schema.target].format
    return Numerals.from_example(form) if form else Numerals()


def _unit(schema: Schema) -> str:
    """What stands before or behind the numbers of one target; empty where nothing does."""
    written = _written(schema) if len(schema.targets) == 1 else Numerals()
    return f"{written.prefix}{written.suffix}".strip()
