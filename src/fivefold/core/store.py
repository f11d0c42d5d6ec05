"""Artifacts on disk: JSON, arrays, tensors and tables, never pickle."""

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from fivefold.core.format import Format, Hashed, Outlined, format_of, known_format
from fivefold.errors import StoreError

MANIFEST = "artifact"
"""The file that lists the others; they all have a suffix, so no field can take its name."""


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


def save_fields(
    name: str,
    values: Mapping[str, Any],
    folder: Path | None,
    outline: Callable[[], object] | None = None,
) -> str:
    """Write named values into a folder, one file each, and a manifest with their SHA-256.

    Args:
        name: of the class.
        values: by the names of its fields.
        folder: where to; None writes nothing, for the digest alone.
        outline: gives an object with outlines of the values, where some need them.

    Returns:
        The digest of the manifest.

    Raises:
        StoreError: naming the field that would need pickle; then nothing is left in the folder.
    """
    chosen = _formats_of(name, values, outline)
    if folder is None:
        return _write_fields(name, chosen, lambda file: nullcontext(Hashed()))
    is_new, place = not folder.exists(), folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for torn in folder.glob(".*.tmp"):  # of a process that was killed
        torn.unlink(missing_ok=True)
    try:
        return _write_fields(name, chosen, lambda file: whole(place / file))
    except BaseException:
        for field, (form, _) in chosen.items():
            (folder / f"{field}{form.suffix}").unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise


def _formats_of(
    name: str, values: Mapping[str, Any], outline: Callable[[], object] | None
) -> dict[str, tuple[Format, Any]]:
    """The format of each value with what it is given, by the name of its field."""
    chosen, made = dict[str, tuple[Format, Any]](), None
    for field, value in values.items():
        form, given = format_of(value), value
        if form is None and outline is not None:
            made = outline() if made is None else made
            given = Outlined(value, getattr(made, field, None))
            form = format_of(given)
        if form is None:
            raise StoreError(
                f"{name}.{field}: expected a value that can be saved without pickle, "
                f"found {type(value).__name__}.",
                remedy="Hold plain values, arrays, tensors or tables in artifacts.",
                field=field,
            )
        chosen[field] = form, given
    return chosen


def _write_fields(
    name: str,
    chosen: Mapping[str, tuple[Format, Any]],
    opened: Callable[[str], AbstractContextManager[Hashed]],
) -> str:
    """Write each value, then the manifest, to what is opened by the name of a file."""
    entries = {}
    for field, (form, value) in chosen.items():
        with opened(f"{field}{form.suffix}") as file:
            form.write(value, file)
        entries[field] = {"format": form.name, "sha256": file.digest}
    with opened(MANIFEST) as file:
        file.write(json.dumps({"artifact": name, "fields": entries}, indent=1).encode())
    return file.digest


def load_fields(
    name: str,
    folder: Path,
    only: Collection[str] | None = None,
    outline: Callable[[], object] | None = None,
) -> dict[str, Any]:
    """The values that `save_fields` wrote.

    Args:
        name: of the class.
        folder: they lie in.
        only: names of the fields that are wanted; None for all.
        outline: as of `save_fields`; it is called if a field needs one.

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
    values, made = dict[str, Any](), None
    for field, (kind, digest) in entries.items():
        if only is not None and field not in only:
            continue
        form = known_format(kind)
        if form is None:
            remedy = "Import the module that defines the format."
            raise refusal("a file of a known format", repr(kind), remedy, field)
        path = folder / f"{field}{form.suffix}"
        if not path.is_file():
            raise refusal(f"the file {path.name}", "none", again, field)
        if digest_of_file(path) != digest:
            raise refusal("the file that was saved", f"a changed {path.name}", again, field)
        if form.fill is None:
            values[field] = form.read(path)
            continue
        if outline is None:
            remedy = "Run its pipeline, with the cache or resume=True."
            raise refusal("the stage that makes what it is put into", "none", remedy, field)
        made = outline() if made is None else made
        values[field] = form.fill(path, getattr(made, field, None))
    return values


def needs_outline(folder: Path) -> bool:
    """Whether the artifact in a folder is loaded by its stage alone; False if none can be read."""
    try:
        fields = json.loads((folder / MANIFEST).read_text("utf-8"))["fields"].values()
        forms = [known_format(entry["format"]) for entry in fields]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return any(form is not None and form.fill is not None for form in forms)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, which is read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(folder: Path) -> str:
    """The digest of the artifact in a folder: that of its manifest, which holds those of files."""
    return digest_of_file(folder / MANIFEST)
