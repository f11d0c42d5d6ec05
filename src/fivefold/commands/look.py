"""`fivefold look`: a table before it is modelled."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from fivefold.commands.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.parser import Parser
from fivefold.report.outlet import check_place, terminal_width

POPULATION = (
    "what rows are to stand for: rows of it, or JSON with the share of each category by column, or "
    "the mean of a number"
)

USUAL = 80
"""Columns where it is not a terminal that is written to."""


def _add(parser: Parser) -> None:
    add_source(parser, stages=("Collect", "Split"))
    parser.add_argument("--population", metavar="FILE", help=POPULATION)
    parser.add_argument("--report", metavar="FILE", help="write a page about the data there")
    parser.add_argument("--seed", type=int, default=0, help="of the split that would be drawn")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.commands.spoken import Spoken
    from fivefold.report.bars import PLAIN
    from fivefold.study.look import look

    if chosen.report is not None:
        check_place("--report", Path(chosen.report))
    seen = look(pipeline_of(chosen), population=_population(chosen.population), seed=chosen.seed)
    if chosen.report is not None:
        seen.report(chosen.report)
    text = seen.text(terminal_width(USUAL), said=Spoken.of(chosen.parser, chosen).sentence)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not _is_written(text, encoding):
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return Told(text, seen.to_json())


def _population(path: str | None) -> Any:
    """Shares and means by column where a file of JSON holds these; else the rows that it holds."""
    if path is None or not path.endswith(".json") or not Path(path).is_file():
        return path
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        return path
    is_told = isinstance(told, dict) and all(isinstance(one, dict) for one in told.values())
    return told if is_told else path


def _is_written(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


LOOK = Command(
    "look",
    "show the columns of data, how they are spread, and what is odd",
    _add,
    _act,
    (
        "look adult.csv",
        "look adult.csv --target income",
        "look adult.csv --target income --report data.html --population census.json",
        "look recipe.json --json",
    ),
)
