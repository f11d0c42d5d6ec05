"""Scores on a scale on which what several parts add to an answer adds up."""

from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

LEAST = float(np.finfo(np.float32).tiny)
"""Probability below which none is told from 0, as float32 holds them."""

LOG_ODDS, LOG_CHANCE, SURPRISE = "log odds", "log probability", "surprise"


class Additive(NamedTuple):
    """What can be explained of answers: one number for each of several names, a row each.

    Args:
        names: of what is explained: a class, a target.
        values: `(n, names)` float64.
        units: of the values of each; empty for that of the target.
        said: `(n,)` which of the names a row's answer is about, before another is asked for.
    """

    names: tuple[str, ...]
    values: Array
    units: tuple[str, ...]
    said: Array


def alone(name: str, values: Array, unit: str) -> Additive:
    """One number a row, `(n,)`, of which alone there is something to explain.

    Example:
        >>> alone("price", np.array([2.0, 3.0]), "").said.tolist()
        [0, 0]
    """
    column = np.asarray(values, np.float64).reshape(-1, 1)
    return Additive((name,), column, (unit,), np.zeros(len(column), np.int64))


def log_odds(chances: Array) -> Array:
    """Of probabilities, float64 of the same shape.

    Example:
        >>> log_odds(np.array([0.5])).tolist()
        [0.0]
    """
    chances = np.asarray(chances, np.float64)
    odds = np.log(np.maximum(chances, LEAST)) - np.log(np.maximum(1 - chances, LEAST))
    return np.asarray(odds)


def log_chances(chances: Array) -> Array:
    """Logarithms of `(n, classes)` probabilities, above the mean of all classes.

    They are the logits of a softmax, up to a number that all classes of a row share.

    Example:
        >>> log_chances(np.full((1, 4), 0.25)).tolist()
        [[0.0, 0.0, 0.0, 0.0]]
    """
    logs = np.log(np.maximum(np.asarray(chances, np.float64), LEAST))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))
