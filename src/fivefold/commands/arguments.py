"""Words of the shell that describe the data and what is learnt from it."""

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.attached import NAMES as ATTACHED
from fivefold.commands.attached import add_joins, joins_of
from fivefold.commands.meant import listed, meant
from fivefold.commands.parser import Parser
from fivefold.commands.querying import add_parameters, parameters_of
from fivefold.core.faults import raise_all
from fivefold.errors import ConfigError, FivefoldError

if TYPE_CHECKING:
    from fivefold.core.stage import Stage
    from fivefold.pipeline import Pipeline

SOURCE = "a data file, folder, address or sklearn:NAME; or a recipe.json"
LEARNT = ("Collect", "Split", "Preprocess", "Train", "Evaluate")
"""Stages whose settings are flags of every command that learns from data."""

PRETRAINED = "begin with these weights: a bundle, a folder, hf:org/name@revision, word vectors"
NOT_MISSING = "a text that is a value there, though it stands for missing elsewhere: country=NA"
FREEZE = "; alone beside --pretrained: what was taken stays as it is, the last layer learns"
COLUMNS = {
    **dict.fromkeys(("target", "time"), None),
    **dict.fromkeys(("drop", "past", "known"), True),
    **dict.fromkeys(("group", "until", "weight", "exposure", "series_id", "step"), False),
}
"""Settings of Collect that ask for columns: several, one, or (None) either."""
SPECIAL = ("parameters", "not_missing", "pretrained", *ATTACHED)
"""Flags of `add_source` that are no setting by themselves."""


def add_source(
    command: Parser,
    *,
    words: str = SOURCE,
    stages: Collection[str] = LEARNT,
    without: Collection[str] = (),
) -> None:
    """Give a command a source, and flags for the settings of the stages that it makes of it.

    Args:
        command: which takes them.
        words: what the source may be.
        stages: names of these stages.
        without: settings that have no flag there.
    """
    from fivefold.commands.flags import GROUPS, flags, unsayable

    command.add_argument("source", help=words)
    command.add_settings(flags(stages, without=without), GROUPS)
    command.unsayable |= unsayable(stages)
    group: Any = command.add_argument_group("said of several settings at once")
    several: Any = {"action": "append", "default": []}
    group.add_argument("--not-missing", **several, metavar="COLUMN=TEXT", help=NOT_MISSING)
    add_parameters(group)
    add_joins(group)
    if "Train" in stages:
        group.add_argument("--pretrained", metavar="WEIGHTS", help=PRETRAINED)
        let_stand_alone(command, "freeze", FREEZE)
    if "Split" in stages:  # until 0.3, as it was called
        alias: Any = {"type": lambda text: f"{text},", "help": argparse.SUPPRESS}
        command.add_argument("--test-groups", action="append", dest="test", **alias)


def let_stand_alone(command: Parser, setting: str, words: str = "") -> None:
    """Let a flag be given without a value."""
    action = next(each for each in command._actions if each.dest == setting)
    action.nargs, action.const, action.help = "?", True, f"{action.help}{words}"


def pipeline_of(chosen: argparse.Namespace) -> "Pipeline":
    """The pipeline that a recipe or the flags describe.

    Raises:
        ConfigError: if a recipe has flags beside it, or a setting is wrong.
    """
    import fivefold as ff

    recipe = recipe_text(chosen.source)
    if recipe is not None:
        given = beside(chosen)
        if given:
            raise ConfigError(
                f"fivefold: expected a recipe alone, found {', '.join(given)} beside it.",
                remedy="Write these settings into the recipe.",
            )
        return ff.Pipeline([*ff.Pipeline.from_json(recipe), *_deploy(chosen)])
    stages: list[Stage] = []
    faults: list[FivefoldError] = []
    for make in (_collect, _split, _preprocess, _train, _evaluate, _deploy):
        try:
            stages += make(chosen)
        except ConfigError as fault:  # those of all stages are told at once
            faults.append(fault)
    raise_all(faults)
    return ff.Pipeline(stages)


def beside(chosen: argparse.Namespace) -> list[str]:
    """The flags of `add_source` that are given beside the source."""
    table = chosen.parser.table.values()
    found = [
        flag.option for flag in table if flag.stage != "Deploy" and _given(chosen, flag.setting)
    ]
    return found + [f"--{n.replace('_', '-')}" for n in SPECIAL if getattr(chosen, n, None)]


def _said(chosen: argparse.Namespace, stage: str) -> dict[str, Any]:
    """What flags say of the settings of a stage, by name; no setting that is not said."""
    return {
        setting: _value(chosen, setting)
        for setting, flag in chosen.parser.table.items()
        if flag.stage == stage and _given(chosen, setting)
    }


def _given(chosen: argparse.Namespace, setting: str) -> bool:
    return getattr(chosen, setting, None) is not None


def _value(chosen: argparse.Namespace, setting: str) -> Any:
    said = getattr(chosen, setting)
    special = {"order": _order, "classes": _classes, "level": _level}
    if setting in special:
        return special[setting](chosen, said)
    if setting in COLUMNS:
        return _columns(chosen, said, COLUMNS[setting])
    return chosen.parser.table[setting].value(said)


def _collect(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    source, joins = joins_of(chosen.source, *(getattr(chosen, name) for name in ATTACHED))
    settings = _said(chosen, "Collect")
    more = {
        "join": joins,
        "parameters": parameters_of(chosen.parameters),
        "missing": missing_of(settings.get("missing"), chosen.not_missing),
    }
    settings |= {name: value for name, value in more.items() if value}
    return [ff.Collect(source, **settings)]


def _split(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    settings = _said(chosen, "Split")
    return [ff.Split(**settings)] if settings else []


def _preprocess(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    return [ff.Preprocess(**_said(chosen, "Preprocess"))]


def missing_of(missing: Any, levels: Sequence[str]) -> Any:
    """What stands for missing: texts in all columns, or by column more or fewer.

    Args:
        missing: what `--missing` says.
        levels: of `--not-missing`.

    Raises:
        ConfigError: if a level has no column or no text, or stands beside texts for all columns.

    Example:
        >>> missing_of(None, ["country=NA"]), missing_of({"age": ("0",)}, ["town=NA,?"])
        ({'country': {'NA': False}}, {'age': ('0',), 'town': {'NA': False, '?': False}})
    """
    if not levels:
        return missing
    kind = dict[str, tuple[str, ...]]
    named = meant("--not-missing", levels, kind)
    if not all(text for texts in named.values() for text in texts):
        remedy = "Write for instance --not-missing country=NA."
        found = " ".join(levels)
        raise ConfigError.expected("fivefold", "--not-missing COLUMN=TEXT", found, remedy)
    if missing and not isinstance(missing, dict):
        remedy = "Write --missing COLUMN=TEXT; where texts of all columns are needed, a recipe."
        found = "--missing of all columns beside it"
        raise ConfigError.expected("fivefold", "--not-missing COLUMN=TEXT", found, remedy)
    by_column: dict[str, Any] = {**(missing or {})}
    for name, texts in named.items():
        added = dict.fromkeys(by_column.get(name, ()), True)
        by_column[name] = {**added, **dict.fromkeys(texts, False)}
    return by_column


def _columns(chosen: argparse.Namespace, said: Sequence[str], many: bool | None) -> Any:
    texts = [said[-1]] if many is False else listed(said)
    if many and texts == ["none"]:
        return ()
    names = [column_of(text, chosen.source) for text in texts]
    return tuple(names) if many or len(names) > 1 else names[0]


def column_of(text: str, source: str) -> str | int:
    """A column by its name, or by its place where a number is no name of a column."""
    if not text.removeprefix("-").isdecimal():
        return text
    from fivefold.collect.glance import glance
    from fivefold.reading.filepaths import find_files
    from fivefold.reading.options import Reading

    named = bool(find_files(source)) and text in glance(source, Reading())
    return text if named else int(text)


def _order(chosen: argparse.Namespace, said: Sequence[str]) -> Any:
    """Classes; of several targets by name, which alone may stand before an equals sign."""
    words, targets = listed(said), listed(chosen.target or ())
    if len(targets) > 1 and words[0].partition("=")[0] in targets:
        return chosen.parser.table["order"].value(said)
    return tuple(words)


def _classes(chosen: argparse.Namespace, said: Sequence[str]) -> Any:
    from fivefold.tasks.ids import names_of_ids

    return names_of_ids(said)


def _level(chosen: argparse.Namespace, said: Sequence[str]) -> Any:
    if "=" in said[-1]:  # until 0.3, as --not-missing was called
        remedy = f"Write --not-missing {said[-1]}."
        raise ConfigError.expected("fivefold", "--level FRACTION", said[-1], remedy)
    return chosen.parser.table["level"].value(said)


def _train(chosen: argparse.Namespace) -> "list[Stage]":
    """The stage that learns, from weights to begin with if there are some."""
    import fivefold as ff

    frozen = getattr(chosen, "freeze", None) or []
    chosen.freeze = [text for text in frozen if text is not True] or None
    settings = _said(chosen, "Train")
    if _seeks_odd(chosen) and _given(chosen, "false_alarms"):
        settings["false_alarms"] = _value(chosen, "false_alarms")
    weights, alone = getattr(chosen, "pretrained", None), True in frozen
    chosen.freeze = frozen or None
    if alone and weights is None:
        remedy = "Write --pretrained WEIGHTS --freeze, or the patterns of names that stay."
        raise ConfigError.expected("--freeze", "--pretrained beside it", "none", remedy)
    if weights is None:
        return [ff.Train(**settings)]
    if "model" in settings:
        remedy = "Leave one of them out."
        raise ConfigError.expected("--pretrained", "no --model beside it", "one", remedy)
    return [ff.Train(ff.Pretrained(weights, freeze=alone), **settings)]


def _evaluate(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    settings = _said(chosen, "Evaluate")
    if _seeks_odd(chosen):
        settings.pop("false_alarms", None)  # of Train then
    return [ff.Evaluate(**settings)]


def _seeks_odd(chosen: argparse.Namespace) -> bool:
    from fivefold.tasks.known import TASKS

    task = TASKS.known.get((getattr(chosen, "task", None) or [""])[-1])
    return task is not None and bool(task.network)


def _deploy(chosen: argparse.Namespace) -> "list[Stage]":
    """The stage that writes a bundle, if one is wanted.

    Raises:
        ConfigError: if something is asked of it and there is no place for it.
    """
    import fivefold as ff

    settings = _said(chosen, "Deploy")
    if settings and "path" not in settings:
        name = next(iter(settings))
        flag, said = chosen.parser.table[name], getattr(chosen, name)[-1]
        to = said if name == "better_than" else "model.ff"
        remedy = f"Write --to {to} {flag.option} {said}."
        raise ConfigError.expected(flag.option, "--to BUNDLE beside it", "none", remedy)
    return [ff.Deploy(**settings)] if settings else []


def recipe_text(source: str) -> str | None:
    """The text of a recipe, or None if the source is data."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if '"fivefold/recipe' in text[:200] else None
