"""The next steps of a price, judged by its returns."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.metrics.forecasting import COVERAGE, MAE_AHEAD, MASE, RMSE_AHEAD, SKILL
from fivefold.tasks.forecast import Forecast
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.telling import Picture, Worth


class Returns(Forecast):
    """Forecasts of logarithms: the error of one is that of the return since the last known price.

    Scores are logarithms, answers and quantiles the prices that they come to.
    """

    name = "returns"
    metrics = (SKILL, RMSE_AHEAD, MASE, COVERAGE, MAE_AHEAD)

    def settle(self, targets: Targets) -> Settled:
        """Columns of numbers above 0; the steps ahead vary."""
        settled = super().settle(targets)
        name = targets.columns[0].name.removesuffix("+1")
        return Settled(
            values=settled.values,
            notes=(
                *settled.notes,
                f"Errors of `{name}` are "
                "those of its returns since the last known number, as logarithms.",
            ),
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        *ahead, naive, scale = [np.asarray(column, np.float64) for column in values]
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = [np.where(step > 0, np.log(step), np.nan) for step in ahead]
        return super().encode([*logs, naive, scale], schema, steps)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """`(n, horizon)` expected prices."""
        return super().answers(np.exp(scores), schema)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        return super().reply(np.exp(scores), schema)

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        return super().shares(np.exp(scores), schema)

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        """Forecasts are drawn as prices, errors as returns."""
        drawn = super().pictures(target, scores, schema)
        for picture in drawn[:1]:
            picture.values.update({n: np.exp(picture.values[n]) for n in ("truth", "scores")})
        return drawn

    def worth(self, schema: Schema) -> Worth | None:
        """None: errors are of logarithms, which nobody counts in."""
        return None

    def aim(self, schema: Schema) -> str:
        return f"{super().aim(schema)}, judged by returns"

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How far returns are off at the first step, and at the last."""
        return super().mistakes(target, scores, schema, number).replace("forecasts", "returns", 1)
