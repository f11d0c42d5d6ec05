"""Options of the shell that say how a study is conducted."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.arguments import pipeline_of
from fivefold.commands.command import add_cache
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.core.chain import Chain

JOBS = "processes that refit side by side; -1: one a core"


def add_conduct(parser: argparse.ArgumentParser) -> None:
    """The options that all studies take."""
    parser.add_argument("--jobs", type=int, default=1, dest="n_jobs", metavar="JOBS", help=JOBS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1")
    parser.add_argument("--directory", metavar="FOLDER", help="keep what each refit gave there")
    parser.add_argument("--resume", action="store_true", help="go on with the study in --directory")
    add_cache(parser)


def conduct_of(chosen: argparse.Namespace) -> dict[str, Any]:
    """What a study takes by keyword.

    Raises:
        ConfigError: if there is no folder to go on in.
    """
    if chosen.resume and chosen.directory is None:
        remedy = "Write --directory FOLDER --resume, the same at every start."
        raise ConfigError.expected("--resume", "a folder to go on in", "no --directory", remedy)
    words = ("seed", "device", "n_jobs", "directory", "resume", "cache")
    return {name: getattr(chosen, name) for name in words}


def studied(chosen: argparse.Namespace) -> "tuple[Chain, int, str | None, dict[str, Any]]":
    """The pipeline, the folds and the file that a study was asked for, and how it is conducted.

    `--folds` and `--to` are the study's, not those of the stages.

    Raises:
        ConfigError: if there is no folder to go on in; if the file cannot be written.
    """
    folds, to = chosen.folds, getattr(chosen, "to", None)
    chosen.to, chosen.folds = None, 0
    pipeline, conduct = pipeline_of(chosen), conduct_of(chosen)
    if to is not None:
        check_place("--to", Path(to))
    return pipeline, folds, to, conduct
