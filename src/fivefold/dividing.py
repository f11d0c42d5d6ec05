"""Options of the shell that say how rows are divided, and what they are judged by."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fivefold.evaluate.evaluate import Evaluate
    from fivefold.preprocess.split import Split

STEPS = {
    "ahead": "moments that labels look ahead: rows that look into those to judge by are left out",
    "embargo": "moments more that are left out beside what is judged",
}
"""Numbers by which rows are divided, each a setting of Split."""
JUDGING = {
    "false-alarms": "of usual rows that may raise an alarm: what is found then is told",
    "base-rate": "beside it: share of positive rows where the model will be used",
}
"""Fractions by which a model of two classes is judged, each a setting of Evaluate."""
NAMES = ("by", "test-groups", "similar", *STEPS, "folds", *JUDGING)
"""All of these options."""
FOLDS = "also judge over k folds; groups: leave each group out in turn"
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

    command.add_argument("--folds", type=folds_of, default=0, metavar="K", help=FOLDS)
    for name, words in JUDGING.items():
        command.add_argument(f"--{name}", type=float, metavar="FRACTION", help=words)


def folds_of(text: str) -> int | str:
    """A number of folds, or `groups`.

    Raises:
        ValueError: if it is another word.
    """
    return text if text == "groups" else int(text)


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


def evaluate_of(chosen: argparse.Namespace) -> "Evaluate":
    """The stage that judges the model."""
    import fivefold as ff

    asked: dict[str, Any] = {name: getattr(chosen, name) for name in ("false_alarms", "base_rate")}
    given = {name: value for name, value in asked.items() if value is not None}
    return ff.Evaluate(folds=chosen.folds, **given)
