"""Folders of pictures with one subfolder a class, unpacked or in a zip file."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
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


def read_image_folder(folder: Path, name: str) -> Raw:
    """The images of a folder as the column `image`, their subfolders as the column `label`.

    Subfolders called train, valid and test (or near to it) that hold the class folders say which
    part a row belongs to.

    Raises:
        DataError: if there are no images, or they do not lie in class folders.
    """
    return _read(((inner, path.read_bytes) for inner, path in _files_of(folder)), name)


def read_pictures(paths: Sequence[Path], reading: Reading) -> Raw:
    """Files of pictures as one column, in the order given; they are opened when looked at."""
    name = reading.only or PICTURES
    return Raw(name="pictures", columns={name: objects(paths)}, types={name: "raster"})


def list_pictures(folder: Path) -> list[Path]:
    """All pictures below a folder, in the order in which its rows are collected."""
    return [path for inner, path in _files_of(folder) if is_cell(inner)]


def _files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder by their paths inside it, in order."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return ((inner, path) for inner, path in sorted(paths.items()) if path.is_file())


def folder_digest(folder: Path) -> dict[str, Any]:
    """The record of a folder of images as `read_image_folder` makes it, without decoding any."""
    listed = [(inner, path.read_bytes) for inner, path in _files_of(folder) if is_cell(inner)]
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
            pictures = [partial(archive.read, path) for path in members if is_cell(path)]
            cells = objects(map(_content, pictures))
            return Raw(name=name, columns={PICTURES: cells}, types={PICTURES: "raster"})
        raw = _read(((path, partial(archive.read, path)) for path in members), name)
    return raw.replace(files=())


def _read(files: Iterable[tuple[str, Callable[[], bytes]]], name: str) -> Raw:
    known = [(path, read, _kind_of_file(path)) for path, read in files]
    kind = next((kind for _, _, kind in known if kind is not None), None)
    pictures = [(path, read) for path, read, of in known if of is not None and of is kind]
    entries, stray = _entries(pictures, name)
    paths = [entry.path for entry in entries]
    contents = [_content(entry.read) for entry in entries]
    assert kind is not None  # or there would be no entry
    column = Column(name=PICTURES if kind is of_type("raster") else kind.name, kind=kind.name)
    cells, bad = canonical_column(objects(contents), column, on_bad="missing")
    if len(bad) == len(entries):
        raise unreadable_fault(name, kind, paths, len(bad), of=len(bad))
    findings = [unreadable_cells(kind, [paths[row] for row in bad])] if len(bad) else []
    if stray:
        sentence = (
            f"{name} holds {len(stray):,} images outside class folders; left out: "
            f"{quoted(stray, 3)}."
        )
        findings.append(finding("stray_images", sentence, count=len(stray), files=stray[:20]))
    parts = np.array([entry.part for entry in entries], np.int8)
    places = {path: place for place, (path, _) in enumerate(pictures)}
    return Raw(
        name=name,
        columns={column.name: kind.settle(cells), LABELS: objects(e.label for e in entries)},
        types={**({PICTURES: "raster"} if column.name == PICTURES else {}), LABELS: "levels"},
        target=LABELS,
        untyped=True,
        given=parts if (parts >= 0).any() else None,
        unreadable=[int(row) for row in bad],
        findings=tuple(findings),
        files=(digest_of_files(name, zip(paths, contents, strict=True)),),
        places=np.array([places[path] for path in paths], np.int64) if stray else None,
        whole=len(pictures),
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
            f"{name}: expected images in one subfolder a class, found no image.",
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
            f"{name}: expected images in one subfolder a class, found "
            f"{plural(len(files), 'image file')} in no subfolder.",
            remedy="Move each image into a folder named after its class.",
            rows=len(files),
        )
    return entries, stray
