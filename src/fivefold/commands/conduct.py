"""Options of the shell that say how a study is conducted."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.arguments import SOURCE, add_source, pipeline_of
from fivefold.commands.command import add_cache
from fivefold.commands.parser import Parser
from fivefold.errors import ConfigError
from fivefold.report.outlet import check_place

SEED = "all randomness derives from it"
DEVICE = "auto, cpu, cuda, cuda:1"

if TYPE_CHECKING:
    from fivefold.core.chain import Chain

JOBS = "processes that refit side by side; -1: one a core"
FOLDS = "parts of the training and validation rows that models are compared over"


def add_study(parser: Parser, *, words: str = SOURCE, folds: str) -> None:
    """The options that all studies take: the data, what is learnt, and how the study is conducted.

    Args:
        parser: of the command.
        words: what the source may be.
        folds: how many there are unless said.
    """
    add_source(parser, words=words, without=("folds",))
    told = f"{FOLDS}, or groups for one a group (default: {folds})"
    parser.add_argument("--folds", type=_folds, metavar="K", help=told)
    parser.add_argument("--jobs", type=int, default=1, dest="n_jobs", metavar="N", help=JOBS)
    add_place(parser)
    parser.add_argument("--directory", metavar="FOLDER", help="keep what each refit gave there")
    parser.add_argument("--resume", action="store_true", help="go on with the study in --directory")
    add_cache(parser)


def _folds(text: str) -> int | str:
    """A number of folds, or `groups`."""
    if text != "groups" and not text.lstrip("-").isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number or groups, found {text!r}.")
    return text if text == "groups" else int(text)


def add_place(parser: Parser) -> None:
    """The options that say where randomness begins, and what computes."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=SEED)
    parser.add_argument("--device", default="auto", metavar="NAME", help=DEVICE)


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


def studied(chosen: argparse.Namespace) -> "tuple[Chain, Any, str | None, dict[str, Any]]":
    """The pipeline, the folds and the file that a study was asked for, and how it is conducted.

    Raises:
        ConfigError: if there is no folder to go on in; if the file cannot be written.
    """
    to = getattr(chosen, "to", None)
    pipeline, conduct = pipeline_of(chosen), conduct_of(chosen)
    if to is not None:
        check_place("--to", Path(to))
    return pipeline, chosen.folds or 0, to, conduct
