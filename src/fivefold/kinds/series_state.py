"""What is fitted of a column of series, and what the training rows lose by it."""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.codecs.traits import names_of
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural

MANY = 0.1
"""Fraction of training series from which on it deserves a look that they are cut."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SeriesState:
    """Length, channels and scale of one column of series.

    Attributes:
        length: stretches of steps that are read of a series.
        stride: steps of a stretch, whose mean is read; 1 reads each.
        mean: `(channels,)` float64, of all training steps.
        std: `(channels,)` float64, their deviation; 1 where nothing varies.
        alike: whether all training series have one length.
        bare: whether rows have no traits, as no model reads them.
        series: training series; known where it was fitted, not saved.
        cut: of them, those that have more steps than are read; likewise.
        longest: steps of the longest; likewise.
        empty: training rows without a series, or without any known number; likewise.
        gaps: missing numbers of the others; likewise.
        holding: of the others, those with missing numbers; likewise.
        numbers: of all training series; likewise.
    """

    length: int
    stride: int
    mean: Array
    std: Array
    alike: bool
    bare: bool = False
    series: int = 0
    cut: int = 0
    longest: int = 0
    empty: int = 0
    gaps: int = 0
    holding: int = 0
    numbers: int = 0

    @property
    def channels(self) -> int:
        """Numbers a step."""
        return len(self.mean)

    @property
    def traits(self) -> int:
        """Numbers that say what a series is like."""
        return 0 if self.bare else len(names_of(self.channels))

    @property
    def numbers_a_row(self) -> int:
        """Of the channels and of what is known, ahead of the traits."""
        return (self.channels + 1) * self.length

    @property
    def steps(self) -> int:
        """The most steps that are read."""
        return self.length * self.stride

    def remarks(self, name: str) -> tuple[Finding, ...]:
        """Findings about series that are cut, averaged, empty, or have gaps."""
        found = []
        if self.cut or self.stride > 1:
            found.append(_shortened(name, self))
        if self.gaps or self.empty:
            found.append(_gaps(name, self))
        return tuple(found)


def _shortened(name: str, state: SeriesState) -> Finding:
    told = []
    if state.stride > 1:
        told.append(
            f"The network reads the mean of each {state.stride} steps of `{name}`, as series have "
            f"up to {state.longest:,} steps; series_length={state.longest} reads each."
        )
    if state.cut:
        told.append(
            f"{state.cut:,} of {state.series:,} training series of `{name}` "
            f"{'has' if state.cut == 1 else 'have'} more than {state.steps:,} steps "
            f"({state.longest:,} at most): the network reads the first {state.steps:,}."
        )
    return finding(
        "shortened_series",
        " ".join(told),
        "warning" if state.cut > MANY * state.series else "note",
        column=name,
        series=state.series,
        cut=state.cut,
        stride=state.stride,
        length=state.length,
        longest=state.longest,
    )


def _gaps(name: str, state: SeriesState) -> Finding:
    told = []
    if state.gaps:
        told.append(
            f"{state.gaps:,} of {state.numbers:,} numbers in {state.holding:,} training series of "
            f"`{name}` are missing: filled in on a line between the known ones around them, at "
            "the ends by the nearest."
        )
    if state.empty:
        told.append(
            f"{plural(state.empty, 'training row')} of `{name}` "
            f"{'has' if state.empty == 1 else 'have'} no known number at all: read as one step of "
            "the training means."
        )
    share = max(state.gaps / max(state.numbers, 1), state.empty / max(state.series, 1))
    return finding(
        "gaps_in_series",
        " ".join(told),
        "warning" if share > MANY else "note",
        column=name,
        series=state.series,
        missing=state.gaps,
        holding=state.holding,
        empty=state.empty,
    )


def length_of(lengths: Array, asked: int | None, most: int) -> tuple[int, int]:
    """How many stretches of how many steps are read.

    Args:
        lengths: `(n,)` steps of the training series.
        asked: steps that are to be read; None for all that are usual.
        most: stretches, where it is not asked.

    Example:
        >>> length_of(np.array([90, 100]), None, 1000), length_of(np.array([4000]), None, 1000)
        ((100, 1), (1000, 4))
        >>> length_of(np.array([100] * 99 + [9000]), None, 1000)
        (200, 1)
    """
    if asked is not None:
        return asked, 1
    longest = int(lengths.max(initial=1))
    usual = max(1, int(np.ceil(np.quantile(lengths, 0.95)))) if len(lengths) else 1
    steps = min(longest, 2 * usual)
    stride = -(-steps // most)
    return -(-steps // stride), stride


def measured(values: Array) -> dict[str, Array]:
    """By name `(n,)` steps, and the level and spread of each channel; NaN for missing."""
    channels = max((one.shape[1] for one in values if one is not None), default=0)
    found = np.full((len(values), 1 + 2 * channels), np.nan)
    for row, series in enumerate(values):
        if series is None:
            continue
        found[row, 0] = len(series)
        there = ~np.isnan(series).all(axis=0)
        known, width = series[:, there], series.shape[1]
        found[row, 1 : 1 + width][there] = np.nanmean(known, axis=0)
        found[row, 1 + channels : 1 + channels + width][there] = np.nanstd(known, axis=0)
    several = [f" of channel {k + 1}" if channels > 1 else "" for k in range(channels)]
    names = [f"{what}{which}" for what in ("level", "spread") for which in several]
    return dict(zip(["steps", *names], found.T, strict=True))
