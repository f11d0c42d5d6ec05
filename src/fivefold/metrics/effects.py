"""Effects of a column on answers, by differences between neighbouring cells alone."""

from typing import NamedTuple, Self

import numpy as np

from fivefold.codecs.table import Array

HALF = 10
"""Quantiles of the numbers, and as many of the different ones, that steps are taken from."""

LEAST, PART = 5, 0.01
"""Rows between two steps at least, and their share of all."""


def steps_of(numbers: Array) -> Array:
    """Numbers that occur, from the least to the most, between any two of which some rows are.

    Quantiles, and quantiles of the different numbers, so that a column of zeros and a few others
    has more than one of these.

    Args:
        numbers: `(n,)`, none of them missing.

    Example:
        >>> steps_of(np.array([0.0] * 90 + [1.0] * 5 + [7.0] * 5)).tolist()
        [0.0, 1.0, 7.0]
    """
    if not len(numbers):
        return np.zeros(0)
    ranks = np.linspace(0, 1, HALF + 1)
    different = np.unique(numbers)
    ways = [np.quantile(each, ranks, method="inverted_cdf") for each in (numbers, different)]
    wanted = np.unique(np.concatenate([*ways, different if len(different) <= HALF else []]))
    least, kept = max(LEAST, PART * len(numbers)), [wanted[0]]
    for step in wanted[1:]:
        if ((numbers > kept[-1]) & (numbers <= step)).sum() >= least:
            kept.append(step)
    if kept[-1] != wanted[-1] and len(kept) > 1:
        kept[-1] = wanted[-1]
    return np.array(kept)


class Bins(NamedTuple):
    """Between which steps each number lies.

    Args:
        place: `(n,)` from 1, the step above it; 0 for missing.
        part: `(n,)` how far it is on from the step below, 0 to 1.
        near: `(steps,)` how many numbers are nearest to each.
    """

    place: Array
    part: Array
    near: Array

    @classmethod
    def of(cls, numbers: Array, steps: Array) -> Self:
        """Of `(n,)` numbers with NaN for missing, none below the first step or above the last."""
        known = ~np.isnan(numbers)
        place = np.zeros(len(numbers), np.int64)
        place[known] = np.clip(np.searchsorted(steps, numbers[known]), 1, len(steps) - 1)
        low, high = steps[np.maximum(place, 1) - 1], steps[np.maximum(place, 1)]
        part = np.where(known, (numbers - low) / (high - low), 0.0)
        nearest = place[known] - (part[known] < 0.5)
        return cls(place, part, np.bincount(nearest, minlength=len(steps)))


def along(bins: Bins, differences: Array, counts: Array) -> Array:
    """Accumulated local effects.

    Args:
        bins: of the rows, those of missing cells at 0.
        differences: `(n, answers)` at the step above less at the step below.
        counts: `(b, n)` how often each resample holds each row; the first of ones.

    Returns:
        `(b, steps, answers)`: effects of the steps, whose mean over the rows with known cells is 0.

    Reference:
        Apley and Zhu, JRSS B 82, 2020, section 3.
    """
    known = bins.place > 0
    place, part = bins.place[known] - 1, bins.part[known]
    held, steps = counts[:, known], len(bins.near)
    inside = np.eye(steps - 1)[place]
    rows = held @ inside
    sums = np.einsum("bn,nk,na->bka", held, inside, differences[known], optimize=True)
    mean = sums / np.maximum(rows, 1e-300)[..., None]
    mean = np.where(rows[..., None] > 0, mean, mean[:1])  # a resample may hold none of them
    effect = np.concatenate([np.zeros_like(mean[:, :1]), mean.cumsum(axis=1)], axis=1)
    # what a row has of each step, by which the effects are centred
    weight = np.zeros((len(place), steps))
    weight[np.arange(len(place)), place] = 1 - part
    weight[np.arange(len(place)), place + 1] = part
    total = held.sum(axis=1)[:, None]
    centre = np.einsum("bk,bka->ba", held @ weight / total, effect)
    return np.asarray(effect - centre[:, None])


def among(level: Array, told: Array, counts: Array) -> Array:
    """Effects of cells without an order, each two compared by the rows that have one of them.

    The effects whose differences are nearest to these, each weighed by its rows; of two levels
    they are accumulated local effects.

    Args:
        level: `(n,)` of each row; -1 for others, which are not asked.
        told: `(n, levels, answers)` to each row with each level.
        counts: `(b, n)` as of `along`.

    Returns:
        `(b, levels, answers)`: effects of the levels, whose mean over these rows is 0.
    """
    known, levels = level >= 0, told.shape[1]
    held, is_of = counts[:, known], np.eye(levels)[level[known]]
    rows = held @ is_of
    sums = np.einsum("bn,nl,nka->blka", held, is_of, told[known], optimize=True)
    same = np.einsum("blla->bla", sums)[:, :, None]  # rows of a level, asked with it
    turned = sums.swapaxes(1, 2)  # rows of the other level, asked with this one
    there = np.einsum("blla->bla", sums)[:, None]  # rows of the other level, asked with it
    gaps = (same - sums + turned - there).sum(axis=2)
    pairs = (rows[:, :, None] + rows[:, None]) * (1 - np.eye(levels))
    laplacian = np.eye(levels) * pairs.sum(axis=2)[:, None] - pairs
    effect = np.linalg.pinv(laplacian, hermitian=True) @ gaps
    total = held.sum(axis=1)[:, None]
    centre = np.einsum("bl,bla->ba", rows / total, effect)
    return np.asarray(effect - centre[:, None])
