"""`fivefold exchange`: labels of other programs, taken or written."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.arguments import recipe_text
from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.label import labelled_by
from fivefold.commands.parser import Parser
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.label.ruler import Offsets

_SOURCE = "a recipe.json that begins with what reads the rows, and Label"
_TAKE = "take its labels: .json of Label Studio, .jsonl of doccano"
_TO = "write rows and labels there: .json for Label Studio, .jsonl for doccano"
_OFFSETS = "what spans are counted in; as the page of the other program does unless said"


def _add(parser: Parser) -> None:
    parser.add_argument("source", metavar="RECIPE", help=_SOURCE)
    parser.add_argument("--take", metavar="FILE", help=_TAKE)
    parser.add_argument("--to", metavar="FILE", help=_TO)
    parser.add_argument("--directory", metavar="FOLDER", help="where labels are kept; labels/")
    parser.add_argument("--offsets", choices=("utf16", "code_points"), help=_OFFSETS)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.collect.exchange import export_labels, import_labels

    _check(chosen)
    recipe = recipe_text(chosen.source)
    if recipe is None:
        remedy = "Write one with Collect, or Scrape, and Label; `fivefold label` needs none."
        raise ConfigError.expected(chosen.source, "a recipe with Label in it", "none", remedy)
    before, label = labelled_by(chosen.source, recipe)
    lines, value = list[str](), dict[str, Any]()
    label = label.replace(directory=chosen.directory or label.directory or "labels")
    if chosen.take is not None:
        offsets: Offsets = chosen.offsets or "utf16"
        new, lost = import_labels(label, before, chosen.take, offsets=offsets)
        taken = f"{plural(new, 'label')} taken into {label.directory}; {lost:,} are of no row."
        lines.append(taken)
        value |= {"taken": new, "of_no_row": lost, "directory": str(label.directory)}
    if chosen.to is not None:
        rows = export_labels(label, before, chosen.to, offsets=chosen.offsets)
        lines.append(f"{plural(rows, 'row')} written to {chosen.to}.")
        value |= {"written": rows, "to": chosen.to}
    return Told("\n".join(lines), value)


def _check(chosen: argparse.Namespace) -> None:
    """Refuse files and folders that cannot be, before rows are read."""
    from fivefold.label.exchange import ENDINGS

    folder, remedy = chosen.directory, f"Name a file that ends in {' or '.join(ENDINGS)}."
    if folder is not None and (not folder or (Path(folder).exists() and not Path(folder).is_dir())):
        wanted = "the folder that labels are kept in"
        raise ConfigError.expected("--directory", wanted, repr(folder), "Name a folder.")
    if chosen.take is None and chosen.to is None:
        wanted = "--take FILE or --to FILE"
        raise ConfigError.expected("exchange", wanted, "neither", remedy)
    if chosen.take is not None and not Path(chosen.take).is_file():
        raise ConfigError.expected("--take", "a file of labels", repr(chosen.take), remedy)
    if chosen.to is not None:
        check_place("--to", Path(chosen.to))
    for option, name in (("--take", chosen.take), ("--to", chosen.to)):
        if name is not None and Path(name).suffix.lower() not in ENDINGS:
            raise ConfigError.expected(option, "a name that says the program", repr(name), remedy)


EXCHANGE = Command(
    "exchange",
    "take labels of Label Studio or doccano, or write them for these",
    _add,
    _act,
    ("exchange jobs.json --take tasks.json", "exchange jobs.json --to ann.jsonl"),
)
