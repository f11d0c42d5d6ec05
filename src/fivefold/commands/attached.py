"""Options of the shell that join other sources to the rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fivefold.errors import ConfigError

NAMES = ("join", "aggregate", "delay", "within")
"""All of these options."""

JOIN = (
    "another source, by its key: customers=customers.csv:customer_id, or own=theirs; as of a time "
    "prices.csv:shop@ordered=since; repeatable"
)
AGGREGATE = "of a source that --join names: numbers of all rows that are known; or of some columns"
DELAY = (
    "of a source that --join names as of a time: how long after its moment a row is known; 14d, 2h"
)
WITHIN = "of such a source: how far back its rows may lie; 90d"
FRESH = "rows of a joined source in place of those in the bundle; repeatable"


def add_joins(command: Any) -> None:
    """Give a command these options."""
    several: Any = {"action": "append", "default": []}
    command.add_argument("--join", **several, metavar="NAME=SOURCE:KEY[@TIME]", help=JOIN)
    form = "NAME[=COLUMN:FUNCTION,..]"
    command.add_argument("--aggregate", **several, metavar=form, help=AGGREGATE)
    command.add_argument("--delay", **several, metavar="NAME=LENGTH", help=DELAY)
    command.add_argument("--within", **several, metavar="NAME=LENGTH", help=WITHIN)


def joins_of(
    source: str,
    joined: Sequence[str],
    aggregated: Sequence[str],
    delays: Sequence[str] = (),
    bounds: Sequence[str] = (),
) -> tuple[Any, dict[str, Any]]:
    """The source and the settings of Collect that these options say.

    Args:
        source: of the rows.
        joined: of `--join`, one a source.
        aggregated: of `--aggregate`, one a source or one of its columns.
        delays: of `--delay`, one a source.
        bounds: of `--within`, one a source.

    Raises:
        ConfigError: if one is of another form.

    Example:
        >>> joins_of("orders.csv", ["people=people.csv:customer=id@ordered=since"], [])[1]
        {'people': {'on': {'customer': 'id'}, 'time': {'ordered': 'since'}}}
        >>> joins_of("o.csv", ["p=p.csv:id@at"], [], ["p=1d"])[1]["p"]["delay"]
        '1d'
        >>> joins_of("orders.csv", ["visits=v.csv:id@at"], ["visits=pages:mean,max"])
        ... # doctest: +NORMALIZE_WHITESPACE
        ({'orders': 'orders.csv', 'visits': 'v.csv'},
         {'visits': {'on': {'id': 'id'}, 'time': {'at': 'at'},
                     'aggregates': {'pages': ('mean', 'max')}}})
    """
    sources: dict[str, str] = {}
    joins: dict[str, dict[str, Any]] = {}
    for text in joined:
        name, equals, rest = text.partition("=")
        other, colon, keys = rest.rpartition(":")
        keys, at, time = keys.partition("@")
        on, pair = _pairs(keys), _pairs(time)
        if not all([name, equals, other, colon]) or not on or (at and len(pair) != 1):
            remedy = "Write for instance --join customers=customers.csv:customer_id."
            form = "--join NAME=SOURCE:KEY[@TIME]"
            raise ConfigError.expected("fivefold", form, text, remedy)
        sources[name] = other
        joins[name] = {"on": on, **({"time": pair} if at else {})}
    for text in aggregated:
        name, equals, rest = text.partition("=")
        column, colon, functions = rest.rpartition(":")
        if name not in joins or (equals and not (column and functions)):
            remedy = "Write for instance --aggregate visits, or --aggregate visits=pages:mean,max."
            form = "--aggregate NAME[=COLUMN:FUNCTION,..] of a source in --join"
            raise ConfigError.expected("fivefold", form, text, remedy)
        former = joins[name].get("aggregates", {})
        some = {} if former is True else {**former, column: tuple(functions.split(","))}
        joins[name]["aggregates"] = some if equals else True
    for option, texts in (("delay", delays), ("within", bounds)):
        for text in texts:
            name, _, length = text.partition("=")
            asked = {**joins.get(name, {}), option: _length(length)}
            if not length or "time" not in asked or not _is_length(asked):
                remedy = f"Write for instance --{option} visits=14d."
                form = f"--{option} NAME=LENGTH of a source that --join joins as of a time"
                raise ConfigError.expected("fivefold", form, text, remedy)
            joins[name] = asked
    if not joins:
        return source, {}
    stem = Path(source).stem.split(".")[0]
    own = stem if stem and stem not in joins else "rows"
    return {own: source, **sources}, joins


def fresh_of(joined: Sequence[str]) -> dict[str, str]:
    """Sources by name, for a model that answers.

    Raises:
        ConfigError: if one has no name.

    Example:
        >>> fresh_of(["customers=newer.csv"])
        {'customers': 'newer.csv'}
    """
    pairs = [text.partition("=") for text in joined]
    for name, _, source in pairs:
        if not name or not source:
            remedy = "Write for instance --join customers=newer.csv."
            raise ConfigError.expected("fivefold", "--join NAME=SOURCE", name or "none", remedy)
    return {name: source for name, _, source in pairs}


def _is_length(asked: dict[str, Any]) -> bool:
    """Whether what is asked of a join has lengths that are some."""
    from fivefold.collect.join import Join

    try:
        return bool(Join.read({**asked, "aggregates": False}).keys_on)
    except ConfigError:
        return False


def _length(text: str) -> str | float:
    """A length with its unit as it stands; a number where it is written so."""
    try:
        return float(text)
    except ValueError:
        return text


def _pairs(text: str) -> dict[str, str]:
    """Columns of the rows and of the other source: `own=theirs`, or one name for both."""
    pairs = [each.partition("=") for each in text.split(",") if each]
    return {own: theirs if equals else own for own, equals, theirs in pairs if own}
