"""What a source is, and reading it."""

import os
from collections.abc import Mapping
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Literal

from fivefold.core.faults import nearest
from fivefold.errors import FivefoldError, PreflightError
from fivefold.reading import bundled, frames, images
from fivefold.reading.files import TABLES, Reading, read_file, read_pair, suffix_of, unfit
from fivefold.reading.raw import Raw, concatenate

Form = Literal["bundled", "files", "folder", "pair", "frame", "arrays", "columns", "records"]
PREFIX = "sklearn:"


def form_of(source: Any) -> Form | None:
    """What a source is, without opening it; None if it is nothing that can be read."""
    if isinstance(source, str) and source.startswith(PREFIX):
        return "bundled"
    if isinstance(source, str | os.PathLike):
        return "folder" if _path(source).is_dir() else "files"
    if frames.is_frame(source):
        return "frame"
    if isinstance(source, Mapping):
        return "columns"
    if isinstance(source, tuple | list) and source:
        if all(isinstance(item, Mapping) for item in source):
            return "records"
        if len(source) == 2 and all(isinstance(item, str | os.PathLike) for item in source):
            return "pair"
        if len(source) == 2:
            return "arrays"
    return None


def describe(source: Any) -> str:
    """A source in a few words, as it was given."""
    form = form_of(source)
    if form in {"bundled", "files", "folder"}:
        return str(source)
    if form == "pair":
        return ", ".join(str(item) for item in source)
    if form in {"frame", "columns"}:
        return f"{type(source).__name__} in memory"
    return f"{form or type(source).__name__} in memory"


def check_source(source: Any) -> list[FivefoldError]:
    """Faults that show before reading: a path that does not exist, a reader not installed."""
    form = form_of(source)
    if form is None:
        return [_no_source(source)]
    if form == "bundled":
        fault = bundled.unknown_set(str(source).removeprefix(PREFIX))
        return [fault] if fault else []
    if form not in {"files", "pair"}:
        return []
    faults: list[FivefoldError] = []
    for path in source if form == "pair" else [source]:
        found = [_path(path)] if form == "pair" else find_files(path)
        if not found or not found[0].exists():
            faults.append(_no_file(path))
            continue
        faults += [fault for fault in map(unfit, found[:1]) if fault]
    return faults


def read(source: Any, reading: Reading | None = None) -> Raw:
    """The rows of a source of any form.

    Args:
        source: a path, a pattern, a folder, `sklearn:NAME`, a pair of idx files, a frame, `(X,
            y)`, a mapping of columns or a list of mappings.
        reading: how files are written; None detects all of it.

    Raises:
        DataError: if it cannot be read as it stands.
        PreflightError: if it does not exist, or its reader is not installed.
    """
    faults = check_source(source)
    if faults:
        raise faults[0]
    form, reading = form_of(source), reading or Reading()
    if form == "bundled":
        return bundled.read_bundled(str(source).removeprefix(PREFIX))
    if form == "frame":
        return frames.read_frame(source, type(source).__name__)
    if form == "columns":
        return frames.read_columns(source)
    if form == "records":
        return frames.read_records(source)
    if form == "arrays":
        return frames.read_arrays(source[0], source[1])
    if form == "folder":
        return _read_folder(_path(source), reading)
    if form == "pair":
        return read_pair(_path(source[0]), _path(source[1]))
    paths = find_files(source)
    return concatenate([read_file(path, reading) for path in paths], str(source))


def find_files(source: str | os.PathLike[str]) -> list[Path]:
    """The files that a path or a pattern names, in the order of their names."""
    path = _path(source)
    if path.exists() or not has_magic(str(path)):
        return [path] if path.exists() else []
    matches = map(Path, sorted(glob(str(path), recursive=True)))  # noqa: PTH207 (any anchor)
    return [match for match in matches if match.is_file()]


def _path(source: str | os.PathLike[str]) -> Path:
    return Path(source).expanduser()


def _read_folder(folder: Path, reading: Reading) -> Raw:
    if any(images.is_image(path.name) for path in folder.rglob("*") if path.is_file()):
        return images.read_image_folder(folder, folder.name)
    tables = sorted(path for path in folder.iterdir() if suffix_of(path.name) in TABLES)
    if not tables or len({suffix_of(path.name) for path in tables}) > 1:
        return images.read_image_folder(folder, folder.name)  # says what it misses
    return concatenate([read_file(path, reading) for path in tables], folder.name)


def _no_file(source: str | os.PathLike[str]) -> PreflightError:
    path = _path(source)
    folder = path.parent
    if has_magic(str(path)):
        found, near = "no file that matches", ""
    elif not folder.is_dir():
        found, near = f"no folder {folder}", ""
    else:
        found = "none"
        near = nearest(path.name, [each.name for each in folder.iterdir()])
    return PreflightError(
        f"{source}: expected a file or folder, found {found}.",
        evidence=f"Looked from {Path.cwd()}." if not path.is_absolute() else "",
        remedy=f"Write {str(folder / near)!r}." if near else "Correct the path.",
        path=str(source),
        near=near,
    )


def _no_source(source: Any) -> PreflightError:
    return PreflightError(
        f"Collect: expected a source, found {type(source).__name__}.",
        evidence="Sources: a path or pattern, a folder of images, 'sklearn:NAME', a frame, "
        "(X, y), a mapping of columns, a list of mappings.",
        remedy="Pass one of these as the first argument.",
        found=type(source).__name__,
    )
