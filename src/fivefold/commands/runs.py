"""`fivefold runs`: the runs and studies below a folder."""

import argparse

from fivefold.commands.command import Command, Told, records
from fivefold.commands.parser import Parser
from fivefold.report.outlet import terminal_width

FOLDER = "below which they lie"


def _add(parser: Parser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help=FOLDER)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.estimate import Estimate
    from fivefold.records.listing import runs, shown

    found = runs(chosen.folder)
    lines = records(found)
    for line in lines:
        score = line["score"]
        if score is not None:
            line["score"] = float(score)
        if isinstance(score, Estimate):
            line |= {"low": score.low, "high": score.high}
    return Told(shown(found, terminal_width()), lines)


RUNS = Command(
    "runs",
    "list the runs and studies below a folder",
    _add,
    _act,
    ("runs", "runs runs/ --json"),
)
