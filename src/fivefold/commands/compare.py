"""`fivefold compare`: what changed from one run to another."""

import argparse

from fivefold.commands.command import Command
from fivefold.report.outlet import say


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("one", metavar="RUN", help="the folder of a run")
    parser.add_argument("other", metavar="RUN", help="that of another")
    parser.add_argument("--markdown", action="store_true", help="tables for a page")


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.records.changed import compare_runs

    found = compare_runs(chosen.one, chosen.other)
    say(found.markdown() if chosen.markdown else str(found))


COMPARE = Command("compare", "say what changed from one run to another", _add, _act)
