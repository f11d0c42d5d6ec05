"""`fivefold run`: from data, or a recipe, to a model."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, add_cache, add_own, tell
from fivefold.deploying import add_deploy
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.core.events import Observer


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_deploy(parser)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--report", metavar="FILE", help="write a page about the run there")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1")
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
    result = pipeline.run(
        seed=chosen.seed,
        device=chosen.device,
        directory=chosen.directory,
        resume=chosen.resume,
        cache=chosen.cache,
        progress=False,
        observers=[*observers, Console(said=Spoken.of(chosen.parser, chosen).sentence)],
    )
    own = "".join(f" --with {path}" for path in chosen.own)
    commands = {f"fivefold serve {chosen.to}{own}": "answer requests"} if chosen.to else {}
    seconds = time.perf_counter() - begun
    try:
        tell(chosen, result, seconds=seconds, commands=commands)
    finally:  # neither costs the other
        if chosen.report is not None:
            result.report(chosen.report)


RUN = Command("run", "from a file, or a recipe, to a model", _add, _act)
