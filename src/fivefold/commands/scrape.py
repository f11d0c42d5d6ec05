"""`fivefold scrape`: pages of the web to a file of rows."""

import argparse
import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fivefold
from fivefold.commands.command import Command, Told
from fivefold.commands.flags import flags_of, said_of
from fivefold.commands.parser import Parser
from fivefold.core.jsontext import parse_json
from fivefold.errors import ConfigError, PreflightError
from fivefold.report.outlet import check_place, whole_file

if TYPE_CHECKING:
    from fivefold.collect.online import Online
    from fivefold.core.finding import Finding

_TO = "write the rows there (.csv, .jsonl, .parquet)"
_SUFFIXES = (".csv", ".jsonl", ".parquet")


def add_options(parser: Parser, stage: str) -> None:
    """The options of a command that gathers rows by this stage."""
    from fivefold.collect.collect import Collect

    kind = getattr(fivefold, stage)
    words = f"where to begin, https://...; or settings of {stage} as JSON, or a recipe with it"
    parser.add_argument("source", metavar="ADDRESS|FILE.json", help=words)
    parser.add_argument("--to", metavar="FILE", help=_TO)
    left_out = {"seeds", *Collect.model_fields} - {"parameters"}
    own = [flag for flag in flags_of(kind) if flag.setting not in left_out]
    parser.add_settings(own, {stage: "the crawl"}, short=False)


def _add(parser: Parser) -> None:
    add_options(parser, "Scrape")


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.collect.scrape import Scrape

    return gather_rows(chosen, Scrape, '{"seeds": ["https://..."], "select": {"title": "h1"}, ...}')


def gather_rows(chosen: argparse.Namespace, kind: "type[Online]", example: str) -> Told:
    """Gather rows by the stage that a file describes, write them, tell what was found.

    Args:
        chosen: of the options.
        kind: class of the stage.
        example: of its settings as JSON.
    """
    from fivefold.collect.scraped import listening
    from fivefold.core.context import Context
    from fivefold.core.faults import raise_all
    from fivefold.core.session import Session
    from fivefold.observers.console import Console
    from fivefold.web.harvest import COPIES, ORIGIN

    to = None if chosen.to is None else Path(chosen.to)
    if to is not None:
        if to.suffix not in _SUFFIXES:
            wanted = f"a file that ends in {', '.join(_SUFFIXES)}"
            remedy = "Name one of these; the ending says the form."
            raise PreflightError.expected("--to", wanted, repr(to.name), remedy, path=to)
        check_place("--to", to)
    said = said_of(chosen.parser.table, chosen)
    if "://" in chosen.source:
        stage = kind(chosen.source, **said)
    else:
        stage = _stage(Path(chosen.source), kind, example).replace(**said)
    heard: list[Finding] = []
    path = (kind.default_name(),)
    told = Session(observers=(Console(),), path=path, left_open=frozenset(path))
    session = listening(told, heard)
    raise_all(stage.preflight(session, Context()))
    rows = stage.read(session)
    if to is not None:
        _write(rows.columns, to)
    lines = [f"{each.severity}: {each.sentence}" for each in heard]
    names = [name for name in rows.columns if name not in {*ORIGIN, COPIES}]
    cells = {name: sum(cell is not None for cell in rows.columns[name]) for name in names}
    counts = ", ".join(f"{name} {count:,}" for name, count in cells.items())
    written = f" Written to {to}." if to is not None else ""
    lines.append(f"{len(rows):,} rows; cells by column: {counts}.{written}")
    value = {"rows": len(rows), "cells": cells, "findings": heard, "to": chosen.to}
    return Told("\n".join(lines), value)


def _stage(path: Path, kind: "type[Online]", example: str) -> "Online":
    """The stage that a file describes."""
    from fivefold.pipeline import Pipeline

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = f"Write {example} there."
        said = getattr(error, "strerror", None) or "no text"
        raise PreflightError.expected(
            str(path), f"settings of {kind.__name__} as JSON", said, remedy
        ) from None
    from fivefold.core.recipe import FORMAT

    try:
        settings = parse_json(text)
    except ValueError:  # told by what reads recipes
        settings = None
    if isinstance(settings, dict) and "seeds" in settings:
        recipe = {"format": FORMAT, "stages": [{"stage": kind.__name__, "with": settings}]}
        text = json.dumps(recipe)
    first = next(iter(Pipeline.from_json(text)), None)
    if not isinstance(first, kind):
        remedy = "Write its settings alone, or put it first."
        raise ConfigError.expected(
            str(path), f"a recipe that begins with {kind.__name__}", repr(first), remedy
        )
    return first


def _write(columns: dict[str, list[Any]], to: Path) -> None:
    """The rows as a file: pictures and sounds as they are in Parquet, else as base64 text."""
    import pandas as pd

    if to.suffix != ".parquet":
        columns = {
            name: [_text(cell, to.suffix) for cell in cells] for name, cells in columns.items()
        }
    with whole_file(to) as path:
        if to.suffix == ".jsonl":
            names = list(columns)
            lines = (
                json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n"
                for row in zip(*columns.values(), strict=True)
            )
            with path.open("w", encoding="utf-8") as file:
                file.writelines(lines)
        elif to.suffix == ".csv":
            pd.DataFrame(columns).to_csv(path, index=False)
        else:
            pd.DataFrame(columns).to_parquet(path, index=False)


def _text(cell: Any, suffix: str) -> Any:
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode()
    if isinstance(cell, list) and suffix == ".csv":
        return json.dumps(cell, ensure_ascii=False)
    return cell


SCRAPE = Command(
    "scrape",
    "gather rows from pages of the web",
    _add,
    _act,
    (
        "scrape jobs.json --directory jobs/ --to jobs.parquet",
        "scrape https://example.org/jobs --select title=h1 --contact me@example.org --to jobs.csv",
    ),
)
