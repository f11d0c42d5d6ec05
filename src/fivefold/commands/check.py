"""`fivefold check`: faults, before any work."""

import argparse
import shlex
from pathlib import Path

from fivefold.commands.arguments import LEARNT, add_source, pipeline_of
from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.parser import Parser
from fivefold.report.outlet import check_place, whole_file

RECIPE = "write the pipeline there, to be changed: stages of your own have no flags"


def _add(parser: Parser) -> None:
    add_source(parser, stages=(*LEARNT, "Deploy"))
    parser.add_argument("--recipe", metavar="FILE.json", help=RECIPE)
    parser.add_argument("--leak", action="store_true", help="train, and see that nothing leaks")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    pipeline = pipeline_of(chosen)
    if chosen.recipe is not None:
        check_place("--recipe", Path(chosen.recipe))
    pipeline.check(leak=chosen.leak)
    leaks = " No held-out row moves what is fitted." if chosen.leak else ""
    names = (word for name in chosen.target or () for word in ("--target", str(name)))
    look = shlex.join(["fivefold", "look", chosen.source, *names])
    found = f"No fault found in {len(pipeline)} stages.{leaks}"
    text = f"{pipeline.describe()}\n\n{found}\nSee what is in the columns: {look}"
    if chosen.recipe is not None:
        with whole_file(Path(chosen.recipe)) as path:
            path.write_text(pipeline.to_json() + "\n", encoding="utf-8")
        text += f"\nIts recipe, to be changed and run: {chosen.recipe}"
    stages = {name: repr(stage) for name, stage in zip(pipeline.names, pipeline, strict=True)}
    return Told(text, {"stages": stages, "faults": 0, "leak": "none" if chosen.leak else None})


CHECK = Command(
    "check",
    "look for faults without doing the work",
    _add,
    _act,
    (
        "check adult.csv --target income --to income.ff",
        "check adult.csv --target income --recipe adult.json",
        "check recipe.json",
        "check adult.csv --target income --epochs 1 --leak",
    ),
)
