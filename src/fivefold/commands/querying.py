"""Options of the shell that ask a database."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fivefold.commands.numeral import number
from fivefold.errors import ConfigError


def add_query(command: Any) -> None:
    """Give a command the options by which a database is asked."""
    command.add_argument("--query", metavar="SQL", help="of a database: a query, or a table")
    add_parameters(command)


def add_parameters(command: Any) -> None:
    """Give a command the option by which values are bound in a query."""
    several: Any = {"action": "append", "default": [], "metavar": "NAME=VALUE"}
    command.add_argument("--parameters", **several, help="bound in the query for :NAME; repeatable")
    alias: Any = {**several, "dest": "parameters", "help": argparse.SUPPRESS}
    command.add_argument("--parameter", **alias)  # until 0.3, as it was called


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
        remedy = "Write for instance --parameters low=3."
        raise ConfigError.expected("fivefold", "--parameters NAME=VALUE", " ".join(words), remedy)
    return {name: number(text) for name, text in pairs}


def source_asked(source: str, query: str | None, words: Sequence[str]) -> Any:
    """Rows that are to be answered: an address as it stands, a query of one, else a path."""
    from fivefold.reading.addresses import is_base
    from fivefold.reading.query import Query
    from fivefold.reading.remote import is_remote

    if words and not query:
        remedy = "Give --query as well."
        raise ConfigError.expected("fivefold", "--query beside --parameters", "none", remedy)
    if query:
        return Query(source, query or "", parameters_of(words))
    return source if is_base(source) or is_remote(source) else Path(source)
