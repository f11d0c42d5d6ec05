"""`fivefold serve`: a bundle that answers over HTTP."""

import argparse

from fivefold.attached import fresh_of
from fivefold.commands.command import Command, add_fresh, add_own, add_threads


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    add_fresh(parser)
    add_threads(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.serve.server import serve

    sources = fresh_of(chosen.join)
    serve(
        chosen.bundle, host=chosen.host, port=chosen.port, threads=chosen.threads, sources=sources
    )


SERVE = Command("serve", "answer requests over HTTP", _add, _act)
