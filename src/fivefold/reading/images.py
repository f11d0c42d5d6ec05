"""Folders of images with one subfolder a class, unpacked or in a zip file."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.depth import settled
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.reading.fingerprint import digest_of_files
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

IMAGE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
)
PARTS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "test": 2, "testing": 2}


class Entry(NamedTuple):
    """One file of a folder: its path inside, its part (-1: not said), its class, its bytes."""

    path: str
    part: int
    label: str
    read: Callable[[], bytes]


def is_image(path: str) -> bool:
    """Whether a file name is that of an image; hidden files are none."""
    pure = PurePosixPath(path)
    hidden = any(part.startswith((".", "__MACOSX")) for part in pure.parts)
    return pure.suffix.lower() in IMAGE_SUFFIXES and not hidden


def read_image_folder(folder: Path, name: str) -> Raw:
    """The images of a folder as the column `image`, their subfolders as the column `label`.

    Subfolders called train, valid and test (or near to it) that hold the class folders say which
    part a row belongs to.

    Args:
        folder: holds one subfolder a class.
        name: of the source, for messages.

    Raises:
        DataError: if there are no images, or they do not lie in class folders.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    listed = [(inner, path.read_bytes) for inner, path in sorted(files.items()) if path.is_file()]
    return _read(listed, name)


def read_pictures(paths: Sequence[Path], reading: Reading) -> Raw:
    """Files of pictures as one column, in the order given; they are opened when looked at."""
    name = reading.only or "image"
    return Raw(name="pictures", columns={name: objects(paths)}, kinds={name: "image"})


def list_pictures(folder: Path) -> list[Path]:
    """All pictures below a folder, in the order in which its rows are collected."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return [path for inner, path in sorted(files.items()) if is_image(inner) and path.is_file()]


def folder_digest(folder: Path) -> dict[str, Any]:
    """The record of a folder of images as `read_image_folder` makes it, without decoding any."""
    pictures = {path.relative_to(folder).as_posix(): path for path in list_pictures(folder)}
    listed = [(inner, path.read_bytes) for inner, path in pictures.items()]
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
            cells = objects(
                _content(partial(archive.read, path)) for path in members if is_image(path)
            )
            return Raw(name=name, columns={"image": cells}, kinds={"image": "image"})
        raw = _read(((path, partial(archive.read, path)) for path in members), name)
    return raw.replace(files=())


def _read(files: Iterable[tuple[str, Callable[[], bytes]]], name: str) -> Raw:
    pictures = [(path, read) for path, read in files if is_image(path)]
    entries, stray = _entries(pictures, name)
    contents: list[object] = []
    described = []
    for entry in entries:
        content = _content(entry.read)
        contents.append(content)
        described.append((entry.path, content))
    images, bad = decode_images(objects(contents))
    if len(bad) == len(entries):
        raise unreadable_fault(name, [entry.path for entry in entries], len(bad), of=len(bad))
    findings = [unreadable_images([entries[row].path for row in bad])] if len(bad) else []
    if stray:
        findings.append(
            Finding(
                code="stray_images",
                severity="warning",
                sentence=f"{name} holds {len(stray):,} images outside class folders; left out: "
                f"{quoted(stray, 3)}.",
                numbers={"count": len(stray), "files": stray[:20]},
                stage="Collect",
            )
        )
    parts = np.array([entry.part for entry in entries], np.int8)
    places = {path: place for place, (path, _) in enumerate(pictures)}
    return Raw(
        name=name,
        columns={"image": images, "label": objects(entry.label for entry in entries)},
        kinds={"image": "image", "label": "categorical"},
        target="label",
        untyped=True,
        given=parts if (parts >= 0).any() else None,
        unreadable=[int(row) for row in bad],
        findings=tuple(findings),
        files=(digest_of_files(name, described),),
        places=np.array([places[entry.path] for entry in entries], np.int64) if stray else None,
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
        raise DataError(
            f"{name}: expected images in one subfolder a class, found no image.",
            evidence=f"Known endings: {', '.join(sorted(IMAGE_SUFFIXES))}.",
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
            f"{name}: expected images in one subfolder a class, found {len(files):,} images in "
            "no subfolder.",
            remedy="Move each image into a folder named after its class.",
            rows=len(files),
        )
    return entries, stray


def decode_images(values: "Array | Coded") -> tuple[Array, Array]:
    """Images of any form as one array where all have one size and depth, and the unreadable ones.

    Args:
        values: `(n,)` paths, bytes or arrays; or `(n, height, width[, channels])`.

    Returns:
        `(n, height, width, channels)`, or an object array of such images and None; and the
        positions of those that could not be read, int64.
    """
    column = Column(name="image", kind="image")
    images, bad = canonical_column(values, column, on_bad="missing")
    return settled(images), bad


def unreadable_images(paths: list[str]) -> Finding:
    """The finding about images that are damaged or none at all."""
    return Finding(
        code="unreadable_images",
        severity="warning",
        sentence=f"{len(paths):,} image{'s' * (len(paths) != 1)} could not be read and will not "
        f"be used: {quoted(paths, 5)}.",
        numbers={"count": len(paths), "files": paths[:100]},
        stage="Collect",
    )


def unreadable_fault(
    name: str,
    files: Sequence[str],
    count: int,
    *,
    of: int | None = None,
    column: str = "image",
    reason: str = "",
    are_files: bool = True,
) -> DataError:
    """The fault of images that are damaged or none at all, where that is not to be passed over.

    Args:
        name: of the source.
        files: that cannot be read, the first of them at least.
        count: of all that cannot be read.
        of: how many images there are, if it is to be said.
        column: that holds them.
        reason: what is wrong with the first of them, as a sentence.
        are_files: they are files or their bytes, not numbers or texts.
    """
    few = ", ".join(files[:3]) + (f" and {count - 3:,} more" if count > 3 else "")
    noun = "image" if (of or count) == 1 else "images"
    found = f"{count:,} of {of:,}" if of is not None else f"{count:,}"
    remedy = "Save them again as PNG or JPEG" if are_files else "Correct them"
    remedy += "." if count == of else ', or pass on_bad_value="missing" to leave them out.'
    return DataError(
        f"{name}: expected images, found that {found} {noun} cannot be read: {few}.",
        evidence=reason[:1].upper() + reason[1:],
        remedy=remedy,
        column=column,
        count=count,
        files=tuple(files[:100]),
    )
