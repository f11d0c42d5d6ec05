"""What a process of a study must know before its first unit: files of the user's."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fivefold.core.modules import is_own
from fivefold.core.own_code import own_objects
from fivefold.core.roster import file_of
from fivefold.core.values import is_named
from fivefold.errors import RecipeError
from fivefold.kinds.known import KINDS
from fivefold.pipeline import built_in_stages
from fivefold.study.unit import Unit
from fivefold.tasks.known import TASKS
from fivefold.train.snapshot import is_estimator


def wanted_by(units: Iterable[Unit]) -> dict[str, Any]:
    """What a process must know before it works at these units: the files of the user's classes.

    Raises:
        RecipeError: naming a class that is defined in no file.
    """
    modules, files = dict[str, None](), dict[str, None]()
    for cls in dict.fromkeys(cls for unit in units for cls in _own_classes(unit)):
        name = cls.__module__
        file = file_of(cls)
        if file is None or not is_named(cls):
            raise RecipeError.expected(
                "Study",
                "classes at the top of a file, for other processes",
                f"{cls.__qualname__} elsewhere",
                "Move it into a file, or leave out n_jobs.",
            )
        if name == "__main__" and not _is_guarded(file):
            raise RecipeError.expected(
                "Study",
                f"{file.name} to run nothing when other processes take {cls.__qualname__} from it",
                "that it runs all of itself",
                'Put what runs below `if __name__ == "__main__":`, or leave out n_jobs.',
                path=file,
            )
        if name == "__main__" or not name.replace(".", "").isidentifier():
            files[str(file)] = None
        else:
            modules[name] = None
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch is not None else 0
    return {"modules": list(modules), "files": list(files), "threads": threads}


def _is_guarded(file: Path) -> bool:
    """Whether a script says what of it runs only where it is the script."""
    nodes = ast.parse(file.read_bytes()).body
    tests = [ast.dump(node.test) for node in nodes if isinstance(node, ast.If)]
    return any("'__name__'" in test and "'__main__'" in test for test in tests)


def _own_classes(unit: Unit) -> Iterator[type]:
    stages, known = [*unit.start.before, *unit.stages], built_in_stages()
    yield from (type(stage) for stage in stages if type(stage) not in known)
    things: list[Any] = [each for stage in stages for each in own_objects(stage.settings())]
    yield from _in_estimators([stage.settings() for stage in stages])
    things += [one for one in KINDS if one.name not in KINDS.known]
    things += [one for one in TASKS if one.name not in TASKS.known]
    yield from (type(each) for each in things if type(each).__module__.split(".")[0] != "fivefold")


def _in_estimators(value: Any) -> Iterator[type]:
    """The user's classes and functions that estimators are made of, at any depth."""
    if isinstance(value, Mapping | list | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _in_estimators(part)
    elif is_estimator(value):
        yield from _owned(type(value))
        yield from _in_estimators([*value.get_params(deep=False).values()])
    else:
        yield from _owned(value)


def _owned(value: Any) -> Iterator[Any]:
    if callable(value) and hasattr(value, "__qualname__") and is_own(value.__module__ or ""):
        yield value
