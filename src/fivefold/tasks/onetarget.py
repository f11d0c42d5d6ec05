"""One of several targets, and where it stands among the numbers of all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.metrics.metric import Metric
from fivefold.metrics.statistic import Statistic
from fivefold.tasks.binary import Binary
from fivefold.tasks.count import Count
from fivefold.tasks.multiclass import Multiclass
from fivefold.tasks.multilabel import Multilabel
from fivefold.tasks.ordinal import Ordinal
from fivefold.tasks.regression import Regression
from fivefold.tasks.task import Task

KNOWN: dict[str, Task] = {
    task.name: task
    for task in (Binary(), Multiclass(), Regression(), Multilabel(), Ordinal(), Count())
}
"""What a target may be, by name."""


def tasks_of_targets(said: Mapping[Any, Any]) -> dict[str, str]:
    """Names of tasks by target, where each is one that a target beside others may be.

    Raises:
        ValueError: naming the first that is none.
    """
    for name, task in said.items():
        if task not in KNOWN:
            able = ", ".join(KNOWN)
            raise ValueError(
                f"expected each of several targets as one of {able}; {name!r}: {task!r}"
            )
    return dict(said)


@dataclass(frozen=True, kw_only=True)
class OneTarget:
    """A target beside others.

    Args:
        name: of its column.
        task: what is predicted of it.
        schema: of it alone, with classes by number.
        columns: its places in the target's array.
        places: its places in that of the scores.
        outputs: its places in that of a network's outputs.
    """

    name: str
    task: Task
    schema: Schema
    columns: slice
    places: slice
    outputs: slice

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the scores of a row."""
        return tuple(self.task.empty(self.schema).shape[1:])

    def of(self, schema: Schema, classes: tuple[Any, ...]) -> Schema:
        """The schema in which it is the only target, with its classes."""
        return replace(schema, targets=(self.name,), task=self.task.name, classes=classes, each=())

    def truth(self, target: Array) -> Array:
        """Its part of `(n, ...)` targets, as its task encodes them."""
        own = target[:, self.columns]
        if not self.task.several:
            own = own[:, 0]
        return own.astype(np.int64) if self.schema.classes else own

    def given(self, scores: Array) -> Array:
        """Its part of `(n, ...)` scores, as its task takes them."""
        return scores[:, self.places].reshape(len(scores), *self.shape)

    def losses(self, target: Array, scores: Array) -> tuple[Array, Array]:
        """`(n,)` of the rows, and those of a model that knows these targets and no inputs."""
        truth = self.truth(target)
        constant = self.task.constant(truth, self.schema, len(truth))
        given = self.task.row_losses(truth, self.given(scores))
        return given, self.task.row_losses(truth, constant)

    def metric(self, metric: Metric) -> Metric:
        """One of its task's metrics, by a name of its own."""

        def counted(target: Array, scores: Array, counts: Array) -> Array:
            return metric.statistic.counted(self.truth(target), self.given(scores), counts)

        counted.__name__ = name = f"{metric.name}_{self.name}"
        return Metric(
            name, Statistic(counted), metric.greater, ranked=metric.ranked, bounds=metric.bounds
        )


def side_by_side(told: dict[str, tuple[str, int]]) -> tuple[OneTarget, ...]:
    """Targets by name, with the name of each one's task and how many classes it has."""
    found: list[OneTarget] = []
    column = place = output = 0
    for name, (task_name, classes) in told.items():
        task = KNOWN[task_name]
        labels = tuple(map(str, range(classes)))
        schema = Schema(columns=(), targets=(name,), task=task_name, classes=labels)
        wide = classes if task.several else 1
        given = prod(task.empty(schema).shape[1:])
        [outputs] = task.outputs(schema)
        found.append(
            OneTarget(
                name=name,
                task=task,
                schema=schema,
                columns=slice(column, column + wide),
                places=slice(place, place + given),
                outputs=slice(output, output + outputs),
            )
        )
        column, place, output = column + wide, place + given, output + outputs
    return tuple(found)
