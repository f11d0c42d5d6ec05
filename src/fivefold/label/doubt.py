"""Which items a model has most to learn from: how unsure it is of them, and how unlike they are."""

from typing import Literal, get_args

import numpy as np

from fivefold.codecs.table import Array
from fivefold.label.outlook import Outlook

Strategy = Literal["entropy", "margin", "diverse", "random"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)

MOST = 256
"""Items that are chosen to be unlike one another; the model is asked anew before they are gone."""


def entropy(probabilities: Array, *, exclusive: bool = True) -> Array:
    """How spread out the probabilities of each item are, in nats.

    Args:
        probabilities: `(n, classes)`.
        exclusive: whether one class excludes the others; else entropies of the labels are added.

    Returns:
        `(n,)`, 0 where one class is certain.

    Example:
        >>> entropy(np.array([[1.0, 0.0], [0.5, 0.5]])).round(3).tolist()
        [0.0, 0.693]
    """
    if exclusive:
        return np.asarray(_surprise(probabilities).sum(axis=1))
    return np.asarray((_surprise(probabilities) + _surprise(1 - probabilities)).sum(axis=1))


def margin(probabilities: Array, *, exclusive: bool = True) -> Array:
    """How close the first class of each item is to the second: 1 less their difference.

    Args:
        probabilities: `(n, classes)`.
        exclusive: whether one class excludes the others; else the closest label to one half counts.

    Returns:
        `(n,)`, 0 where one class is certain and 1 where two are equally likely.

    Example:
        >>> margin(np.array([[0.9, 0.1, 0.0], [0.4, 0.3, 0.3]])).round(3).tolist()
        [0.2, 0.9]
    """
    if not exclusive:
        return np.asarray(1 - np.abs(2 * probabilities - 1).min(axis=1))
    two = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(1 - (two[:, 1] - two[:, 0]))


def diverse(
    weights: Array, features: Array, count: int, seed: int, *, near: Array | None = None
) -> Array:
    """Items far from one another, drawn as k-means++ draws its first centres.

    The distance is that between outer products of both rows: of a model of classes, `weights` are
    its probabilities less its answer, so that these are gradients of its last layer. They are never
    formed.

    Args:
        weights: `(n, classes)`.
        features: `(n, width)`.
        count: how many, at most.
        seed: of the draw.
        near: places of items that are known already, which others are to be far from.

    Returns:
        `(count,)` places in the order in which they were drawn.

    Reference:
        Ash et al., Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds, 2020.

    Example:
        >>> diverse(np.ones((4, 1)), np.array([[0.0], [9.0], [9.1], [0.1]]), 2, 0).tolist()
        [2, 3]
    """
    sizes = (weights**2).sum(axis=1) * (features**2).sum(axis=1)

    def distances(place: int) -> Array:
        common = (weights @ weights[place]) * (features @ features[place])
        return np.asarray(np.maximum(sizes + sizes[place] - 2 * common, 0.0))

    draw, left = np.random.default_rng(seed), np.full(len(sizes), np.inf)
    for place in () if near is None else near:
        left = np.minimum(left, distances(int(place)))
    found = list[int]()
    if not np.isfinite(left).all() and len(sizes):
        found = [int(sizes.argmax())]
        left = distances(found[0])
    while len(found) < min(count, len(sizes)):
        left[found] = 0.0
        total = left.sum()
        if not total > 0:
            break
        found.append(int(np.searchsorted(left.cumsum(), draw.random() * total, side="right")))
        left = np.minimum(left, distances(found[-1]))
    return np.array(found, np.int64)


def most_wanted(outlook: Outlook, strategy: Strategy, open_places: Array, seed: int) -> Array:
    """The open items, those first that a model has most to learn from.

    Args:
        outlook: of the model.
        strategy: by which; without probabilities `entropy` and `margin` say nothing, and items that
            are unlike the known ones come first, or else any.
        open_places: `(n,)` of items without a label.
        seed: of what is drawn, and of the order of equals.

    Returns:
        The same places in another order.
    """
    mixed = np.random.default_rng(seed).permutation(open_places)
    chances = outlook.probabilities
    if strategy == "random" or (chances is None and outlook.features is None):
        return mixed
    if chances is None:
        known = np.setdiff1d(np.arange(len(outlook.items)), open_places)
        features = np.asarray(outlook.features, float)
        rows = np.concatenate([mixed, known[:MOST]])
        ones = np.ones((len(rows), 1))
        near = np.arange(len(mixed), len(rows))
        first = diverse(ones, features[rows], MOST, seed, near=near)
        return np.concatenate([mixed[first], np.delete(mixed, first)])
    chances = np.asarray(chances[mixed], float)
    measure = margin if strategy == "margin" else entropy
    unsure = measure(chances, exclusive=outlook.exclusive)
    order = np.argsort(-unsure, kind="stable")
    if strategy != "diverse":
        return np.asarray(mixed[order])
    told = outlook.features
    rows = np.ones((len(mixed), 1)) if told is None else np.asarray(told[mixed], float)
    first = diverse(_gradients(chances, outlook.exclusive), rows, MOST, seed)
    rest = order[~np.isin(order, first)]
    return np.asarray(mixed[np.concatenate([first, rest])])


def _gradients(chances: Array, exclusive: bool) -> Array:
    """Of the loss by logits, if what the model answers were true."""
    answers = np.zeros_like(chances)
    if exclusive:
        answers[np.arange(len(chances)), chances.argmax(axis=1)] = 1
    else:
        answers = (chances >= 0.5).astype(float)
    return np.asarray(chances - answers)


def _surprise(chances: Array) -> Array:
    known: Array = np.clip(np.asarray(chances, float), 0, 1)
    return np.asarray(-known * np.log(np.where(known > 0, known, 1)))
