"""Confident learning: which labels are likely wrong, by answers of models that did not learn them.

Reference:
    Northcutt, Jiang and Chuang, Confident Learning, JAIR 2021.
"""

import numpy as np

from fivefold.codecs.table import Array


def confident_joint(labels: Array, probabilities: Array) -> Array:
    """How many rows have one label and, as far as can be told, are of another class.

    A row counts for the class that it is likelier of than rows of that label are on average, the
    likeliest such one; a row that is likely of none counts for none. Then each label is brought to
    as many rows as it has.

    Args:
        labels: `(n,)` indices of classes.
        probabilities: `(n, classes)`, each row by a model that did not learn from it.

    Returns:
        `(classes, classes)` float64 counts: the given label, then the class.

    Example:
        >>> sure = np.repeat([[0.9, 0.1], [0.1, 0.9]], 4, axis=0)
        >>> confident_joint(np.array([0, 0, 0, 1, 1, 1, 1, 1]), sure).tolist()
        [[3.0, 0.0], [1.0, 4.0]]
    """
    count = probabilities.shape[1]
    given = np.bincount(labels, minlength=count)
    own = self_confidence(labels, probabilities)
    usual = np.bincount(labels, weights=own, minlength=count)
    usual = np.divide(usual, given, out=np.full(count, np.inf), where=given > 0)
    likely = np.where(probabilities >= usual - 1e-6, probabilities, -1.0)
    is_told = likely.max(axis=1, initial=-1.0) >= 0
    found = np.zeros((count, count))
    np.add.at(found, (labels[is_told], likely[is_told].argmax(axis=1)), 1)
    np.fill_diagonal(found, np.maximum(found.diagonal(), (given > 0).astype(float)))
    told = found.sum(axis=1, keepdims=True)
    return np.asarray(found / np.where(told > 0, told, 1) * given[:, None])


def likely_errors(labels: Array, probabilities: Array) -> Array:
    """Rows whose label is likely wrong: of each pair of classes as many as the joint says.

    Those are taken that lie furthest on the other class's side; a row whose label is what the
    model would answer is none.

    Args:
        labels: `(n,)` indices of classes.
        probabilities: `(n, classes)`, each row by a model that did not learn from it.

    Returns:
        `(n,)` bool.

    Example:
        >>> sure = np.repeat([[0.9, 0.1], [0.1, 0.9]], 4, axis=0)
        >>> np.flatnonzero(likely_errors(np.array([0, 0, 0, 1, 1, 1, 1, 1]), sure)).tolist()
        [3]
    """
    joint, found = confident_joint(labels, probabilities), np.zeros(len(labels), bool)
    for given in range(probabilities.shape[1]):
        rows = np.flatnonzero(labels == given)
        counts = _rounded(joint[given])
        for other in range(probabilities.shape[1]):
            if other != given and counts[other]:
                nearer = probabilities[rows, other] - probabilities[rows, given]
                found[rows[np.argsort(-nearer, kind="stable")[: counts[other]]]] = True
    return np.asarray(found & (probabilities.argmax(axis=1) != labels))


def self_confidence(labels: Array, probabilities: Array) -> Array:
    """`(n,)` the probability of each row's own label: the lower, the likelier it is wrong."""
    return np.asarray(probabilities[np.arange(len(labels)), labels])


def normalised_margin(labels: Array, probabilities: Array) -> Array:
    """`(n,)` how far the own label is ahead of the likeliest other one, from 0 to 1.

    Example:
        >>> normalised_margin(np.array([0, 1]), np.full((2, 2), [0.9, 0.1])).round(3).tolist()
        [0.9, 0.1]
    """
    others = probabilities.copy()
    others[np.arange(len(labels)), labels] = -np.inf
    return np.asarray((self_confidence(labels, probabilities) - others.max(axis=1) + 1) / 2)


def _rounded(counts: Array) -> Array:
    """Whole numbers of the same sum, which go up where the fractions are largest."""
    whole = np.floor(counts + 1e-9).astype(np.int64)
    left = round(float(counts.sum())) - int(whole.sum())
    whole[np.argsort(whole - counts, kind="stable")[:left]] += 1
    return np.asarray(whole)
