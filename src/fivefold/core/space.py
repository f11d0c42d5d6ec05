"""What a setting may be, where a value for it is searched: `ff.tune` chooses."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from operator import index
from typing import Any, Self

from fivefold.core.parameters import has_parameters, parameters_of, with_parameters
from fivefold.errors import ConfigError

Number = int | float


class Space(ABC):
    """Values of which one is to be chosen."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the function that makes it."""

    @property
    @abstractmethod
    def arguments(self) -> tuple[Any, ...]:
        """What that is called with."""

    @abstractmethod
    def ends(self) -> Iterator[Any]:
        """Values that have to be valid for all to be so, each without a space in it."""

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


@dataclass(frozen=True, repr=False)
class OneOf(Space):
    """One of several options, which may hold spaces themselves."""

    options: tuple[Any, ...]

    @property
    def name(self) -> str:
        return "choice"

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.options

    def ends(self) -> Iterator[Any]:
        for option in self.options:
            yield from ends(option)

    def having(self, options: tuple[Any, ...]) -> Self:
        """The same choice with its options as a setting has them."""
        return replace(self, options=options)


@dataclass(frozen=True, repr=False)
class Between(Space):
    """A number between two others, these included; on a logarithmic scale where it is `log`."""

    low: Number
    high: Number
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether it is an integer."""
        return isinstance(self.low, int)

    @property
    def name(self) -> str:
        return "integer" if self.whole else "log_uniform" if self.log else "uniform"

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.low, self.high)

    def ends(self) -> Iterator[Number]:
        yield from self.arguments

    def __repr__(self) -> str:
        return (
            f"{super().__repr__()[:-1]}, log=True)"
            if self.whole and self.log
            else (super().__repr__())
        )


def choice(*options: Any) -> OneOf:
    """One of several options: values of a setting, settings of a stage as dicts, or whole stages.

    An option may hold spaces, which count where it is chosen.

    Args:
        options: at least two, no two of them equal.

    Raises:
        ConfigError: if there are fewer, or one twice.

    Example:
        >>> choice("standard", "quantile")
        choice('standard', 'quantile')
    """
    if len(options) < 2:
        found = repr(options[0]) if options else "none"
        remedy = "Write choice(*options)." if options else "Name what to choose from."
        raise ConfigError.expected("choice", "at least two options", found, remedy)
    for place, option in enumerate(options):
        if any(_is_same(option, other) for other in options[:place]):
            remedy = "Leave one of them out."
            raise ConfigError.expected("choice", "each option once", f"{option!r} twice", remedy)
    return OneOf(options)


def uniform(low: float, high: float) -> Between:
    """A number from `low` to `high`, each as likely before anything is known.

    Raises:
        ConfigError: if these are no finite numbers in ascending order.

    Example:
        >>> uniform(0, 0.5)
        uniform(0.0, 0.5)
    """
    return Between(*_range("uniform", low, high))


def log_uniform(low: float, high: float) -> Between:
    """A number from `low` to `high`, each order of magnitude as likely as any other.

    Raises:
        ConfigError: if these are no finite numbers above 0 in ascending order.

    Example:
        >>> log_uniform(1e-4, 1e-1)
        log_uniform(0.0001, 0.1)
    """
    return Between(*_range("log_uniform", low, high, above=0.0), log=True)


def integer(low: int, high: int, *, log: bool = False) -> Between:
    """A whole number from `low` to `high`, both included.

    Args:
        low: the least.
        high: the greatest.
        log: whether each order of magnitude is as likely as any other; `low` is then above 0.

    Raises:
        ConfigError: if these are no whole numbers in ascending order.

    Example:
        >>> integer(16, 1024, log=True)
        integer(16, 1024, log=True)
    """
    for end in (low, high):
        if isinstance(end, bool) or not hasattr(end, "__index__"):
            remedy = "Use uniform(low, high) for numbers with decimals."
            raise ConfigError.expected("integer", "whole numbers", repr(end), remedy)
    _range("integer", low, high, above=0.0 if log else None)
    return Between(index(low), index(high), log=log)


MAKERS: Mapping[str, Callable[..., Space]] = {
    "$choice": choice,
    "$uniform": uniform,
    "$log_uniform": log_uniform,
    "$integer": integer,
    "$log_integer": lambda low, high: integer(low, high, log=True),
}
"""What makes a space, by the mark that it has in JSON."""


def mark_of(space: Space) -> str:
    """The mark of a space in JSON."""
    logarithmic = isinstance(space, Between) and space.whole and space.log
    return "$log_integer" if logarithmic else f"${space.name}"


def holds_space(value: Any) -> bool:
    """Whether a value is a space, or a container or an estimator with one in it."""
    if isinstance(value, Mapping):
        return any(map(holds_space, value.values()))
    if has_parameters(value):
        return any(map(holds_space, parameters_of(value).values()))
    return isinstance(value, Space) or (
        isinstance(value, list | tuple) and any(map(holds_space, value))
    )


def ends(value: Any) -> Iterator[Any]:
    """The value with ends of its spaces in their places: the first of each, then one changed."""
    if isinstance(value, Space):
        yield from value.ends()
    elif not holds_space(value):
        yield value
    else:
        parts = parts_of(value)
        first = {name: next(ends(part)) for name, part in parts.items()}
        yield _like(value, first)
        for name, part in parts.items():
            for place, end in enumerate(ends(part)):
                if place:
                    yield _like(value, {**first, name: end})


def parts_of(value: Any) -> dict[Any, Any]:
    """What a container or an estimator is made of, by key, place or name of the parameter."""
    if isinstance(value, Mapping):
        return dict(value)
    return parameters_of(value) if has_parameters(value) else dict(enumerate(value))


def _like(value: Any, items: Mapping[Any, Any]) -> Any:
    if has_parameters(value):
        return with_parameters(value, items)
    return dict(items) if isinstance(value, Mapping) else type(value)(items.values())


def _range(who: str, low: Any, high: Any, above: float | None = None) -> tuple[float, float]:
    """The ends of a range as numbers."""
    for end in (low, high):
        if isinstance(end, bool) or not hasattr(end, "__float__") or not isfinite(end):
            remedy = "Give the least and the greatest value."
            raise ConfigError.expected(who, "two finite numbers", repr(end), remedy)
    least, greatest = float(low), float(high)
    if least >= greatest:
        found, remedy = f"{low} and {high}", "Give the lower end first."
        raise ConfigError.expected(who, "a low end below the high one", found, remedy)
    if above is not None and least <= above:
        remedy = "Begin above 0: there is no logarithm of it."
        raise ConfigError.expected(who, f"a low end above {above:g}", str(low), remedy)
    return least, greatest


def _is_same(one: Any, other: Any) -> bool:
    """Whether two options are one: by value where they are plain, else by identity."""
    plain = isinstance(one, bool | int | float | str | tuple | dict | Space)
    return one is other or (plain and type(one) is type(other) and repr(one) == repr(other))
