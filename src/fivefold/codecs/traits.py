"""What a series is like, in numbers: level, spread, shape, trend, memory, frequencies."""

from itertools import combinations, pairwise

import numpy as np

from fivefold.codecs.table import Array

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
LAGS = (1, 2, 4, 8, 16)
"""Steps between the numbers whose correlation is told."""

BANDS = (0.0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 0.5)
"""Ends of bands of frequency, in turns a step."""

FEW = 5
"""Steps at each end whose mean is told."""

PAIRED = 12
"""Channels, at most, of which each pair is correlated."""

TINY = 1e-9


def names_of(channels: int) -> tuple[str, ...]:
    """What each number of `traits` is, by channel: `mean 0`, `mean 1`, ...

    Example:
        >>> len(names_of(2)) == len(traits(np.zeros((3, 2)))), names_of(2)[:3]
        (True, ('mean 0', 'mean 1', 'deviation 0'))
    """
    each = [
        *("mean", "deviation"),
        *(f"quantile {share:g}" for share in QUANTILES),
        *("slope", "quarter 1", "quarter 2", "quarter 3", "quarter 4"),
        *("first", "last", "begins", "ends", "change", "deviation of changes"),
        *(f"memory {lag}" for lag in LAGS),
        *(f"up to {end:.3g} turns a step" for end in BANDS[1:]),
        *("frequency", "strongest frequency"),
        *("crossings", "place of the maximum", "place of the minimum"),
    ]
    told = [f"{name} {channel}" for name in each for channel in range(channels)]
    return (*told, *(f"{a} with {b}" for a, b in _pairs(channels)), "steps")


def traits(series: Array) -> Array:
    """What a forest and simple models are told of a series.

    Of each channel mean, deviation, quantiles, slope, the means of its quarters and ends, changes
    from step to step, correlation with itself some steps later, the spectrum in bands, its centre
    and peak, crossings of the mean, and where it is largest and smallest; the correlation of each
    pair of the first channels; the logarithm of the number of steps.

    Args:
        series: `(steps, channels)` float64 without gaps, scaled.

    Returns:
        `(numbers,)` float32, finite.
    """
    steps, channels = series.shape
    mean = series.mean(axis=0)
    apart = series - mean
    spread = np.sqrt((apart**2).mean(axis=0))
    time = np.linspace(-1.0, 1.0, steps) if steps > 1 else np.zeros(1)
    ends = np.linspace(0, steps, 5)
    quarters = [
        series[int(low) : max(int(high), int(low) + 1)].mean(axis=0) for low, high in pairwise(ends)
    ]
    changes = np.diff(series, axis=0) if steps > 1 else np.zeros((1, channels))
    squares = (apart**2).sum(axis=0) + TINY
    few = min(FEW, steps)
    told = [
        *(mean, spread),
        *np.quantile(series, QUANTILES, axis=0),
        (apart * time[:, None]).sum(axis=0) / max(float((time**2).sum()), 1.0),
        *quarters,
        *(series[0], series[-1], series[:few].mean(axis=0), series[-few:].mean(axis=0)),
        *(np.abs(changes).mean(axis=0), changes.std(axis=0)),
        *(_memory(apart, lag) / squares for lag in LAGS),
        *_spectrum(apart),
        (np.diff(apart > 0, axis=0).sum(axis=0) if steps > 1 else 0 * mean) / steps,
        *(series.argmax(axis=0) / steps, series.argmin(axis=0) / steps),
    ]
    pairs = [_alike(apart[:, a], apart[:, b]) for a, b in _pairs(channels)]
    found = np.concatenate([*told, np.array([*pairs, np.log(steps)])])
    bounded: Array = np.nan_to_num(found, posinf=1e30, neginf=-1e30).astype(np.float32)
    return bounded


def _pairs(channels: int) -> list[tuple[int, int]]:
    return list(combinations(range(min(channels, PAIRED)), 2))


def _memory(apart: Array, lag: int) -> Array:
    """The sum of products of numbers so many steps apart."""
    total: Array = (apart[lag:] * apart[:-lag]).sum(axis=0)
    return total


def _alike(one: Array, other: Array) -> float:
    both = float((one**2).sum() * (other**2).sum())
    return float((one * other).sum()) / np.sqrt(both) if both > TINY**2 else 0.0


def _spectrum(apart: Array) -> list[Array]:
    """The logarithm of the power in each band, the mean frequency, and that of most power."""
    steps, channels = apart.shape
    if steps < 2:
        return [np.full(channels, np.log(1e-6))] * (len(BANDS) - 1) + [np.zeros(channels)] * 2
    power = np.abs(np.fft.rfft(apart, axis=0)) ** 2 / steps
    turns = np.fft.rfftfreq(steps)
    power[0] = 0.0
    found = []
    for low, high in pairwise(BANDS):
        within = (turns > low) & (turns <= high)
        share = power[within].sum(axis=0) / steps if within.any() else np.zeros(channels)
        found.append(np.log(share + 1e-6))
    centre = (power * turns[:, None]).sum(axis=0) / (power.sum(axis=0) + TINY)
    return [*found, centre, turns[power.argmax(axis=0)]]
