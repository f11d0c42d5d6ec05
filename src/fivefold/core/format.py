"""How one kind of value is written to a file and read back: the formats that the store knows."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from fivefold.core.named import Named


class Hashed(io.BufferedIOBase):
    """A file that is hashed as it is written, so that nothing is held or read for its digest.

    Args:
        file: that is written; None for the digest alone.

    Example:
        >>> file = Hashed()
        >>> file.write(b"abc"), file.digest[:8]
        (3, 'ba7816bf')
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file, self._hash = file, sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """True, as those ask who write."""
        return True

    def write(self, content: Any) -> int:
        """Write bytes, or what holds them, and give their number."""
        self._hash.update(content)
        if self._file is not None:
            self._file.write(content)
        return memoryview(content).nbytes


@dataclass(frozen=True)
class Format:
    """How one kind of value is written to a file and read back.

    Args:
        name: stands in the manifest; only registered names are read.
        suffix: of the file.
        accepts: whether it can hold a value.
        write: puts a value into a new file, from the first byte to the last.
        read: the value that a file holds.
        fill: puts what a file holds into an outline of the value, where `read` cannot make one.
    """

    name: str
    suffix: str
    accepts: Callable[[Any], bool]
    write: Callable[[Any, Hashed], object]
    read: Callable[[Path], Any]
    fill: Callable[[Path, Any], Any] | None = None


@dataclass(frozen=True)
class Outlined:
    """A value that cannot be made from a file, and its outline: another one that nothing learnt.

    It is what formats are offered in the place of the value.
    """

    value: Any
    outline: Any


def _is_json(value: Any) -> bool:
    if value is None or type(value) in (bool, int, float, str):
        return True
    if type(value) in (list, tuple):
        return all(_is_json(item) for item in value)
    return type(value) in (dict, Named) and all(
        type(k) is str and _is_json(v) for k, v in value.items()
    )


def _mark(value: Any) -> Any:
    """Tuples as `{"()": [...]}` and dicts as `{"{}": {...}}`, so that each comes back as it was."""
    if isinstance(value, tuple):
        return {"()": [_mark(item) for item in value]}
    if isinstance(value, list):
        return [_mark(item) for item in value]
    return {"{}": {k: _mark(v) for k, v in value.items()}} if isinstance(value, dict) else value


def _unmark(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmark(item) for item in value]
    if isinstance(value, dict):
        if "()" in value:
            return tuple(_unmark(item) for item in value["()"])
        return {k: _unmark(v) for k, v in value["{}"].items()}
    return value


FORMATS: dict[str, Format] = {
    "json": Format(
        "json",
        ".json",
        _is_json,
        lambda value, file: file.write(json.dumps(_mark(value)).encode()),
        lambda path: _unmark(json.loads(path.read_text("utf-8"))),
    ),
    "path": Format(
        "path",
        ".txt",
        lambda value: isinstance(value, Path),
        lambda value, file: file.write(str(value).encode()),
        lambda path: Path(path.read_text("utf-8")),
    ),
}


def register(form: Format) -> None:
    """Teach the store another kind of value; first come, first asked."""
    FORMATS[form.name] = form


def known_format(name: str) -> Format | None:
    """The format of this name; None if none is registered."""
    return FORMATS.get(name)


def format_of(value: Any) -> Format | None:
    """The first format that can hold a value; None if none can."""
    return next((form for form in FORMATS.values() if form.accepts(value)), None)
