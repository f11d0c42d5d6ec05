"""What another process is told of a unit, and of what it must know before."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fivefold.artifacts import Collected
from fivefold.core.key import Key
from fivefold.core.own_code import own_objects
from fivefold.core.recipe import write_recipe
from fivefold.core.roster import file_of
from fivefold.core.stage import Stage
from fivefold.errors import RecipeError
from fivefold.kinds.known import KINDS
from fivefold.partition import Partition
from fivefold.study.unit import Unit
from fivefold.tasks.known import TASKS


def order_of(unit: Unit) -> dict[str, Any]:
    """A unit as JSON values, apart from its rows.

    Raises:
        RecipeError: if a setting is a module or a function.
    """
    return {
        "name": unit.name,
        "recipe": write_recipe(unit.stages),
        "digest": next(iter(unit.start.context.digests([Key(Collected)]).values())),
        "own": unit.start.context.own([Key(Collected)]),
        "seed": unit.seed,
        "part": unit.part,
        "mixed": unit.mixed,
        "watch": None if unit.watch is None else unit.watch.pack(),
    }


def check_travels(unit: Unit) -> None:
    """Refuse a unit that cannot be told to another process.

    Raises:
        RecipeError: naming what cannot be written down.
    """
    for key in unit.start.context:
        if key not in (Key(Collected), Key(Partition)):
            remedy = "Leave out n_jobs."
            raise RecipeError.expected("Study", "rows and their division alone", str(key), remedy)
    write_recipe(unit.stages)
    wanted_by([unit])


def wanted_by(units: Iterable[Unit]) -> dict[str, Any]:
    """What a process must know before it works at these units: the files of the user's classes.

    Raises:
        RecipeError: naming a class that is defined in no file.
    """
    modules, files = dict[str, None](), dict[str, None]()
    for cls in dict.fromkeys(cls for unit in units for cls in _own_classes(unit)):
        module = sys.modules.get(cls.__module__)
        file, name = file_of(cls), cls.__module__
        if file is None or vars(module or cls).get(cls.__qualname__) is not cls:
            raise RecipeError.expected(
                "Study",
                "classes at the top of a file, for other processes",
                f"{cls.__qualname__} elsewhere",
                "Move it into a file, or leave out n_jobs.",
            )
        if name == "__main__" or not name.replace(".", "").isidentifier():
            files[str(file)] = None
        else:
            modules[name] = None
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch is not None else 0
    return {"modules": list(modules), "files": list(files), "threads": threads}


def same_stages(one: Sequence[Stage], other: Sequence[Stage]) -> bool:
    """Whether two rows of stages do the same: they are the same, or have one recipe."""
    if tuple(one) == tuple(other):
        return True
    try:
        return write_recipe(one) == write_recipe(other)
    except RecipeError:
        return False


def _own_classes(unit: Unit) -> Iterator[type]:
    stages = [*unit.start.before, *unit.stages]
    things: list[Any] = [*stages]
    things += [each for stage in stages for each in own_objects(stage.settings())]
    things += [one for one in KINDS if one.name not in KINDS.known]
    things += [one for one in TASKS if one.name not in TASKS.known]
    yield from (type(each) for each in things if type(each).__module__.split(".")[0] != "fivefold")
