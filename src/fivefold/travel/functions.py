"""The functions and operators of formulas: one table, from which the page in the docs is made."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np

from fivefold.codecs.cell import BAD, moment, number, word
from fivefold.codecs.coded import missing_rows, objects
from fivefold.codecs.table import Array
from fivefold.kinds.kind import EMPTY

NUMBER, TRUTH, MOMENT, TEXT, MISSING = "number", "truth", "moment", "text", "missing"
"""What the cells of a formula are: float64 with NaN; float64 of 0, 1 and NaN; datetime64[us] with
NaT; objects of str and None; nothing but missing."""

DTYPES = {NUMBER: "f8", TRUTH: "f8", MISSING: "f8", MOMENT: "M8[us]", TEXT: "O"}
"""Of the arrays, by type; the missing cell by it says `fivefold.kinds.kind.EMPTY`."""

_DAY = 86_400e6  # microseconds
_FIRST, _LAST = (np.datetime64(day, "us").astype(np.int64) for day in ("0001-01-01", "9999-12-31"))
_ALL = (NUMBER, TRUTH, MOMENT, TEXT)
_SORTS = {"any": _ALL, "same": _ALL, "ordered": (NUMBER, MOMENT)}
_SIGNATURE = re.compile(r"(?P<name>\S+?)\((?P<takes>.*)\) -> (?P<gives>\w+)")


@dataclass(frozen=True, eq=False)
class Function:
    """One way to call a function.

    Attributes:
        signature: `clip(x: number, low: number, high: number) -> number`; the last argument may
            stand several times where it has a `*`. `same`, and `ordered` (numbers or moments), are
            one type wherever they stand; `any` is each its own.
        says: what it gives, in a few words.
        run: what does it, as `how` says; what a cell's raises or gives not finite is missing.
        how: `array` if `run` takes arrays without missing cells, `whole` if it takes missing ones
            too, `cell` if it takes one cell of each: vector code of `exp` or `log` may round
            otherwise by a cell's neighbours, Python's `math` cannot.
    """

    signature: str
    says: str
    run: Callable[..., Any]
    how: Literal["array", "whole", "cell"] = "array"

    @cached_property
    def column(self) -> Callable[..., Array]:
        """The same of arrays."""
        if self.how != "cell":
            return self.run
        run, dtype = self.run, DTYPES[self.gives]
        if any(TEXT in said for said in self.takes):
            run = lru_cache(maxsize=4096)(run)  # not of numbers: 0.0 and -0.0 are one key

        def column(*arrays: Array) -> Array:
            found = []
            for row in zip(*(array.tolist() for array in arrays), strict=True):
                try:
                    found.append(run(*row))
                except (*BAD, ArithmeticError):
                    found.append(EMPTY[dtype])
            return objects(found) if dtype == "O" else np.array(found, dtype)

        return column

    @cached_property
    def name(self) -> str:
        """What it is called by."""
        return self._matched["name"]

    @cached_property
    def gives(self) -> str:
        """The type of what it gives."""
        return self._matched["gives"]

    @cached_property
    def takes(self) -> list[str]:
        """The types of its arguments, with a `*` before the one that may be repeated."""
        arguments = [part.partition(": ") for part in self._matched["takes"].split(", ")]
        return ["*" * name.startswith("*") + said for name, _, said in arguments]

    def bound(self, types: Sequence[str]) -> tuple[str, ...] | None:
        """The types of its arguments and of what it gives, if it can be called so; else None."""
        takes = list(self.takes)
        if takes[-1].startswith("*"):
            last = takes.pop()[1:]
            takes += [last] * max(1, len(types) - len(takes))
        if len(takes) != len(types):
            return None
        one = dict.fromkeys(("same", "ordered"), MISSING)
        for wanted, found in zip(takes, types, strict=True):
            if found not in (MISSING, wanted, *_SORTS.get(wanted, ())):
                return None
            if wanted in one and found != MISSING:
                if one[wanted] not in (MISSING, found):
                    return None
                one[wanted] = found
        bound = (one.get(wanted, wanted) for wanted in takes)
        known = (t if b == "any" else b for b, t in zip(bound, types, strict=True))
        return (*known, one.get(self.gives, self.gives))

    @cached_property
    def _matched(self) -> "re.Match[str]":
        match = _SIGNATURE.fullmatch(self.signature)
        assert match, self.signature
        return match


def _later(moments: Array, days: Array) -> Array:
    micro, span = moments.astype(np.int64), np.rint(days * _DAY)
    inside = (micro + span >= _FIRST) & (micro + span <= _LAST)
    found = (micro + np.where(inside, span, 0).astype(np.int64)).astype("M8[us]")
    return np.asarray(np.where(inside, found, EMPTY[DTYPES[MOMENT]]))


def _days(first: Array, second: Array) -> Array:
    return np.asarray((first - second).astype(np.int64) / _DAY)


def _since(moments: Array, unit: str) -> Array:
    """How many units have begun since 1970."""
    return moments.astype(f"M8[{unit}]").astype(np.float64)


def _unit(moments: Array, unit: str, within: str) -> Array:
    """How many units have begun since the larger one began."""
    larger = moments.astype(f"M8[{within}]").astype(f"M8[{unit}]")
    return np.asarray(moments.astype(f"M8[{unit}]") - larger, np.float64)


def _same(first: Array, second: Array) -> Array:
    """Equal cells; texts by what they are as categories."""
    if first.dtype == object:
        first, second = (objects(map(_word, cells.tolist())) for cells in (first, second))
    return np.asarray(first == second, np.float64)


def _is_in(cells: Array, *others: Array) -> Array:
    return np.asarray(np.max([_same(cells, other) for other in others], axis=0))


def _where(test: Array, yes: Array, no: Array) -> Array:
    empty = next(cell for dtype, cell in EMPTY.items() if yes.dtype == dtype)
    return np.where(np.isnan(test), empty, np.where(test == 1.0, yes, no))


def _is_missing(cells: Array) -> Array:
    return _truths(missing_rows(cells))


def _fill(cells: Array, other: Array) -> Array:
    return np.where(missing_rows(cells), other, cells)


def _least(*cells: Array) -> Array:
    return np.asarray(np.minimum.reduce(cells))


def _greatest(*cells: Array) -> Array:
    return np.asarray(np.maximum.reduce(cells))


def _clip(cells: Array, low: Array, high: Array) -> Array:
    return np.minimum(np.maximum(cells, low), high)


def _part(text: str, mark: str, place: float) -> str:
    parts = text.split(mark)
    if place != int(place) or not -len(parts) <= place < len(parts):
        raise ValueError("no such part")
    return parts[int(place)]


def _join(mark: str, *parts: str) -> str:
    return mark.join(parts)


def _truths(values: Any) -> Array:
    return np.asarray(values, np.float64)


_word = lru_cache(maxsize=4096)(word)

_TABLE = (
    Function("-x(x: number) -> number", "the opposite", np.negative),
    Function("+x(x: number) -> number", "itself", np.positive),
    Function("not(x: truth) -> truth", "whether it is not true", lambda x: 1.0 - x),
    Function("+(a: number, b: number) -> number", "the sum", np.add),
    Function("+(a: moment, days: number) -> moment", "so many days later", _later),
    Function("-(a: number, b: number) -> number", "the difference", np.subtract),
    Function("-(a: moment, days: number) -> moment", "days earlier", lambda a, d: _later(a, -d)),
    Function("-(a: moment, b: moment) -> number", "days from b to a", _days),
    Function("*(a: number, b: number) -> number", "the product", np.multiply),
    Function("/(a: number, b: number) -> number", "the ratio; missing where b is 0", np.divide),
    Function("//(a: number, b: number) -> number", "the ratio, rounded down", np.floor_divide),
    Function("%(a: number, b: number) -> number", "what is left of a after a // b", np.mod),
    Function("**(a: number, b: number) -> number", "the power", math.pow, "cell"),
    Function("<(a: ordered, b: ordered) -> truth", "less", lambda a, b: _truths(a < b)),
    Function("<=(a: ordered, b: ordered) -> truth", "at most", lambda a, b: _truths(a <= b)),
    Function(">(a: ordered, b: ordered) -> truth", "more", lambda a, b: _truths(a > b)),
    Function(">=(a: ordered, b: ordered) -> truth", "at least", lambda a, b: _truths(a >= b)),
    Function("==(a: same, b: same) -> truth", "equal", _same),
    Function("!=(a: same, b: same) -> truth", "not equal", lambda a, b: 1.0 - _same(a, b)),
    Function("in(a: same, *b: same) -> truth", "one of a list", _is_in),
    Function("and(a: truth, b: truth) -> truth", "both", np.minimum),
    Function("or(a: truth, b: truth) -> truth", "one at least", np.maximum),
    Function("log(x: number) -> number", "natural logarithm of x > 0", math.log, "cell"),
    Function("log1p(x: number) -> number", "log(1 + x), exact near 0", math.log1p, "cell"),
    Function("log10(x: number) -> number", "logarithm to base 10", math.log10, "cell"),
    Function("exp(x: number) -> number", "e to the power of x", math.exp, "cell"),
    Function("sqrt(x: number) -> number", "square root; missing where x < 0", np.sqrt),
    Function("sin(x: number) -> number", "sine of radians", math.sin, "cell"),
    Function("cos(x: number) -> number", "cosine of radians", math.cos, "cell"),
    Function("abs(x: number) -> number", "without its sign", np.abs),
    Function("sign(x: number) -> number", "-1, 0 or 1", np.sign),
    Function("round(x: number) -> number", "nearest whole number, halves to the even", np.rint),
    Function("floor(x: number) -> number", "whole number below", np.floor),
    Function("ceil(x: number) -> number", "whole number above", np.ceil),
    Function("least(a: ordered, *b: ordered) -> ordered", "the smallest", _least),
    Function("greatest(a: ordered, *b: ordered) -> ordered", "the largest", _greatest),
    Function("clip(x: ordered, low: ordered, high: ordered) -> ordered", "within bounds", _clip),
    Function(
        "where(x: truth, yes: same, no: same) -> same", "yes where x is true", _where, "whole"
    ),
    Function("is_missing(x: any) -> truth", "whether x is missing", _is_missing, "whole"),
    Function("fill(x: same, other: same) -> same", "the other where x is missing", _fill, "whole"),
    Function("date(x: text) -> moment", "a date in ISO 8601; else missing", moment, "cell"),
    Function("year(x: moment) -> number", "the year", lambda x: _since(x, "Y") + 1970.0),
    Function("month(x: moment) -> number", "1 to 12", lambda x: _unit(x, "M", "Y") + 1.0),
    Function("day(x: moment) -> number", "1 to 31", lambda x: _unit(x, "D", "M") + 1.0),
    Function("hour(x: moment) -> number", "0 to 23", lambda x: _unit(x, "h", "D")),
    Function("minute(x: moment) -> number", "0 to 59", lambda x: _unit(x, "m", "h")),
    Function("weekday(x: moment) -> number", "0 (Monday) to 6", lambda x: (_since(x, "D") + 3) % 7),
    Function("yearday(x: moment) -> number", "1 to 366", lambda x: _unit(x, "D", "Y") + 1.0),
    Function("lower(x: text) -> text", "in small letters", str.lower, "cell"),
    Function("upper(x: text) -> text", "in capitals", str.upper, "cell"),
    Function("trim(x: text) -> text", "without blanks around it", str.strip, "cell"),
    Function("length(x: text) -> number", "its characters", len, "cell"),
    Function("words(x: text) -> number", "its words", lambda x: len(x.split()), "cell"),
    Function("contains(x: text, part: text) -> truth", "has the part", str.__contains__, "cell"),
    Function("starts(x: text, part: text) -> truth", "begins so", str.startswith, "cell"),
    Function("ends(x: text, part: text) -> truth", "ends so", str.endswith, "cell"),
    Function("replace(x: text, old: text, new: text) -> text", "new for old", str.replace, "cell"),
    Function("part(x: text, mark: text, n: number) -> text", "part n, from 0 or -1", _part, "cell"),
    Function("join(mark: text, *parts: text) -> text", "the parts as one text", _join, "cell"),
    Function("number(x: text) -> number", "the number that it writes", number, "cell"),
    Function("number(x: truth) -> number", "1 or 0", np.positive),
    Function("text(x: text) -> text", "itself", np.copy),
    Function("text(x: truth) -> text", "True or False", lambda x: word(bool(x)), "cell"),
    Function("text(x: number) -> text", "as a category is written: 1, 2.5", word, "cell"),
    Function("text(x: moment) -> text", "as ISO 8601", word, "cell"),
)
FUNCTIONS: dict[str, tuple[Function, ...]] = {
    name: tuple(one for one in _TABLE if one.name == name)
    for name in dict.fromkeys(one.name for one in _TABLE)
}
"""Every way to call a function or an operator, by its name. Look-ups and what is fitted by groups
stand in `fivefold.travel.compute` and `fivefold.travel.aggregates`."""


@lru_cache(maxsize=4096)
def function_of(name: str, types: tuple[str, ...]) -> tuple[Function, tuple[str, ...]] | None:
    """The function that takes these types, with the types of arguments and result; or None."""
    for one in FUNCTIONS[name]:
        bound = one.bound(types)
        if bound is not None:
            return one, bound
    return None
