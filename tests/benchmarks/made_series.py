"""Made-up series whose signal is known, and the simple models that the default is beside.

Each set is drawn anew from a seed: what tells the classes apart is a shape anywhere, the order of
two events, how wild a walk is, frequencies, a spectrum, a shift of level, how channels go together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from rivals import summaries

Random = np.random.Generator
Model = tuple[Callable[[pd.Series], Any], Any]


def motif(rng: Random, rows: int) -> pd.DataFrame:
    """One of two short shapes anywhere in any of three channels of noise."""
    return _framed(rng, rows, 2, _motif)


def _motif(rng: Random, k: int) -> np.ndarray:
    series = rng.normal(0, 0.8, (int(rng.integers(40, 90)), 3))
    shape = 2 * np.sin(np.arange(12) / 12 * np.pi * (2 + k))
    first = int(rng.integers(0, len(series) - 12))
    series[first : first + 12, rng.integers(0, 3)] += shape
    return series


def order(rng: Random, rows: int) -> pd.DataFrame:
    """Two pulses, one up and one down, of which either is the first."""
    return _framed(rng, rows, 2, _order)


def _order(rng: Random, k: int) -> np.ndarray:
    series = rng.normal(0, 0.8, (int(rng.integers(40, 90)), 2))
    first, second = sorted(rng.choice(len(series) - 8, 2, replace=False))
    series[first : first + 8, 0] += 1.5 if k else -1.5
    series[second : second + 8, 0] -= 1.5 if k else -1.5
    return series


def volatility(rng: Random, rows: int) -> pd.DataFrame:
    """Walks from anywhere, a little wilder by class, and wilder in bursts."""
    return _framed(rng, rows, 2, _volatility)


def _volatility(rng: Random, k: int) -> np.ndarray:
    count = int(rng.integers(60, 120))
    bursts = np.exp(0.6 * np.cumsum(rng.normal(0, 0.25, (count, 1)), axis=0))
    steps = rng.normal(0, (0.2, 0.24)[k], (count, 2)) * bursts / bursts.mean()
    return rng.normal(0, 2, (1, 2)) + np.cumsum(steps, axis=0)


def frequency(rng: Random, rows: int) -> pd.DataFrame:
    """Four classes of waves of near frequencies in much noise, beside a channel of noise."""
    return _framed(rng, rows, 4, _frequency)


def _frequency(rng: Random, k: int) -> np.ndarray:
    time = np.arange(int(rng.integers(40, 90)))
    turns = 2 * np.pi * time / (8 + 3 * k + rng.normal(0, 1))
    wave = np.sin(turns + rng.uniform(0, 6))
    return np.stack([wave, rng.normal(0, 1, len(time))], axis=1) + rng.normal(
        0, 0.9, (len(time), 2)
    )


def spectrum(rng: Random, rows: int) -> pd.DataFrame:
    """Three classes by how a number follows from the two before it."""
    return _framed(rng, rows, 3, _spectrum)


def _spectrum(rng: Random, k: int) -> np.ndarray:
    one, two = ((0.5, 0.1), (0.35, 0.25), (0.6, -0.1))[k]
    found = [0.0, 0.0]
    for noise in rng.normal(size=int(rng.integers(80, 160))):
        found.append(one * found[-1] + two * found[-2] + noise)
    return np.array(found)[:, None] * np.exp(rng.normal(0, 0.3))


def shift(rng: Random, rows: int) -> pd.DataFrame:
    """A step of the level somewhere, or a slow rise by as much."""
    return _framed(rng, rows, 2, _shift)


def _shift(rng: Random, k: int) -> np.ndarray:
    count = int(rng.integers(50, 100))
    time, at = np.arange(count), rng.uniform(0.25, 0.75) * count
    wide = 1.0 if k else 0.3 * count
    height = rng.choice([-1, 1]) * rng.uniform(1.5, 3)
    level = height / (1 + np.exp(-(time - at) / (wide / 4)))
    return (rng.normal(0, 1) + level + rng.normal(0, 0.6, count))[:, None]


def gaps(rng: Random, rows: int) -> pd.DataFrame:
    """A quarter of the numbers missing: a channel drifts up or down beside waves of any phase."""
    return _framed(rng, rows, 2, _gaps)


def _gaps(rng: Random, k: int) -> np.ndarray:
    time = np.arange(int(rng.integers(30, 80)))
    series = np.sin(time[:, None] / 5 + rng.uniform(0, 6, (1, 2))) + rng.normal(
        0, 1, (len(time), 2)
    )
    series[:, 0] += (0.6 if k else -0.6) * np.linspace(-1, 1, len(time))
    series[rng.random(series.shape) < 0.25] = np.nan
    series[0] = 0.0
    return series


def phase(rng: Random, rows: int) -> pd.DataFrame:
    """Three channels: the second follows the first some steps later, or goes ahead of it."""
    return _framed(rng, rows, 2, _phase)


def _phase(rng: Random, k: int) -> np.ndarray:
    count = int(rng.integers(50, 100))
    base = np.convolve(rng.normal(size=count + 20), np.ones(3) / np.sqrt(3), "same")
    apart = 3 if k else -3
    channels = [
        base[10 : 10 + count],
        base[10 - apart : 10 - apart + count],
        rng.normal(size=count),
    ]
    return np.stack(channels, axis=1) + rng.normal(0, 1.2, (count, 3))


def envelope(rng: Random, rows: int) -> pd.DataFrame:
    """Three classes of bursts: they grow, fade, or swell and fade."""
    return _framed(rng, rows, 3, _envelope)


def _envelope(rng: Random, k: int) -> np.ndarray:
    count = int(rng.integers(60, 120))
    time = np.linspace(0, 1, count)
    loud = (0.5 + time, 1.5 - time, 0.6 + 0.8 * np.sin(np.pi * time))[k]
    return (loud * rng.normal(size=count) * np.exp(rng.normal(0, 0.3)))[:, None]


def motions(rng: Random, rows: int) -> pd.DataFrame:
    """Six channels of five activities, by how fast, how strongly and which way they swing."""
    swing = np.random.default_rng(7).normal(size=(5, 6))  # one of each activity, the same always
    return _framed(rng, rows, 5, lambda rng, k: _motion(rng, k, swing))


def _motion(rng: Random, k: int, swing: np.ndarray) -> np.ndarray:
    time = np.arange(int(rng.integers(40, 120)))
    turns = time / (4 + k % 3 + rng.normal(0, 0.5)) + rng.uniform(0, 6)
    strong = np.exp(rng.normal(0, 0.3)) * (swing[k] + rng.normal(0, 0.6, 6))
    level = 0.5 * swing[(k + 1) % 5] + rng.normal(0, 1.0, 6)
    return level + 0.5 * np.sin(turns)[:, None] * strong + rng.normal(0, 1.0, (len(time), 6))


def tempo(rng: Random, rows: int) -> pd.DataFrame:
    """A number: how fast a wave in noise is."""
    return _numbers(rng, rows, _tempo)


def _tempo(rng: Random) -> tuple[np.ndarray, float]:
    time = np.arange(int(rng.integers(50, 100)))
    pace = rng.uniform(0.2, 0.6)
    wave = np.sin(pace * time + rng.uniform(0, 6)) * np.exp(rng.normal(0, 0.4))
    return (wave + rng.normal(0, 0.8, len(time)))[:, None], pace + rng.normal(0, 0.02)


def events(rng: Random, rows: int) -> pd.DataFrame:
    """A number: how many short pulses are in noise, and how high another channel is."""
    return _numbers(rng, rows, _events)


def _events(rng: Random) -> tuple[np.ndarray, float]:
    count = int(rng.integers(60, 120))
    series, pulses = rng.normal(0, 0.7, (count, 2)), int(rng.integers(0, 7))
    for first in rng.integers(0, count - 6, pulses):
        series[first : first + 6, 0] += 2 * np.sin(np.arange(6) / 6 * np.pi)
    level = rng.normal()
    series[:, 1] += level
    return series, pulses + level + rng.normal(0, 0.4)


SETS: dict[str, tuple[Callable[[Random, int], pd.DataFrame], int]] = {
    "motif": (motif, 300),
    "motif, many": (motif, 1000),
    "order": (order, 200),
    "volatility": (volatility, 250),
    "frequency": (frequency, 300),
    "spectrum": (spectrum, 250),
    "spectrum, many": (spectrum, 1000),
    "shift": (shift, 120),
    "gaps": (gaps, 150),
    "phase": (phase, 250),
    "envelope": (envelope, 150),
    "motions": (motions, 200),
    "tempo": (tempo, 250),
    "events": (events, 250),
}
"""How each is drawn, and how many rows are learnt from."""


def rivals(frame: pd.DataFrame, number: bool) -> dict[str, Model]:
    """What stands beside the default: a forest and boosted trees of summaries."""
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )

    forest = RandomForestRegressor if number else RandomForestClassifier
    boosting = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
    return {
        "forest of 500 trees on summaries": (_known, forest(500, random_state=0)),
        "boosting on summaries": (_known, boosting(random_state=0)),
    }


def _known(series: pd.Series) -> np.ndarray:
    """Summaries of series without gaps, as pandas fills them in."""
    whole = [pd.DataFrame(values).interpolate(limit_direction="both") for values in series]
    return summaries(pd.Series([values.fillna(0).to_numpy() for values in whole]))


def _framed(
    rng: Random, rows: int, classes: int, draw: Callable[[Random, int], np.ndarray]
) -> pd.DataFrame:
    label = rng.integers(0, classes, rows)
    found = [draw(rng, int(k)).astype(np.float32) for k in label]
    return pd.DataFrame({"series": found, "label": [f"class {k}" for k in label]})


def _numbers(
    rng: Random, rows: int, draw: Callable[[Random], tuple[np.ndarray, float]]
) -> pd.DataFrame:
    drawn = [draw(rng) for _ in range(rows)]
    return pd.DataFrame(
        {"series": [s.astype(np.float32) for s, _ in drawn], "label": [y for _, y in drawn]}
    )
