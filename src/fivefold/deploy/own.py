"""Where the kinds and tasks of a user's are defined that a bundle needs."""

from pathlib import Path

from fivefold.core.roster import file_of
from fivefold.kinds.codec import Codec
from fivefold.kinds.table import KINDS, kind_of
from fivefold.tasks.table import TASKS, task_of


def own_files(codec: Codec) -> tuple[list[Path], str]:
    """The files that define its kinds and task where they are the user's, and why one is missing.

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
    own += [] if task.name in TASKS.known else [task]
    files = {type(one): file_of(type(one)) for one in own}
    lost = [cls.__qualname__ for cls, file in files.items() if file is None]
    found = [file for file in files.values() if file is not None]
    why = (
        f"{lost[0]} is not defined in a file. Move it to one to see that a server can load it."
        if lost
        else ""
    )
    return list(dict.fromkeys(found)), why
