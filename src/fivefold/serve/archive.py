"""A zip of stored entries that has exactly one spelling."""

from collections.abc import Iterator, Mapping
from struct import Struct, unpack_from
from zlib import crc32

from fivefold.errors import BundleError

# Field by field: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_VERSION, _DATE = 20, 0x0021  # zip 2.0; 1 January 1980, the earliest date a zip can say
_MODE = 0o100644 << 16
LARGEST = 2**32 - 2**20  # bytes; beyond it a zip needs another layout


def pack(entries: Mapping[str, bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """A zip file in pieces: entries stored as they are, no dates, no comments.

    Equal entries give equal bytes, and any zip program can open them.

    Args:
        entries: contents by ASCII name, in the order to be kept.

    Yields:
        Consecutive pieces of the file.

    Raises:
        BundleError: if the file would pass 4 GiB.

    Example:
        >>> b"".join(pack({"a": b"b"}))[30:32]
        b'ab'
    """
    if sum(map(len, entries.values())) > LARGEST:
        remedy = "End the path in '/' to write a folder."
        raise BundleError.expected("Bundle", "less than 4 GiB for one file", "more", remedy)
    directory = b""
    offset = 0
    for name, content in entries.items():
        label = name.encode("ascii")
        sizes = (crc32(content), len(content), len(content))
        head = _LOCAL.pack(b"PK\3\4", _VERSION, 0, 0, 0, _DATE, *sizes, len(label), 0) + label
        yield head
        yield content
        fields = (0x0300 | _VERSION, _VERSION, 0, 0, 0, _DATE, *sizes, len(label), 0, 0, 0, 0)
        directory += _CENTRAL.pack(b"PK\1\2", *fields, _MODE, offset) + label
        offset += len(head) + len(content)
    yield directory
    count = len(entries)
    yield _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), offset, 0)


def unpack(archive: bytes) -> dict[str, memoryview]:
    """The entries of a file that `pack` wrote, as views of it.

    Reads the local headers one after another and stops where they end; `differs` tells whether
    the rest is intact too. Nothing is extracted to disk, so names cannot lead anywhere.

    Args:
        archive: the whole file.

    Returns:
        Contents by name, in the order of the file.

    Raises:
        BundleError: if an entry is cut off, named twice, or not stored plainly.
    """
    view = memoryview(archive)
    entries: dict[str, memoryview] = {}
    offset = 0
    while archive[offset : offset + 4] == b"PK\3\4" and offset + _LOCAL.size <= len(archive):
        _, _, flags, method, _, _, _, packed, size, letters, extra = _LOCAL.unpack_from(
            archive, offset
        )
        start = offset + _LOCAL.size + letters + extra
        label = archive[offset + _LOCAL.size : offset + _LOCAL.size + letters]
        name = label.decode("ascii", "replace")
        if flags or method or extra or packed != size:
            raise BundleError(
                f"Bundle: expected entry {name!r} stored plainly, found it packed another way.",
                remedy="Unpack the file into a folder and load that, or deploy again.",
                entry=name,
            )
        if start + size > len(archive):
            raise BundleError(
                f"Bundle: expected {size:,} bytes of entry {name!r}, found {len(archive) - start:,}"
                " before the end of the file.",
                remedy="Copy the bundle again: it is cut off.",
                entry=name,
            )
        if name in entries:
            remedy = "Copy the bundle again, or deploy again."
            raise BundleError.expected("Bundle", f"one entry {name!r}", "two", remedy, entry=name)
        entries[name] = view[start : start + size]
        offset = start + size
    return entries


def differs(archive: bytes, entries: Mapping[str, memoryview]) -> str | None:
    """Where a file departs from what `pack` writes for these entries.

    Returns:
        The entry whose header (or content) differs, "the zip directory", or None if the file is
        intact to the last byte.
    """
    view = memoryview(archive)
    names = [name for name in entries for _ in range(2)]
    offset = 0
    for number, piece in enumerate(pack(entries)):
        if view[offset : offset + len(piece)] != piece:
            return names[number] if number < len(names) else "the zip directory"
        offset += len(piece)
    return None if offset == len(archive) else "the zip directory"


def first_name(start: bytes) -> str | None:
    """The name of the first entry, from the first 200 bytes of a file; None if it is no zip."""
    if len(start) < _LOCAL.size or start[:4] != b"PK\3\4":
        return None
    letters = unpack_from("<H", start, 26)[0]
    return start[_LOCAL.size : _LOCAL.size + letters].decode("ascii", "replace")
