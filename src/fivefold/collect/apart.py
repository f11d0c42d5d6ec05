"""Sources that are given by name, and what is said of the columns of each."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fivefold.collect.join import Join
from fivefold.collect.notation import Notations
from fivefold.collect.wishes import Wishes
from fivefold.core.wording import literal, nearest, quoted
from fivefold.errors import ConfigError, FivefoldError
from fivefold.kinds.known import labels
from fivefold.reading.arrays import is_sparse
from fivefold.reading.query import query_of
from fivefold.reading.source import form_of

WHOLE = ("bundled", "files", "folder", "frame", "columns", "dataset", "query", "address")
"""Forms of sources that are no column of another one."""

Joins = Mapping[str, tuple[Any, Join]]
"""The sources that are joined, each with how, by name."""


def joins_asked(join: Any, source: Any) -> Any:
    """How each source is joined, by name.

    Args:
        join: as somebody wrote it: by name; or the key by which all are joined to the first.
        source: the sources, by name.

    Raises:
        ConfigError: if an argument of a join is wrong.
    """
    if isinstance(join, str | tuple | list | Join) and join and isinstance(source, Mapping):
        join = dict.fromkeys(list(source)[1:], join)
    return {name: Join.read(how) for name, how in join.items()} if type(join) is dict else join


def sources_of(source: Any, join: Mapping[str, Join]) -> tuple[Any, Joins]:
    """The source of the rows, and those that are joined to it.

    Args:
        source: of any form; where others are joined a mapping of all of them by name, of which
            the rows are the one that `join` does not name.
        join: how each of the others is joined.

    Raises:
        ConfigError: if names do not go together.
    """
    if not join:
        return source, {}
    if not isinstance(source, Mapping):
        remedy = 'Write Collect({"orders": orders, "customers": customers}, join={...}).'
        raise _wrong("a mapping of sources by name beside join=", type(source).__name__, remedy)
    names = [name for name in source if name not in join]
    for name in join:
        if name not in source:
            near = nearest(name, list(map(str, source)))
            remedy = f"Write {literal(near)}." if near else "Add it to the sources."
            raise _wrong(f"sources of the names in join=, {quoted(list(source))}", name, remedy)
    if len(names) != 1:
        found = f"{len(names)}, {quoted(names)}" if names else "none"
        remedy = "Name all sources but that of the rows in join=."
        raise _wrong("one source that join= does not name, that of the rows", found, remedy)
    return source[names[0]], {name: (source[name], how) for name, how in join.items()}


def check_named(source: Any) -> list[FivefoldError]:
    """The fault of a mapping of sources by name that nobody says how to join; none of columns."""
    several = isinstance(source, Mapping) and not is_sparse(source) and query_of(source) is None
    names = [n for n, v in source.items() if form_of(v) in WHOLE] if several else []
    if not names:
        return []
    first, *others = map(str, source)
    how = f'join={{{literal(others[-1])}: "KEY"}}' if others else f"source[{literal(first)}]"
    remedy = f"Pass {how}, with the column that is its key." if others else f"Pass {how} alone."
    found = f"sources by name, {quoted(list(source))}"
    return [_wrong("columns, or join= beside sources", found, remedy)]


def named(how: Join) -> Iterator[tuple[tuple[str, str], str]]:
    """The columns by which a source is joined, in pairs, each with the argument that names them."""
    yield from ((pair, "on") for pair in how.keys_on)
    if how.pair is not None:
        yield how.pair, "time"


def apart(wishes: Wishes, joins: Iterable[str], names: Sequence[str] = ()) -> Wishes:
    """What is said of the rows' own columns, which are these at least."""
    starts = tuple(f"{name}_" for name in joins)
    if not starts:
        return wishes
    return having(wishes, lambda name: name in names or not name.startswith(starts))


def of_source(wishes: Wishes, name: str, joins: Iterable[str], others: Container[str]) -> Wishes:
    """What is said of the columns of a source by their new names, `customers_age`.

    Args:
        wishes: of all.
        name: of the source.
        joins: the names of all sources that are joined.
        others: columns that it does not have.
    """
    longer = tuple(f"{one}_" for one in joins if one.startswith(f"{name}_"))
    return having(
        wishes,
        lambda one: one.startswith(f"{name}_") and not one.startswith(longer) and one not in others,
    )


def keys_as_words(joins: Joins, names: Iterable[str]) -> dict[str, str]:
    """The kind of the columns that are keys: words, so that they are equal in all sources."""
    own = {mine for _, how in joins.values() for mine, _ in how.keys_on}
    return {name: labels().name for name in names if name in own}


def having(wishes: Wishes, keep: Callable[[str], bool]) -> Wishes:
    """What is said of some columns, those that are to be kept, and of all."""

    def some(said: Any) -> Any:
        return {n: v for n, v in said.items() if keep(n)} if isinstance(said, Mapping) else said

    notations = wishes.notations
    gone: dict[str, Any] = {
        role: None for role, name in wishes.roles.items() if not keep(str(name))
    }
    return replace(
        wishes,
        drop=tuple(one for one in wishes.drop if isinstance(one, int) or keep(one)),
        **gone,
        kinds=some(wishes.kinds),
        missing=some(wishes.missing),
        notations=Notations(
            decimal=some(notations.decimal),
            thousands=some(notations.thousands),
            date_format=some(notations.date_format),
        ),
    )


def _wrong(wanted: str, found: object, remedy: str) -> ConfigError:
    return ConfigError.expected("Collect", wanted, found, remedy, argument="join")
