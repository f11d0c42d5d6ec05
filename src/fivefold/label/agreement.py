"""How far people say the same, beyond what chance would make them."""

from typing import Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.label.crowd import Votes, counted

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(
    votes: Votes, level: Level = "nominal", *, lengths: Array | None = None
) -> float:
    """Agreement of any number of people, each of whom labelled some of the items.

    Args:
        votes: of classes; their numbers are ranks where the level is ordinal.
        level: what differences count: of classes alike, or by the ranks between them.
        lengths: `(items,)` how much each item counts, of stretches of a text for instance; None for
            1 each.

    Returns:
        1 where all agree, 0 for chance, negative below it; NaN where no item has two votes or all
        votes are the same.

    Example:
        >>> votes = Votes(np.array([0, 0, 1, 1]), np.tile([0, 1], 2), np.array([0, 0, 1, 1]),
        ...               (2, 2, 2))
        >>> krippendorff_alpha(votes)
        1.0

    Reference:
        Krippendorff, Computing Krippendorff's alpha-reliability, 2011.
    """
    counts = counted(votes).astype(float)
    paired = counts.sum(axis=1) > 1
    counts = counts[paired]
    weights = np.ones(len(counts)) if lengths is None else lengths[paired]
    if not len(counts):
        return float("nan")
    pairs = counts / (counts.sum(axis=1) - 1)[:, None] * weights[:, None]
    observed = counts.T @ pairs - np.diag(pairs.sum(axis=0))
    totals = observed.sum(axis=1)
    n = totals.sum()
    expected = (np.outer(totals, totals) - np.diag(totals)) / (n - 1) if n > 1 else 0 * observed
    differ = _differences(totals, level)
    chance = (expected * differ).sum()
    return float(1 - (observed * differ).sum() / chance) if chance > 0 else float("nan")


def _differences(totals: Array, level: Level) -> Array:
    """How much each class differs from each other one."""
    if level == "nominal":
        return np.asarray(1.0 - np.eye(len(totals)))
    ranks = np.arange(len(totals), dtype=float)
    if level == "ordinal":
        ranks = np.cumsum(totals) - totals / 2
    return np.asarray(np.subtract.outer(ranks, ranks) ** 2)


def interval_alpha(item: Array, numbers: Array) -> float:
    """Krippendorff's alpha of numbers, whose differences count by their square.

    Args:
        item: `(m,)` int, the item of each vote.
        numbers: `(m,)` what was said.

    Example:
        >>> interval_alpha(np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 3.0, 3.0]))
        1.0
    """
    _, codes, sizes = np.unique(item, return_inverse=True, return_counts=True)
    kept = sizes[codes] > 1
    if not kept.any() or np.ptp(numbers[kept]) == 0:
        return float("nan")
    numbers = numbers[kept] - numbers[kept].mean()  # so that squares of large numbers do not cancel
    _, codes, sizes = np.unique(codes[kept], return_inverse=True, return_counts=True)
    sums, squares = np.bincount(codes, numbers), np.bincount(codes, numbers**2)
    within = 2 * (sizes * squares - sums**2) / (sizes - 1)
    n = len(numbers)
    chance = 2 * (n * (numbers**2).sum() - numbers.sum() ** 2) / (n - 1)
    return float(1 - within.sum() / chance)


def cohen_kappa(one: Array, other: Array, *, classes: int, quadratic: bool = False) -> float:
    """Agreement of two people on the same items.

    Args:
        one: `(n,)` int, the classes that the first named.
        other: `(n,)` those of the second.
        classes: there are.
        quadratic: whether differences count by the square of the ranks between them.

    Returns:
        1 where both agree, 0 for chance; NaN for no items, or where both name one class only.

    Example:
        >>> cohen_kappa(np.array([0, 1, 1, 0]), np.array([0, 1, 1, 0]), classes=2)
        1.0

    Reference:
        Cohen, A coefficient of agreement for nominal scales, 1960; Weighted kappa, 1968.
    """
    table = np.bincount(one * classes + other, minlength=classes**2).reshape(classes, classes)
    ranks = np.arange(classes)
    differ = np.subtract.outer(ranks, ranks) ** 2 if quadratic else 1 - np.eye(classes)
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(1, table.sum())
    wrong = float((chance * differ).sum())
    return float(1 - (table * differ).sum() / wrong) if wrong > 0 else float("nan")


def fleiss_kappa(votes: Votes) -> float:
    """Agreement of several people on items that two of them or more have labelled.

    Where all items have as many votes it is Fleiss's own; else each item counts by its votes' share
    of pairs that agree.

    Returns:
        1 where all agree, 0 for chance; NaN where no item has two votes or all votes are the same.

    Example:
        >>> votes = Votes(np.array([0, 0, 1, 1]), np.tile([0, 1], 2), np.array([0, 0, 1, 1]),
        ...               (2, 2, 2))
        >>> fleiss_kappa(votes)
        1.0

    Reference:
        Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76,
        1971.
    """
    counts = counted(votes).astype(float)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return float("nan")
    n = counts.sum(axis=1)
    agreeing = (((counts**2).sum(axis=1) - n) / (n * (n - 1))).mean()
    chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()
    return float((agreeing - chance) / (1 - chance)) if chance < 1 else float("nan")


def one_class(votes: Votes, place: int) -> Votes:
    """The same votes as whether they name one class, or another."""
    items, people, _ = votes.sizes
    return votes._replace(said=(votes.said == place).astype(int), sizes=(items, people, 2))
