"""The shell's door: `fivefold demo`, `run`, `check`, `predict`, `serve`."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fivefold import __version__
from fivefold.errors import ConfigError, FivefoldError
from fivefold.options import (
    EXAMPLES,
    MARKS,
    OWN,
    READING,
    THREADS,
    adopt_files,
    by_column,
    listed_names,
    missing_of,
)
from fivefold.report.outlet import (
    check_place,
    mute,
    say,
    standard_output,
    terminal_width,
    whole_file,
)

if TYPE_CHECKING:
    from fivefold.pipeline import Pipeline
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
    _add_source(run)
    run.add_argument("--to", metavar="BUNDLE", help="write the model there, ready to be served")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--report", metavar="FILE", help="write a page about the run there")
    run.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1")
    run.add_argument("--directory", metavar="FOLDER", help="keep every artifact there")
    run.add_argument("--resume", action="store_true", help="go on with the run in --directory")

    check = _command(commands, "check", _check, "look for faults without doing the work")
    _add_source(check)
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


def _add_source(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", help="a data file, folder or sklearn:NAME; or a recipe.json")
    command.add_argument("--target", metavar="COLUMN", help="what to predict")
    command.add_argument("--drop", action="append", default=[], metavar="COLUMN", help="repeatable")
    command.add_argument(
        "--missing", action="append", default=[], metavar="TEXT", help="also stands for no value"
    )
    command.add_argument(
        "--level", action="append", default=[], metavar="COLUMN=TEXT", help="NA is a value there"
    )
    command.add_argument("--test-source", metavar="FILE", help="the rows to judge on")
    command.add_argument(
        "--kinds", action="append", default=[], metavar="COLUMN=KIND", help="numeric, text, ..."
    )
    for mark, words in MARKS.items():
        command.add_argument(
            f"--{mark}", action="append", default=[], metavar="[COLUMN=]TEXT", help=words
        )
    for name, words in READING.items():
        command.add_argument(f"--{name}", type=int if name == "skip" else str, help=words)
    command.add_argument("--folds", type=int, default=0, help="also judge over k folds")
    command.add_argument("--epochs", type=int, help="at most; by a rule on rows if left out")


def _pipeline(chosen: argparse.Namespace) -> "Pipeline":
    """The pipeline that a recipe or the options describe."""
    import fivefold as ff

    recipe = _recipe(chosen.source)
    if recipe is not None:
        names = ["target", "drop", "missing", "level", "test-source", "kinds", *MARKS, *READING]
        names += ["folds", "epochs"]
        given = [f"--{name}" for name in names if getattr(chosen, name.replace("-", "_"))]
        if given:
            raise ConfigError(
                f"fivefold: expected a recipe alone, found {', '.join(given)} beside it.",
                remedy="Write these settings into the recipe.",
            )
        pipeline = ff.Pipeline.from_json(recipe)
        return ff.Pipeline([*pipeline, ff.Deploy(chosen.to)]) if chosen.to else pipeline
    wanted: dict[str, Any] = {
        "target": chosen.target,
        "drop": tuple(chosen.drop),
        "missing": missing_of(chosen.missing, chosen.level),
        "test_source": chosen.test_source,
        **{name: getattr(chosen, name) for name in READING},
        **{
            name.replace("-", "_"): by_column(name, getattr(chosen, name.replace("-", "_")))
            for name in EXAMPLES
        },
    }
    settings = {name: value for name, value in wanted.items() if value}
    if chosen.thousands:  # the empty text says that there is none
        settings["thousands"] = wanted["thousands"]
    stages = [
        ff.Collect(chosen.source, **settings),
        ff.Preprocess(),
        ff.Train() if chosen.epochs is None else ff.Train(epochs=chosen.epochs),
        ff.Evaluate(folds=chosen.folds),
        *([ff.Deploy(chosen.to)] if chosen.to else []),
    ]
    return ff.Pipeline(stages)


def _recipe(source: str) -> str | None:
    """The text of a recipe, or None if the source is data."""
    path = Path(source)
    if path.suffix != ".json" or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if '"fivefold/recipe' in text[:200] else None


def _demo(chosen: argparse.Namespace) -> None:
    import fivefold as ff
    from fivefold.observers.console import Console
    from fivefold.testing import check_no_leak

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
    pipeline = _pipeline(chosen)
    if chosen.report is not None:
        check_place("--report", Path(chosen.report))
    if chosen.resume and chosen.directory is None:
        raise ConfigError(
            "--resume: expected a folder to go on in, found no --directory.",
            remedy="Write --directory FOLDER --resume, the same at every start.",
        )
    result = pipeline.run(
        seed=chosen.seed,
        device=chosen.device,
        directory=chosen.directory,
        resume=chosen.resume,
    )
    commands = {f"fivefold serve {chosen.to}": "answer requests"} if chosen.to else {}
    seconds = time.perf_counter() - begun
    try:
        _tell(result, seconds=seconds, commands=commands)
    finally:  # neither costs the other
        if chosen.report is not None:
            result.report(chosen.report)


def _tell(result: "Result", **more: Any) -> None:
    """Print the summary of a run, as wide as the terminal."""
    from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
    from fivefold.partition import Partition
    from fivefold.report.summary import summary

    kinds = {
        "collected": Collected,
        "partition": Partition,
        "preprocessed": Preprocessed,
        "trained": Trained,
        "evaluated": Evaluated,
        "deployed": Deployed,
    }
    parts: dict[str, Any] = {name: result.get(kind) for name, kind in kinds.items()}
    say(summary(**parts, **more, width=terminal_width()))


def _check(chosen: argparse.Namespace) -> None:
    pipeline = _pipeline(chosen).check(leak=chosen.leak)
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
