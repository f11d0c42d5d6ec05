"""`fivefold why`: what became of the stages of a run, and why."""

import argparse
from pathlib import Path

from fivefold.commands.command import Command, Told
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError


def _add(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run, as --directory named it")
    parser.add_argument("stage", metavar="STAGE", nargs="?", help="train, for one; default: all")


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.record import read_record
    from fivefold.core.wording import nearest

    folder = Path(chosen.run)
    record = read_record(folder)
    if record is None:
        remedy = "Name the folder that run was given with --directory."
        raise ConfigError.expected("fivefold why", f"a run in {folder}", "none", remedy)
    names = list(record.decided)
    if chosen.stage is not None and chosen.stage not in names:
        near = nearest(chosen.stage, names)
        remedy = f"Write {near}." if near else "Name one of these stages."
        wanted = f"one of {', '.join(names) or 'no stage'}"
        raise ConfigError.expected("fivefold why", wanted, repr(chosen.stage), remedy)
    told = {name: record.decided[name] for name in ([chosen.stage] if chosen.stage else names)}
    return Told("\n".join(told.values()), told)


WHY = Command(
    "why",
    "tell why each stage of a run was run, or not",
    _add,
    _act,
    ("why runs/first", "why runs/first train"),
)
