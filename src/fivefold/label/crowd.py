"""What is true where several people answered, each of whom errs in a way of their own."""

from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

UNKNOWN = -1
_LEAST = 1e-12


class Votes(NamedTuple):
    """Who said what of which item; one vote a place.

    Args:
        item: `(m,)` int, from 0.
        who: `(m,)` int, from 0.
        said: `(m,)` int, the class.
        sizes: items, people, classes.
    """

    item: Array
    who: Array
    said: Array
    sizes: tuple[int, int, int]

    def only(self, kept: Array) -> "Votes":
        """Those of some votes, `(m,)` bool."""
        return Votes(self.item[kept], self.who[kept], self.said[kept], self.sizes)


class Crowd(NamedTuple):
    """What is likely true, and how people err.

    Args:
        share: `(items, classes)` probability of each class; rows without votes hold the prior.
        confusion: `(people, classes, classes)` what a person says (last axis) of an item of a
            class.
        prior: `(classes,)` how common each class is.
    """

    share: Array
    confusion: Array
    prior: Array


def counted(votes: Votes) -> Array:
    """`(items, classes)` how many said it."""
    items, _, classes = votes.sizes
    places = votes.item * classes + votes.said
    return np.bincount(places, minlength=items * classes).reshape(items, classes)


def majority(votes: Votes) -> Array:
    """`(items,)` the class that most people named; -1 where two are even, or nobody did.

    Example:
        >>> item, said = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 1])
        >>> of = Votes(item, np.arange(5), said, (3, 5, 2))
        >>> majority(of).tolist()
        [1, -1, -1]
    """
    return surest(counted(votes).astype(float))


def surest(share: Array) -> Array:
    """`(items,)` the largest of each row; -1 where two are."""
    best = share.argmax(axis=1)
    top = share.max(axis=1, keepdims=True, initial=0)
    even = (share >= top - _LEAST).sum(axis=1) > 1
    return np.where(even | (top[:, 0] <= 0), UNKNOWN, best)


def dawid_skene(
    votes: Votes, *, rounds: int = 200, tolerance: float = 1e-6, smoothing: float = 0.01
) -> Crowd:
    """How likely each class is of each item, and how each person errs, fitted to each other.

    Args:
        votes: of all people.
        rounds: of expectation and maximisation, at most.
        tolerance: mean change of a probability below which nothing more changes.
        smoothing: votes added to every cell of a person's confusions.

    Example:
        >>> item, who = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)
        >>> said = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0])  # the third says the opposite
        >>> crowd = dawid_skene(Votes(item, who, said, (4, 3, 2)))
        >>> surest(crowd.share).tolist(), crowd.confusion[2].round(1).tolist()
        ([0, 1, 0, 1], [[0.0, 1.0], [1.0, 0.0]])

    Reference:
        Dawid and Skene, Maximum likelihood estimation of observer error-rates using the EM
        algorithm, Applied Statistics 28, 1979.
    """
    counts = counted(votes)
    share = (counts + _LEAST) / (counts + _LEAST).sum(axis=1, keepdims=True)
    there = counts.sum(axis=1) > 0
    crowd = _maximised(votes, share, there, smoothing)
    for _ in range(rounds):
        found = expected(votes, crowd)
        moved = float(np.abs(found - share)[there].mean()) if there.any() else 0.0
        share = found
        if moved < tolerance:
            break
        crowd = _maximised(votes, share, there, smoothing)
    return crowd._replace(share=share)


def expected(votes: Votes, crowd: Crowd) -> Array:
    """`(items, classes)` how likely each class is, by what is known of the people."""
    items, _, classes = votes.sizes
    logs = np.log(np.maximum(crowd.confusion, _LEAST))
    likely = np.tile(np.log(np.maximum(crowd.prior, _LEAST)), (items, 1))
    for k in range(classes):
        weights = logs[votes.who, k, votes.said]
        likely[:, k] += np.bincount(votes.item, weights=weights, minlength=items)
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def _maximised(votes: Votes, share: Array, there: Array, smoothing: float) -> Crowd:
    _, people, classes = votes.sizes
    confusion = np.empty((people, classes, classes))
    places, size = votes.who * classes + votes.said, people * classes
    for k in range(classes):
        weights = share[votes.item, k]
        found = np.bincount(places, weights=weights, minlength=size).reshape(people, classes)
        confusion[:, k] = found + smoothing
    confusion /= confusion.sum(axis=2, keepdims=True)
    prior = share[there].sum(axis=0) + smoothing
    return Crowd(share, confusion, prior / prior.sum())
