"""What a function may be asked: the kind of each argument, looked at before any work."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from os import PathLike, fspath
from typing import Any, Self

from fivefold.core.wording import brief, literal, nearest
from fivefold.errors import ConfigError, FivefoldError


@dataclass(frozen=True)
class Wish:
    """What an argument may be.

    Args:
        wanted: in words; `{}` is the name of the argument.
        fits: whether a value is that.
        remedy: one instruction, likewise; or what makes one of the value that was found.

    Example:
        >>> print(counts(2).fault("compare", "folds", 2.5))
        compare: expected folds of 2 or more, found 2.5.
        Pass a whole number as folds=.
    """

    wanted: str
    fits: Callable[[Any], bool]
    remedy: str | Callable[[Any], str]

    def or_none(self) -> Self:
        """The same, or nothing."""
        fits = self.fits
        return replace(self, wanted=f"{self.wanted}, or None", fits=lambda v: v is None or fits(v))

    def fault(self, who: str, name: str, value: Any) -> ConfigError | None:
        """What is wrong with a value; None if nothing is."""
        if self.fits(value):
            return None
        remedy = self.remedy if isinstance(self.remedy, str) else self.remedy(value)
        wanted, found = self.wanted.format(name), brief(value)
        return ConfigError.expected(who, wanted, found, remedy.format(name), argument=name)


Asked = Mapping[str, tuple[Any, Wish]]
"""Arguments by name: what was given, and what may be."""


def faults_of(who: str, asked: Asked) -> list[FivefoldError]:
    """What is wrong with arguments, each of them by itself."""
    found = [wish.fault(who, name, value) for name, (value, wish) in asked.items()]
    return [fault for fault in found if fault is not None]


def whole(value: Any) -> int | None:
    """A whole number of any library; None for anything else, truth values too.

    Example:
        >>> whole(3), whole(True), whole(3.0)
        (3, None, None)
    """
    if is_flag(value):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def is_flag(value: Any) -> bool:
    """Whether it is a truth value, of numpy's for one."""
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def counts(least: int, *others: int) -> Wish:
    """A whole number from some one on, or one of some others."""
    more = "".join(f", or {other}" for other in others)

    def fits(value: Any) -> bool:
        number = whole(value)
        return number is not None and (number >= least or number in others)

    return Wish(f"{{}} of {least} or more{more}", fits, "Pass a whole number as {}=.")


def one_of(options: Sequence[str]) -> Wish:
    """One of some words."""

    def remedy(value: Any) -> str:
        near = nearest(str(value), options) or options[0]
        return f"Write {{}}={literal(near)}."

    listed = ", ".join(map(literal, options))
    return Wish(f"{{}} as one of {listed}", lambda v: isinstance(v, str) and v in options, remedy)


def _is_path(value: Any) -> bool:
    return isinstance(value, str | PathLike) and bool(fspath(value))


def _is_number(value: Any) -> bool:
    try:
        return not is_flag(value) and not isinstance(value, str) and float(value) > 0
    except (TypeError, ValueError):
        return False


def list_of(noun: str, fits: Callable[[Any], bool], *, such_as: str) -> Wish:
    """A list, or a tuple or a set, of what fits; what can be iterated once is not looked into.

    Example:
        >>> print(list_of("texts", lambda one: isinstance(one, str), such_as="text").fault(
        ...     "join", "parts", "a"))
        join: expected parts as a list of texts, found 'a'.
        Write parts=[text].
    """

    def are(value: Any) -> bool:
        if isinstance(value, str | Mapping | type) or not isinstance(value, Iterable):
            return False
        return not isinstance(value, Collection) or all(map(fits, value))

    def remedy(value: Any) -> str:
        return f"Write {{}}=[{getattr(value, '__name__', '') or such_as}]."

    return Wish(f"{{}} as a list of {noun}", are, remedy)


SEED = replace(counts(0), wanted="a {} of 0 or more")
FLAG = Wish("{} as True or False", is_flag, "Pass True or False as {}=.")
TEXT = Wish("{} as a text", lambda value: isinstance(value, str), "Pass a name as {}=.")
PATH = Wish("{} as a path", _is_path, "Pass the path as a text or a Path.")
ABOVE_0 = Wish("{} above 0", _is_number, "Pass {}= as a number above 0, or leave it out.")
FUNCTION = Wish("{} as a function", callable, "Pass the function itself, without calling it.")
FUNCTIONS = list_of("functions", callable, such_as="function")
FLAG_OR_PATH = Wish(
    "{} as True, False or a folder",
    lambda value: is_flag(value) or _is_path(value),
    "Pass True, or the path of a folder.",
)
