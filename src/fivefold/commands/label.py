"""`fivefold label`: a page on which people label rows."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fivefold.commands.arguments import recipe_text
from fivefold.commands.chosen import column_of
from fivefold.commands.command import Command, Told, add_own, tell
from fivefold.commands.conduct import SEED
from fivefold.commands.flags import Flag, flags_of, said_of
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError

if TYPE_CHECKING:
    from fivefold.collect.label import Label
    from fivefold.core.stage import Stage
    from fivefold.label.room import Room
    from fivefold.study.relabel import Relabelled

_SOURCE = "a data file, folder, crawl or sklearn:NAME; or a recipe.json with Label in it"
_CLASSES = "what a row may be, A,B; keys 1, 2, 3 and so on, or A=KEY"
_RELABEL = "show rows first whose labels are likely wrong, as `fivefold relabel` finds them"
_DIRECTORY = "where labels are kept; labels/ unless said"
_STRATEGY = "entropy, margin, diverse or random"
_HOST = "0.0.0.0 listens at every address of this machine, for phones"
_PORT = "0 takes a free one"


def _add(parser: Parser) -> None:
    from fivefold.collect.label import Label

    parser.add_argument("source", help=_SOURCE)
    flags = [_told(flag) for flag in flags_of(Label) if flag.setting != "rules"]
    parser.add_settings(flags, {"Label": "the labels"}, short=False)
    parser.add_argument("--scale", metavar="LOW,HIGH", help="of numbers; whole ones are keys")
    parser.add_argument("--people", metavar="A,B", default="me", help="who labels: an address each")
    parser.add_argument("--strategy", default="margin", metavar="NAME", help=_STRATEGY)
    parser.add_argument("--no-model", action="store_true", help="draw all at random")
    parser.add_argument("--relabel", action="store_true", help=_RELABEL)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=SEED)
    parser.add_argument("--host", default="127.0.0.1", metavar="NAME", help=_HOST)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help=_PORT)
    add_own(parser)


def _told(flag: Flag) -> Flag:
    """A flag with what is said of it where a page is opened."""
    told = {"classes": _CLASSES, "directory": _DIRECTORY}
    return replace(flag, words=told.get(flag.setting, flag.words))


def _act(chosen: argparse.Namespace) -> None:
    room = opened(chosen)
    text = f"{room!r}\nWhat is labelled is kept in {room.desk.path}. Ctrl-C ends the page."
    tell(chosen, Told(text, {"addresses": room.addresses, "path": str(room.desk.path)}))
    room.wait()


def opened(chosen: argparse.Namespace) -> "Room":
    """The page that the options ask for."""
    from fivefold.study.assistant import Assistant

    label, source, keys = _asked(chosen)
    said: dict[str, Any] = {}
    if chosen.scale is not None:
        said["scale"] = scale = _pair(chosen.scale)
        said["whole"] = all(end == int(end) for end in scale)
    if chosen.relabel:
        doubted = _doubted(chosen, label)
        tell(chosen, Told(doubted.verdict, {"likely_wrong": len(doubted.likely)}))
        said["again"] = [int(row) for row in doubted.likely]
    return label.open(
        source,
        **said,
        people=_listed(chosen.people),
        assistant=None if chosen.no_model or label.answer == "spans" else Assistant(),
        strategy=chosen.strategy,
        keys=keys,
        seed=chosen.seed,
        host=chosen.host,
        port=chosen.port,
    )


def _asked(chosen: argparse.Namespace) -> "tuple[Label, Any, dict[str, str]]":
    """The stage, what it labels, and keys of one's own."""
    from fivefold.collect.label import Label
    from fivefold.observers.console import Console

    said, keys = said_of(chosen.parser.table, chosen), dict[str, str]()
    for place, word in enumerate(said.get("classes", ())):
        name, sign, key = word.rpartition("=")
        if sign:
            keys[name] = key
            said["classes"] = (*said["classes"][:place], name, *said["classes"][place + 1 :])
    if "by" in said:
        said["by"] = tuple(column_of(one, chosen.source) for one in listed(chosen.by))
    recipe = recipe_text(chosen.source)
    if recipe is None:
        return Label(**{"directory": "labels", **said}), chosen.source, keys
    before, label = labelled_by(chosen.source, recipe)
    if label.directory is None and "directory" not in said:
        said["directory"] = "labels"
    return label.replace(**said), label.rows(before, observers=(Console(),)), keys


def labelled_by(source: str, recipe: str) -> "tuple[list[Stage], Label]":
    """The stages of a recipe that read rows, and the one that labels them.

    Raises:
        ConfigError: if none does.
    """
    from fivefold.collect.label import Label
    from fivefold.pipeline import Pipeline

    stages = list(Pipeline.from_json(recipe))
    place = next((n for n, stage in enumerate(stages) if isinstance(stage, Label)), 0)
    label = stages[place] if place else None
    if not isinstance(label, Label):
        remedy = 'Put {"stage": "Label", "with": {"classes": [...]}} after what reads the rows.'
        raise ConfigError.expected(source, "a recipe with Label in it", "none", remedy)
    return stages[:place], label


def _doubted(chosen: argparse.Namespace, label: "Label") -> "Relabelled":
    """Labels that are likely wrong."""
    from fivefold.collect.labelrows import stages_of
    from fivefold.pipeline import Pipeline
    from fivefold.preprocess.preprocess import Preprocess
    from fivefold.study.relabel import relabel
    from fivefold.train.train import Train

    recipe = recipe_text(chosen.source)
    asked = chosen.source if recipe is None else labelled_by(chosen.source, recipe)[0]
    whole = Pipeline([*stages_of(asked), label, Preprocess(), Train(quality="fast")])
    return relabel(whole, seed=chosen.seed)


def _listed(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _pair(text: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in text.split(","))
    except ValueError:
        remedy = "Write for instance --scale 1,5."
        raise ConfigError.expected("--scale", "LOW,HIGH", repr(text), remedy) from None
    return low, high


LABEL = Command(
    "label",
    "open a page on which people label rows",
    _add,
    _act,
    (
        "label jobs.parquet --classes junior,senior --by text --directory labels/",
        "label jobs.csv --classes junior,senior --people ann,bo --overlap 0.2",
    ),
)
