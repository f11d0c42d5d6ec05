"""Paths and patterns of files, and what to say of those that are not there."""

import os
from glob import glob, has_magic
from pathlib import Path
from urllib.parse import urlsplit

from fivefold.core.wording import nearest
from fivefold.errors import PreflightError


def path_of(source: str | os.PathLike[str]) -> Path:
    """The path that a text is, with the home in place of `~`; that of an address `file://` too."""
    if isinstance(source, str) and source.lower().startswith("file://"):
        from urllib.request import url2pathname  # which brings along all that a network needs

        source = url2pathname(urlsplit(source).path)
    try:
        return Path(source).expanduser()
    except RuntimeError:  # a home that nobody has
        return Path(source)


def find_files(source: str | os.PathLike[str]) -> list[Path]:
    """The files that a path or a pattern names, in the order of their names."""
    path = path_of(source)
    there = str(source) != "" and os.path.exists(path)  # noqa: PTH110 (no name of a file is none)
    if there or not has_magic(str(path)):
        return [path] if there else []
    matches = map(Path, sorted(glob(str(path), recursive=True)))  # noqa: PTH207 (any anchor)
    return [match for match in matches if match.is_file()]


def no_file(source: str | os.PathLike[str]) -> PreflightError:
    """The fault of a path at which nothing lies, with the nearest name."""
    path = path_of(source)
    folder = path.parent
    if has_magic(str(path)):
        found, near = "no file that matches", ""
    elif not folder.is_dir():
        found, near = f"no folder {folder}", ""
    else:
        found, near = "none", nearest(path.name, [each.name for each in folder.iterdir()])
    return PreflightError(
        f"{source}: expected a file or folder, found {found}.",
        evidence=f"Looked from {Path.cwd()}." if not path.is_absolute() else "",
        remedy=f"Write {str(folder / near)!r}." if near else "Correct the path.",
        path=str(source),
        near=near,
    )
