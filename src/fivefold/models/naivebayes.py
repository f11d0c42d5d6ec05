"""A linear model of terms that is counted and not fitted: by what all other classes are made of."""

from typing import Any

import numpy as np

from fivefold.codecs.table import Array


def complement_weights(x: Any, y: Array, weight: Array | None, outputs: int, more: float) -> Array:
    """Weights of complement naive Bayes: a term tells against the classes whose others have it.

    The other classes together have more rows than one alone, so that little is left to chance where
    a class is rare; how frequent classes are counts nothing.

    Args:
        x: `(rows, columns)` of 0 and more, dense or sparse.
        y: class indices; each class has a row.
        weight: what each row counts; None for 1 each.
        outputs: numbers a row: 1 for two classes, else one a class.
        more: what is added to the sum of each column, above 0.

    Returns:
        `(columns, outputs)` float64; of several outputs those of a column come to 0.

    Example:
        >>> x = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> complement_weights(x, np.array([0, 1]), None, 1, 1.0).round(2).ravel().tolist()
        [-0.69, 0.69]

    Reference:
        Rennie et al., Tackling the Poor Assumptions of Naive Bayes Text Classifiers, ICML 2003.
    """
    counts = np.eye(max(2, outputs))[y]
    if weight is not None:
        counts = counts * weight[:, None]
    sums = np.asarray(x.T @ counts)
    others = sums.sum(axis=1, keepdims=True) - sums + more
    logs = -np.log(others / others.sum(axis=0))
    if outputs == 1:
        return np.asarray(logs[:, 1:] - logs[:, :1])
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))
