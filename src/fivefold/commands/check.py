"""`fivefold check`: faults, before any work."""

import argparse

from fivefold.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, add_own
from fivefold.report.outlet import say


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--to", metavar="BUNDLE", help="check that it could be written there")
    parser.add_argument("--leak", action="store_true", help="train, and see that nothing leaks")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    pipeline = pipeline_of(chosen).check(leak=chosen.leak)
    leaks = " No held-out row moves what is fitted." if chosen.leak else ""
    say(f"{pipeline.describe()}\n\nNo fault found in {len(pipeline)} stages.{leaks}")


CHECK = Command("check", "look for faults without doing the work", _add, _act)
