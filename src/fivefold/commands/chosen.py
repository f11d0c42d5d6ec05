"""The stages that the flags of a command describe."""

import argparse
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from fivefold.commands.attached import NAMES as ATTACHED
from fivefold.commands.attached import joins_of
from fivefold.commands.meant import listed, meant, unnamed
from fivefold.commands.numeral import number
from fivefold.commands.querying import parameters_of
from fivefold.core.faults import raise_all
from fivefold.errors import ConfigError, FivefoldError

if TYPE_CHECKING:
    from fivefold.core.stage import Stage

COLUMNS = {
    **dict.fromkeys(("target", "time"), None),
    **dict.fromkeys(("drop", "past", "known"), True),
    **dict.fromkeys(("group", "until", "weight", "exposure", "series_id", "step"), False),
}
"""Settings of Collect that ask for columns: several, one, or (None) either."""


def stages_of(chosen: argparse.Namespace) -> "list[Stage]":
    """The stages that flags describe, in order.

    Raises:
        ConfigError: if a setting is wrong; all of them at once.
    """
    stages: list[Stage] = []
    faults: list[FivefoldError] = []
    for make in MAKERS:
        try:
            stages += make(chosen)
        except ConfigError as fault:
            faults.append(fault)
    raise_all(faults)
    return stages


def _said(chosen: argparse.Namespace, stage: str) -> dict[str, Any]:
    """What flags say of the settings of a stage, by name; no setting that is not said."""
    return {
        flag.setting: _value(chosen, dest)
        for dest, flag in chosen.parser.table.items()
        if flag.stage == stage and is_given(chosen, dest)
    }


def is_given(chosen: argparse.Namespace, dest: str) -> bool:
    """Whether a flag was given, by its name in what was chosen."""
    return getattr(chosen, dest, None) is not None


def _value(chosen: argparse.Namespace, dest: str) -> Any:
    said = getattr(chosen, dest)
    special = {
        **{"order": _order, "classes": _classes, "level": _level},
        **{"derive_tables": _tables, "clean_bounds": _bounds},
    }
    if dest in special:
        return special[dest](chosen, said)
    if dest in COLUMNS:
        return _columns(chosen, said, COLUMNS[dest])
    return chosen.parser.table[dest].value(said)


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


def _if_said(chosen: argparse.Namespace, stage: str) -> "list[Stage]":
    """A stage that there is if a flag says something of it."""
    import fivefold as ff

    settings = _said(chosen, stage)
    return [getattr(ff, stage)(**settings)] if settings else []


def _clean(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    settings = _said(chosen, "Clean")
    return [ff.Clean(**settings)] if settings or getattr(chosen, "clean_rows", False) else []


def _derive(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    settings = _said(chosen, "Derive")
    if settings and "formulas" not in settings:
        flag = chosen.parser.table[f"derive_{next(iter(settings))}"]
        remedy = f"Write --derive COLUMN=FORMULA {flag.option} {getattr(chosen, flag.dest)[-1]}."
        raise ConfigError.expected(flag.option, "--derive beside it", "none", remedy)
    return [ff.Derive(**settings)] if settings else []


def _preprocess(chosen: argparse.Namespace) -> "list[Stage]":
    import fivefold as ff

    return [ff.Preprocess(**_said(chosen, "Preprocess"))]


def _equalise(chosen: argparse.Namespace) -> "list[Stage]":
    if is_given(chosen, "equalise_parity") and not is_given(chosen, "equalise_column"):
        remedy = "Write --equalise COLUMN."
        raise ConfigError.expected("--equalise-parity", "--equalise beside it", "none", remedy)
    return _if_said(chosen, "Equalise")


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


def _bounds(chosen: argparse.Namespace, said: Sequence[str]) -> Any:
    """The least and the largest number of each column."""
    flag = chosen.parser.table["clean_bounds"]
    bounds = flag.value(said)
    for name, ends in bounds.items():
        if isinstance(ends, tuple) and len(ends) != 2:
            raise unnamed(flag.option, f"{name}={','.join(map(str, ends))}", flag.pair)
    return bounds


def _tables(chosen: argparse.Namespace, said: Sequence[str]) -> Any:
    """Tables to look up in: numbers, or truth values, where all of a table are."""
    tables = chosen.parser.table["derive_tables"].value(said)
    return {name: _of_one_type(entries) for name, entries in tables.items()}


def _of_one_type(entries: Any) -> Any:
    """Texts as numbers or truth values, if each of them is one."""
    texts = [*entries.values()] if isinstance(entries, dict) else []
    for read in ({"true": True, "false": False}.get, number):
        found = [read(text) if isinstance(text, str) else None for text in texts]
        if found and not any(each is None or isinstance(each, str) for each in found):
            return dict(zip(entries, found, strict=True))
    return entries


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
    if private := _said(chosen, "Privacy"):
        settings["privacy"] = ff.Privacy(**private)
    if _seeks_odd(chosen) and is_given(chosen, "false_alarms"):
        settings["false_alarms"] = _value(chosen, "false_alarms")
    weights, alone = _said(chosen, "Pretrained"), True in frozen
    chosen.freeze = frozen or None
    if "source" not in weights:
        flags = [flag for flag in chosen.parser.table.values() if flag.stage == "Pretrained"]
        given = [flag.option for flag in flags if is_given(chosen, flag.dest)]
        if alone or given:
            option = "--freeze" if alone else given[0]
            remedy = f"Write --pretrained WEIGHTS {option}" + (
                ", or the patterns of names that stay." if alone else " ...."
            )
            raise ConfigError.expected(option, "--pretrained beside it", "none", remedy)
        return [ff.Train(**settings)]
    if "model" in settings:
        remedy = "Leave one of them out."
        raise ConfigError.expected("--pretrained", "no --model beside it", "one", remedy)
    return [ff.Train(ff.Pretrained(**weights, freeze=alone), **settings)]


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


def deploy_of(chosen: argparse.Namespace) -> "list[Stage]":
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


MAKERS = (
    *(_collect, partial(_if_said, stage="Split"), _clean, _derive, _preprocess),
    *(partial(_if_said, stage="Reweigh"), _train, _equalise, _evaluate, deploy_of),
)
"""What makes each stage, or none, of what was chosen."""
