"""Files of a folder, a zip or a tar file, by their paths inside; nothing is unpacked."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from fivefold.errors import DataError
from fivefold.reading.suffix import PACKED, suffix_of

_OPENERS: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\0": ("xz", lzma.decompress),
}
"""How compressed files begin, what they are called, and what opens them."""

_FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
_DAMAGE = (
    *_FAULTS,
    zipfile.BadZipFile,
    tarfile.TarError,
    RuntimeError,
    NotImplementedError,
)


class Member(NamedTuple):
    """One file: its path inside, what reads it, and where it lies, if it lies in a folder."""

    path: str
    read: Callable[[], bytes]
    place: Path | None = None

    @property
    def cell(self) -> Any:
        """What stands for it in a column: its path, or its bytes, none of a damaged one."""
        return self.content if self.place is None else self.place

    @property
    def content(self) -> bytes:
        """Its bytes; none of one that is damaged, which is found to be unreadable later."""
        try:
            return self.read()
        except _DAMAGE:
            return b""

    @property
    def whole(self) -> bytes:
        """Its bytes.

        Raises:
            DataError: if it is damaged.
        """
        try:
            return self.read()
        except _DAMAGE as fault:
            raise DataError.expected(
                self.path,
                "a whole file",
                "a damaged one",
                "Fetch it again.",
                evidence=f"{str(fault).removesuffix('.') or type(fault).__name__}.",
            ) from None


@contextmanager
def named(archive: str) -> Iterator[None]:
    """Faults of what an archive holds name the archive too."""
    try:
        yield
    except DataError as fault:
        if fault.summary.startswith(archive):
            raise
        outer = DataError(
            f"{archive}, {fault.summary}",
            evidence=fault.evidence,
            remedy=fault.remedy,
            **fault.facts,
        )
        for note in getattr(fault, "__notes__", ()):
            outer.add_note(note)
        raise outer from None


def is_hidden(path: str) -> bool:
    """Whether a file is none of the user's: a Mac's own, or of a name with a dot first."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(path).parts)


def is_packed(name: str) -> bool:
    """Whether a file of this name holds others: `.zip`, `.tar`, `.tar.gz`, `.tgz`."""
    return suffix_of(name) in PACKED


def members_of(folder: Path) -> list[Member]:
    """The files below a folder, in the order of their paths inside it."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    files = ((inner, path) for inner, path in sorted(paths.items()) if path.is_file())
    return [Member(inner, path.read_bytes, path) for inner, path in files]


def unpack(content: bytes, name: str) -> list[Member]:
    """The same of the bytes of a zip file, or of a tar file that was decompressed.

    Raises:
        DataError: if it is damaged.
    """
    try:
        if suffix_of(name) == ".zip":
            archive = zipfile.ZipFile(io.BytesIO(content))
            files = (info for info in archive.infolist() if not info.is_dir())
            read = {info.filename: partial(archive.read, info) for info in files}
        else:
            tar = tarfile.open(fileobj=io.BytesIO(content), mode="r:")  # noqa: SIM115 (read later)
            read = {i.name: partial(_extracted, tar, i) for i in tar if i.isfile()}
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as fault:
        form = "zip" if suffix_of(name) == ".zip" else "tar"
        raise DataError.expected(
            name,
            f"a whole {form} file",
            "a damaged one",
            "Fetch the file again.",
            evidence=f"{fault}.",
        ) from None
    inner = {PurePosixPath(path).as_posix(): reader for path, reader in read.items()}
    return [Member(path, inner[path]) for path in sorted(inner)]


def _extracted(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(info)
    return b"" if file is None else file.read()


def decompressed(content: bytes, name: str) -> bytes:
    """The bytes inside a file of gzip, bzip2 or xz; others as they are.

    Raises:
        DataError: if such a file is cut short or damaged.
    """
    found = next((_OPENERS[mark] for mark in _OPENERS if content.startswith(mark)), None)
    if found is None:
        return content
    form, opener = found
    try:
        return opener(content)
    except _FAULTS as fault:
        raise DataError(
            f"{name}: expected a whole {form} file, found a damaged one.",
            evidence=f"{fault}.",
            remedy="Fetch the file again.",
        ) from None
