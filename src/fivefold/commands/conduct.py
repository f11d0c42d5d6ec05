"""Options of the shell that say how a study is conducted."""

import argparse
from typing import Any

from fivefold.commands.command import add_cache
from fivefold.errors import ConfigError

JOBS = "processes that refit side by side; -1: one a core"


def add_conduct(parser: argparse.ArgumentParser) -> None:
    """The options that all studies take."""
    parser.add_argument("--jobs", type=int, default=1, help=JOBS)
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
    names = {"n_jobs": "jobs"}
    return {
        name: getattr(chosen, names.get(name, name))
        for name in ("seed", "device", "n_jobs", "directory", "resume", "cache")
    }
