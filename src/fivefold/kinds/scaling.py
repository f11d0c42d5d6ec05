"""Numbers: what a network needs to fill, bound and scale them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fivefold.codecs.settings import Settings
from fivefold.codecs.sketch import Moments, Quantiles
from fivefold.codecs.table import Array
from fivefold.kinds.feature import Feature

CANCELS = 100.0
"""A column whose median is this many spreads away from zero is shifted in float64."""

EVEN = 12**0.5
"""Deviations from one end to the other of numbers that lie evenly between them."""

HUGE = 1e37
"""Encoded values stay within this, a thirtieth of what float32 holds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NumericState:
    """What was fitted for `d` numeric features; all arrays but `offset` are float32.

    Everything but `offset` is in encoded units: after `offset` was subtracted.

    Attributes:
        names: `(d,)` features, such as `age` or `when.weekday_sin`.
        offset: `(d,)` float64, subtracted by the codec; 0 unless float32 would cancel.
        low: `(d,)` lower bound of values.
        high: `(d,)` upper bound of values.
        fill: `(d,)` stands in for a missing value; itself not bounded.
        indicator: `(d,)` bool, whether missingness is a feature of its own; those come after the
            `d` values, in order.
        centre: `(d,)` subtracted after bounding and filling.
        scale: `(d,)` divided by, never 0.
        knots: `(d, k)` rising values of the rank curve, or None. Where present it replaces
            `centre` and `scale`: the output is read off the straight lines between the points
            `(knots, levels)`.
        levels: `(d, k)` heights of that curve, or None.
    """

    names: tuple[str, ...]
    offset: Array
    fill: Array
    indicator: Array
    low: Array
    high: Array
    centre: Array
    scale: Array
    knots: Array | None = None
    levels: Array | None = None

    def __len__(self) -> int:
        return len(self.names)


CURVE = ("knots", "levels")
ARRAYS = ("offset", "fill", "indicator", "low", "high", "centre", "scale", *CURVE)


def fit_numeric(
    features: tuple[Feature, ...], passes: Callable[[], Iterable[Array]], settings: Settings
) -> NumericState:
    """Fit on training rows in two passes: quantiles, then moments within the bounds.

    The bounds of `clip` and `drop` lie one spread outside the 0.5 % and 99.5 % quantiles, a spread
    being what lies between those two: 7.7 deviations from the mean of a normal column, 26 for a
    unit log-normal one. Heavy tails keep their order; a column that is 99 % one value keeps all
    its values.

    Args:
        features: `(d,)`.
        passes: gives the chunks of the training rows, float64 `(n, d)`, each time it is called.
        settings: what to do about missing values, outliers and scale.
    """

    def chunks() -> Iterator[Array]:
        return (np.clip(chunk, -HUGE, HUGE) for chunk in passes())

    sketches = [Quantiles() for _ in features]
    missing = np.zeros(len(features), dtype=np.int64)
    for chunk in chunks():
        missing += np.isnan(chunk).sum(axis=0)
        for sketch, values in zip(sketches, chunk.T, strict=True):
            sketch.add(values)
    bounds = np.array(
        [
            _bounds(feature, sketch, settings)
            for sketch, feature in zip(sketches, features, strict=True)
        ]
    ).reshape(-1, 2)
    moments = [Moments() for _ in features]
    for chunk in chunks():
        inside = np.clip(chunk, bounds[:, 0], bounds[:, 1])
        if settings.outliers == "drop":
            inside = np.where(inside == chunk, chunk, np.nan)
        moments = [m.merge(Moments.of(v)) for m, v in zip(moments, inside.T, strict=True)]
    fitted = [
        _fit_one(feature, sketch, moment, bound, settings)
        for feature, sketch, moment, bound in zip(features, sketches, moments, bounds, strict=True)
    ]
    flagged = np.array([feature.flagged for feature in features], dtype=bool)
    said = np.array([feature.name in settings.bounds for feature in features], dtype=bool)
    rows = {name: np.array([one[name] for one in fitted]) for name in _SCALARS}
    curve = settings.scale == "quantile" and len(features) > 0
    return NumericState(
        names=tuple(feature.name for feature in features),
        offset=rows["offset"].astype(np.float64),
        indicator=((missing > 0) | said) & flagged & settings.missing_indicator,
        **{name: _float32(rows[name]) for name in _SCALARS if name != "offset"},
        knots=_float32(np.stack([one["knots"] for one in fitted])) if curve else None,
        levels=_float32(np.stack([one["levels"] for one in fitted])) if curve else None,
    )


_SCALARS = ("offset", "fill", "low", "high", "centre", "scale")


def _float32(values: Array) -> Array:
    return np.clip(values, -HUGE, HUGE).astype(np.float32)


def _bounds(feature: Feature, sketch: Quantiles, settings: Settings) -> tuple[float, float]:
    if feature.name in settings.bounds:
        return settings.bounds[feature.name]
    if settings.outliers == "keep":
        return -np.inf, np.inf
    if not feature.scaled:
        return (-1.0, 1.0) if feature.form == "wave" else (0.0, 1.0)
    least, low, high, most = (float(q) for q in sketch.at(np.array([0.0, 0.005, 0.995, 1.0])))
    if high == low:
        return least, most
    spread = high - low
    return low - spread, high + spread


def _fit_one(
    feature: Feature, sketch: Quantiles, moments: Moments, bounds: Array, settings: Settings
) -> dict[str, Array | float]:
    if feature.name in settings.bounds:
        return _said_one(*settings.bounds[feature.name], settings)
    least, lower, median, upper, most = np.clip(
        sketch.at(np.array([0.0, 0.25, 0.5, 0.75, 1.0])), *bounds
    )
    quartiles = float(upper - lower)
    spread = quartiles or moments.deviation
    offset = 0.0
    if feature.scaled and abs(median) > CANCELS * spread:
        offset = float(np.rint(median)) if abs(median) > 1e3 else float(median)
    centre, scale = 0.0, 1.0
    if feature.scaled:
        centre, scale = {
            "standard": (moments.mean, moments.deviation),
            "minmax": (float(least), float(most - least)),
            "robust": (float(median), spread),
            "quantile": (offset, 1.0),
            "none": (offset, 1.0),
        }[settings.scale]
    if not (least < most and scale > 1e-6 * abs(centre - offset)):
        scale = 1.0
    limit = HUGE * min(scale, 1.0)  # so that what is divided by a small scale stays finite
    low, high = np.clip(bounds - offset, -limit, limit)
    one: dict[str, Array | float] = {
        "offset": offset,
        "fill": _fill(feature, sketch, float(median), moments.mean, settings) - offset,
        "low": low,
        "high": high,
        "centre": centre - offset,
        "scale": scale,
    }
    if settings.scale == "quantile":
        one["knots"], one["levels"] = _rank_curve(feature, sketch, bounds, offset, settings.knots)
    return one


def _said_one(low: float, high: float, settings: Settings) -> dict[str, Array | float]:
    """What is fitted of no row, as the bounds are said: numbers are taken for even between them."""
    middle, spread = (low + high) / 2, (high - low) / EVEN
    offset = middle if abs(middle) > CANCELS * spread else 0.0
    centre, scale = {
        "minmax": (low, high - low),
        "quantile": (offset, 1.0),
        "none": (offset, 1.0),
    }.get(settings.scale, (middle, spread))
    fill = settings.fill_value if settings.numeric_missing == "constant" else middle
    one: dict[str, Array | float] = {
        "offset": offset,
        "fill": fill - offset,
        "low": low - offset,
        "high": high - offset,
        "centre": centre - offset,
        "scale": scale,
    }
    if settings.scale == "quantile":
        one["knots"] = np.linspace(low, high, settings.knots) - offset
        one["levels"] = np.linspace(-EVEN / 2, EVEN / 2, settings.knots)
    return one


def _fill(
    feature: Feature, sketch: Quantiles, median: float, mean: float, settings: Settings
) -> float:
    if feature.form == "wave":
        return 0.0
    if feature.form == "elapsed":
        return median
    if settings.numeric_missing == "constant":
        return settings.fill_value
    if feature.form == "truth" or settings.numeric_missing == "most_frequent":
        return sketch.commonest()
    return median if settings.numeric_missing == "median" else mean


def _rank_curve(
    feature: Feature, sketch: Quantiles, bounds: Array, offset: float, knots: int
) -> tuple[Array, Array]:
    """Points (value, normal score of its rank); equal values share the middle of their ranks."""
    if not feature.scaled:
        line = np.linspace(-1.0, 1.0, knots)
        return line, line
    fractions = np.linspace(0.0, 1.0, knots)
    values = np.clip(sketch.at(fractions), *bounds) - offset
    distinct, first, count = np.unique(
        values.astype(np.float32), return_index=True, return_counts=True
    )
    ranks = (fractions[first] + fractions[first + count - 1]) / 2.0
    normal = NormalDist()
    edge = 0.5 / knots / 4.0
    levels = np.array([normal.inv_cdf(min(max(rank, edge), 1.0 - edge)) for rank in ranks])
    padding = knots - len(distinct)
    return np.pad(distinct, (0, padding), mode="edge"), np.pad(levels, (0, padding), mode="edge")


def encode_numeric(values: Array, state: NumericState) -> Array:
    """Float64 `(n, d)` features, less their offset, as float32; NaN stays.

    Values beyond what float32 holds are pulled in to 1e37.
    """
    # The two ufuncs are what `np.clip` comes to, without its way there: one row takes half.
    bounded = np.minimum(np.maximum(values - state.offset, -HUGE), HUGE)
    encoded: Array = bounded.astype(np.float32, order="C")
    return encoded
