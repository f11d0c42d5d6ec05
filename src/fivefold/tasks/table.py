"""The tasks there are, and those of one's own."""

import inspect

from fivefold.core.faults import nearest
from fivefold.core.wording import quoted
from fivefold.errors import ConfigError
from fivefold.tasks.binary import Binary
from fivefold.tasks.multiclass import Multiclass
from fivefold.tasks.regression import Regression
from fivefold.tasks.task import Task

BINARY, MULTICLASS, REGRESSION = Binary(), Multiclass(), Regression()
TASKS: dict[str, Task] = {task.name: task for task in (BINARY, MULTICLASS, REGRESSION)}
"""The built-in tasks by name, in the order in which they are asked for."""

_ADOPTED: dict[str, Task] = {}


def task_of(name: str) -> Task:
    """The task of this name, built in or adopted.

    Raises:
        ConfigError: if there is none.

    Example:
        >>> task_of("binary")
        Binary()
    """
    found = TASKS.get(name) or _ADOPTED.get(name)
    if found is not None:
        return found
    known = [*TASKS, *_ADOPTED]
    near = nearest(name, known)
    raise ConfigError(
        f"Task: expected one of {quoted(known)}, found {name!r}.",
        remedy=f"Write {near!r}, or pass the class of your own in tasks=[...]."
        if near
        else "Pass the class of your own in tasks=[...].",
        task=name,
        near=near,
    )


def adopt(task: Task | type[Task]) -> Task:
    """Make a task of one's own known by its name, for as long as this process lives.

    Nothing that is read from disk does this. A class that was defined again (a notebook's cell that
    ran twice) takes the place of the former one.

    Args:
        task: an object, or a class that is called without arguments.

    Raises:
        ConfigError: if it is no task, or another one has its name.
    """
    found = task() if isinstance(task, type) and _is_final(task) else task
    if not isinstance(found, Task):
        name = getattr(task, "__name__", repr(task))
        lacks = sorted(getattr(task, "__abstractmethods__", ()))
        raise ConfigError(
            f"Task: expected a subclass of Task, or an object of one, found {name}.",
            evidence=f"It does not define {quoted(lacks)}." if lacks else "",
            remedy="Derive it from fivefold.Choice, fivefold.Quantity or fivefold.Task.",
            found=task,
        )
    name = getattr(found, "name", None)
    if not isinstance(name, str) or not name:
        raise ConfigError(
            f"Task {type(found).__name__}: expected a name, found {name!r}.",
            remedy='Write name = "..." in the class.',
            found=name,
        )
    if type(TASKS.get(name)) is type(found):
        return TASKS[name]
    former = TASKS.get(name) or _ADOPTED.get(name)
    if former is not None and _address(former) != _address(found):
        raise ConfigError(
            f"Task {type(found).__name__}: expected a name of its own, found {name!r}, which "
            f"{'.'.join(_address(former))} has.",
            remedy="Give one of them another name.",
            task=name,
        )
    _ADOPTED[name] = found
    return found


def _is_final(task: type) -> bool:
    return issubclass(task, Task) and not inspect.isabstract(task)


def _address(task: Task) -> tuple[str, str]:
    return type(task).__module__, type(task).__qualname__
