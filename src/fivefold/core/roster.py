"""Objects by name: those of fivefold, and those of a user's that this process was handed."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from fivefold.core.wording import nearest, quoted
from fivefold.errors import ConfigError

T = TypeVar("T")


class Roster(Generic[T]):
    """Objects of one sort by their `name`: fivefold's, then those of the user's.

    Nothing that is read from disk adds one: a user hands over a class, and it is known by its name
    for as long as the process lives.

    Args:
        noun: what they are, `kind`.
        of: the class that all derive from.
        known: fivefold's own, in order.
        remedy: how one of the user's is handed over.
    """

    def __init__(self, noun: str, of: type[T], known: Iterable[T], *, remedy: str) -> None:
        self._noun, self._of, self._remedy = noun, of, remedy
        self._own: dict[str, T] = {}
        self.known: dict[str, T] = {name_of(one): one for one in known}

    def __iter__(self) -> Iterator[T]:
        return iter([*self.known.values(), *self._own.values()])

    def __getitem__(self, name: str) -> T:
        """The one of this name.

        Raises:
            ConfigError: if there is none; it carries `name` and `near`, the likeliest meant.
        """
        found = self.known.get(name) or self._own.get(name)
        if found is not None:
            return found
        names = [*self.known, *self._own]
        near = nearest(name, names)
        remedy = f"Write {near!r}, or {self._remedy}." if near else f"{self._remedy}."
        raise ConfigError(
            f"{self._noun.capitalize()}: expected one of {quoted(names)}, found {name!r}.",
            remedy=remedy[0].upper() + remedy[1:],
            noun=self._noun,
            name=name,
            near=near,
        )

    def own(self, name: str) -> T | None:
        """The user's of this name, or None."""
        return self._own.get(name)

    def adopt(self, thing: Any) -> T:
        """Make one of the user's known by its name, and give its object.

        The same class may be handed over again; one that was defined again (a notebook's cell that
        ran twice, a file that was loaded twice) takes the place of the former.

        Args:
            thing: an object, or a class that is called without arguments.

        Raises:
            ConfigError: if it is not of this sort, has no name, or one that is taken.
        """
        whole = isinstance(thing, type) and not inspect.isabstract(thing)
        made = thing() if whole and issubclass(thing, self._of) else thing
        if not isinstance(made, self._of):
            raise self._stranger(thing)
        name = getattr(made, "name", None)
        title = f"{self._noun.capitalize()} {type(made).__name__}"
        if not isinstance(name, str) or not name or "/" in name:
            raise ConfigError(
                f"{title}: expected a name without a slash, found {name!r}.",
                remedy='Write name = "..." in the class.',
                found=name,
            )
        if type(self.known.get(name)) is type(made):
            return self.known[name]
        former = self.known.get(name) or self._own.get(name)
        if former is not None and (name in self.known or not same_class(former, made)):
            raise ConfigError(
                f"{title}: expected a name of its own, found {name!r}, which "
                f"{type(former).__module__}.{type(former).__qualname__} has.",
                remedy="Give one of them another name.",
                name=name,
            )
        if hasattr(made, "check_defined"):
            made.check_defined()
        self._own[name] = made
        return made

    @contextmanager
    def lent(self, thing: Any) -> Iterator[T]:
        """Make one known for a while, and give its object; afterwards all is as it was.

        Raises:
            ConfigError: as `adopt` does.
        """
        before = dict(self._own)
        try:
            yield self.adopt(thing)
        finally:
            self._own = before

    def _stranger(self, thing: Any) -> ConfigError:
        lacks = sorted(getattr(thing, "__abstractmethods__", ()))
        name = thing.__name__ if isinstance(thing, type) else repr(thing)
        return ConfigError(
            f"{self._noun.capitalize()}: expected a subclass of {self._of.__name__}, or an object "
            f"of one, found {name}.",
            evidence=f"It does not define {quoted(lacks)}." if lacks else "",
            remedy=f"Derive it from fivefold.{self._of.__name__}.",
            found=thing,
        )


def name_of(one: object) -> str:
    """The name that an object of a roster has."""
    return cast("str", one.name)  # type: ignore[attr-defined]


def same_class(one: object, other: object) -> bool:
    """Whether the classes of two objects have one name and one file."""
    first, second = type(one), type(other)
    if first.__qualname__ != second.__qualname__:
        return False
    return first.__module__ == second.__module__ or file_of(first) == file_of(second) is not None


def file_of(cls: Any) -> Path | None:
    """The file that defines a class, or a function, at its top level; None where none does."""
    module = sys.modules.get(cls.__module__)
    if not callable(vars(module or cls).get(cls.__qualname__)):
        return None
    try:
        path = Path(inspect.getfile(cls))
    except (OSError, TypeError):
        return None
    return path.resolve() if path.suffix == ".py" and path.is_file() else None
