"""`fivefold run`: from data, or a recipe, to a model."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.commands.arguments import LEARNT, add_source, pipeline_of
from fivefold.commands.command import Command, add_cache, add_own, tell, told_of
from fivefold.commands.conduct import add_place
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError, FivefoldError, GateError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.core.events import Observer


def _add(parser: Parser) -> None:
    add_source(parser, stages=(*LEARNT, "Deploy"))
    parser.add_argument("--report", metavar="FILE", help="write a page about the run there")
    add_place(parser)
    parser.add_argument("--directory", metavar="FOLDER", help="keep every artifact there")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --directory")
    add_cache(parser)
    parser.add_argument("--log", metavar="FILE", help="append every event there, a JSON line each")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.commands.spoken import Spoken
    from fivefold.observers.console import Console

    begun = time.perf_counter()
    pipeline = pipeline_of(chosen)
    if chosen.report is not None:
        check_place("--report", Path(chosen.report))
    if chosen.resume and chosen.directory is None:
        remedy = "Write --directory FOLDER --resume, the same at every start."
        raise ConfigError.expected("--resume", "a folder to go on in", "no --directory", remedy)
    observers: list[Observer] = []
    if chosen.log is not None:
        from fivefold.observers.jsonl import JsonLines

        check_place("--log", Path(chosen.log))
        observers = [JsonLines(chosen.log)]
    fault: FivefoldError | None = None
    try:
        result = pipeline.run(
            seed=chosen.seed,
            device=chosen.device,
            directory=chosen.directory,
            resume=chosen.resume,
            cache=chosen.cache,
            progress=False,
            observers=[*observers, Console(said=Spoken.of(chosen.parser, chosen).sentence)],
        )
    except GateError as error:  # what was made is told all the same
        if error.result is None:
            raise
        result, fault = error.result, error
    own = "".join(f" --with {path}" for path in chosen.own)
    bundle = chosen.path[-1] if chosen.path and fault is None else ""
    commands = {f"fivefold serve {bundle}{own}": "answer requests"} if bundle else {}
    seconds = time.perf_counter() - begun
    report = chosen.report or ""
    try:
        if report:
            result.report(report)
    except FivefoldError as error:  # neither costs the other
        report, fault = "", fault or error
    tell(chosen, told_of(chosen, result, report=report, seconds=seconds, commands=commands))
    if fault is not None:
        raise fault


RUN = Command(
    "run",
    "from a file, or a recipe, to a model",
    _add,
    _act,
    (
        "run adult.csv --target income --to income.ff --report income.html",
        "run bike.csv --target count --time when --horizon 24 --quality fast",
        "run houses.csv --target price --clean --derive area='w * h'",
        "run photos/ --to photos.ff --epochs 20 --image-size 64",
        "run adult.csv --target income --require roc_auc=0.9,leak=none --to income.ff",
        "run recipe.json --directory runs/first",
    ),
)
