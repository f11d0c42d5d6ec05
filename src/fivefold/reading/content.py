"""What a source on disk holds, in one digest, before it is read."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from fivefold.core.content import content_of
from fivefold.core.store import digest_of_file
from fivefold.reading import images
from fivefold.reading.filepaths import find_files
from fivefold.reading.options import Reading
from fivefold.reading.raw import listed
from fivefold.reading.remote import is_remote, read_at
from fivefold.reading.source import form_of, read


def content_of_source(source: Any, reading: Reading) -> str:
    """SHA-256 of the files that a source is read from; empty where it is read from none.

    The pictures below the folder count in which the source may name some.

    Args:
        source: of any form.
        reading: how it is read.

    Raises:
        OSError: if a file cannot be read.
    """
    form = form_of(source)
    paths: list[Path] = []
    if form == "folder":
        paths = list(_below(Path(os.fspath(source)).expanduser()))
    elif form == "files":
        paths = find_files(source)
    elif form == "query":
        columns = read(source, replace(reading, long=None)).columns
        return str(content_of({name: listed(values) for name, values in columns.items()}))
    elif form == "address":
        files = read_at(str(source), replace(reading, long=None)).files
        return sha256("".join(str(file["sha256"]) for file in files).encode()).hexdigest()
    elif form in {"pair", "several"}:
        far = [each for each in source if is_remote(each)]
        digests = [content_of_source(each, reading) for each in far]
        paths = [path for each in source if each not in far for path in find_files(each)]
        if far:
            return sha256(" ".join([*digests, _together(paths)]).encode()).hexdigest()
    if reading.files and (paths or reading.root is not None):
        roots = [Path(reading.root)] if reading.root is not None else [p.parent for p in paths]
        for root in dict.fromkeys(roots):
            paths += [path for path in _below(root.expanduser()) if images.is_cell(path.name)]
    return _together(dict.fromkeys(paths)) if paths else ""


def _below(folder: Path) -> Iterator[Path]:
    """All files in a folder and below it, in the order of their names."""
    for above, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (Path(above, name) for name in sorted(names))


def _together(paths: Iterable[Path]) -> str:
    total = sha256()
    for path in paths:
        total.update(f"{digest_of_file(path)}  {path}\n".encode("utf-8", "surrogatepass"))
    return total.hexdigest()
