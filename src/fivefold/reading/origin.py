"""Where the rows of a table came from, so that they can be read again as they came."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.known import of_type
from fivefold.reading.filerecords import digest_of_file, digest_of_pictures
from fivefold.reading.images import folder_digest
from fivefold.reading.options import Reading
from fivefold.reading.query import query_of
from fivefold.reading.raw import Raw
from fivefold.reading.remote import is_remote
from fivefold.reading.source import describe, form_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Origin:
    """One source with what was read from it."""

    value: Any  # the path, frame, arrays or records themselves, not a copy
    reading: Reading  # how it was read
    rows: int  # how many
    files: tuple[Any, ...] = ()  # `path`, `bytes`, `sha256` of each file, as plain values
    # a record for each column that names pictures, with their paths
    pictures: tuple[tuple[Any, tuple[Path, ...]], ...] = ()
    places: Array | None = None  # `(n,)` which rows of the source these are; None: all
    folder: str = ""  # that relative paths start from

    @property
    def is_file(self) -> bool:
        """Whether another process can read it by its path."""
        return form_of(self.value) in {"files", "folder", "pair"}

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is asked for over a network."""
        several = self.value if isinstance(self.value, list | tuple) else [self.value]
        asked = query_of(self.value)
        return asked.path is None if asked is not None else any(map(is_remote, several))

    @property
    def is_arrow(self) -> bool:
        """Whether it is a table of Arrow."""
        of_arrow = type(self.value).__module__.split(".")[0] == "pyarrow"
        return of_arrow and hasattr(self.value, "take") and self.reading.long is None

    @property
    def paths(self) -> Any:
        """The path or paths by which another process reads it, absolute."""
        if form_of(self.value) == "pair":
            return [str(Path(self.folder, path).expanduser()) for path in self.value]
        return str(Path(self.folder, Path(self.value).expanduser()))

    def changed(self) -> list[str]:
        """Files that are not as they were when they were read; what has another length now."""
        pictures = [
            str(record["path"]) for record, paths in self.pictures if _have_changed(paths, record)
        ]
        if self.reading.long is None and (hasattr(self.value, "iloc") or self.is_arrow):
            return pictures if len(self.value) == self.rows else [describe(self.value), *pictures]
        files = [str(file["path"]) for file in self.files if self._now(file) != file["sha256"]]
        return files + pictures

    def _now(self, file: Any) -> str:
        """The digest of a file or of a folder of pictures as it is."""
        path = Path(self.folder, str(file["path"]))
        try:
            if "files" not in file:
                return str(digest_of_file(str(path), path.read_bytes())["sha256"])
            if form_of(self.value) == "folder" and Path(self.paths).name == file["path"]:
                return str(folder_digest(Path(self.paths))["sha256"])
        except (OSError, DataError):
            return ""
        return str(file["sha256"])

    def take(self, rows: Array) -> tuple[Any, Array]:
        """Some rows in the form of the source, or all of it, and which rows of that they are."""
        if hasattr(self.value, "iloc") and self.reading.long is None:
            return self.value.iloc[rows], np.arange(len(rows))
        return (
            (self.value.take(rows), np.arange(len(rows))) if self.is_arrow else (self.value, rows)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """The sources of a table, one after another: the rows, then those given as test rows.

    It refers to the rows as they came, before any stage; nothing is copied or saved.
    """

    origins: tuple[Origin, ...]

    def shares(self, rows: Array) -> Iterator[tuple[Origin, Array, Array]]:
        """Each origin with which of `rows` it holds, by their place in `rows` and in itself."""
        start = 0
        for origin in self.origins:
            held = np.flatnonzero((rows >= start) & (rows < start + origin.rows))
            if len(held):
                own = rows[held] - start
                yield origin, held, own if origin.places is None else origin.places[own]
            start += origin.rows

    def changed(self) -> list[str]:
        """Files that are not as they were when they were read."""
        return [path for origin in self.origins for path in origin.changed()]

    def digest(self) -> str:
        """SHA-256 of what the sources are called."""
        names = "\n".join(describe(origin.value) for origin in self.origins)
        return sha256(names.encode()).hexdigest()


def origin_of(value: Any, reading: Reading, raw: Raw) -> Origin:
    """The origin of rows that were just read."""
    here = str(Path.cwd())
    root = None if reading.root is None else str(Path(here, Path(reading.root).expanduser()))
    return Origin(
        value=value,
        reading=replace(reading, root=root),
        rows=len(raw),
        files=raw.files,
        pictures=tuple(_pictures(raw, reading)),
        places=raw.places,
        folder=here,
    )


def _pictures(raw: Raw, reading: Reading) -> Iterator[tuple[dict[str, Any], tuple[Path, ...]]]:
    """A record for the files that each column of pictures names, and their paths."""
    for name, values in raw.columns.items():
        said = raw.types.get(name)
        kind = None if said is None else of_type(said)
        if name not in reading.files and (kind is None or not kind.suffixes):
            continue
        cells = values.values if isinstance(values, Coded) else values
        held = cells if cells.dtype == object else ()
        paths = tuple(cell for cell in held if isinstance(cell, Path))
        if paths:
            yield digest_of_pictures(name, paths), paths


def _have_changed(paths: tuple[Path, ...], record: dict[str, Any]) -> bool:
    try:
        return bool(digest_of_pictures("", paths)["sha256"] != record["sha256"])
    except OSError:
        return True
