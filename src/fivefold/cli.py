"""The shell's door: `fivefold demo`, `run`, `check`, `predict`, `serve`."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fivefold.arguments import OWN, THREADS, add_source, adopt_files, listed_names, pipeline_of
from fivefold.errors import ConfigError, FivefoldError
from fivefold.report.outlet import (
    check_place,
    mute,
    say,
    standard_output,
    terminal_width,
    whole_file,
)
from fivefold.version import __version__

if TYPE_CHECKING:
    from fivefold.result import Result


_TO = "write there (.csv, .jsonl, .parquet, .xlsx), not to stdout"
_COLUMNS = "of the file, put before the answers as they are; * for all"
_ROOT = "texts of the file name pictures below this folder; default: its own"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words after the program's name; those of the process if None.

    Returns:
        The exit status: 0, 2 for an error of the user's making, 130 after Ctrl-C.
    """
    chosen = parser().parse_args(arguments)
    try:
        adopt_files(getattr(chosen, "own", ()))
        chosen.command(chosen)
    except FivefoldError as error:
        if chosen.traceback:
            raise
        notes = [f"({note})" for note in getattr(error, "__notes__", ())]
        print("\n".join([f"{type(error).__name__}: {error}", *notes]), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has left
        mute()
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The words that the shell understands."""
    root = argparse.ArgumentParser(
        prog="fivefold",
        description="From data to a served PyTorch model in five typed stages.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"fivefold {__version__}")
    commands = root.add_subparsers(required=True, metavar="command")

    demo = _command(commands, "demo", _demo, "train, judge and deploy a network for digits")
    demo.add_argument("--to", default="digits.ff", metavar="BUNDLE", help="default: digits.ff")

    run = _command(commands, "run", _run, "from a file, or a recipe, to a model")
    add_source(run)
    run.add_argument("--to", metavar="BUNDLE", help="write the model there, ready to be served")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--report", metavar="FILE", help="write a page about the run there")
    run.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1")
    run.add_argument("--directory", metavar="FOLDER", help="keep every artifact there")
    run.add_argument("--resume", action="store_true", help="go on with the run in --directory")

    check = _command(commands, "check", _check, "look for faults without doing the work")
    add_source(check)
    check.add_argument("--to", metavar="BUNDLE", help="check that it could be written there")
    check.add_argument("--leak", action="store_true", help="train, and see that nothing leaks")

    predict = _command(commands, "predict", _predict, "ask a deployed model")
    predict.add_argument("bundle")
    predict.add_argument(
        "rows", metavar="FILE", help="any file that run takes; - streams JSON lines"
    )
    predict.add_argument("--to", metavar="FILE", help=_TO)
    predict.add_argument("--columns", action="append", default=[], metavar="A,B", help=_COLUMNS)
    predict.add_argument("--root", metavar="FOLDER", help=_ROOT)

    serve = _command(commands, "serve", _serve, "answer requests over HTTP")
    serve.add_argument("bundle")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    for command in (predict, serve):
        command.add_argument("--threads", type=int, default=1, help=THREADS)
    for command in (run, check, predict, serve):
        command.add_argument(
            "--with", action="append", default=[], metavar="FILE.py", dest="own", help=OWN
        )
    return root


def _command(commands: Any, name: str, action: Any, words: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=words[0].upper() + words[1:] + ".", allow_abbrev=False
    )
    command.add_argument("--traceback", action="store_true", help="show where an error arose")
    command.set_defaults(command=action)
    return command


def _demo(chosen: argparse.Namespace) -> None:
    import fivefold as ff
    from fivefold.leak import check_no_leak
    from fivefold.observers.console import Console

    begun = time.perf_counter()
    pipeline = ff.Pipeline(
        [
            ff.Collect("sklearn:digits"),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
            ff.Deploy(chosen.to),
        ]
    )
    print("Teaching a network to read digits; less than a minute ...", file=sys.stderr, flush=True)
    result = pipeline.run(seed=0, progress=False, observers=[Console(lines=False)])
    check_no_leak(pipeline.replace("train", epochs=1), seed=0)
    commands = {
        f"fivefold serve {chosen.to}": "draw a digit at http://127.0.0.1:8000",
        "fivefold run your.csv --target COLUMN --to your.ff": "your own data",
    }
    seconds = time.perf_counter() - begun
    _tell(result, leak_checked=True, seconds=seconds, commands=commands)


def _run(chosen: argparse.Namespace) -> None:
    begun = time.perf_counter()
    pipeline = pipeline_of(chosen)
    if chosen.report is not None:
        check_place("--report", Path(chosen.report))
    if chosen.resume and chosen.directory is None:
        remedy = "Write --directory FOLDER --resume, the same at every start."
        raise ConfigError.expected("--resume", "a folder to go on in", "no --directory", remedy)
    result = pipeline.run(
        seed=chosen.seed,
        device=chosen.device,
        directory=chosen.directory,
        resume=chosen.resume,
    )
    own = "".join(f" --with {path}" for path in chosen.own)
    commands = {f"fivefold serve {chosen.to}{own}": "answer requests"} if chosen.to else {}
    seconds = time.perf_counter() - begun
    try:
        _tell(result, seconds=seconds, commands=commands)
    finally:  # neither costs the other
        if chosen.report is not None:
            result.report(chosen.report)


def _tell(result: "Result", **more: Any) -> None:
    """Print the summary of a run, as wide as the terminal."""
    from fivefold.report.reported import Reported
    from fivefold.report.summary import summary

    say(summary(Reported.of(result), **more, width=terminal_width()))


def _check(chosen: argparse.Namespace) -> None:
    pipeline = pipeline_of(chosen).check(leak=chosen.leak)
    leaks = " No held-out row moves what is fitted." if chosen.leak else ""
    say(f"{pipeline.describe()}\n\nNo fault found in {len(pipeline)} stages.{leaks}")


def _predict(chosen: argparse.Namespace) -> None:
    from fivefold.observers.console import RowsBar
    from fivefold.serve.asked import Bytes, ask, stream
    from fivefold.serve.predictor import load
    from fivefold.serve.writers import check_suffix, writer_of

    to = None if chosen.to is None else Path(chosen.to)
    if to is not None:
        check_suffix(to)
        check_place("--to", to, source=Path(chosen.rows))
    columns = listed_names(chosen.columns)
    model = load(chosen.bundle, threads=chosen.threads)
    streams = chosen.rows == "-"
    if streams:
        asked = stream(model, cast("Bytes", sys.stdin.buffer), columns=columns)
    else:
        asked = ask(model, Path(chosen.rows), chosen.root, columns=columns)
    with ExitStack() as stack:
        if to is None:
            target: Any = stack.enter_context(standard_output(encoding="utf-8"))
        else:
            target = stack.enter_context(whole_file(to))
        suffix = (".jsonl" if streams else ".csv") if to is None else to.suffix
        bar = stack.enter_context(RowsBar("predict", shown=to is not None and not streams))
        writer = stack.enter_context(writer_of(suffix, target, model))
        for piece in asked:
            writer.write(piece)
            bar.advance(len(piece.scores), piece.total)


def _serve(chosen: argparse.Namespace) -> None:
    from fivefold.serve.server import serve

    serve(chosen.bundle, host=chosen.host, port=chosen.port, threads=chosen.threads)


if __name__ == "__main__":
    sys.exit(main())
