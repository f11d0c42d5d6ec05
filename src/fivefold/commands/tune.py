"""`fivefold tune`: a search for settings, by validation rows alone."""

import argparse
import json
from pathlib import Path

from fivefold.arguments import add_source
from fivefold.commands.command import Command, add_own
from fivefold.commands.conduct import add_conduct, studied
from fivefold.commands.spoken import Spoken
from fivefold.report.outlet import say, whole_file

TO = "write the pipeline with the best settings there, a recipe for `fivefold run`"
SECONDS = "after which no trial begins, and a network that trains is ended"
METRIC = "by which trials are compared; the first of the task"
NESTED = "folds in each of which the whole search is judged on rows that it did not see"


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--trials", type=int, default=25, help="at most; 25 unless said")
    parser.add_argument("--seconds", type=float, help=SECONDS)
    parser.add_argument("--nested", type=int, default=0, metavar="FOLDS", help=NESTED)
    parser.add_argument("--metric", metavar="NAME", help=METRIC)
    parser.add_argument("--to", metavar="FILE.json", help=TO)
    add_conduct(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
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
    say(Spoken.of(chosen.parser, chosen).text(repr(found)))
    recipe = found.pipeline.to_json()
    say(f"\nIts recipe: {json.dumps(json.loads(recipe), ensure_ascii=False)}")
    if to is not None:
        with whole_file(Path(to)) as path:
            path.write_text(recipe + "\n", encoding="utf-8")
        say(f"\nNext: fivefold run {to}")


TUNE = Command("tune", "search for settings by validation rows, and tell the best", _add, _act)
