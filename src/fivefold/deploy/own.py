"""Where the kinds, tasks and stages of a user's are defined that a bundle needs."""

from pathlib import Path

from fivefold.core.roster import file_of
from fivefold.kinds.codec import Codec
from fivefold.kinds.known import KINDS, kind_of
from fivefold.tasks.known import TASKS, task_of
from fivefold.travel.changes import Changes
from fivefold.travel.handed import Handed


def own_files(codec: Codec, changes: Changes | None = None) -> tuple[list[Path], str]:
    """The files that define what in it is the user's, and why one is missing.

    Returns:
        The files, and a sentence that is empty if each has one.

    Example:
        >>> from fivefold.codecs.schema import Schema
        >>> from fivefold.codecs.settings import Settings
        >>> schema = Schema(columns=(), targets=("y",), task="regression")
        >>> own_files(Codec(schema=schema, settings=Settings(), blocks=()))
        ([], '')
    """
    kinds = [kind_of(column.kind) for column in codec.schema.columns]
    task = task_of(codec.schema.task)
    own: list[object] = [kind for kind in kinds if kind.name not in KINDS.known]
    own += [] if TASKS.own(task.name) is None else [task]
    steps = () if changes is None else changes.steps
    own += [step.stage for step in steps if isinstance(step, Handed)]
    files = {type(one): file_of(type(one)) for one in own}
    lost = [cls.__qualname__ for cls, file in files.items() if file is None]
    found = [file for file in files.values() if file is not None]
    why = (
        f"{lost[0]} is not defined in a file. Move it to one to see that a server can load it."
        if lost
        else ""
    )
    return list(dict.fromkeys(found)), why
