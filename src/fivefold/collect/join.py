"""How one source is joined to another, as a setting."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Self

from fivefold.core.asgiven import AsGiven
from fivefold.core.wording import brief, literal, nearest
from fivefold.errors import ConfigError
from fivefold.travel.rollup import AGGREGATES

SECONDS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
}
"""The units of lengths of time."""

_LENGTH = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(SECONDS)})")

Names = str | tuple[str, ...] | list[str] | Mapping[str, str]
Length = str | float | None


@dataclass(frozen=True, eq=False, repr=False)
class Join(AsGiven):
    """How a source is joined to the rows, for `Collect(join={...})`.

    Args:
        on: the key: a column that both have, several, or `{"customer_id": "id"}` with the column of
            the rows first. Keys are compared as words, so that 7, 7.0 and "7" are one; a missing
            key has no match.
        time: the column that says when a row is, in both, or `{"ordered": "since"}`. Of the source
            only what is earlier than the row itself is joined. Without it the source has one row a
            key, which is taken whenever it is from.
        delay: how long after its moment a row of the source is known: `"14d"`, `"2h"`, a number
            where times are numbers; 0 if it is known at that very moment. None: just after, so that
            rows of the same moment are not joined.
        within: how far back a row of the source may lie, in the same way.
        aggregates: numbers of all rows that are known, in place of the last of them: by column
            `last`, `sum`, `mean`, `std`, `min`, `max`, or several; True for mean, max and last of
            numbers and last of others. Beside these stand `count` and, where there is a time, how
            long ago the last one was.

    Raises:
        ConfigError: if an argument is wrong.

    Example:
        >>> Join("customer_id", time={"ordered": "at"}, aggregates={"paid": ("mean", "max")})
        Join('customer_id', time={'ordered': 'at'}, aggregates={'paid': ('mean', 'max')})
    """

    first = "on"

    on: Names
    time: str | Mapping[str, str] | None = None
    delay: Length = None
    within: Length = None
    aggregates: bool | Mapping[str, Any] = False

    def __post_init__(self) -> None:
        if not self.keys_on or not all(a and b for a, b in self.keys_on):
            raise _wrong("a column, or several, as `on`", self.on, 'Write Join("customer_id").')
        if self.time is not None and (self.pair is None or not all(self.pair)):
            remedy = 'Write time="day", or time={"ordered": "since"} where they differ.'
            raise _wrong("one column, or {own: theirs}, as `time`", self.time, remedy)
        for name in ("delay", "within"):
            length = getattr(self, name)
            if length is None:
                continue
            if self.time is None:
                raise _wrong(f"`time` beside `{name}`", "none", 'Write time="day", say.')
            seconds = _seconds(length)
            if seconds is None or seconds < 0 or (name == "within" and not seconds):
                remedy = f'Write {name}="14d", of {", ".join(SECONDS)}, or a number.'
                raise _wrong(f"a length of time as `{name}`", length, remedy)
        if not isinstance(self.aggregates, bool | Mapping):
            remedy = 'Write aggregates={"paid": ("mean", "max")}, or True.'
            raise _wrong("functions by column as `aggregates`", self.aggregates, remedy)
        for column, functions in self.functions.items():
            for one in functions:
                if one not in AGGREGATES:
                    near = nearest(str(one), AGGREGATES)
                    remedy = f"Write {literal(near)}." if near else "Choose one of these."
                    wanted = f"one of {', '.join(AGGREGATES)} for {literal(column)}"
                    raise _wrong(wanted, one, remedy)

    @classmethod
    def read(cls, said: Any) -> Self:
        """The setting that somebody wrote: itself, its key alone, or its arguments by name.

        Raises:
            ConfigError: if an argument is wrong, or none of its own.
        """
        if isinstance(said, cls):
            return said
        if not isinstance(said, str | tuple | list | Mapping):
            raise _wrong("a key, or a Join", said, 'Write join={"customers": "customer_id"}.')
        names = [field.name for field in fields(cls)]
        if not isinstance(said, Mapping) or "on" not in said:
            return cls(said)
        for name in said:
            if name not in names:
                near = nearest(str(name), names)
                remedy = f"Write {near}." if near else "Leave it out."
                raise _wrong(f"some of {', '.join(names)}", name, remedy)
        return cls(**said)

    @property
    def keys_on(self) -> tuple[tuple[str, str], ...]:
        """The columns of the key: that of the rows, and that of the source."""
        on = self.on
        if isinstance(on, Mapping):
            return tuple((str(own), str(theirs)) for own, theirs in on.items())
        return ((on, on),) if isinstance(on, str) else tuple((str(one), str(one)) for one in on)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The columns of the time: that of the rows, and that of the source."""
        if isinstance(self.time, Mapping) and len(self.time) == 1:
            [(own, theirs)] = self.time.items()
            return str(own), str(theirs)
        return (self.time, self.time) if isinstance(self.time, str) else None

    @property
    def functions(self) -> dict[str, tuple[str, ...]]:
        """What is asked of each column; empty where nothing is said of any."""
        asked = self.aggregates if isinstance(self.aggregates, Mapping) else {}
        return {n: (said,) if isinstance(said, str) else tuple(said) for n, said in asked.items()}

    def length(self, name: str, *, dated: bool) -> float | None:
        """A length as a number: of seconds where times are dates.

        Raises:
            ConfigError: if it is a number where times are dates, or has a unit where they are none.
        """
        length = getattr(self, name)
        if length is None or _seconds(length) == 0:
            return None if length is None else 0.0
        if isinstance(length, str) != dated:
            wanted = "a length with its unit" if dated else "a number"
            remedy = f'Write {name}="14d", say.' if dated else f"Write {name}=14, say."
            times = "dates" if dated else "numbers"
            raise _wrong(f"{wanted} as `{name}`, as times are {times}", length, remedy)
        return _seconds(length)

    # --- as a setting: what was given, by name

    def __getitem__(self, name: str) -> Any:
        return _listed(super().__getitem__(name))

    def __repr__(self) -> str:
        given = [f"{name}={brief(getattr(self, name))}" for name in self if name != "on"]
        return f"Join({', '.join([brief(self.on), *given])})"


def _listed(value: Any) -> Any:
    """As JSON has it: the list that a recipe holds is a list again when it is read."""
    if isinstance(value, Mapping):
        return {name: _listed(part) for name, part in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _seconds(length: Any) -> float | None:
    """Seconds, or the number itself; None if it is neither."""
    if isinstance(length, str):
        found = _LENGTH.fullmatch(length.strip())
        return float(found[1]) * SECONDS[found[2]] if found else None
    number = isinstance(length, int | float) and not isinstance(length, bool) and isfinite(length)
    return float(length) if number else None


def _wrong(wanted: str, found: object, remedy: str) -> ConfigError:
    return ConfigError.expected("Join", wanted, brief(found), remedy, argument="join")
