"""`fivefold reproduce`: a run, run again, and by how much its scores differ."""

import argparse
from typing import TYPE_CHECKING

from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.parser import Parser

if TYPE_CHECKING:
    from fivefold.core.chain import Chain


def _add(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument("--anyway", action="store_true", help="also where the data have changed")
    add_own(parser)


def _that_of(run: str, given: "list[Chain]") -> "Chain | None":
    """The pipeline of the run among those that the files of `--with` have at their top.

    The only one, whatever it is; None of several of which none is that of the run.
    """
    from fivefold.records.remade import apart
    from fivefold.records.saved import SavedRun

    if len(given) < 2:
        return next(iter(given), None)
    saved = SavedRun.of(run, "reproduce")
    return next((each for each in given if not apart(saved, each)), None)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.chain import Chain
    from fivefold.records.reproduction import reproduce

    values = [value for module in chosen.modules for value in vars(module).values()]
    given = [value for value in values if isinstance(value, Chain)]
    found = reproduce(chosen.run, anyway=chosen.anyway, pipeline=_that_of(chosen.run, given))
    tables = {"surroundings": records(found.surroundings), "scores": records(found.scores)}
    value = {"run": found.run, "exact": found.is_exact, **tables, "left_out": found.left_out}
    return Told(str(found), value, 0 if found.is_exact else 1)


REPRODUCE = Command(
    "reproduce",
    "run a run again and compare every score",
    _add,
    _act,
    ("reproduce runs/first", "reproduce runs/first --anyway"),
)
