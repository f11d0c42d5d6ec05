"""Whether two sets of rows are of one kind, where rows hang together: by exchanging whole units."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.distances import places_of, quantiles_of

DRAWS = 1999
MOST_UNITS = 1000
BINS = 32


class Tally(NamedTuple):
    """What units have of one thing.

    Args:
        counts: `(units, bins)` rows of each unit in each bin.
        has_order: whether bins have one.
    """

    counts: Array
    has_order: bool


def tallied(values: Array, unit: Array, units: int) -> Tally:
    """Values of rows in at most 32 bins, counted by unit.

    Args:
        values: `(n,)` float64, of which NaN is a bin, or objects, of which each is one: the 31
            commonest, then all others.
        unit: `(n,)` int from 0, the unit of each row.
        units: how many there are.

    Example:
        >>> tallied(np.array(["a", "b", "b"], object), np.array([0, 0, 1]), 2).counts.tolist()
        [[1.0, 1.0], [1.0, 0.0]]
    """
    has_order = values.dtype.kind == "f"
    if has_order:
        place = places_of(values, quantiles_of(values, BINS - 1))
    else:
        place = ranks_of(values, BINS - 1)
    bins = int(place.max(initial=0)) + 1
    counts = np.bincount(unit * bins + place, minlength=units * bins).reshape(units, bins)
    return Tally(counts.astype(np.float64), has_order)


def ranks_of(values: Array, most: int) -> Array:
    """`(n,)` int64: 0 for the commonest of objects, and so on; `most` for all beyond these.

    Example:
        >>> ranks_of(np.array(["a", None, None, "b", None, "a"], object), 2).tolist()
        [1, 0, 0, 2, 0, 1]
    """
    texts = np.array([None if value != value else value for value in values.tolist()], object)
    names: dict[object, int] = {}
    codes = np.array([names.setdefault(text, len(names)) for text in texts.tolist()], np.int64)
    order = np.argsort(-np.bincount(codes, minlength=1), kind="stable")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.minimum(np.arange(len(order)), most)
    return np.asarray(ranks[codes])


def gap(first: Array, second: Array, has_order: bool) -> Array:
    """How far counts are from each other, 0 to 1.

    The largest difference of cumulative shares, or half the sum of the differences of shares.

    Args:
        first: `(..., bins)` counts.
        second: likewise.
        has_order: whether bins have one.
    """
    shares = [c / np.maximum(c.sum(axis=-1, keepdims=True), 1) for c in (first, second)]
    apart = shares[0] - shares[1]
    if has_order:
        return np.asarray(np.abs(apart.cumsum(axis=-1)).max(axis=-1))
    return np.asarray(np.abs(apart).sum(axis=-1) / 2)


def exchanges(is_second: Array, seed: int, draws: int = DRAWS) -> Array:
    """`(draws, units)` float64: 1 for units that are taken for those of the second set."""
    random = np.random.default_rng(seed)
    return random.permuted(np.tile(is_second.astype(np.float64), (draws, 1)), axis=1)


def exchanged_p(tallies: Sequence[Tally], is_second: Array, seed: int) -> tuple[Array, Array]:
    """Chances of distances as large if units are exchanged, and these for all things together.

    Args:
        tallies: of each thing, by the same units.
        is_second: `(units,)` bool, which units are of the second set.
        seed: of the 1,999 exchanges.

    Returns:
        `(things,)` p-values, and `(things,)` corrected ones: step-down, by the largest standardised
        distance of things that are not yet told.

    Reference:
        Westfall and Young, Resampling-Based Multiple Testing, 1993, algorithm 2.8.
    """
    taken = exchanges(is_second, seed)
    null, found = [], []
    for counts, has_order in tallies:
        whole, second = counts.sum(axis=0), taken @ counts
        null.append(gap(whole - second, second, has_order))
        here = counts[is_second].sum(axis=0)
        found.append(float(gap(whole - here, here, has_order)))
    drawn, distance = np.stack(null, axis=1), np.array(found)
    own = (1 + (drawn >= distance - 1e-12).sum(axis=0)) / (1 + len(drawn))
    spread = np.maximum(drawn.std(axis=0), 1e-12)
    mean = drawn.mean(axis=0)
    drawn, distance = (drawn - mean) / spread, (distance - mean) / spread
    order = np.argsort(-distance, kind="stable")
    most = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    corrected = np.empty(len(order))
    beyond = (1 + (most >= distance[order] - 1e-9).sum(axis=0)) / (1 + len(drawn))
    corrected[order] = np.maximum.accumulate(beyond)
    return own, np.maximum(own, corrected)


def told_apart(score: Array, is_second: Array, unit: Array, seed: int) -> tuple[float, float]:
    """Area under the ROC curve of scores for the second set, and its chance by exchanged units.

    Args:
        score: `(n,)` of rows, higher for the second set, by a model that learnt from other units.
        is_second: `(n,)` bool.
        unit: `(n,)` of rows; those of a unit are of one set.
        seed: of the exchanges.
    """
    _, place, ties = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    unit = bundled(unit, is_second, seed)
    units = int(unit.max()) + 1
    rows, ranked = np.bincount(unit, minlength=units), np.bincount(unit, ranks, minlength=units)
    second = np.bincount(unit, is_second, minlength=units) > 0

    def area(taken: Array) -> Array:
        n, total = taken @ rows, taken @ ranked
        return np.asarray((total - n * (n + 1) / 2) / np.maximum(n * (len(score) - n), 1))

    found = float(area(second.astype(np.float64)))
    drawn = area(exchanges(second, seed))
    return found, float((1 + (drawn >= found - 1e-12).sum()) / (1 + len(drawn)))


def bundled(unit: Array, is_second: Array, seed: int, most: int = MOST_UNITS) -> Array:
    """`(n,)` int from 0: units in at most so many random bundles, each of units of one set.

    Args:
        unit: `(n,)` of rows, of any kind that sorts.
        is_second: `(n,)` bool.
        seed: of the bundles.
        most: of them.
    """
    known, place = np.unique(unit, return_inverse=True)
    side = np.zeros(len(known), bool)
    side[place[is_second]] = True
    found = np.empty(len(known), np.int64)
    random, begun = np.random.default_rng(seed), 0
    for here in (~side, side):
        count = int(here.sum())
        bundles = min(count, max(2, round(most * count / len(known))))
        found[here] = begun + random.permutation(count) % max(bundles, 1)
        begun += bundles
    return np.asarray(found[place])
