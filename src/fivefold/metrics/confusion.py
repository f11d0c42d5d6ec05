"""How often each class was called each class."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.weight import weights_of


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of the pairs of truth and prediction, of each resample of the rows.

    Args:
        truths: `(pairs,)` the true class of each pair that occurs, -1 for an unknown label.
        guesses: `(pairs,)` the class that was predicted.
        counts: `(b, pairs)` float64, rows (or sums of weights) of each resample.
        classes: how many classes there are.
    """

    truths: Array
    guesses: Array
    counts: Array
    classes: int

    @cached_property
    def hits(self) -> Array:
        """`(b, classes)` rows of a class that were given it."""
        return self._sums(self._is_truth & self._is_guess)

    @cached_property
    def support(self) -> Array:
        """`(b, classes)` rows of a class."""
        return self._sums(self._is_truth)

    @cached_property
    def predicted(self) -> Array:
        """`(b, classes)` rows that were given a class."""
        return self._sums(self._is_guess)

    @cached_property
    def rows(self) -> Array:
        """`(b,)` all rows, those of unknown labels among them."""
        return np.asarray(self.counts.sum(1))

    @cached_property
    def unknown(self) -> Array:
        """`(b,)` rows of unknown labels."""
        return self._sums(self.truths < 0)

    @property
    def matrix(self) -> Array:
        """`(b, classes, classes)` rows of each true (line) and predicted (column) class."""
        known = self.truths >= 0
        table = np.zeros((len(self.counts), self.classes, self.classes))
        table[:, self.truths[known], self.guesses[known]] = self.counts[:, known]
        return table

    @property
    def _is_truth(self) -> Array:
        return np.asarray(self.truths[:, None] == np.arange(self.classes))

    @property
    def _is_guess(self) -> Array:
        return np.asarray(self.guesses[:, None] == np.arange(self.classes))

    def _sums(self, pairs: Array) -> Array:
        return np.asarray(self.counts @ pairs.astype(float))


def confusion(target: Array, predicted: Array, classes: int, counts: Array) -> Confusion:
    """Count the pairs of truth and prediction in each resample.

    Args:
        target: `(n,)` true class indices, -1 for an unknown label.
        predicted: `(n,)` predicted class indices.
        classes: how many classes there are.
        counts: `(b, n)` float64, how often (or with what weight) each resample holds each row.

    Example:
        >>> seen = confusion(np.array([0, 1, 1]), np.array([0, 1, 0]), 2, np.array([[1.0, 1, 2]]))
        >>> seen.hits.tolist(), seen.predicted.tolist()
        ([[1.0, 1.0]], [[3.0, 1.0]])
    """
    cells, cell_of_row = np.unique((target + 1) * classes + predicted, return_inverse=True)
    order = np.argsort(cell_of_row, kind="stable")
    starts = np.searchsorted(cell_of_row[order], np.arange(len(cells)))
    return Confusion(
        truths=cells // classes - 1,
        guesses=cells % classes,
        counts=np.add.reduceat(counts[:, order], starts, axis=1),
        classes=classes,
    )


def confusion_matrix(
    target: Array, predicted: Array, classes: int, weight: Array | None = None
) -> Array:
    """How often each class (line) was called each class (column).

    Args:
        target: `(n,)` true class indices; rows of an unknown label, -1, are left out.
        predicted: `(n,)` predicted class indices.
        classes: how many classes there are.
        weight: `(n,)` how much each row counts; None for 1 each.

    Returns:
        `(classes, classes)` int64, float64 sums of weights where there are weights; zeros for
        no rows.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
        [[1, 0], [1, 1]]
    """
    counts = weights_of(weight, len(target))[None]
    table: Array = confusion(target, predicted, classes, counts).matrix[0]
    return table.astype(np.int64) if weight is None else table
