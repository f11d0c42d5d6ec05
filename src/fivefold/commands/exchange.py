"""`fivefold exchange`: labels of other programs, taken or written."""

import argparse
from typing import TYPE_CHECKING, Any

from fivefold.arguments import recipe_text
from fivefold.commands.command import Command, add_own
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.report.outlet import say

if TYPE_CHECKING:
    from fivefold.collect.label import Label

_SOURCE = "the rows: a data file, folder or sklearn:NAME; or a recipe.json with Label in it"
_TAKE = "take its labels: .json of Label Studio, .jsonl of doccano"
_TO = "write rows and labels there: .json for Label Studio, .jsonl for doccano"
_OFFSETS = "what spans are counted in; as the page of the other program does unless said"


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help=_SOURCE)
    parser.add_argument("--take", metavar="FILE", help=_TAKE)
    parser.add_argument("--to", metavar="FILE", help=_TO)
    parser.add_argument("--directory", metavar="FOLDER", help="where labels are kept; labels/")
    parser.add_argument("--classes", metavar="A,B", default="", help="what a row may be")
    parser.add_argument("--answer", metavar="FORM", default="class", help="class, classes, ...")
    parser.add_argument("--by", metavar="A,B", default="", help="columns that tell rows apart")
    parser.add_argument("--column", metavar="NAME", default="", help="that was labelled")
    parser.add_argument("--control", metavar="NAME", default="", help="from_name in Label Studio")
    parser.add_argument("--offsets", choices=("utf16", "code_points"), help=_OFFSETS)
    parser.add_argument("--who", default="", help="labelled them, where the file does not say")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.collect.exchange import export_labels, import_labels

    if chosen.take is None and chosen.to is None:
        remedy = "Write --take tasks.json or --to tasks.json."
        raise ConfigError.expected("exchange", "a file to take or to write", "none", remedy)
    label, source = _asked(chosen)
    if chosen.take is not None:
        new, lost = import_labels(
            label,
            source,
            chosen.take,
            column=chosen.column,
            control=chosen.control,
            offsets=chosen.offsets or "utf16",
            who=chosen.who,
        )
        say(f"{plural(new, 'label')} taken into {label.directory}; {lost:,} are of no row.")
    if chosen.to is not None:
        rows = export_labels(label, source, chosen.to, column=chosen.column, offsets=chosen.offsets)
        say(f"{plural(rows, 'row')} written to {chosen.to}.")


def _asked(chosen: argparse.Namespace) -> "tuple[Label, Any]":
    """The stage, and what it labels."""
    from fivefold.collect.label import Label
    from fivefold.pipeline import Pipeline

    recipe = recipe_text(chosen.source)
    if recipe is None:
        classes, by = (tuple(filter(None, told.split(","))) for told in (chosen.classes, chosen.by))
        directory = chosen.directory or "labels"
        return Label(classes, answer=chosen.answer, by=by, directory=directory), chosen.source
    stages = list(Pipeline.from_json(recipe))
    label = stages[1] if len(stages) > 1 else None
    if not isinstance(label, Label):
        remedy = 'Put {"stage": "Label", "with": {"classes": [...]}} after what reads the rows.'
        wanted = "a recipe with Label in second place"
        raise ConfigError.expected(chosen.source, wanted, "none", remedy)
    directory = chosen.directory or label.directory or "labels"
    return label.replace(directory=directory), stages[0]


EXCHANGE = Command(
    "exchange", "take labels of Label Studio or doccano, or write them for these", _add, _act
)
