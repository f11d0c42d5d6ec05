"""Writing a bundle: beside, checked, then renamed."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from os import PathLike, fspath
from pathlib import Path
from secrets import token_hex

from fivefold.errors import BundleError, FivefoldError, PreflightError
from fivefold.serve.archive import first_name, pack
from fivefold.serve.bundle import KIND, MANIFEST


def write_bundle(
    entries: Mapping[str, bytes],
    path: str | PathLike[str],
    *,
    check: Callable[[Path], None] | None = None,
) -> str:
    """Write entries as one file, or as a folder if the path ends in "/".

    They go to a temporary name beside the path, onto the disk, through `check`, and only then
    take the place of an older bundle. Whatever fails, the older bundle stays and the temporary
    one goes.

    Args:
        entries: contents by name, `manifest.json` first.
        path: where to.
        check: called with the temporary path before the rename; refuses by raising.

    Returns:
        SHA-256 of the file; of the manifest, for a folder.

    Raises:
        PreflightError: if the path cannot be written to, or holds something else.
        BundleError: if the disk is full or fails.
    """
    for fault in path_faults(path):
        raise fault
    target = Path(fspath(path))
    temporary = target.with_name(f".{target.name}.{token_hex(4)}.tmp")
    try:
        if is_folder(path):
            temporary.mkdir()
            for name, content in entries.items():
                _write(temporary / name, [content])
            _settle(temporary)
            digest = sha256(entries[MANIFEST]).hexdigest()
        else:
            digest = _write(temporary, pack(entries))
        if check is not None:
            check(temporary)
        _exchange(temporary, target)
        _settle(target.parent)
    except OSError as error:
        raise BundleError(
            f"{target}: expected to write {sum(map(len, entries.values())):,} bytes, "
            f"found {error.strerror or error}.",
            remedy="Free some space, or deploy to another path.",
            path=target,
        ) from error
    finally:
        _remove(temporary)
    return digest


def path_faults(path: str | PathLike[str]) -> list[FivefoldError]:
    """Why a bundle cannot be written here; empty if it can.

    Args:
        path: where to; one that ends in "/" is a folder.

    Returns:
        Faults: no such folder above it, not writable, taken by something that is no bundle.
    """
    target = Path(fspath(path))
    if not target.name:
        return [_fault(target, "a file name", "none", "Name the bundle, 'model.ff' for one.")]
    if not target.parent.is_dir():
        found = "no such folder" if not target.parent.exists() else "a file"
        remedy = f"Make the folder {str(target.parent)!r}, or deploy to another path."
        return [_fault(target, "a folder above it", found, remedy)]
    if not os.access(target.parent, os.W_OK | os.X_OK):
        remedy = "Change its permissions, or deploy to another path."
        return [_fault(target, f"{target.parent} to be writable", "it read-only", remedy)]
    if target.is_dir() and not is_folder(path):
        remedy = "End the path in '/' to write a folder, or deploy to another path."
        return [_fault(target, "nothing or an older bundle", "a folder", remedy)]
    if target.is_file() and is_folder(path):
        remedy = "Leave out the last '/', or deploy to another path."
        return [_fault(target, "a folder or nothing", "a file", remedy)]
    if (target.exists() or target.is_symlink()) and not is_bundle(target):
        found = "something else, which is not replaced"
        return [_fault(target, "nothing or an older bundle", found, "Deploy to another path.")]
    return []


def is_folder(path: str | PathLike[str]) -> bool:
    """True if the path asks for a folder: it ends in a slash."""
    text = fspath(path)
    return text.endswith(("/", os.sep))


def is_bundle(target: Path) -> bool:
    """True if a bundle stands here, and nothing beside it in a folder; damaged ones count."""
    marker = f'"kind": "{KIND}"'.encode()
    if target.is_dir():
        manifest = target / MANIFEST
        if not manifest.is_file():
            return not any(target.iterdir())
        content = manifest.read_bytes()
        if marker not in content[:200]:
            return False
        return all(
            f'"{name.name}"'.encode() in content for name in target.iterdir() if name != manifest
        )
    if not target.is_file():
        return False
    with target.open("rb") as file:
        start = file.read(200)
    return first_name(start) == MANIFEST and marker in start


def _fault(target: Path, wanted: str, found: str, remedy: str) -> PreflightError:
    return PreflightError.expected(f"Deploy: {target}", wanted, found, remedy, path=target)


def _write(file: Path, pieces: Iterable[bytes | memoryview]) -> str:
    """Write pieces, force them onto the disk, and give their SHA-256."""
    digest = sha256()
    with file.open("xb") as stream:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def _settle(folder: Path) -> None:
    """Force the names in a folder onto the disk."""
    if hasattr(os, "O_DIRECTORY"):  # not on Windows
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _exchange(temporary: Path, target: Path) -> None:
    """Put the new bundle in the place of the old."""
    if not target.is_dir():
        temporary.replace(target)
        return
    old = target.with_name(f".{target.name}.{token_hex(4)}.old")
    target.rename(old)  # a folder that is not empty cannot be replaced in one step
    try:
        temporary.rename(target)
    except OSError:
        old.rename(target)
        raise
    _remove(old)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
