"""Kinds, tasks and stages of a user's, handed over when a model is loaded."""

import inspect
from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from types import ModuleType
from typing import Any

from fivefold.core.faults import raise_all
from fivefold.core.own import load_file
from fivefold.core.wish import FUNCTION, PATH, TEXT, Asked, Wish, counts, faults_of, list_of
from fivefold.errors import BundleError, ConfigError
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.serve.bundle import Bundle
from fivefold.tasks.known import TASKS
from fivefold.tasks.task import Task
from fivefold.travel.handed import adopt_stage, changes_rows

BUNDLE = Wish(
    "{} as that of a bundle, or its bytes",
    lambda value: isinstance(value, bytes) or PATH.fits(value),
    "Pass the path of a bundle that Deploy wrote.",
)
THREADS = replace(counts(0), remedy="Pass {}=1, or 0 (one a core) where nobody else uses them.")
CLASSES = list_of("classes", lambda _: True, such_as="MyClass")


def check_asked(path: Any, sha256: Any, factory: Any, threads: Any) -> None:
    """Refuse what `load` cannot take, before anything is opened.

    Raises:
        ConfigError: naming it; `PreflightError` with all of them, if several are wrong.
    """
    wishes: Asked = {
        "path": (path, BUNDLE),
        "sha256": (sha256, TEXT.or_none()),
        "factory": (factory, FUNCTION.or_none()),
        "threads": (threads, THREADS),
    }
    raise_all(faults_of("load", wishes))


def adopt_all(
    kinds: Iterable[Kind | type[Kind]] = (),
    tasks: Iterable[Task | type[Task]] = (),
    stages: Iterable[type[Any]] = (),
    *,
    who: str = "load",
) -> None:
    """Make kinds, tasks and stages that change rows known to this process.

    Args:
        kinds: classes, or their objects.
        tasks: likewise.
        stages: classes.
        who: was given them.

    Raises:
        ConfigError: if one is none, or its name is taken.
    """
    given = {"kinds": kinds, "tasks": tasks, "stages": stages}
    raise_all(faults_of(who, {name: (value, CLASSES) for name, value in given.items()}))
    for kind in kinds:
        KINDS.adopt(kind)
    for task in tasks:
        TASKS.adopt(task)
    for stage in stages:
        adopt_stage(stage)


def adopt_file(path: str | PathLike[str]) -> ModuleType:
    """Run a file of the user's, and make known what kinds, tasks and stages it defines.

    Returns:
        What else it defines.

    Raises:
        ConfigError: if it does not run, defines none, or a name is taken.
    """
    module = load_file(path)
    adopt_defined(module)
    return module


def adopt_defined(module: ModuleType) -> None:
    """Make known what kinds, tasks and stages that change rows a module defines.

    Raises:
        ConfigError: if a name is taken.
    """
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
        [cls for cls in defined if changes_rows(cls)],
    )


def stranger(bundle: Bundle, error: ConfigError) -> BundleError:
    """What is said of a bundle that needs a kind, a task or a stage which was not handed over."""
    noun, name = str(error.facts.get("noun")), error.facts.get("name")
    own = bundle.json("codec.json").get("own", {})
    written = own.get(noun, {}).get(name) or str(error.facts.get("written", "a file of yours"))
    file, _, cls = written.rpartition(":")
    shown = file if file.endswith(".py") else "FILE.py"
    return BundleError(
        f"{bundle.path}: expected the {noun} {name!r}, which is {written}, found that it was not "
        "handed over.",
        remedy=f"Write load(path, {noun}s=[{cls or 'MyClass'}]), or --with {shown} in the shell.",
        path=bundle.path,
        name=name,
    )
