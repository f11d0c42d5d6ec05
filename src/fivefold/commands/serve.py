"""`fivefold serve`: a bundle that answers over HTTP."""

import argparse
from typing import Any

from fivefold.commands.attached import fresh_of
from fivefold.commands.command import Command, Told, add_fresh, add_own, add_threads, tell
from fivefold.commands.parser import Parser

HOST = "the address to listen at; 0.0.0.0 is every one of this machine"
PORT = "0 takes a free one"


def _add(parser: Parser) -> None:
    parser.add_argument("bundle", help="a model, as --to of run wrote it")
    parser.add_argument("--host", default="127.0.0.1", metavar="NAME", help=HOST)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help=PORT)
    add_fresh(parser)
    add_threads(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.serve.server import serve

    def announce(address: str) -> None:
        tell(chosen, Told("", {"bundle": chosen.bundle, "address": address}))

    more: dict[str, Any] = {"announce": announce} if chosen.json else {}
    more["sources"] = fresh_of(chosen.join)
    serve(chosen.bundle, host=chosen.host, port=chosen.port, threads=chosen.threads, **more)


SERVE = Command(
    "serve",
    "answer requests over HTTP",
    _add,
    _act,
    ("serve income.ff", "serve income.ff --host 0.0.0.0 --port 80 --threads 0"),
)
