"""`fivefold study`: one documented study of data, which fills the ten tables."""

import argparse

from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.conduct import add_study, studied
from fivefold.commands.parser import Parser

TO = "write the report there; a name that ends in .md: the tables alone, as Markdown"


def _add(parser: Parser) -> None:
    add_study(parser, folds="5, or 3 with --quick")
    parser.add_argument("--to", metavar="FILE", help=TO)
    parser.add_argument("--quick", action="store_true", help="fewer variants, folds and timings")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.study.investigate import investigate

    pipeline, folds, to, conduct = studied(chosen)
    found = investigate(
        pipeline,
        folds=folds or None,
        quick=chosen.quick,
        to=to,
        **conduct,
    )
    tables = {name: records(table) for name, table in found.tables.items()}
    where = f"\nreport   {to}" if to else ""
    return Told(f"{found!r}{where}", {"tables": tables, "report": to})


STUDY = Command(
    "study",
    "vary, compare and time models, and fill the ten tables",
    _add,
    _act,
    (
        "study adult.csv --target income --to study.html",
        "study adult.csv --target income --quick --jobs 2 --directory studies/adult --resume",
    ),
)
