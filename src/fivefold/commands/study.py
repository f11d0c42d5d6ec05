"""`fivefold study`: one documented study of data, which fills the ten tables."""

import argparse

from fivefold.arguments import add_source
from fivefold.commands.command import Command, add_own
from fivefold.commands.conduct import add_conduct, studied
from fivefold.report.outlet import say

TO = "write the report there; a name that ends in .md: the tables alone, as Markdown"


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--to", metavar="FILE", help=TO)
    parser.add_argument("--quick", action="store_true", help="fewer variants, folds and timings")
    add_conduct(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.study.investigate import investigate

    pipeline, folds, to, conduct = studied(chosen)
    found = investigate(
        pipeline,
        folds=folds or None,
        quick=chosen.quick,
        to=to,
        **conduct,
    )
    say(repr(found))


STUDY = Command("study", "vary, compare and time models, and fill the ten tables", _add, _act)
