"""`fivefold reproduce`: a run, run again, and by how much its scores differ."""

import argparse

from fivefold.commands.command import Command, add_own
from fivefold.report.outlet import say


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument("--anyway", action="store_true", help="also where the data have changed")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> int:
    from fivefold.records.reproduction import reproduce

    found = reproduce(chosen.run, anyway=chosen.anyway)
    say(str(found))
    return 0 if found.is_exact else 1


REPRODUCE = Command("reproduce", "run a run again and compare every score", _add, _act)
