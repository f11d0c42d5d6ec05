"""Options of the shell that ask a database."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fivefold.errors import ConfigError


def add_query(command: argparse.ArgumentParser) -> None:
    """Give a command the options by which a database is asked."""
    command.add_argument("--query", metavar="SQL", help="of a database: a query, or a table")
    several: Any = {"action": "append", "default": [], "metavar": "NAME=VALUE"}
    command.add_argument("--parameter", **several, help="bound in the query for :NAME; repeatable")


def asked_of(chosen: argparse.Namespace) -> dict[str, Any]:
    """The settings of Collect that these options are."""
    return {"query": chosen.query, "parameters": parameters_of(chosen.parameter)}


def parameters_of(words: Sequence[str]) -> dict[str, Any]:
    """Values by name, numbers where they are written so.

    Raises:
        ConfigError: if one has no name.

    Example:
        >>> parameters_of(["low=3", "day=2026-01-31"])
        {'low': 3, 'day': '2026-01-31'}
    """
    pairs = [word.partition("=")[::2] for word in words]
    if not all(name and "=" in word for word, (name, _) in zip(words, pairs, strict=True)):
        remedy = "Write for instance --parameter low=3."
        raise ConfigError.expected("fivefold", "--parameter NAME=VALUE", " ".join(words), remedy)
    return {name: _number(text) for name, text in pairs}


def _number(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def source_asked(source: str, query: str | None, words: Sequence[str]) -> Any:
    """Rows that are to be answered: an address as it stands, a query of one, else a path."""
    from fivefold.reading.addresses import is_base
    from fivefold.reading.query import Query
    from fivefold.reading.remote import is_remote

    if words and not query:
        remedy = "Give --query as well."
        raise ConfigError.expected("fivefold", "--query beside --parameter", "none", remedy)
    if query:
        return Query(source, query or "", parameters_of(words))
    return source if is_base(source) or is_remote(source) else Path(source)
