"""`fivefold relabel`: the labels that are likely wrong, likeliest first."""

import argparse
from pathlib import Path

from fivefold.arguments import add_source
from fivefold.commands.command import Command, add_own
from fivefold.commands.conduct import add_conduct, studied
from fivefold.commands.spoken import Spoken
from fivefold.report.outlet import say, whole_file

TO = "write all rows there in that order, as CSV"
REPEATS = "how often to draw the folds anew; probabilities are means"


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--repeats", type=int, default=1, help=REPEATS)
    parser.add_argument("--to", metavar="FILE.csv", help=TO)
    add_conduct(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.study.relabel import relabel

    pipeline, folds, to, conduct = studied(chosen)
    found = relabel(pipeline, folds=folds or 5, repeats=chosen.repeats, **conduct)
    say(Spoken.of(chosen.parser, chosen).text(repr(found)))
    if to is not None:
        with whole_file(Path(to)) as path:
            found.rows.to_csv(path, index=False)


RELABEL = Command(
    "relabel", "find labels that are likely wrong, by models that did not learn them", _add, _act
)
