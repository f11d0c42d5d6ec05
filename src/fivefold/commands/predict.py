"""`fivefold predict`: the answers of a bundle for a file, or a stream of rows."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fivefold.commands.attached import fresh_of
from fivefold.commands.command import Command, Told, add_fresh, add_own, add_threads
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.commands.querying import add_query, source_asked
from fivefold.report.outlet import check_place, standard_output, whole_file

if TYPE_CHECKING:
    from fivefold.serve.asked import Bytes

_TO = "write there (.csv, .jsonl, .parquet, .xlsx), not to stdout"
_COLUMNS = "of the file, put before the answers as they are; * for all"
_ROOT = "texts of the file name pictures below this folder; default: its own"


def _add(parser: Parser) -> None:
    parser.add_argument("bundle", help="a model, as --to of run wrote it")
    parser.add_argument(
        "rows", metavar="FILE", help="any file or address that run takes; - streams JSON lines"
    )
    parser.add_argument("--to", metavar="FILE", help=_TO)
    parser.add_argument("--columns", action="append", default=[], metavar="A,B", help=_COLUMNS)
    parser.add_argument("--root", metavar="FOLDER", help=_ROOT)
    add_fresh(parser)
    add_query(parser)
    add_threads(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told | None:
    from fivefold.observers.terminalbar import RowsBar
    from fivefold.serve.asked import ask, stream
    from fivefold.serve.predictor import load
    from fivefold.serve.writers import check_suffix, writer_of

    to = None if chosen.to is None else Path(chosen.to)
    if to is not None:
        check_suffix(to)
        check_place("--to", to, source=Path(chosen.rows))
    columns = listed(chosen.columns)
    model = load(chosen.bundle, threads=chosen.threads).joining(fresh_of(chosen.join))
    streams = chosen.rows == "-"
    if streams:
        asked = stream(model, cast("Bytes", sys.stdin.buffer), columns=columns)
    else:
        rows = source_asked(chosen.rows, chosen.query, chosen.parameters)
        asked = ask(model, rows, chosen.root, columns=columns)
    count = 0
    with ExitStack() as stack:
        if to is None:
            target: Any = stack.enter_context(standard_output(encoding="utf-8"))
        else:
            target = stack.enter_context(whole_file(to))
        suffix = (".jsonl" if streams or chosen.json else ".csv") if to is None else to.suffix
        bar = stack.enter_context(RowsBar("predict", shown=to is not None and not streams))
        writer = stack.enter_context(writer_of(suffix, target, model))
        for piece in asked:
            writer.write(piece)
            bar.advance(len(piece.scores), piece.total)
            count += len(piece.scores)
    if to is None or not chosen.json:
        return None
    return Told("", {"bundle": chosen.bundle, "rows": count, "to": str(to)})


PREDICT = Command(
    "predict",
    "ask a deployed model",
    _add,
    _act,
    (
        "predict income.ff new.csv --to answers.csv --columns id",
        "predict income.ff new.parquet --json",
        "predict income.ff - --columns id",
    ),
)
