"""`fivefold schema`: what a recipe may hold, for editors and whoever writes recipes."""

import argparse
import json
from pathlib import Path

from fivefold.commands.command import Command, Told
from fivefold.commands.parser import Parser
from fivefold.report.outlet import check_place, whole_file

TO = "write it there, not to stdout"


def _add(parser: Parser) -> None:
    parser.add_argument("--to", metavar="FILE.json", help=TO)


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.core.recipeschema import recipe_schema
    from fivefold.pipeline import built_in_stages

    schema = recipe_schema(built_in_stages())
    text = json.dumps(schema, indent=1, ensure_ascii=False)
    if chosen.to is None:
        return Told(text, schema)
    place = Path(chosen.to)
    check_place("--to", place)
    with whole_file(place) as path:
        path.write_text(text + "\n", encoding="utf-8")
    line = f'{chosen.to}: write {{"$schema": "{chosen.to}", ...}} at the top of a recipe.'
    return Told(line, {"to": chosen.to})


SCHEMA = Command(
    "schema",
    "tell what a recipe may hold, as a JSON Schema",
    _add,
    _act,
    ("schema --to recipe.schema.json", "schema"),
)
