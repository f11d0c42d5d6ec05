"""`fivefold look`: a table before it is modelled."""

import argparse
import sys

from fivefold.commands.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.parser import Parser
from fivefold.report.outlet import terminal_width

USUAL = 80
"""Columns where it is not a terminal that is written to."""


def _add(parser: Parser) -> None:
    add_source(parser, stages=("Collect", "Split"))
    parser.add_argument("--seed", type=int, default=0, help="of the split that would be drawn")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.commands.spoken import Spoken
    from fivefold.report.bars import PLAIN
    from fivefold.study.look import look

    seen = look(pipeline_of(chosen), seed=chosen.seed)
    text = seen.text(terminal_width(USUAL), said=Spoken.of(chosen.parser, chosen).sentence)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not _is_written(text, encoding):
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return Told(text, seen.to_json())


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
        "look recipe.json --json",
    ),
)
