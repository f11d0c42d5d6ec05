"""Words of the shell that describe the data and what is learnt from it."""

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.attached import NAMES as ATTACHED
from fivefold.commands.attached import add_joins
from fivefold.commands.chosen import deploy_of, is_given, stages_of
from fivefold.commands.flags import GROUPS, STAGES, flags, unsayable
from fivefold.commands.parser import Parser
from fivefold.commands.phrasing import ALONE
from fivefold.commands.querying import add_parameters
from fivefold.errors import ConfigError

if TYPE_CHECKING:
    from fivefold.pipeline import Pipeline

SOURCE = "a data file, folder, address or sklearn:NAME; or a recipe.json"
LEARNT = tuple(name for name in STAGES if name != "Deploy")
"""Stages whose settings are flags of every command that learns from data."""

CLEAN = "one spelling for each word, repeated rows left out of training; --clean-... say more"
NOT_MISSING = "a text that is a value there, though it stands for missing elsewhere: country=NA"
FREEZE = "; alone beside --pretrained: what was taken stays as it is, the last layer learns"
SPECIAL = ("parameters", "not_missing", "clean_rows", *ATTACHED)
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
    command.add_argument("source", help=words)
    command.add_settings(flags(stages, without=without), GROUPS)
    command.unsayable |= unsayable(stages)
    group: Any = command.add_argument_group("said of several settings at once")
    several: Any = {"action": "append", "default": []}
    group.add_argument("--not-missing", **several, metavar="COLUMN=TEXT", help=NOT_MISSING)
    add_parameters(group)
    add_joins(group)
    if "Train" in stages:
        group.add_argument(ALONE["Clean"], action="store_true", dest="clean_rows", help=CLEAN)
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
        return ff.Pipeline([*ff.Pipeline.from_json(recipe), *deploy_of(chosen)])
    return ff.Pipeline(stages_of(chosen))


def begun_with(chosen: argparse.Namespace) -> list[str]:
    """The words that describe the data and what is learnt from it, as they were given."""
    words = [chosen.source]
    for action in chosen.parser._actions:
        flag, said = chosen.parser.table.get(action.dest), getattr(chosen, action.dest, None)
        if (flag is None or flag.stage == "Deploy") and action.dest not in SPECIAL:
            continue
        if isinstance(said, bool):
            words += [action.option_strings[not said]] if said != action.default else []
        elif isinstance(said, list) and action.help != argparse.SUPPRESS:
            for text in said:
                words += [action.option_strings[0], *([] if text is True else [text])]
    return words


def beside(chosen: argparse.Namespace) -> list[str]:
    """The flags of `add_source` that are given beside the source."""
    table = chosen.parser.table.values()
    found = [
        flag.option for flag in table if flag.stage != "Deploy" and is_given(chosen, flag.dest)
    ]
    actions = {
        action.dest: action.option_strings[0]
        for action in chosen.parser._actions
        if action.option_strings
    }
    return found + [actions[name] for name in SPECIAL if getattr(chosen, name, None)]


def recipe_text(source: str) -> str | None:
    """The text of a recipe, or None if the source is data."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if '"fivefold/recipe' in text[:200] else None
