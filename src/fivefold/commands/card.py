"""`fivefold card`: the card of a bundle, or a form of what only people can say of a model."""

import argparse
from pathlib import Path

from fivefold.commands.command import Command, Told
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

TITLE = "Model card: what only people can say"
TO = "write it there; answers that stand there already are kept"


def _add(parser: Parser) -> None:
    words = "a bundle, whose card is told; a form to be filled in without one"
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help=words)
    parser.add_argument("--to", metavar="FILE", help=TO)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.store import write_bytes
    from fivefold.sheet.question import CARD as FORM
    from fivefold.sheet.testimony import answers_of, blank

    to = None if chosen.to is None else Path(chosen.to)
    if to is not None:
        check_place("--to", to)
    if chosen.bundle is not None:
        from fivefold.serve.predictor import load

        text, value = load(chosen.bundle).card, {}
        if to is not None and to.exists():
            remedy = "Name another file."
            raise ConfigError.expected("--to", "a file that is not there yet", str(to), remedy)
    else:
        said = answers_of(to, "--to", FORM) if to is not None and to.exists() else {}
        text, value = blank(FORM, TITLE, said), {"answers": said}
    if to is None:
        return Told(text, {"card": text, **value})
    write_bytes(to, text.encode())
    filled = "" if chosen.bundle else f": {len(value['answers'])} of {len(FORM.questions)} answers"
    return Told(f"{to}{filled}.", {"to": str(to), **value})


CARD = Command(
    "card",
    "tell the card of a model, or ask what only people can say of it",
    _add,
    _act,
    (
        "card income.ff",
        "card --to card.md",
        "run adult.csv --target income --card card.md --require-answers reviewer --to income.ff",
    ),
)
