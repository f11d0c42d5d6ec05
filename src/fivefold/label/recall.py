"""What functions said of items, kept so that what is slow or costly is asked once."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import FunctionType, MethodType
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np

from fivefold.core.content import content_of
from fivefold.core.modules import is_installed
from fivefold.core.own_code import globals_of
from fivefold.core.wording import plural
from fivefold.label.database import looked_into, opened

FILE = "answers.sqlite"
"""In the directory of the labels."""

_OURS = 0x66666C61  # the application of the file, for SQLite
_TABLES = """
create table if not exists answers (
    item text not null, who text not null, code text not null, value text not null,
    primary key (item, who, code)
) without rowid;
"""
_TIMES = "times"


class AnswerFile:
    """The answers of functions, in SQLite: one row an answer, kept as soon as it is given.

    An answer is known by its item, the name of the function, and what the function is; of a row it
    holds nothing.

    Args:
        path: of the file, which is made with its folder where it is not there.

    Raises:
        DataError: if it is another file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder, AnswerFile(Path(folder) / FILE) as answers:
        ...     answers.keep("a1", "llm", "5f", "spam")
        ...     answers.of("llm", "5f"), answers.of("llm", "60")
        ({'a1': 'spam'}, {})
    """

    def __init__(self, path: str | Path) -> None:
        self._lock = Lock()
        self._base = opened(Path(path), _OURS, _TABLES, synchronous="normal")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._base.close()

    def of(self, who: str, code: str) -> dict[str, Any]:
        """What a function said, by item.

        Args:
            who: its name.
            code: what it is; see `identity_of`.
        """
        asked = "select item, value from answers where who=? and code=?"
        with self._lock:
            rows = self._base.execute(asked, (who, code)).fetchall()
        return {item: json.loads(value) for item, value in rows}

    def keep(self, item: str, who: str, code: str, value: Any) -> None:
        """Keep an answer; None where the function says nothing.

        Raises:
            TypeError: if it cannot be written as JSON.
        """
        row = (item, who, code, json.dumps(value))
        with self._lock:
            self._base.execute("replace into answers values (?,?,?,?)", row)

    def forget(self, names: Iterable[str] = ()) -> int:
        """Let go of what functions said, so that they are asked again.

        Args:
            names: of the functions; all of them if empty.

        Returns:
            How many answers that were.
        """
        names = list(names)
        among = f" where who in ({','.join('?' * len(names))})" if names else ""
        with self._lock:
            self._base.execute("begin immediate")
            gone = self._base.execute(f"delete from answers{among}", names).rowcount
            counted = f"insert into facts values ('{_TIMES}', '1') on conflict (name)"
            self._base.execute(f"{counted} do update set value=value+1")
            self._base.execute("commit")
        return gone


def times_forgotten(path: Path) -> int:
    """How often answers were let go of; makes no file.

    Raises:
        DataError: if it is another file.
    """
    if not path.exists():
        return 0
    with looked_into(path, _OURS) as base:
        row = base.execute("select value from facts where name=?", (_TIMES,)).fetchone()
    return 0 if row is None else int(row[0])


class Recall:
    """Functions that are asked of an item once, as long as they are what they were.

    Args:
        functions: by name.
        kept: where answers are kept; None for nowhere, and all are asked.

    Attributes:
        taken: how many answers were known, by name.
        asked: how many were not.
    """

    def __init__(
        self, functions: Mapping[str, Callable[..., Any]], kept: AnswerFile | None = None
    ) -> None:
        self._kept, named = kept, functions if kept is not None else {}
        self._codes = {name: identity_of(function) for name, function in named.items()}
        self._known = {n: kept.of(n, code) for n, code in self._codes.items()} if kept else {}
        self.taken, self.asked = Counter[str](), Counter[str]()

    def said(self, name: str, item: str, ask: Callable[[], Any]) -> Any:
        """What a function says of an item.

        Args:
            name: of the function.
            item: which row it is.
            ask: asks it, where nothing is known.
        """
        known = self._known.get(name, {})
        if item in known:
            self.taken[name] += 1
            return known[item]
        self.asked[name] += 1
        value = ask()
        if self._kept is None:
            return value
        try:
            value = json.loads(json.dumps(_plain(value)))
        except (TypeError, ValueError):  # no label, and asked again
            return value
        self._kept.keep(item, name, self._codes[name], value)
        return value

    def notes(self) -> list[str]:
        """What was known before, in a line each."""
        return [
            f"{name}: {plural(known, 'answer')} known from before, {self.asked[name]:,} asked for."
            for name, known in self.taken.items()
        ]


@contextmanager
def recalled(functions: Mapping[str, Callable[..., Any]], path: Path | None) -> Iterator[Recall]:
    """Functions that are asked once, and where their answers are kept.

    Args:
        functions: by name.
        path: of the file; None for nowhere.
    """
    with ExitStack() as stack:
        is_kept = path is not None and bool(functions)
        kept = stack.enter_context(AnswerFile(path)) if is_kept and path else None
        yield Recall(functions, kept)


_FIRST: "WeakKeyDictionary[Any, dict[Any, tuple[list[str], str]]]" = WeakKeyDictionary()
"""Of each function the texts that it used and what it was when it was first seen."""


def identity_of(function: Callable[..., Any]) -> str:
    """What a function is, in one digest: by its content, or by what of it can be seen.

    A client of a language model holds connections, whose content nobody sees. Then the code of the
    function counts, and of what it uses all that can be seen: prompts, examples, other functions;
    of the client itself its class. What a function has counted or kept since it was first seen
    makes it no other one; another text does.

    Example:
        >>> from threading import Lock
        >>> def asking(prompt, lock=Lock()):
        ...     return lambda row: (prompt, lock)
        >>> identity_of(asking("a")) == identity_of(asking("a")) != identity_of(asking("b"))
        True
    """
    owner = getattr(function, "__self__", None)
    owner = function if owner is None else owner
    which, texts = getattr(function, "__func__", None), _texts(function)
    try:
        known = _FIRST.setdefault(owner, {})
    except TypeError:  # nothing refers to it
        return _seen(function, frozenset())
    if which not in known or known[which][0] != texts:
        known[which] = (texts, _seen(function, frozenset()))
    return known[which][1]


def _texts(function: Any) -> list[str]:
    inner = getattr(function, "__func__", function)
    parts = _parts(inner) if isinstance(inner, FunctionType) else {}
    return [f"{name} {text}" for name, text in sorted(parts.items()) if isinstance(text, str)]


def _seen(value: Any, within: frozenset[int]) -> str:
    found = content_of(value)
    if isinstance(found, str):
        return found
    kind = type(value)
    told = [f"{kind.__module__}.{kind.__qualname__}"]
    if id(value) not in within:
        parts = sorted(_parts(value).items())
        told += [f"{name} {_seen(part, within | {id(value)})}" for name, part in parts]
    return sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()


def _parts(value: Any) -> dict[str, Any]:
    """What a function, a method, or an object that is called as one is made of, by name."""
    if isinstance(value, MethodType):
        return {"function": value.__func__, "of": value.__self__}
    if isinstance(value, partial):
        return {"function": value.func, "given": value.args, "named": value.keywords}
    if not isinstance(value, FunctionType):  # of what is installed, its class says it
        is_own = not is_installed(type(value).__module__)
        return {"class": type(value), **getattr(value, "__dict__", {})} if is_own else {}
    code, around = value.__code__, value.__globals__
    cells = zip(code.co_freevars, value.__closure__ or (), strict=True)
    with suppress(ValueError):  # a cell in which nothing is yet
        return {
            "code": code,
            "name": value.__qualname__,
            **{f"of {name}": around[name] for name in globals_of(code) if name in around},
            **{f"in {name}": cell.cell_contents for name, cell in cells},
            **{f"by {n}": one for n, one in enumerate(value.__defaults__ or ())},
            **{f"as {n}": one for n, one in (value.__kwdefaults__ or {}).items()},
        }
    return {"code": code, "name": value.__qualname__}


def _plain(value: Any) -> Any:
    """The same without numpy's types."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
