"""`fivefold relabel`: the labels that are likely wrong, likeliest first."""

import argparse
from pathlib import Path

from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.conduct import add_study, studied
from fivefold.commands.parser import Parser
from fivefold.commands.spoken import Spoken
from fivefold.report.outlet import whole_file

TO = "write all rows there in that order, as CSV"
REPEATS = "how often to draw the folds anew; probabilities are means"
FOLDS = 5


def _add(parser: Parser) -> None:
    add_study(parser, folds=str(FOLDS))
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help=REPEATS)
    parser.add_argument("--to", metavar="FILE.csv", help=TO)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.study.relabel import relabel

    pipeline, folds, to, conduct = studied(chosen)
    found = relabel(pipeline, folds=folds or FOLDS, repeats=chosen.repeats, **conduct)
    if to is not None:
        with whole_file(Path(to)) as path:
            found.rows.to_csv(path, index=False)
    value = {"share": found.share, "likely": len(found.likely), "rows": records(found.table())}
    return Told(Spoken.of(chosen.parser, chosen).text(repr(found)), {**value, "to": to})


RELABEL = Command(
    "relabel",
    "find labels that are likely wrong, by models that did not learn them",
    _add,
    _act,
    ("relabel data.csv --target kind --to doubts.csv",),
)
