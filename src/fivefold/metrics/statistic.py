"""A score that can be taken of many resamples of the rows at once."""

import inspect
from collections.abc import Callable
from functools import update_wrapper

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import ShapeError
from fivefold.metrics.weight import weights_of

_WEIGHT = inspect.Parameter(
    "weight",
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    default=None,
    annotation=Array | None,
)
Counted = Callable[[Array, Array, Array], Array]


class Statistic:
    """A metric of `(target, scores)` that also knows how often each row was drawn.

    Bootstrap resamples differ only in how often they hold each row, so a metric written over
    counts scores hundreds of them in one pass, without copying a row.

    Args:
        counted: `(target, scores, counts) -> values`, where `counts` is `(b, n)` float64, one
            line a resample, and `values` is `(b,)`; NaN where the score is not defined.

    Example:
        >>> mean = Statistic(lambda target, scores, counts: counts @ target / counts.sum(1))
        >>> mean(np.array([1.0, 3.0]), np.array([0.0, 0.0]))
        2.0
        >>> twice_the_second = np.array([[0.0, 2.0]])
        >>> mean.over(np.array([1.0, 3.0]), np.array([0.0, 0.0]), twice_the_second).tolist()
        [3.0]
    """

    __name__: str

    def __init__(self, counted: Counted) -> None:
        self.counted = counted
        update_wrapper(self, counted)
        parameters = list(inspect.signature(counted).parameters.values())[:2]
        self.__signature__ = inspect.Signature([*parameters, _WEIGHT], return_annotation=float)

    def __call__(self, target: Array, scores: Array, weight: Array | None = None) -> float:
        """The score of the rows as they are; NaN where it is not defined."""
        return float(self.over(target, scores, np.ones((1, len(target))), weight)[0])

    def over(
        self, target: Array, scores: Array, counts: Array, weight: Array | None = None
    ) -> Array:
        """The score of each resample.

        Args:
            target: `(n,)` class indices or values.
            scores: `(n, classes)` probabilities or `(n,)` values.
            counts: `(b, n)`, how often each resample holds each row.
            weight: `(n,)` how much each row counts, None for 1 each. A row of weight 3 counts as
                three such rows, one of weight 0 is not looked at.

        Returns:
            `(b,)` float64; NaN where the score is not defined, for no rows at all too.

        Raises:
            ShapeError: if the lengths differ.
            DataError: if a weight is negative or not finite.
        """
        target, scores = np.asarray(target), np.asarray(scores)
        if not len(target) == len(scores) == counts.shape[1]:
            raise ShapeError(
                f"{self.__name__}: expected as many scores as targets, found {len(scores)} scores "
                f"and {len(target)} targets.",
                scores=len(scores),
                target=len(target),
            )
        if weight is not None:
            weight = weights_of(weight, len(target))
            kept = weight > 0
            target, scores, weight = target[kept], scores[kept], weight[kept]
            counts = np.compress(kept, counts, axis=1) * weight  # row by row in memory, as without
        if len(target) == 0:
            return np.full(len(counts), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.counted(target, scores, counts), np.float64)


def weighted_mean(values: Array, counts: Array) -> Array:
    """The mean of `(n,)` values over each of `(b, n)` counts, `(b,)`."""
    return np.asarray(counts @ values / counts.sum(1))


def mean_over(values: Array, where: Array) -> Array:
    """The mean of each line of `(b, k)` values over those that count, `(b,)`; NaN for none."""
    return np.asarray(np.where(where, values, 0.0).sum(1) / where.sum(1))
