"""The shell's door: `fivefold` and the word of a command."""

import argparse
import sys
from collections.abc import Sequence

from fivefold.arguments import adopt_files
from fivefold.commands.agree import AGREE
from fivefold.commands.check import CHECK
from fivefold.commands.compare import COMPARE
from fivefold.commands.datasheet import DATASHEET
from fivefold.commands.demo import DEMO
from fivefold.commands.exchange import EXCHANGE
from fivefold.commands.fetch import FETCH
from fivefold.commands.label import LABEL
from fivefold.commands.predict import PREDICT
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
from fivefold.errors import FivefoldError, WorseError
from fivefold.report.outlet import mute
from fivefold.version import __version__

COMMANDS = (
    DEMO,
    RUN,
    CHECK,
    SCRAPE,
    FETCH,
    DATASHEET,
    LABEL,
    AGREE,
    STUDY,
    TUNE,
    RELABEL,
    EXCHANGE,
    PREDICT,
    SERVE,
    RUNS,
    COMPARE,
    REPRODUCE,
    WHY,
)
"""What the shell can be asked for, in the order in which `--help` tells it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words after the program's name; those of the process if None.

    Returns:
        The exit status: 0, 2 for an error of the user's making, 3 for a model that is worse than
        the deployed one, 130 after Ctrl-C.
    """
    chosen = parser().parse_args(arguments)
    spoken = Spoken.of(chosen.parser, chosen)
    try:
        spoken.check_given()
        chosen.modules = adopt_files(getattr(chosen, "own", ()))
        status: int | None = chosen.act(chosen)
    except FivefoldError as error:
        if chosen.traceback:
            raise
        notes = [f"({note})" for note in getattr(error, "__notes__", ())]
        said = f"{type(error).__name__}: {spoken.error(error)}"
        print("\n".join([said, *notes]), file=sys.stderr)
        return 3 if isinstance(error, WorseError) else 2
    except BrokenPipeError:  # the reader has left
        mute()
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return status or 0


def parser() -> argparse.ArgumentParser:
    """The words that the shell understands."""
    root = argparse.ArgumentParser(
        prog="fivefold",
        description="From data to a served PyTorch model in five typed stages.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"fivefold {__version__}")
    commands = root.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        command.join(commands)
    return root


if __name__ == "__main__":
    sys.exit(main())
