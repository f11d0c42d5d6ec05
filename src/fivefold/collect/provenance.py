"""Where data came from, in digests that a second reader can recompute."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects, remembered
from fivefold.codecs.table import Array
from fivefold.decided import Provenance

_TOGETHER = 4_096  # cells whose bytes are joined before they are digested


def digest_of_columns(columns: Mapping[str, Array]) -> str:
    """SHA-256 of named columns in memory: the same values in the same order give the same.

    Example:
        >>> a = digest_of_columns({"x": np.array([1.0, 2.0])})
        >>> a == digest_of_columns({"x": np.array([1.0, 2.0])}), len(a)
        (True, 64)
    """
    digest = sha256()
    for name, values in columns.items():
        digest.update(f"{name}\x00{values.dtype.kind}{values.shape}\x00".encode())
        if values.dtype == object:
            for part in _parts(values):
                digest.update(part)
        else:
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _parts(values: Array) -> Iterator[bytes]:
    """The bytes of cells, each after their number, some thousands at a time."""
    coded = remembered(values)
    if coded is None:
        for start in range(0, len(values), _TOGETHER):
            yield b"".join(map(_sized, values[start : start + _TOGETHER].tolist()))
        return
    each = objects(map(_sized, [*coded.values.tolist(), None]))
    for start in range(0, len(values), _TOGETHER):
        yield b"".join(each[coded.codes[start : start + _TOGETHER]].tolist())


def _sized(value: object) -> bytes:
    if isinstance(value, np.ndarray):
        content = f"{value.shape}".encode() + value.tobytes()
    else:
        text = None if value is None else str(value).encode("utf-8", "surrogatepass")
        content = b"\x00" if text is None else b"\x01" + text
    return len(content).to_bytes(8, "little") + content


def provenance(
    source: str,
    files: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Array],
    *,
    rows: int,
    licence: str | None,
    text: Mapping[str, Any] | None = None,
    test_source: str = "",
) -> Provenance:
    """What was read: the files, or where there are none a digest of the columns."""
    if len(files) == 1:
        sha, size = files[0]["sha256"], files[0]["bytes"]
    elif files:
        lines = "".join(f"{file['sha256']}  {file['path']}\n" for file in files)
        sha = sha256(lines.encode()).hexdigest()
        size = sum(file["bytes"] for file in files)
    else:
        sha, size = digest_of_columns(columns), sum(values.nbytes for values in columns.values())
    more: dict[str, Any] = dict(text or {})
    if test_source:
        more["test_source"] = test_source
    if files:
        more["files"] = [dict(file) for file in files]
    return Provenance(source=source, sha256=sha, bytes=size, rows=rows, licence=licence, **more)
