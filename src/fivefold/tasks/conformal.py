"""What holds the truth as often as is stated: an interval about a number, a set of classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.tasks.places import finite, labels_of
from fivefold.tasks.task import Task

INTERVALS, SETS = "intervals", "sets"
"""What a task can be given, by the key of a reply."""


@dataclass(frozen=True)
class Conformal:
    """How far the truth lies from an answer, at most, as rows say that were kept for it.

    Args:
        level: the share of further rows whose truth lies within.
        limits: of the distance: for a number one each part of answers, of classes one each. None
            is no limit, as too few rows were kept.
        rows: kept rows behind each limit.
        edges: answers at which a part of them ends and the next begins; one fewer than parts.
        unit: what is exchangeable: `row`, or `group` where groups stay on one side. `moment` where
            rows were divided by time: then nothing is promised of later ones.

    Example:
        >>> Conformal(0.9, (2.0, 5.0), (90, 90), (100.0,)).within(np.array([10.0, 200.0])).tolist()
        [2.0, 5.0]
    """

    level: float
    limits: tuple[float | None, ...]
    rows: tuple[int, ...]
    edges: tuple[float, ...] = ()
    unit: str = "row"

    @property
    def promised(self) -> bool:
        """Whether further rows are covered as often as is stated, if they are like those kept."""
        return self.unit != "moment"

    def within(self, answers: Array) -> Array:
        """`(n,)` how far the truth lies from these numbers, at most; infinite without a limit."""
        places = np.searchsorted(self.edges, answers, side="right")
        return np.asarray(self._numbers()[places])

    def intervals(self, task: Task, scores: Array, schema: Schema) -> Array:
        """`(n, 2)` float64, low and high about each number; infinite without a limit."""
        answers = task.answers(scores, schema)
        reach = self.within(answers) * task.spread(scores)
        ends = np.stack([answers - reach, answers + reach], axis=1)
        return np.asarray(np.maximum(ends, task.least))

    def sets(self, task: Task, scores: Array, marks: Array) -> Array:
        """`(n, classes)` bool: classes that are likely enough, and the answer always.

        Args:
            task: that answers with classes.
            scores: `(n, classes)` probabilities.
            marks: `(n, classes)` that decide the answers.
        """
        told = task.by_class(np.zeros(len(marks), np.int64), marks)
        assert told is not None
        return np.asarray((1 - scores.astype(np.float64) <= self._numbers()) | told[1])

    def said(self) -> str:
        """In a sentence, for people."""
        kept = sum(rows for _, rows in {*zip(self.limits, self.rows, strict=True)})
        told = f"by {kept:,} rows that were kept for it"
        if not self.promised:
            return (
                f"Aimed at {self.level:g} of the rows, {told}; nothing is promised of later ones."
            )
        like = "further groups" if self.unit == "group" else "further rows"
        return f"The truth of {self.level:g} of {like} is held, {told}, if they are like these."

    def _numbers(self) -> Array:
        return np.array([np.inf if one is None else one for one in self.limits])

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "level": self.level,
            "limits": list(self.limits),
            "rows": list(self.rows),
            "edges": list(self.edges),
            "unit": self.unit,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        limits, rows = tuple(values["limits"]), tuple(values["rows"])
        return cls(values["level"], limits, rows, tuple(values["edges"]), values["unit"])


def bounds_told(
    task: Task, scores: Array, marks: Array, schema: Schema, conformal: Conformal | None
) -> dict[str, Any]:
    """What a reply says of them: `intervals` or `sets`, their `level`, and if it is no promise.

    Args:
        task: whose answers they are about.
        scores: `(n, ...)` of the rows.
        marks: of which the largest class is answered.
        schema: of the model.
        conformal: None for nothing to say.
    """
    if conformal is None:
        return {}
    told: dict[str, Any] = {"level": conformal.level}
    told |= {} if conformal.promised else {"promised": False}
    if task.bounds(schema) == INTERVALS:
        return {INTERVALS: finite(conformal.intervals(task, scores, schema))} | told
    held = conformal.sets(task, scores, marks)
    return {SETS: [labels_of(np.flatnonzero(row), schema.classes) for row in held]} | told
