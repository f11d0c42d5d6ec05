"""The next steps of a series: an expected value and quantiles for each."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.metrics.forecasting import (
    COVERAGE,
    MAE_AHEAD,
    MASE,
    RMSE_AHEAD,
    SKILL,
    WQL,
    inside,
    known_of,
    levels_of,
    outcome,
    over_steps,
    quantiles,
    scale_of,
    truth_of,
)
from fivefold.metrics.metric import Metric
from fivefold.tasks.places import finite
from fivefold.tasks.quantity import LEAST_RATIO, mean_and_spread
from fivefold.tasks.target import Question, Settled, Targets
from fivefold.tasks.task import ROUNDING, Task
from fivefold.tasks.telling import Picture, Worth

LEVELS = (0.1, 0.5, 0.9)
"""Of the quantiles, where none are said."""

DRAWN = 6
"""Origins whose forecasts are drawn."""


class Forecast(Task):
    """Regression on windows: the target columns are the steps ahead, then what judges them.

    The last two columns are the mean squared error of a naive forecast of that window, and the
    usual error of its series before it. The array says the quantiles' levels too, see
    `fivefold.metrics.forecasting`; scores are `(n, horizon, 1 + levels)`.
    """

    name = "forecast"
    metrics: ClassVar[tuple[Metric, ...]] = (SKILL, RMSE_AHEAD, MASE, WQL, COVERAGE, MAE_AHEAD)
    losses: ClassVar[tuple[str, ...]] = ("squared", "absolute", "huber")
    constant_name = "mean"
    ahead = True

    @property
    def compared(self) -> tuple[Any, ...]:
        """The headlines, the loss of quantiles and their coverage."""
        return self.metrics[:5]

    def settle(self, targets: Targets) -> Settled:
        """Columns of numbers; the steps ahead vary."""
        targets.refuse_unfit()
        columns = targets.columns
        if len(columns) < 3:
            raise DataError(
                f"{targets.source}: expected columns for the steps ahead and two to judge them by "
                f"for a forecast, found {plural(len(columns), 'column')}.",
                remedy="Pass horizon= and time= to Collect, which cuts a table of steps so.",
            )
        for column in columns:
            if "numbers" not in column.reads_as:
                raise DataError(
                    f"{targets.source}, target `{column.name}`: expected numbers for a forecast, "
                    f"found {column.what}.",
                    remedy="Name a column of numbers as the target.",
                    column=column.name,
                )
        steps = columns[:-2]
        first = steps[0].values[targets.usable]
        if len(np.unique(first)) == 1 and all(
            (c.values[targets.usable] == first[0]).all() for c in steps
        ):
            raise targets.one_value(columns[0], f"{first[0]:g}")
        name = columns[0].name.removesuffix("+1")
        return Settled(
            values=tuple(column.values for column in columns),
            notes=(f"`{name}` is forecast {plural(len(steps), 'step')} ahead.",),
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        *ahead, naive, scale = [np.asarray(column, np.float64) for column in values]
        return outcome(np.stack(ahead, axis=1), naive, scale, np.array(_levels(schema)))

    def wanted(self, schema: Schema) -> str:
        return "a number"

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        return np.asarray(np.abs(values) * 3.0 + 1.0)

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        """Nothing: inputs are what was before, and as near to what comes as they are."""
        return iter(())

    # --- answers

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (_horizon(schema) * (1 + len(_levels(schema))),)

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, _horizon(schema), 1 + len(_levels(schema))))

    def answers(self, scores: Array, schema: Schema) -> Array:
        """`(n, horizon)` expected values."""
        return np.asarray(scores[:, :, 0], np.float64)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        """Expected values, and each quantile by its level, a list of steps a row."""
        return {
            "predictions": finite(np.asarray(scores[:, :, 0], np.float64)),
            "quantiles": {
                f"{level:g}": finite(scores[:, :, 1 + place])
                for place, level in enumerate(_levels(schema))
            },
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        found = {}
        for step in range(_horizon(schema)):
            name = schema.targets[step]
            found[f"predicted {name}"] = scores[:, step, 0]
            for place, level in enumerate(_levels(schema)):
                found[f"{name} q{level:g}"] = scores[:, step, 1 + place]
        return found

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """As a fraction of the deviation of `targets`, wherever they lie."""
        mean, spread = mean_and_spread(known_of(targets))
        farthest = float(np.nanmax(np.abs(wanted - mean), initial=0.0))
        single, double = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)
        return max(ROUNDING * spread, 4.0 * single * farthest) + 4.0 * double * abs(mean)

    # --- judging

    def lacking(self, target: Array) -> Array:
        told = np.isnan(target[:, truth_of(target).shape[1] :]).any(axis=1)
        return np.asarray(told | np.isnan(truth_of(target)).all(axis=1))

    def errors(self, target: Array, scores: Array) -> Array:
        return over_steps(np.abs(scores[:, :, 0] - truth_of(target)))

    def row_losses(self, target: Array, scores: Array) -> Array:
        return over_steps((scores[:, :, 0] - truth_of(target)) ** 2)

    def contrast(self, inside: float, outside: float) -> str:
        if inside < LEAST_RATIO * outside:
            return ""
        return f"the mean absolute error is {digits(inside)} against {digits(outside)}"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        """The mean and the quantiles of each step."""
        truth = truth_of(target)
        gone = np.isnan(truth)
        counts = ~gone * (np.ones(len(truth)) if weight is None else weight)[:, None]
        mean = (np.where(gone, 0.0, truth) * counts).sum(0) / np.maximum(counts.sum(0), 1e-300)
        known = quantiles(truth, levels_of(target))
        return np.tile(np.concatenate([mean[None], known]).T, (rows, 1, 1))

    # --- telling

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        if not len(target):
            return []
        truth, levels = truth_of(target), levels_of(target)
        places = np.unique(np.linspace(0, len(target) - 1, DRAWN).astype(int))
        caption = "The line is what came, the dashes are expected, the band lies between the outer "
        drawn = {"truth": truth[places], "scores": scores[places], "levels": levels}
        errors = over_steps(np.abs(scores[:, :, 0] - truth).T)
        held = over_steps(inside(truth, scores[:, :, 1], scores[:, :, -1]).T)
        ahead = {
            "errors": errors,
            "usual": float(scale_of(target).mean()),
        }
        covered = {"covered": held, "wanted": float(levels[-1] - levels[0])}
        return [
            Picture("forecasts", f"{caption}quantiles, at some origins.", drawn),
            Picture("error_ahead", "How far forecasts are off, by steps ahead.", ahead),
            Picture("coverage_ahead", "How often the band holds what came.", covered),
        ]

    def worth(self, schema: Schema) -> Worth | None:
        """How far one forecast is off, larger errors counting more."""
        return Worth("rmse", "is typically off by {}")

    def aim(self, schema: Schema) -> str:
        return f"the next {plural(_horizon(schema), 'step')}"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        name = schema.targets[0].removesuffix("+1")
        told = ", ".join(f"{level:g}" for level in _levels(schema))
        return (
            f"Forecasts {quote(name)} {plural(_horizon(schema), 'step')} ahead from {inputs}: "
            f"an expected value and the quantiles {told} of each step."
        )

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How far forecasts are off at the first step, and at the last."""
        off = over_steps(np.abs(scores[:, :, 0] - truth_of(target)).T)
        last = f", {number(float(off[-1]))} at step {len(off)}" if len(off) > 1 else ""
        return f"forecasts are off by {number(float(off[0]))} at step 1{last}"


def _horizon(schema: Schema) -> int:
    return max(1, len(schema.targets) - 2)


def _levels(schema: Schema) -> tuple[float, ...]:
    return schema.levels or LEVELS
