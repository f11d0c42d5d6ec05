"""`fivefold audit`: a model that was made elsewhere, judged by its predictions."""

import argparse
import time
from pathlib import Path
from typing import Any

from fivefold.commands.arguments import add_source, pipeline_of, recipe_text
from fivefold.commands.command import Command, Told, add_own, told_of
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

WHO = "fivefold audit"
SOURCE = "the rows that were predicted, with the target and the predictions"
PREDICTION = (
    "the column of the predictions: labels, probabilities of the positive class, or numbers; "
    "or columns of probabilities, one a class, or what their names begin with, or CLASS=COLUMN"
)
TRAIN = "the rows that the model learnt from: simple models learn from them, and what they share"
OF_A_MODEL = (
    "folds",
    "false_alarms",
    "base_rate",
    "robustness",
    "explain",
    "shortcuts",
    "membership",
)
"""Settings of Evaluate that ask the model itself."""


def _add(parser: Parser) -> None:
    without = ("test_source", "series_id", "step", "until", "horizon", "history", "past", "known")
    add_source(
        parser,
        words=SOURCE,
        stages=("Collect", "Evaluate"),
        without=(*without, "quantiles", "stride", *OF_A_MODEL),
    )
    several: Any = {"action": "append", "nargs": "+", "required": True, "metavar": "COLUMN"}
    parser.add_argument("--prediction", help=PREDICTION, **several)
    parser.add_argument("--train", metavar="FILE", help=TRAIN)
    parser.add_argument("--report", metavar="FILE", help="write a page about the model there")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.study.audit import audit

    begun = time.perf_counter()
    if recipe_text(chosen.source) is not None:
        remedy = "Name the file of the rows that were predicted."
        raise ConfigError.expected(WHO, "test rows", "a recipe", remedy)
    if chosen.report is not None:
        check_place("--report", Path(chosen.report))
    pipeline = pipeline_of(chosen)
    collect, judging = (stage.settings() for stage in (pipeline[0], pipeline[-1]))
    result = audit(
        collect.pop("source"),
        prediction=_columns(chosen.prediction),
        train=chosen.train,
        seed=chosen.seed,
        **judging,
        **collect,
    )
    if chosen.report is not None:
        result.report(chosen.report)
    seconds = time.perf_counter() - begun
    return told_of(chosen, result, report=chosen.report or "", seconds=seconds)


def _columns(said: list[list[str]]) -> str | list[str] | dict[str, str]:
    """One column, several, or columns by class."""
    words = listed([word for each in said for word in each])
    pairs = [word.partition("=") for word in words]
    if all(sign and name and column for name, sign, column in pairs):
        return {name: column for name, _, column in pairs}
    return words[0] if len(words) == 1 else words


AUDIT = Command(
    "audit",
    "judge a model that was made elsewhere by its predictions",
    _add,
    _act,
    (
        "audit test.csv --target y --prediction p",
        "audit test.csv --target y --prediction p --train train.csv --report audit.html",
        "audit test.csv --target species --prediction p_a p_b p_c",
        "audit test.csv --target y --prediction p --group patient --json",
    ),
)
