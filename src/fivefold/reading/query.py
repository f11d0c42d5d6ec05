"""What is asked of a database: an address, a query and the values bound in it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fivefold.core.wording import quoted
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.reading.addresses import check_address, is_base, scheme_of, without_secrets

SQLITE = "sqlite"
KEYS = ("address", "query", "parameters")

Plain = str | int | float | bool | None

_PARTS = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
    r"""|--[^\n]*|/\*.*?\*/|::)|(?<![\w:]):(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)
_TABLE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)?")


class Query(Mapping[str, Any]):
    """Rows that a query gives: wherever a source is taken, in `Collect` and in `predict`.

    The transaction is one that only reads; values are bound and never put into the text. In a
    recipe it is the mapping that it also is: `{"address": ..., "query": ..., "parameters": ...}`.

    Args:
        address: of a database, `sqlite:///shop.db`, `postgresql://ann@host/shop`, or the path of a
            file of SQLite. A password is named, `postgresql://ann:env:PASSWORD@host/shop`, and
            comes from the environment.
        query: `select ... where day > :first`, or the name of a table; empty for the only one.
        parameters: a value for each name after a colon: `{"first": "2026-01-31"}`.

    Raises:
        ConfigError: if there is a password in the address.

    Example:
        >>> Query("sqlite:///shop.db", "select * from orders where day > :first", {"first": 3})
        Query('sqlite:///shop.db', 'select * from orders where day > :first', {'first': 3})
    """

    is_place = True  # it says where rows are, and holds none

    def __init__(
        self, address: Any, query: str = "", parameters: Mapping[str, Plain] | None = None
    ) -> None:
        self.address = address if isinstance(address, str) else str(address)
        self.query, self.parameters = query, dict(parameters or {})
        fault = next((f for f in check_address(self.address) if "variable" not in f.facts), None)
        if fault is not None:  # before anything shows it
            raise ConfigError(fault.summary, remedy=fault.remedy)

    @property
    def shown(self) -> str:
        """The address, without what is secret in it."""
        return without_secrets(self.address)

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.path.name if self.path is not None else self.shown

    @property
    def path(self) -> Path | None:
        """The file of SQLite that it asks; None for another database."""
        if not scheme_of(self.address):
            return Path(self.address).expanduser()
        if scheme_of(self.address) != SQLITE:
            return None
        return Path(self.address.split("://", 1)[1].split("?")[0].removeprefix("/")).expanduser()

    @property
    def text(self) -> dict[str, str]:
        """What is noted of it beside the address, as texts."""
        said = {"query": self.query} if self.query else {}
        return said | ({"parameters": json.dumps(self.parameters)} if self.parameters else {})

    def faults(self) -> list[FivefoldError]:
        """Names without a value, values without a name, values that are not plain."""
        found: list[FivefoldError] = [*check_address(self.address)]
        asked, given = set(names_in(self.query)), set(self.parameters)
        for wrong, what, remedy in (
            (asked - given, "a value for each name in the query", "Give parameters= a value for"),
            (given - asked, "parameters that the query names", "Leave out, or write with a colon,"),
        ):
            if wrong:
                names = quoted(sorted(wrong))
                state = "none for" if wrong <= asked else "others:"
                found.append(
                    PreflightError.expected(
                        self.name,
                        what,
                        f"{state} {names}",
                        f"{remedy} {names}.",
                        names=tuple(wrong),
                    )
                )
        odd = [n for n, v in self.parameters.items() if not isinstance(v, Plain)]
        if odd:
            remedy = "Write each as a text or a number."
            types = ", ".join(sorted({type(self.parameters[name]).__name__ for name in odd}))
            found.append(
                PreflightError.expected(
                    f"{self.name}, parameters=", "texts, numbers and null", types, remedy
                )
            )
        return found

    def __getitem__(self, key: str) -> Any:
        if key not in KEYS:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(KEYS if self.parameters else KEYS[:2])

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def __repr__(self) -> str:
        said = [repr(self.shown), *([repr(self.query)] if self.query or self.parameters else [])]
        return f"Query({', '.join([*said, *([repr(self.parameters)] if self.parameters else [])])})"


def query_of(source: Any) -> Query | None:
    """The query that a source is: one already, its mapping, or the address of a database."""
    if isinstance(source, Query):
        return source
    if isinstance(source, Mapping) and source and set(source) <= set(KEYS):
        texts = [source.get("address"), source.get("query", "")]
        given = source.get("parameters", {})
        if all(isinstance(text, str) for text in texts) and isinstance(given, Mapping):
            return Query(texts[0], str(texts[1]), given)
    return Query(source) if is_base(source) else None


def names_in(query: str) -> list[str]:
    """The names after colons in a query, in order; none in texts, comments and casts.

    Example:
        >>> names_in("select ':no', x::int from t -- :no" + chr(10) + "where y > :low")
        ['low']
    """
    return [match["name"] for match in _PARTS.finditer(query) if match["name"]]


def rewritten(query: str, named: Any, kept: Any = None) -> str:
    """A query with each name after a colon rewritten, and perhaps what is quoted.

    Args:
        query: a text.
        named: gives what stands for a name.
        kept: gives what stands for a text, a comment or a cast; these stay if None.
    """

    def part(match: re.Match[str]) -> str:
        if match["name"]:
            return str(named(match["name"]))
        return match[0] if kept is None else str(kept(match[0]))

    return _PARTS.sub(part, query)


def is_table(query: str) -> bool:
    """Whether a query is the name of a table, perhaps with its schema."""
    return _TABLE.fullmatch(query.strip()) is not None


def select_all(table: str, written: Callable[[str], str] | None = None) -> str:
    """The query that gives a table whole.

    Args:
        table: its name, perhaps with its schema.
        written: a name as the database writes it; between double quotes unless given.

    Example:
        >>> select_all("main.orders")
        'select * from "main"."orders"'
    """
    parts = map(written or _standard, table.strip().split("."))
    return f"select * from {'.'.join(parts)}"


def _standard(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
