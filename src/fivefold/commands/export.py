"""`fivefold export`: a bundle as static files, whose page answers in the browser."""

import argparse

from fivefold.commands.command import Command, Told, add_own
from fivefold.commands.parser import Parser

RUNTIME = "the folder dist of onnxruntime-web, of which three files are copied to ort/"


def _add(parser: Parser) -> None:
    parser.add_argument("bundle", help="a model, as --to of run wrote it")
    parser.add_argument("--to", required=True, metavar="FOLDER", help="write the files there")
    parser.add_argument("--runtime", default="", metavar="FOLDER", help=RUNTIME)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.serve.site import write_site

    written = write_site(chosen.bundle, chosen.to, runtime=chosen.runtime)
    sizes = {str(path): path.stat().st_size for path in written}
    lines = [f"{path}  {size:,} bytes" for path, size in sizes.items()]
    if not chosen.runtime:
        lines.append("It reads onnxruntime-web in ort/: npm install it, and name it: --runtime.")
    return Told("\n".join(lines), {"files": sizes})


EXPORT = Command(
    "export",
    "write a model as static files that answer in the browser",
    _add,
    _act,
    (
        "export income.ff --to site/",
        "export income.ff --to site/ --runtime node_modules/onnxruntime-web/dist",
    ),
)
