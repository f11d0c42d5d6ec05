"""What is noted of the files that were read: path, size and digest, as plain values."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any


def digest_of_file(path: str, content: bytes) -> dict[str, Any]:
    """Path, size and SHA-256 of one file as it lies on the disk."""
    return {"path": path, "bytes": len(content), "sha256": sha256(content).hexdigest()}


def digest_of_files(path: str, files: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """One record for many files: SHA-256 of their lines `sha256  path`, as `sha256sum` prints."""
    total, lines, count = 0, sha256(), 0
    for name, content in files:
        lines.update(f"{sha256(content).hexdigest()}  {name}\n".encode())
        total, count = total + len(content), count + 1
    return {"path": path, "bytes": total, "sha256": lines.hexdigest(), "files": count}


def _within(path: Path) -> list[Path]:
    """What lies in a folder, by name; nothing for a file."""
    return sorted(path.iterdir()) if path.is_dir() else []


def digest_of_pictures(column: str, paths: Iterable[Path]) -> dict[str, Any]:
    """One record for the files that a column names, each once, in the order of the rows."""
    each = (one for path in dict.fromkeys(paths) for one in [path, *_within(path)])
    contents = ((path.name, path.read_bytes()) for path in each if path.is_file())
    return digest_of_files(f"pictures of {column}", contents)
