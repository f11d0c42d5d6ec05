"""`fivefold curve`: whether more rows would help."""

import argparse

from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.conduct import add_study, studied
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.commands.spoken import Spoken
from fivefold.errors import ConfigError

SIZES = "shares of the rows that each fold may learn from, three at least, 1 among them"
FOLDS = 5
METRIC = "whose curve; the first of the task unless said"
REPEATS = "how often to draw the folds anew"


def _add(parser: Parser) -> None:
    add_study(parser, folds=str(FOLDS))
    parser.add_argument("--fractions", metavar="X,Y", help=f"{SIZES} (default: five)")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help=REPEATS)
    parser.add_argument("--metric", metavar="NAME", help=METRIC)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.study.learningcurve import FRACTIONS, learning_curve

    pipeline, folds, _, conduct = studied(chosen)
    found = learning_curve(
        pipeline,
        fractions=_fractions(chosen.fractions) or FRACTIONS,
        folds=folds or FOLDS,
        repeats=chosen.repeats,
        metric=chosen.metric,
        **conduct,
    )
    value = {"sizes": records(found.table), "predicted": records(found.predicted)}
    text = Spoken.of(chosen.parser, chosen).text(repr(found))
    return Told(text, {**value, "verdict": found.verdict})


def _fractions(text: str | None) -> tuple[float, ...]:
    """The numbers between commas.

    Raises:
        ConfigError: if one is none.
    """
    try:
        return tuple(float(each) for each in listed([text])) if text else ()
    except ValueError:
        remedy = "Write for instance --fractions 0.25,0.5,1."
        raise ConfigError.expected("fivefold curve", "--fractions X,Y", text, remedy) from None


CURVE = Command(
    "curve",
    "learn from ever more rows, and tell whether still more would help",
    _add,
    _act,
    (
        "curve adult.csv --target income --quality fast --jobs 2",
        "curve adult.csv --target income --fractions 0.25,0.5,1 --folds 3",
    ),
)
