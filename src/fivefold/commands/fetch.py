"""`fivefold fetch`: answers of an interface of the web to a file of rows."""

import argparse

from fivefold.commands.command import Command, Told
from fivefold.commands.parser import Parser
from fivefold.commands.scrape import add_options, gather_rows


def _add(parser: Parser) -> None:
    add_options(parser, "Fetch")


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.collect.fetch import Fetch

    return gather_rows(chosen, Fetch, '{"seeds": "https://...", "rows": "items", ...}')


FETCH = Command(
    "fetch",
    "gather rows from an interface that answers in JSON",
    _add,
    _act,
    (
        "fetch jobs.json --directory jobs/ --to jobs.parquet",
        "fetch https://example.org/api --rows items --contact me@example.org --to jobs.csv",
    ),
)
