"""Artifacts on disk: JSON, arrays, tensors and tables, never pickle."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from fivefold.core.named import Named
from fivefold.errors import StoreError

MANIFEST = "artifact"
"""The file that lists the others; they all have a suffix, so no field can take its name."""


class Hashed(io.BufferedIOBase):
    """A file that is hashed as it is written, so that nothing is held or read for its digest.

    Args:
        file: that is written; None for the digest alone.

    Example:
        >>> file = Hashed()
        >>> file.write(b"abc"), file.digest[:8]
        (3, 'ba7816bf')
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file, self._hash = file, sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """True, as those ask who write."""
        return True

    def write(self, content: Any) -> int:
        """Write bytes, or what holds them, and give their number."""
        self._hash.update(content)
        if self._file is not None:
            self._file.write(content)
        return memoryview(content).nbytes


@dataclass(frozen=True)
class Format:
    """How one kind of value is written to a file and read back.

    Args:
        name: stands in the manifest; only registered names are read.
        suffix: of the file.
        accepts: whether it can hold a value.
        write: puts a value into a new file, from the first byte to the last.
        read: the value that a file holds.
    """

    name: str
    suffix: str
    accepts: Callable[[Any], bool]
    write: Callable[[Any, Hashed], object]
    read: Callable[[Path], Any]


def _is_json(value: Any) -> bool:
    if value is None or type(value) in (bool, int, float, str):
        return True
    if type(value) in (list, tuple):
        return all(_is_json(item) for item in value)
    return type(value) in (dict, Named) and all(
        type(k) is str and _is_json(v) for k, v in value.items()
    )


def _mark(value: Any) -> Any:
    """Tuples as `{"()": [...]}` and dicts as `{"{}": {...}}`, so that each comes back as it was."""
    if isinstance(value, tuple):
        return {"()": [_mark(item) for item in value]}
    if isinstance(value, list):
        return [_mark(item) for item in value]
    return {"{}": {k: _mark(v) for k, v in value.items()}} if isinstance(value, dict) else value


def _unmark(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmark(item) for item in value]
    if isinstance(value, dict):
        if "()" in value:
            return tuple(_unmark(item) for item in value["()"])
        return {k: _unmark(v) for k, v in value["{}"].items()}
    return value


FORMATS: dict[str, Format] = {
    "json": Format(
        "json",
        ".json",
        _is_json,
        lambda value, file: file.write(json.dumps(_mark(value)).encode()),
        lambda path: _unmark(json.loads(path.read_text("utf-8"))),
    ),
    "path": Format(
        "path",
        ".txt",
        lambda value: isinstance(value, Path),
        lambda value, file: file.write(str(value).encode()),
        lambda path: Path(path.read_text("utf-8")),
    ),
}


def register(form: Format) -> None:
    """Teach the store another kind of value; first come, first asked."""
    FORMATS[form.name] = form


@contextmanager
def whole(path: Path) -> Iterator[Hashed]:
    """A file that appears whole or not at all: written beside first, synced, then renamed.

    Raises:
        OSError: what the system said; the temporary file is gone and an older one untouched.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if beside.exists():  # of a process that was killed, and had the same number
            beside.unlink()
        with beside.open("xb") as file:
            yield Hashed(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what the caller must hear
            beside.unlink()
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: as `whole` does.
    """
    with whole(path) as file:
        file.write(content)


def save_fields(name: str, values: Mapping[str, Any], folder: Path | None) -> str:
    """Write named values into a folder, one file each, and a manifest with their SHA-256.

    Args:
        name: of the class.
        values: by the names of its fields.
        folder: where to; None writes nothing, for the digest alone.

    Returns:
        The digest of the manifest.

    Raises:
        StoreError: naming the field that would need pickle; then nothing is left in the folder.
    """
    chosen = _formats_of(name, values)
    if folder is None:
        return _write_fields(name, values, chosen, lambda file: nullcontext(Hashed()))
    is_new, place = not folder.exists(), folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for torn in folder.glob(".*.tmp"):  # of a process that was killed
        torn.unlink(missing_ok=True)
    try:
        return _write_fields(name, values, chosen, lambda file: whole(place / file))
    except BaseException:
        for field, form in chosen.items():
            (folder / f"{field}{form.suffix}").unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise


def _formats_of(name: str, values: Mapping[str, Any]) -> dict[str, Format]:
    """The format of each value, by the name of its field."""
    chosen = {}
    for field, value in values.items():
        form = next((f for f in FORMATS.values() if f.accepts(value)), None)
        if form is None:
            raise StoreError(
                f"{name}.{field}: expected a value that can be saved without pickle, "
                f"found {type(value).__name__}.",
                remedy="Hold plain values, arrays, tensors or tables in artifacts.",
                field=field,
            )
        chosen[field] = form
    return chosen


def _write_fields(
    name: str,
    values: Mapping[str, Any],
    chosen: Mapping[str, Format],
    opened: Callable[[str], AbstractContextManager[Hashed]],
) -> str:
    """Write each value, then the manifest, to what is opened by the name of a file."""
    entries = {}
    for field, form in chosen.items():
        with opened(f"{field}{form.suffix}") as file:
            form.write(values[field], file)
        entries[field] = {"format": form.name, "sha256": file.digest}
    with opened(MANIFEST) as file:
        file.write(json.dumps({"artifact": name, "fields": entries}, indent=1).encode())
    return file.digest


def load_fields(name: str, folder: Path, only: Collection[str] | None = None) -> dict[str, Any]:
    """The values that `save_fields` wrote.

    Args:
        name: of the class.
        folder: they lie in.
        only: names of the fields that are wanted; None for all.

    Raises:
        StoreError: if the folder holds no such artifact, or a file was changed.
    """
    path, again = folder / MANIFEST, "Make the artifact again."

    def refusal(wanted: str, found: str, remedy: str = again, field: str = "") -> StoreError:
        who = f"{name}.{field}" if field else name
        facts = {"field": field} if field else {}
        return StoreError(f"{who}: expected {wanted}, found {found}.", remedy=remedy, **facts)

    if not path.is_file():
        remedy = "Give the folder that save() wrote."
        raise refusal(f"an artifact in {folder}", f"no {MANIFEST}", remedy)
    try:
        manifest = json.loads(path.read_text("utf-8"))
        entries = {field: (e["format"], e["sha256"]) for field, e in manifest["fields"].items()}
        saved = manifest["artifact"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise refusal(f"a manifest in {path}", "a damaged one") from None
    if saved != name:
        raise refusal(f"{name} in {folder}", saved, f"Load it with {saved}.load.")
    values = {}
    for field, (kind, digest) in entries.items():
        if only is not None and field not in only:
            continue
        form = FORMATS.get(kind)
        if form is None:
            remedy = "Import the module that defines the format."
            raise refusal("a file of a known format", repr(kind), remedy, field)
        path = folder / f"{field}{form.suffix}"
        if not path.is_file():
            raise refusal(f"the file {path.name}", "none", again, field)
        if digest_of_file(path) != digest:
            raise refusal("the file that was saved", f"a changed {path.name}", again, field)
        values[field] = form.read(path)
    return values


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, which is read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(folder: Path) -> str:
    """The digest of the artifact in a folder: that of its manifest, which holds those of files."""
    return digest_of_file(folder / MANIFEST)
