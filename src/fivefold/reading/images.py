"""Folders of pictures, sounds or series with one subfolder a class, unpacked or in a zip file."""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.core.finding import finding
from fivefold.core.wording import plural, quoted
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, of_file, of_type
from fivefold.kinds.recognition import SourceType
from fivefold.kinds.sample import Sample
from fivefold.reading.names import LABELS, PICTURES
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw, digest_of_files
from fivefold.reading.unreadable import unreadable_cells, unreadable_fault

PARTS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "test": 2, "testing": 2}


class Entry(NamedTuple):
    """One file of a folder: its path inside, its part (-1: not said), its class, its bytes."""

    path: str
    part: int
    label: str
    read: Callable[[], bytes]


def is_cell(path: str) -> bool:
    """Whether a file of this name is a cell, as a picture is; hidden files are none."""
    return _kind_of_file(path) is not None


def is_hidden(path: str) -> bool:
    """Whether a file is none of the user's: a Mac's own, or of a name with a dot first."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(path).parts)


def _kind_of_file(path: str) -> Kind | None:
    return None if is_hidden(path) else of_file(path)


def kind_in(paths: Iterable[str], *, loose: bool = False) -> Kind | None:
    """The kind of which most of these files are cells; of equals that of the first of them.

    Args:
        paths: of files.
        loose: whether files that look like tables may be cells, where no others are.
    """
    paths = list(paths)
    counts = Counter(kind for path in paths if (kind := _kind_of_file(path)) is not None)
    if loose and not counts:
        counts.update(kind for kind in KINDS for path in paths if _belongs(path, kind))
    return max(counts, key=lambda kind: counts[kind], default=None)


def _kind_within(paths: Iterable[str]) -> Kind | None:
    """The kind of which files are cells in a folder that holds no tables of its own."""
    paths = list(paths)
    return kind_in(paths) or kind_in((path for path in paths if "/" in path), loose=True)


def _belongs(path: str, kind: Kind | None) -> bool:
    """Whether a file is a cell of this kind, where it is known that files are."""
    if kind is None or is_hidden(path):
        return False
    return PurePosixPath(path).suffix.lower() in kind.suffixes | kind.loose


def column_of_files(kind: Kind, name: str | None = None) -> tuple[str, dict[str, SourceType]]:
    """What a column of files is called, unless it has a name, and what its type says."""
    name = name or (PICTURES if kind is of_type("raster") else kind.name)
    said = next((type for type in sorted(kind.sources) if of_type(type) is kind), None)
    return name, {} if said is None else {name: said}


def read_image_folder(folder: Path, name: str) -> Raw:
    """The images or sounds of a folder as a column, their subfolders as the column `label`.

    Where it holds files of several kinds those of the commonest are read. Subfolders called train,
    valid and test (or near to it) that hold the class folders say which part a row belongs to.

    Raises:
        DataError: if there are no images, or they do not lie in class folders.
    """
    return _read(((inner, path.read_bytes) for inner, path in _files_of(folder)), name)


def read_pictures(paths: Sequence[Path], reading: Reading) -> Raw:
    """Files of pictures or sounds as one column, in the order given; opened when looked at."""
    kind = kind_in((path.name for path in paths), loose=True)
    assert kind is not None  # or they would be no cells
    name, types = column_of_files(kind, reading.only)
    return Raw(name=kind.plural, columns={name: objects(paths)}, types=types)


def list_pictures(folder: Path, kind: Kind | None = None, *, loose: bool = False) -> list[Path]:
    """All pictures or sounds below a folder, in the order in which its rows are collected.

    Args:
        folder: that holds them.
        kind: of which they are cells; that of most of them if None.
        loose: whether files that look like tables may be cells, where no others are.
    """
    files = list(_files_of(folder))
    wanted = kind or kind_in((inner for inner, _ in files), loose=loose)
    return [path for inner, path in files if _belongs(inner, wanted)]


def _files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder by their paths inside it, in order."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return ((inner, path) for inner, path in sorted(paths.items()) if path.is_file())


def folder_digest(folder: Path) -> dict[str, Any]:
    """The record of a folder of images as `read_image_folder` makes it, without decoding any."""
    files = list(_files_of(folder))
    kind = _kind_within(inner for inner, _ in files)
    listed = [(inner, path.read_bytes) for inner, path in files if _belongs(inner, kind)]
    entries, _ = _entries(listed, folder.name)
    return digest_of_files(folder.name, ((entry.path, entry.read()) for entry in entries))


def read_image_zip(content: bytes, name: str, *, labelled: bool = True) -> Raw:
    """The same from the bytes of a zip file that holds such a folder; nothing is unpacked.

    Args:
        content: of the file.
        name: of the source, for messages.
        labelled: the classes of its folders are wanted, not the pictures alone.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = sorted(info.filename for info in archive.infolist() if not info.is_dir())
        if not labelled:
            kind = kind_in(members, loose=True)
            assert kind is not None  # or it would be none
            read = [partial(archive.read, path) for path in members if _belongs(path, kind)]
            column, types = column_of_files(kind)
            return Raw(name=name, columns={column: objects(map(_content, read))}, types=types)
        raw = _read(((path, partial(archive.read, path)) for path in members), name)
    return raw.replace(files=())


def _read(files: Iterable[tuple[str, Callable[[], bytes]]], name: str) -> Raw:
    listed = list(files)
    kind = _kind_within(path for path, _ in listed)
    pictures = [(path, read) for path, read in listed if _belongs(path, kind)]
    others = [path for path, _ in listed if _kind_of_file(path) not in (None, kind)]
    entries, stray = _entries(pictures, name)
    paths = [entry.path for entry in entries]
    contents = [_content(entry.read) for entry in entries]
    assert kind is not None  # or there would be no entry
    called, types = column_of_files(kind)
    column, raw = Column(name=called, kind=kind.name), objects(contents)
    started = perf_counter()
    cells, bad = canonical_column(raw, column, on_bad="missing")
    seconds = perf_counter() - started
    if kind.form(Sample(contents[:1], [1], asked=True)):  # which is settled for the whole column
        cells = raw
    if len(bad) == len(entries):
        raise unreadable_fault(name, kind, paths, len(bad), of=len(bad))
    findings = [unreadable_cells(kind, [paths[row] for row in bad])] if len(bad) else []
    if stray:
        sentence = (
            f"{name} holds {len(stray):,} {kind.plural} outside class folders; left out: "
            f"{quoted(stray, 3)}."
        )
        findings.append(finding("stray_images", sentence, count=len(stray), files=stray[:20]))
    if others:
        sentence = (
            f"{name} holds {len(others):,} files that are no {kind.plural}, beside "
            f"{len(pictures):,} that are; left out: {quoted(others, 3)}."
        )
        findings.append(finding("other_files", sentence, count=len(others), files=others[:20]))
    parts = np.array([entry.part for entry in entries], np.int8)
    places = {path: place for place, (path, _) in enumerate(pictures)}
    return Raw(
        name=name,
        columns={column.name: kind.settle(cells), LABELS: objects(e.label for e in entries)},
        types={**types, LABELS: "levels"},
        target=LABELS,
        untyped=True,
        given=parts if (parts >= 0).any() else None,
        unreadable=[int(row) for row in bad],
        findings=tuple(findings),
        files=(digest_of_files(name, zip(paths, contents, strict=True)),),
        places=np.array([places[path] for path in paths], np.int64) if stray else None,
        whole=len(pictures),
        seconds={column.name: seconds},
    )


def _content(read: Callable[[], bytes]) -> bytes:
    """The bytes of a picture; none of one that is damaged, which is found to be no image later."""
    try:
        return read()
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        return b""


def _entries(
    files: list[tuple[str, Callable[[], bytes]]], name: str
) -> tuple[list[Entry], list[str]]:
    """Files with part and class, and the paths of images that lie in no class folder."""
    if not files:
        endings = {suffix for kind in KINDS for suffix in kind.suffixes}
        raise DataError(
            f"{name}: expected images or sounds in one subfolder a class, found none.",
            evidence=f"Known endings: {', '.join(sorted(endings))}.",
            remedy="Pass a folder like photos/cat/1.jpg, photos/dog/2.jpg.",
            rows=0,
        )
    split = [(PurePosixPath(path).parts, path, read) for path, read in files]
    while len({parts[0] for parts, _, _ in split}) == 1 and all(len(p) > 2 for p, _, _ in split):
        split = [(parts[1:], path, read) for parts, path, read in split]
    heads = {parts[0].lower() for parts, _, _ in split if len(parts) > 1}
    by_part = bool(heads) and heads <= set(PARTS) and any(len(parts) > 2 for parts, _, _ in split)
    entries, stray = [], []
    for parts, path, read in split:
        part = PARTS.get(parts[0].lower(), -1) if by_part else -1
        inner = parts[1:] if by_part else parts
        if len(inner) < 2:
            stray.append(path)
        else:
            entries.append(Entry(path, part, inner[0], read))
    if not entries:
        raise DataError(
            f"{name}: expected files in one subfolder a class, found "
            f"{plural(len(files), 'file')} in no subfolder.",
            remedy="Move each file into a folder named after its class, or pass a table with a "
            "column of their paths.",
            rows=len(files),
        )
    return entries, stray
