"""Options of the shell that say how rows are divided."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fivefold.preprocess.split import Split

STEPS = {
    "ahead": "moments that labels look ahead: rows that look into those to judge by are left out",
    "embargo": "moments more that are left out beside what is judged",
}
"""Numbers by which rows are divided, each a setting of Split."""
NAMES = ("by", "test-groups", "similar", *STEPS)
"""All of these options."""
BY = "how rows are divided: stratified, random, group, time, purged or group_time"
SIMILAR = "likeness from which on sequences stay on one side, 0.5 to 1"
HELD = "groups whose rows are the test rows: A,B"


def add_division(command: argparse.ArgumentParser) -> None:
    """Give a command these options."""
    command.add_argument("--by", metavar="RULE", help=BY)
    command.add_argument("--test-groups", action="append", default=[], metavar="NAMES", help=HELD)
    command.add_argument("--similar", type=float, metavar="FRACTION", help=SIMILAR)
    for name, words in STEPS.items():
        command.add_argument(f"--{name}", type=int, metavar="MOMENTS", help=words)


def split_of(chosen: argparse.Namespace, held: list[str]) -> "list[Split]":
    """The stage that divides rows, if the options say how.

    Args:
        chosen: the options.
        held: names of the groups that are tested.
    """
    import fivefold as ff

    asked: dict[str, Any] = {name: getattr(chosen, name) for name in ("by", "similar", *STEPS)}
    asked = {name: value for name, value in asked.items() if value is not None}
    asked |= {"test": tuple(held)} if held else {}
    return [ff.Split(**asked)] if asked else []
