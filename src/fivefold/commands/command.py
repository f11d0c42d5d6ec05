"""A command of the shell: its words, what it does, and how that is told."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fivefold.commands.attached import FRESH
from fivefold.commands.parser import Parser
from fivefold.core.wording import harmless
from fivefold.report.outlet import say, terminal_width

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.result import Result


OWN = "a file that defines kinds, tasks, stages, callbacks, estimators of your own; it is run"
THREADS = "of onnxruntime; 0: one a core"
CACHE = "take from there what nothing has changed for; default: FIVEFOLD_CACHE, or the platform's"
JSON = "tell it as JSON: an object, or one a line; an error too"


class Told(NamedTuple):
    """What a command has to tell.

    Args:
        text: for people.
        value: for programs, of what JSON has and of scores; a list is told one a line.
        status: with which the command ends.
    """

    text: str
    value: Any
    status: int = 0


@dataclass(frozen=True)
class Command:
    """One word after `fivefold`, with those that may follow it.

    Args:
        name: the word.
        words: what it does, for `--help`.
        add: gives a parser the words that may follow.
        act: does it, with what was chosen; gives what is to be told, or nothing where it told that
            itself.
        examples: words after `fivefold`, as one may write them.
    """

    name: str
    words: str
    add: Callable[[Parser], None]
    act: Callable[[argparse.Namespace], Told | None]
    examples: tuple[str, ...] = ()

    def parser(self) -> Parser:
        """The parser of this command alone."""
        parser = Parser(prog=f"fivefold {self.name}")
        self.fill(parser)
        return parser

    def join(self, commands: Any) -> None:
        """Stand among the commands of a parser."""
        self.fill(commands.add_parser(self.name, help=self.words))

    def fill(self, parser: Parser) -> None:
        """Give a parser all that may follow the word."""
        shown = "".join(f"\n  fivefold {example}" for example in self.examples)
        parser.description = f"{self.words[0].upper()}{self.words[1:]}." + (
            f"\n\nexamples:{shown}" if shown else ""
        )
        parser.example = f"fivefold {self.examples[0]}" if self.examples else ""
        self.add(parser)
        parser.tell_defaults()
        parser.add_argument("--json", action="store_true", help=JSON)
        parser.add_argument("--traceback", action="store_true", help="show where an error arose")
        parser.set_defaults(act=self.act, parser=parser)


def tell(chosen: argparse.Namespace, told: Told) -> None:
    """Print it for people, or as JSON if that was asked for."""
    if not chosen.json:
        say(harmless(told.text))
        return
    from fivefold.observers.jsonl import plain

    lines = told.value if isinstance(told.value, list) else [told.value]
    for line in lines:
        say(json.dumps(plain(line), ensure_ascii=False))


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a frame as mappings, with estimates as they are and not as floats."""
    names = [str(name) for name in frame.columns]
    rows = frame.itertuples(index=False, name=None)
    return [dict(zip(names, row, strict=True)) for row in rows]


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
    parser.add_argument("--threads", type=int, default=1, metavar="N", help=THREADS)


def told_of(chosen: argparse.Namespace, result: "Result", *, report: str = "", **more: Any) -> Told:
    """The summary of a run, as wide as the terminal, in the words of the command.

    Args:
        chosen: of the options.
        result: of the run.
        report: where the page about it is.
        more: of the summary.
    """
    from fivefold.commands.spoken import Spoken
    from fivefold.report.judgement import verdict_of
    from fivefold.report.reported import Reported
    from fivefold.report.summary import summary

    run = Reported.of(result, Spoken.of(chosen.parser, chosen).sentence)
    text = summary(run, report=report, **more, width=terminal_width())
    value = {"verdict": verdict_of(run).to_json(), **value_of(result)}
    value["findings"] = list(run.findings)  # with their advice in flags
    return Told(text, {**value, "report": report or None, "seconds": more.get("seconds")})


def value_of(result: "Result") -> dict[str, Any]:
    """What a run gave, for programs."""
    from fivefold.artifacts import PARTS, Collected, Deployed, Evaluated, Preprocessed

    data, arrays = result[Collected], result.get(Preprocessed)
    judged, bundle = result.get(Evaluated), result.get(Deployed)
    found: dict[str, Any] = {
        "source": data.provenance.source,
        "task": data.schema.task,
        "target": data.schema.predicted,
        "rows": {part: len(getattr(arrays, part)) for part in PARTS} if arrays else None,
    }
    if judged is not None:
        found["metrics"] = dict(judged.metrics)
        if (compared := judged.tables.get("model_comparison")) is not None:
            found["models"] = records(compared)
    if bundle is not None:
        found["bundle"] = {"path": str(bundle.path), "sha256": bundle.digest, "bytes": bundle.bytes}
    return found
