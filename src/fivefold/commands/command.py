"""A command of the shell: its words, and what it does."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fivefold.attached import FRESH
from fivefold.report.outlet import say, terminal_width

if TYPE_CHECKING:
    from fivefold.result import Result


OWN = "a file that defines kinds, tasks, stages, callbacks, estimators of your own; it is run"
THREADS = "of onnxruntime, 1 unless said; 0: one a core"
CACHE = "take from there what nothing has changed for; default: FIVEFOLD_CACHE, or the platform's"


@dataclass(frozen=True)
class Command:
    """One word after `fivefold`, with those that may follow it.

    Args:
        name: the word.
        words: what it does, for `--help`.
        add: gives a parser the words that may follow.
        act: does it, with what was chosen; gives the exit status, 0 if None.
    """

    name: str
    words: str
    add: Callable[[argparse.ArgumentParser], None]
    act: Callable[[argparse.Namespace], int | None]

    def join(self, commands: Any) -> None:
        """Stand among the commands of a parser."""
        parser: argparse.ArgumentParser = commands.add_parser(
            self.name,
            help=self.words,
            description=self.words[0].upper() + self.words[1:] + ".",
            allow_abbrev=False,
        )
        parser.add_argument("--traceback", action="store_true", help="show where an error arose")
        parser.set_defaults(act=self.act, parser=parser)
        self.add(parser)


def add_own(parser: argparse.ArgumentParser) -> None:
    """The option that hands over kinds, tasks and stages of one's own."""
    parser.add_argument(
        "--with", action="append", default=[], metavar="FILE.py", dest="own", help=OWN
    )


def add_cache(parser: argparse.ArgumentParser) -> None:
    """The option that takes from a cache what nothing has changed for."""
    parser.add_argument(
        "--cache", metavar="FOLDER", nargs="?", const=True, default=False, help=CACHE
    )


def add_fresh(parser: argparse.ArgumentParser) -> None:
    """The option that gives fresher rows of joined sources."""
    option: Any = {"action": "append", "default": [], "metavar": "NAME=SOURCE", "help": FRESH}
    parser.add_argument("--join", **option)


def add_threads(parser: argparse.ArgumentParser) -> None:
    """The option of what answers with a bundle."""
    parser.add_argument("--threads", type=int, default=1, help=THREADS)


def tell(chosen: argparse.Namespace, result: "Result", **more: Any) -> None:
    """Print the summary of a run, as wide as the terminal, in the words of the command."""
    from fivefold.commands.spoken import Spoken
    from fivefold.report.reported import Reported
    from fivefold.report.summary import summary

    run = Reported.of(result, Spoken.of(chosen.parser, chosen).sentence)
    say(summary(run, **more, width=terminal_width()))
