"""The tasks there are, and those that a user has added."""

from fivefold.core.roster import Roster
from fivefold.tasks.binary import Binary
from fivefold.tasks.multiclass import Multiclass
from fivefold.tasks.regression import Regression
from fivefold.tasks.task import Task

BINARY, MULTICLASS, REGRESSION = Binary(), Multiclass(), Regression()

TASKS = Roster(
    "task",
    Task,  # type: ignore[type-abstract]
    (BINARY, MULTICLASS, REGRESSION),
    remedy="hand over the class of a task of your own: Collect(task=MyTask), "
    "load(path, tasks=[MyTask]), --with FILE.py",
)
"""The tasks there are; all other places ask here."""


def number_task() -> str:
    """The name of the task that predicts a number; empty if there is none."""
    return next((name for name, task in TASKS.known.items() if task.trees == "number"), "")


def task_of(name: str) -> Task:
    """The task of this name.

    Raises:
        ConfigError: if there is none.

    Example:
        >>> task_of("binary")
        Binary()
    """
    return TASKS[name]
