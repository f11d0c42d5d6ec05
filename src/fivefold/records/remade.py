"""The pipeline of a run that lies in a folder, made again or handed over, to run elsewhere."""

import json
from collections.abc import Iterable
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.collect.collect import Collect
from fivefold.core.chain import Chain
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.stage import Stage
from fivefold.core.wording import together
from fivefold.deploy.deploy import Deploy
from fivefold.errors import ConfigError, RecipeError
from fivefold.evaluate.evaluate import Evaluate
from fivefold.pipeline import Pipeline, built_in_stages
from fivefold.records.saved import SavedRun
from fivefold.train import rebuilt

ELSEWHERE = frozenset({"source", "test_source", "root", "path", "better_than", "looks"})
"""Settings that say where something lies, or what lies there, and not what is done."""


def remade(saved: SavedRun, stages: Iterable[type[Stage]]) -> Pipeline:
    """The pipeline by the recipe of a run.

    Args:
        saved: the run.
        stages: classes of the user's that it names.

    Raises:
        RecipeError: if it holds a name alone of something.
    """
    known, made = [*built_in_stages(), *stages], partial(rebuilt.rebuild, find=rebuilt.known)
    try:
        return Pipeline(read_recipe(saved.recipe, known, rebuild=made))
    except RecipeError as error:
        if "setting" not in error.facts:
            raise
        remedy = (
            "Hand over the pipeline as the run had it: reproduce(run, pipeline=pipeline), or in "
        )
        remedy += "the shell --with FILE.py, the script at whose top it stands."
        setting = error.facts["setting"]
        raise RecipeError(error.summary, remedy=remedy, setting=setting) from None


def given_again(saved: SavedRun, pipeline: Chain, anyway: bool) -> Pipeline:
    """The pipeline that was handed over, which is that of a run.

    Raises:
        ConfigError: telling in what it differs.
    """
    found = apart(saved, pipeline)
    if found and not anyway:
        raise ConfigError.expected(
            "reproduce",
            f"the pipeline of the run in {saved.folder}",
            f"one that differs in {together(found)}",
            "Pass it as the run had it, or anyway=True to see what this one gives.",
            settings=tuple(found),
        )
    return Pipeline(pipeline.stages)


def apart(saved: SavedRun, pipeline: Chain) -> list[str]:
    """In what a pipeline differs from that of a run: its stages, or settings of them by name.

    What a recipe knows by name alone counts by that.
    """
    texts = (saved.recipe, write_recipe(pipeline.stages, strict=False))
    then, now = (json.loads(text)["stages"] for text in texts)
    if [_class(entry) for entry in then] != [_class(entry) for entry in now]:
        return ["its stages"]
    found = []
    for one, other in zip(then, now, strict=True):
        was, is_now = one.get("with", {}), other.get("with", {})
        names = [n for n in {**was, **is_now} if n not in ELSEWHERE and was.get(n) != is_now.get(n)]
        found += [f"{_class(one)}.{name}" for name in names]
    return found


def _class(entry: dict[str, Any]) -> str:
    """The class of a stage; a file that is run is another module than one that is imported."""
    return str(entry["stage"]).rpartition(":")[2]


def alone(pipeline: Pipeline, folder: Path, saved: SavedRun) -> tuple[Pipeline, tuple[str, ...]]:
    """The same pipeline, which writes below a folder alone; and what had to be left out."""
    stages: list[Stage] = []
    left_out = []
    for stage in pipeline:
        if isinstance(stage, Deploy):
            slash = "/" if fspath(stage.path).endswith("/") else ""
            unset = {n: None for n in ("better_than",) if n in type(stage).model_fields}
            stages.append(stage.replace(path=f"{folder / 'model.ff'}{slash}", **unset))
        elif isinstance(stage, Evaluate):
            unset = {n: None for n in ("looks",) if n in type(stage).model_fields}
            stages.append(stage.replace(**unset) if unset else stage)
        elif isinstance(stage, Collect):
            stages.append(_found(stage, saved))
        elif type(stage).side_effects:
            left_out.append(type(stage).__name__)
        else:
            stages.append(stage)
    return Pipeline(stages), tuple(left_out)


def _found(collect: Collect, saved: SavedRun) -> Collect:
    """Collect with paths that are found from here, where they were written for another folder."""
    about = saved.circumstances
    if about is None or not about.folder:
        return collect
    base, given = Path(about.folder), collect.settings()
    held = {name: given[name] for name in ("source", "test_source", "root") if name in given}
    changes = {n: v for n, old in held.items() if (v := _path_from(base, old)) is not old}
    return collect.replace(**changes) if changes else collect


def _path_from(base: Path, value: Any) -> Any:
    """A path, or each of several sources, that is found from a folder if not from here."""
    if isinstance(value, dict):
        moved = {name: _path_from(base, each) for name, each in value.items()}
        return moved if any(moved[name] is not value[name] for name in value) else value
    if not isinstance(value, str | PathLike) or Path(value).is_absolute():
        return value
    elsewhere = not Path(value).exists() and (base / value).exists()
    return str(base / value) if elsewhere else value
