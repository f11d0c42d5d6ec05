"""`fivefold demo`: what fivefold does, in less than a minute."""

import argparse
import sys
import time

from fivefold.commands.command import Command, Told, told_of
from fivefold.commands.parser import Parser

TO = "write the model there"


def _add(parser: Parser) -> None:
    parser.add_argument("--to", default="digits.ff", metavar="BUNDLE", help=TO)


def _act(chosen: argparse.Namespace) -> Told:
    import fivefold as ff
    from fivefold.leak import check_no_leak
    from fivefold.observers.console import Console

    begun = time.perf_counter()
    pipeline = ff.Pipeline(
        [
            ff.Collect("sklearn:digits"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(chosen.to),
        ]
    )
    pipeline.check()
    print("Teaching a network to read digits; less than a minute ...", file=sys.stderr, flush=True)
    result = pipeline.run(seed=0, progress=False, observers=[Console(lines=False)])
    check_no_leak(pipeline.replace("train", epochs=1), seed=0)
    commands = {
        f"fivefold serve {chosen.to}": "draw a digit at http://127.0.0.1:8000",
        "fivefold run your.csv --target COLUMN --to your.ff": "your own data",
    }
    seconds = time.perf_counter() - begun
    return told_of(chosen, result, leak_checked=True, seconds=seconds, commands=commands)


DEMO = Command(
    "demo",
    "train, judge and deploy a network for digits",
    _add,
    _act,
    ("demo", "demo --to digits.ff"),
)
