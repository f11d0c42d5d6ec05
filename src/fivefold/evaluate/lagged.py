"""Simple models that forecast: the last number, the last season, ridge and boosting on lags."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.evaluate.features import LinearFeatures, notes_of
from fivefold.kinds.codec import Codec
from fivefold.kinds.windows import WINDOWS, filled
from fivefold.metrics.forecasting import levels_of, quantiles, truth_of

MOST_PAIRS = 100_000
"""Rows and steps ahead together that boosting learns from; of more it learns from a sample."""

SEASON_ROWS = 1_000
LAST = 6
ROUNDS = 150

Predict = Callable[[Rows], Array]
Fitter = Callable[[Rows, Array, Codec, int], tuple[Predict, str] | str]


class Lagged(NamedTuple):
    """A simple model of windows before it is fitted: its name, and what fits it."""

    name: str
    fit: Fitter


def has_lags(codec: Codec) -> bool:
    """Whether rows are windows of a series."""
    return any(block.block is WINDOWS for block in codec.blocks)


@dataclass(frozen=True, eq=False)
class History:
    """The windows of rows in the unit of the target."""

    values: Array  # `(n, history)`

    @classmethod
    def of(cls, rows: Rows, codec: Codec) -> "History":
        """The first line of windows, in which absent steps are filled."""
        block = next(b for b in codec.blocks if b.block is WINDOWS)
        state = block.columns[0].state
        lines = rows.inputs[block.name][:, 0, : state.steps]
        return cls(lines.astype(np.float64) * state.std + state.mean)

    def season(self, season: int, horizon: int) -> Array:
        """`(n, horizon)` the numbers a whole number of seasons before each step ahead."""
        ahead, steps = np.arange(1, horizon + 1), self.values.shape[1]
        back = steps + ahead - 1 - season * -(-ahead // season)
        return np.asarray(self.values[:, back])


def season_of(history: History, truth: Array) -> int:
    """Steps after which training windows were likest themselves.

    Example:
        >>> weeks = History(np.tile(np.arange(7.0), (3, 4)))
        >>> season_of(weeks, np.tile(np.arange(7.0), (3, 1)))
        7
    """
    steps, horizon = history.values.shape[1], truth.shape[1]
    few = np.unique(np.linspace(0, len(truth) - 1, SEASON_ROWS).astype(int))
    some, wanted = History(history.values[few]), truth[few]
    seasons = [m for m in range(1, steps + 1) if m * -(-horizon // m) <= steps]
    costs = [float(np.nanmean(np.abs(some.season(m, horizon) - wanted))) for m in seasons]
    return seasons[int(np.argmin(costs))] if seasons else 1


def with_quantiles(values: Array, left: Array, levels: Array) -> Array:
    """Scores of expected values and, of each step, the quantiles of what is left in `left`."""
    known = quantiles(left, levels).T
    return np.concatenate([values[:, :, None], values[:, :, None] + known], axis=2)


def _of_season(find: bool) -> Fitter:
    def fit(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
        truth, levels = truth_of(rows.target), levels_of(rows.target)
        history, horizon = History.of(rows, codec), truth.shape[1]
        season = season_of(history, truth) if find else 1
        if find and season == 1:
            return "no season is nearer than the last number"
        left = truth - history.season(season, horizon)

        def predict(test: Rows) -> Array:
            values = History.of(test, codec).season(season, horizon)
            return with_quantiles(values, left, levels)

        return predict, f"{plural(season, 'step')} ago" if find else "the last number"

    return fit


def _fit_ridge(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str]:
    from sklearn.linear_model import Ridge

    truth, levels = truth_of(rows.target), levels_of(rows.target)
    features = LinearFeatures(codec)
    ridge = Ridge(alpha=1.0)
    matrix = features.fit(rows.inputs)
    ridge.fit(matrix, filled(truth), sample_weight=rows.weight)
    left = truth - ridge.predict(matrix).reshape(truth.shape)

    def predict(test: Rows) -> Array:
        values = ridge.predict(features.matrix(test.inputs)).reshape(-1, truth.shape[1])
        return with_quantiles(values, left, levels)

    return predict, ", ".join(notes_of(codec, "linear"))


def _fit_boosting(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str]:
    """One model of all steps ahead: which one it is stands among what it reads."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    truth, levels = truth_of(rows.target), levels_of(rows.target)
    horizon = truth.shape[1]
    season = season_of(History.of(rows, codec), truth)

    def features(some: Rows) -> tuple[Array, Array, Array]:
        return _stacked(some, codec, horizon, season)

    most = max(1, MOST_PAIRS // horizon)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(rows))[:most])
    some = rows.take(drawn)
    matrix, level, scale = features(some)
    model = HistGradientBoostingRegressor(
        max_iter=ROUNDS, early_stopping=False, l2_regularization=1.0, random_state=seed
    )
    weight = None if some.weight is None else np.repeat(np.asarray(some.weight), horizon)
    wanted = (truth_of(some.target).ravel() - level) / scale
    there = ~np.isnan(wanted)
    weight = None if weight is None else weight[there]
    model.fit(matrix[there], wanted[there], sample_weight=weight)

    def values(test: Rows) -> Array:
        matrix, level, scale = features(test)
        return np.asarray(model.predict(matrix) * scale + level).reshape(-1, horizon)

    left = truth_of(some.target) - values(some)
    note = f"a sample of {len(some):,} windows" if len(some) < len(rows) else ""
    return lambda test: with_quantiles(values(test), left, levels), note


def _stacked(rows: Rows, codec: Codec, horizon: int, season: int) -> tuple[Array, Array, Array]:
    """A line a step ahead: what was a season ago, the last numbers, the calendar; level, scale."""
    history = History.of(rows, codec).values
    steps = history.shape[1]
    level, scale = history.mean(axis=1, keepdims=True), history.std(axis=1, keepdims=True)
    scale = np.maximum(scale, 1e-9 * np.maximum(np.abs(level), 1e-9))
    scaled = History((history - level) / scale)
    aligned = [scaled.season(season, horizon)]
    for times in (2, 3):
        if steps >= times * season + horizon:
            back = steps + np.arange(horizon) - times * season
            aligned.append(scaled.values[:, np.minimum(back, steps - 1)])
    if season > horizon:
        aligned.append(scaled.season(horizon, horizon))
    each = [part.ravel() for part in aligned]
    shared = [scaled.values[:, -LAST:], scaled.values[:, -horizon:].mean(axis=1, keepdims=True)]
    for block in codec.blocks:
        if block.block is not WINDOWS:
            found = block.block.trees(rows.inputs[block.name], block.columns)
            shared += [] if found is None else [found[0]]
    ahead = np.tile(np.arange(horizon), len(history))
    wide = np.repeat(np.concatenate(shared, axis=1), horizon, axis=0)
    matrix = np.column_stack([ahead, *each, wide])
    return matrix, np.repeat(level, horizon), np.repeat(scale, horizon)


LAGGED: dict[str, tuple[Lagged, ...]] = {
    "constant": (
        Lagged("naive", _of_season(find=False)),
        Lagged("seasonal naive", _of_season(find=True)),
    ),
    "linear": (Lagged("ridge on lags", _fit_ridge),),
    "boosting": (Lagged("boosting on lags", _fit_boosting),),
}
"""By the name of a baseline, what it is for windows."""
