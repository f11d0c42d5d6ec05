"""Test rows that are nearly a training row: copies whose numbers were rounded or moved a little.

How near is near goes by the rows themselves: among rows that were drawn independently the nearest
is hardly ever many times nearer than the fifth nearest, the less so the more columns vary freely.

Reference:
    Levina and Bickel, Maximum Likelihood Estimation of Intrinsic Dimension, 2004, section 3.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.division import identical
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.score_findings import fraction
from fivefold.keys import codes_of
from fivefold.kinds.known import kind_of

FEWEST_COLUMNS, MOST_COLUMNS = 3, 60
FEWEST_ROWS, MOST_ROWS, MOST_LEARNT = 100, 2_000, 20_000
DISTINCT = 0.5  # of the rows, from which on a column of numbers varies freely
NEIGHBOURS = 5
BY_CHANCE = 0.001  # of independent rows, that are called nearly equal
MANY, FEWEST = 0.01, 5  # of the test rows, from which on it is worth a word
NEAREST = 0.2  # times as far as the fifth nearest row, at most
CAUTION = 0.7  # of the dimension that is estimated, as rows lie unevenly


def near_copies(evidence: Evidence) -> list[Finding]:
    """Test rows whose numbers are nearly those of a training row, other cells being equal."""
    some = some_of_both(evidence, MOST_LEARNT, MOST_ROWS)
    if some is None:
        return []
    train, test = some
    rows = np.concatenate([train, test])
    numbers, others = _columns(evidence, rows)
    if numbers is None:
        return []
    equal = identical(evidence.collected, rows)
    known = np.isin(equal[len(train) :], equal[: len(train)])
    near, ratio = nearly_equal(numbers[: len(train)], numbers[len(train) :])
    nearest = near >= 0
    nearest[nearest] = (others[len(train) :] == others[near])[nearest]
    copies = nearest & ~known
    count = int(copies.sum())
    if count < max(FEWEST, MANY * len(test)):
        return []
    told = (
        f"are nearly a training row: all numbers differ by less than a {1 / ratio:.0f}th of what "
        "sets rows apart"
    )
    return [copied(evidence, test, train, np.where(copies, near, -1), told, nearer=ratio)]


def some_of_both(evidence: Evidence, learnt: int, judged: int) -> tuple[Array, Array] | None:
    """Positions of so many training and test rows at most; None where no copy is sought.

    That is where either are few, or where rows were divided by time, as what comes later is often
    nearly what was.
    """
    train, test = evidence.data.train.index, evidence.data.test.index
    if min(len(train), len(test)) < FEWEST_ROWS or evidence.partition.span is not None:
        return None
    random = np.random.default_rng(evidence.seed)
    first, second = (
        np.sort(random.permutation(rows)[:most]) for rows, most in ((train, learnt), (test, judged))
    )
    return first, second


def copied(
    evidence: Evidence, test: Array, train: Array, near: Array, told: str, **facts: object
) -> Finding:
    """The finding of test rows that are copies, with the score without them.

    Args:
        evidence: all of the run.
        test: `(m,)` positions of the test rows that were looked at.
        train: `(n,)` those of the training rows.
        near: `(m,)` the place of the training row that each is a copy of, -1 for none.
        told: what they are, a verb first.
        facts: evidence beside the usual.
    """
    copies = near >= 0
    count, metric = int(copies.sum()), evidence.headline
    judged = np.isin(evidence.data.test.index, test[copies])
    fresh = evidence.leading(evidence.target[~judged], evidence.scores[~judged])
    facts = {"rows": count, "of": len(test), **facts}
    without = ""
    if np.isfinite(fresh):
        score = float(evidence.metrics[metric.name])
        without = f" Without them {metric.title} is {fresh:.4g}, with them {score:.4g}."
        facts |= {"metric": metric.name, "score_without": fresh}
    first = int(np.flatnonzero(copies)[0])
    facts["example"] = [int(test[first]), int(train[near[first]])]
    sentence = (
        f"{fraction(count, len(test))} test rows {told}, as row {test[first]:,} and row "
        f"{train[near[first]]:,}.{without}"
    )
    return finding("near_copies_across_parts", sentence, **facts)


def nearly_equal(train: Array, test: Array) -> tuple[Array, float]:
    """The training row that each test row is nearly equal to.

    Args:
        train: `(n, d)` float64, in units that make columns alike.
        test: `(m, d)` likewise.

    Returns:
        `(m,)` places, -1 for none; and how many times nearer than the fifth nearest that is.

    Example:
        >>> rows = np.random.default_rng(0).random((500, 6))
        >>> test = np.concatenate([rows[:3] + 1e-4, np.random.default_rng(1).random((97, 6))])
        >>> nearly_equal(rows, test)[0][:5].tolist()
        [0, 1, 2, -1, -1]
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(train)
    far, places = search.kneighbors(test)
    second, last = far[:, 1], np.maximum(far[:, -1], 1e-300)
    apart = np.log(last / np.maximum(second, 1e-300))[second > 0]
    if len(apart) < FEWEST_ROWS // 2 or not apart.mean() > 0:
        return np.full(len(test), -1), NEAREST
    harmonic = sum(1 / place for place in range(2, NEIGHBOURS))
    dimension = CAUTION * harmonic / float(apart.mean())
    ratio = min(NEAREST, (BY_CHANCE / (NEIGHBOURS - 1)) ** (1 / dimension))
    return np.where(far[:, 0] < ratio * last, places[:, 0], -1), ratio


def _columns(evidence: Evidence, rows: Array) -> tuple[Array | None, Array]:
    """Ranks of the numbers that vary freely, 0 to 1, and numbers of equal other cells."""
    free, others = list[Array](), list[Array]()
    for column in evidence.schema.inputs:
        values = evidence.collected.table.column(column.name)[rows]
        found = kind_of(column.kind).suspect(values)
        if found is None:
            return None, np.zeros(0)  # a column whose likeness nobody has measured
        cells, has_order = found
        missing = np.isnan(cells)
        distinct = np.unique(cells[~missing])
        if has_order and len(distinct) >= DISTINCT * len(rows):
            ranks = np.searchsorted(distinct, np.where(missing, distinct[0], cells))
            free.append(np.where(missing, -1.0, ranks / len(distinct)))
        else:
            others.append(codes_of(np.where(missing, np.inf, cells)))
    if not FEWEST_COLUMNS <= len(free) <= MOST_COLUMNS:
        return None, np.zeros(0)
    same = np.zeros(len(rows), np.int64)
    for codes in others:
        same = np.unique(same * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    return np.stack(free, axis=1), same
