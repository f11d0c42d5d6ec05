"""The shell's door: `fivefold` and the word of a command."""

import argparse
import gc
import json
import sys
from collections.abc import Sequence

from fivefold.commands.adopted import adopt_files
from fivefold.commands.agree import AGREE
from fivefold.commands.audit import AUDIT
from fivefold.commands.card import CARD
from fivefold.commands.check import CHECK
from fivefold.commands.command import tell
from fivefold.commands.compare import COMPARE
from fivefold.commands.curve import CURVE
from fivefold.commands.datasheet import DATASHEET
from fivefold.commands.demo import DEMO
from fivefold.commands.exchange import EXCHANGE
from fivefold.commands.exits import EXITS
from fivefold.commands.explain import EXPLAIN
from fivefold.commands.export import EXPORT
from fivefold.commands.fetch import FETCH
from fivefold.commands.label import LABEL
from fivefold.commands.look import LOOK
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.commands.predict import PREDICT
from fivefold.commands.recipeschema import SCHEMA
from fivefold.commands.relabel import RELABEL
from fivefold.commands.reproduce import REPRODUCE
from fivefold.commands.run import RUN
from fivefold.commands.runs import RUNS
from fivefold.commands.scrape import SCRAPE
from fivefold.commands.serve import SERVE
from fivefold.commands.spoken import Spoken
from fivefold.commands.study import STUDY
from fivefold.commands.tune import TUNE
from fivefold.commands.why import WHY
from fivefold.core.wording import harmless, nearest
from fivefold.errors import FivefoldError, GateError
from fivefold.report.outlet import mute, say
from fivefold.version import __version__

COMMANDS = (
    DEMO,
    RUN,
    CHECK,
    LOOK,
    AUDIT,
    SCRAPE,
    FETCH,
    DATASHEET,
    CARD,
    LABEL,
    AGREE,
    STUDY,
    TUNE,
    CURVE,
    RELABEL,
    EXCHANGE,
    PREDICT,
    SERVE,
    EXPORT,
    RUNS,
    COMPARE,
    REPRODUCE,
    WHY,
    EXPLAIN,
    SCHEMA,
)
"""What the shell can be asked for, in the order in which `--help` tells it."""

ABOUT = "From data to a served PyTorch model in five typed stages."


OTHERWISE = {
    **dict.fromkeys(("train", "fit", "learn", "evaluate", "deploy"), "run"),
    **dict.fromkeys(("describe", "inspect", "profile", "show"), "look"),
    **dict.fromkeys(("judge", "assess", "score", "test"), "audit"),
    **dict.fromkeys(("infer", "answer"), "predict"),
    **dict.fromkeys(("version", "--version"), "--version"),
}
"""What other programs call a command, and the one that is meant."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words after the program's name; those of the process if None.

    Returns:
        The exit status, one of `EXITS`.
    """
    words = [*sys.argv[1:]] if arguments is None else [*arguments]
    if not words or words[0] in ("-h", "--help", "help"):
        say(overview())
        return 0
    if words[0] == "--version":
        say(f"fivefold {__version__}")
        return 0
    command = next((each for each in COMMANDS if each.name == words[0]), None)
    if command is None:
        print(_unknown(words[0]), file=sys.stderr)
        return 2
    gc.disable()  # building a parser imports much, all of which stays
    try:
        chosen = command.parser().parse_args(words[1:])
    finally:
        gc.enable()
    return carry_out(chosen)


def carry_out(chosen: argparse.Namespace) -> int:
    """Do what was chosen, and tell it.

    Args:
        chosen: by the parser of a command.

    Returns:
        The exit status.
    """
    spoken = Spoken.of(chosen.parser, chosen)
    try:
        spoken.check_given()
        chosen.modules = adopt_files(listed(getattr(chosen, "own", ())))
        told = chosen.act(chosen)
        if told is not None:
            tell(chosen, told)
    except FivefoldError as error:
        if chosen.traceback:
            raise
        status = 3 if isinstance(error, GateError) else 2
        print(_fault(error, spoken, status if chosen.json else None), file=sys.stderr)
        return status
    except BrokenPipeError:  # the reader has left
        mute()
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0 if told is None else told.status


def _fault(error: FivefoldError, spoken: Spoken, status: int | None) -> str:
    """What an error says, in words; as JSON where its status is told too."""
    name, said = type(error).__name__, spoken.error(error)
    notes = [f"({note})" for note in getattr(error, "__notes__", ())]
    if status is None:
        return harmless("\n".join([f"{name}: {said}", *notes]))
    told = {"error": name, "message": said, "remedy": spoken.remedy(error), "exit": status}
    return json.dumps(told, ensure_ascii=False)


def overview() -> str:
    """What the shell can be asked for."""
    width = max(len(command.name) for command in COMMANDS)
    commands = [f"  {command.name:<{width}}  {command.words}" for command in COMMANDS]
    exits = [f"  {status:>3}  {words}" for status, words in EXITS.items()]
    lines = [
        "usage: fivefold COMMAND ...",
        *("", ABOUT),
        *("", "commands:", *commands),
        *("", "fivefold COMMAND --help tells examples and flags; --version, which fivefold it is."),
        *("", "exit status:", *exits),
    ]
    return "\n".join(lines)


def _unknown(word: str) -> str:
    """What is told of a word that is no command."""
    names = [command.name for command in COMMANDS]
    near = nearest(word, names) or OTHERWISE.get(nearest(word, list(OTHERWISE)), "")
    meant = f"; did you mean {near}?" if near else "."
    kind = "flag" if word.startswith("-") else "command"
    told = f"fivefold: no {kind} {word}{meant}"
    return f"usage: fivefold COMMAND ...\n{told}\nThe commands are {', '.join(names)}."


def parser() -> Parser:
    """One parser of all commands, for whoever asks what the shell understands."""
    root = Parser(prog="fivefold", description=ABOUT)
    root.add_argument("--version", action="version", version=f"fivefold {__version__}")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.join(commands)
    return root


if __name__ == "__main__":
    sys.exit(main())
