"""Kinds and tasks of a user's, handed over when a model is loaded."""

import inspect
from collections.abc import Iterable
from os import PathLike
from typing import Any

from fivefold.core.own import load_file
from fivefold.errors import BundleError, ConfigError
from fivefold.kinds.kind import Kind
from fivefold.kinds.table import KINDS
from fivefold.serve.bundle import Bundle
from fivefold.tasks.table import TASKS
from fivefold.tasks.task import Task


def adopt_all(
    kinds: Iterable[Kind | type[Kind]] = (), tasks: Iterable[Task | type[Task]] = ()
) -> None:
    """Make kinds and tasks known to this process.

    Raises:
        ConfigError: if one is none, or its name is taken.
    """
    for kind in kinds:
        KINDS.adopt(kind)
    for task in tasks:
        TASKS.adopt(task)


def adopt_file(path: str | PathLike[str]) -> None:
    """Run a file of the user's, and make the kinds and tasks that it defines known.

    Raises:
        ConfigError: if it does not run, defines none, or a name is taken.
    """
    module = load_file(path)
    defined: list[Any] = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and not inspect.isabstract(value)
    ]
    adopt_all(
        [cls for cls in defined if issubclass(cls, Kind)],
        [cls for cls in defined if issubclass(cls, Task)],
    )


def stranger(bundle: Bundle, error: ConfigError) -> BundleError:
    """What is said of a bundle that needs a kind or a task which was not handed over.

    Args:
        bundle: names it, and where it was defined.
        error: that there is none of its name.
    """
    noun, name = str(error.facts.get("noun")), error.facts.get("name")
    own = bundle.json("codec.json").get("own", {})
    written = own.get(noun, {}).get(name, "a file of yours")
    file, _, cls = written.rpartition(":")
    shown = file if file.endswith(".py") else "FILE.py"
    return BundleError(
        f"{bundle.path}: expected the {noun} {name!r}, which is {written}, found that it was not "
        "handed over.",
        remedy=f"Write load(path, {noun}s=[{cls or 'MyClass'}]), or --with {shown} in the shell.",
        path=bundle.path,
        name=name,
    )
