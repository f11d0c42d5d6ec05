"""What is judged: rows, or the positions of rows that count, one after another."""

from typing import NamedTuple, Self

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.resampling import Resamples
from fivefold.tasks.task import Task


class Judged(NamedTuple):
    """Answers to judge, beside the truth.

    Args:
        target: `(m, ...)` the truth, an answer a line.
        scores: `(m, ...)` of the same answers.
        rows: how many rows there are.
        row: `(m,)` the row that each answer belongs to; None where each row has one.
    """

    target: Array
    scores: Array
    rows: int
    row: Array | None = None

    @classmethod
    def of(cls, task: Task, target: Array, scores: Array) -> Self:
        """The answers of some rows.

        Args:
            task: says which positions count.
            target: `(n, ...)` of the rows.
            scores: `(n, ...)` of the same rows.

        Example:
            >>> from fivefold.tasks.known import BINARY
            >>> judged = Judged.of(BINARY, np.array([0, 1]), np.eye(2))
            >>> judged.by_row(BINARY.errors(judged.target, judged.scores)).tolist()
            [0.0, 0.0]
        """
        if task.by_row:
            return cls(target, scores, len(target))
        return cls.of_positions(task, target, scores)

    @classmethod
    def of_positions(cls, task: Task, target: Array, scores: Array) -> Self:
        """The same, positions one after another whatever the task is judged by."""
        counts = task.positions(target)
        if counts is None:
            return cls(target, scores, len(target))
        return cls(target[counts], scores[counts], len(target), np.nonzero(counts)[0])

    @property
    def noun(self) -> str:
        """What the answers are of."""
        return "rows" if self.row is None else "positions"

    def by_row(self, values: Array) -> Array:
        """`(n,)` the mean of each row's values; 0 for a row without one."""
        if self.row is None:
            return values
        counts = np.bincount(self.row, minlength=self.rows)
        sums = np.bincount(self.row, weights=values, minlength=self.rows)
        return np.asarray(sums / np.maximum(counts, 1))

    def of_rows(self, values: Array) -> Array:
        """`(m,)` what each answer has of its row's `(n,)` values."""
        return values if self.row is None else values[self.row]

    def drawn(self, resamples: Resamples) -> Resamples:
        """Resamples of rows as resamples of the answers: a row brings all of its own."""
        return resamples if self.row is None else resamples.spread(self.row)
