"""A model of a study with what it answered to rows that it did not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from fivefold.core.chain import Chain
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
