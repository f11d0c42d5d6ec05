"""`fivefold study`: one documented study of data, which fills the ten tables."""

import argparse
from pathlib import Path

from fivefold.arguments import add_source, pipeline_of
from fivefold.commands.command import Command, add_cache, add_own
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place, say

JOBS = "processes that refit side by side; -1: one a core"
TO = "write the report there; a name that ends in .md: the tables alone, as Markdown"


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--to", metavar="FILE", help=TO)
    parser.add_argument("--quick", action="store_true", help="fewer variants, folds and timings")
    parser.add_argument("--jobs", type=int, default=1, help=JOBS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1")
    parser.add_argument("--directory", metavar="FOLDER", help="keep what each refit gave there")
    parser.add_argument("--resume", action="store_true", help="go on with the study in --directory")
    add_cache(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.study.investigate import investigate

    folds, to, chosen.to, chosen.folds = chosen.folds, chosen.to, None, 0
    pipeline = pipeline_of(chosen)
    if to is not None:
        check_place("--to", Path(to))
    if chosen.resume and chosen.directory is None:
        remedy = "Write --directory FOLDER --resume, the same at every start."
        raise ConfigError.expected("--resume", "a folder to go on in", "no --directory", remedy)
    found = investigate(
        pipeline,
        folds=folds or None,
        quick=chosen.quick,
        to=to,
        seed=chosen.seed,
        device=chosen.device,
        n_jobs=chosen.jobs,
        directory=chosen.directory,
        resume=chosen.resume,
        cache=chosen.cache,
    )
    say(repr(found))


STUDY = Command("study", "vary, compare and time models, and fill the ten tables", _add, _act)
