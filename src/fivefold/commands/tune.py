"""`fivefold tune`: a search for settings, by validation rows alone."""

import argparse
import json
from pathlib import Path

from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.conduct import add_study, studied
from fivefold.commands.parser import Parser
from fivefold.commands.spoken import Spoken
from fivefold.report.outlet import whole_file

TO = "write the pipeline with the best settings there, a recipe for `fivefold run`"
SECONDS = "after which no trial begins, and a network that trains is ended"
METRIC = "by which trials are compared; the first of the task unless said"
NESTED = "folds in each of which the whole search is judged on rows that it did not see"
TRIALS = 25


def _add(parser: Parser) -> None:
    add_study(parser, folds="none, by validation rows")
    parser.add_argument("--trials", type=int, default=TRIALS, metavar="N", help="at most")
    parser.add_argument("--seconds", type=float, metavar="X", help=SECONDS)
    parser.add_argument("--nested", type=int, default=0, metavar="K", help=NESTED)
    parser.add_argument("--metric", metavar="NAME", help=METRIC)
    parser.add_argument("--to", metavar="FILE.json", help=TO)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.space import holds_space
    from fivefold.study.tune import tune
    from fivefold.study.usual import usual_space

    pipeline, folds, to, conduct = studied(chosen)
    given = any(holds_space(stage.settings()) for stage in pipeline.stages)
    found = tune(
        pipeline,
        None if given else usual_space,
        trials=chosen.trials,
        folds=folds,
        nested=chosen.nested,
        metric=chosen.metric,
        seconds=chosen.seconds,
        **conduct,
    )
    recipe = found.pipeline.to_json()
    lines = [Spoken.of(chosen.parser, chosen).text(repr(found))]
    lines.append(f"\nIts recipe: {json.dumps(json.loads(recipe), ensure_ascii=False)}")
    if to is not None:
        with whole_file(Path(to)) as path:
            path.write_text(recipe + "\n", encoding="utf-8")
        lines.append(f"\nNext: fivefold run {to}")
    value = {"best": found.best, "metric": found.metric.name, "trials": records(found.trials)}
    return Told("\n".join(lines), {**value, "recipe": json.loads(recipe), "to": to})


TUNE = Command(
    "tune",
    "search for settings by validation rows, and tell the best",
    _add,
    _act,
    (
        "tune adult.csv --target income --trials 25 --to best.json",
        "tune adult.csv --target income --seconds 600 --jobs 2 --directory searches/adult --resume",
        "run best.json --to income.ff",
    ),
)
