"""A model of a study with what it answered to rows that it did not learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fivefold.core.chain import Chain
from fivefold.errors import ConfigError
from fivefold.study.unit import Outcome
from fivefold.tasks.task import Task


@dataclass(frozen=True, eq=False, repr=False)
class Candidate:
    """A model that may answer together with others.

    Attributes:
        pipeline: that trains it.
        outcomes: of its folds, each row in one of them; or of the rows for validation.
        task: what is predicted.
    """

    pipeline: Chain
    outcomes: Sequence[Outcome]
    task: Task


def refuse_unmixed(models: Mapping[Any, Candidate]) -> None:
    """Refuse a task whose answers are no means of those of several models.

    Raises:
        ConfigError: naming it.
    """
    from fivefold.models.heads import head_of

    task = next(iter(models.values())).task
    if task.sequence or not head_of(task).mixing:
        wanted = "a task whose scores are the mean of several models'"
        remedy = "Take one of the models; Train(members=5) answers by several networks of one sort."
        name = "several targets" if task.separate else task.name
        raise ConfigError.expected("ensemble", wanted, name, remedy)
