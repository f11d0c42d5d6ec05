"""`fivefold serve`: a bundle that answers over HTTP."""

import argparse

from fivefold.commands.command import Command, add_own, add_threads


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    add_threads(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    from fivefold.serve.server import serve

    serve(chosen.bundle, host=chosen.host, port=chosen.port, threads=chosen.threads)


SERVE = Command("serve", "answer requests over HTTP", _add, _act)
