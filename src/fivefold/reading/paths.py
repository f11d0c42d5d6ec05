"""Texts of a table that name files of pictures."""

from os import PathLike
from pathlib import Path, PurePosixPath, PureWindowsPath

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.known import of_file
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

LONGEST = 1024  # characters of a text that may be a path; base64 of a picture is longer


def follow(raw: Raw, reading: Reading, folder: str | PathLike[str] | None) -> Raw:
    """The rows of a frame or a file, with paths for the texts that name pictures.

    Where rows are collected, other columns too whose texts all end as files of one kind do, of
    which the first is there.

    Args:
        raw: as it was read; never what a stranger sent.
        reading: its `files` say which columns hold pictures, or other files.
        folder: below which texts may name files; None follows no text.

    Raises:
        DataError: if a text is an absolute path, leads upward, or by a link out of the folder; it
            carries `column`.
    """
    named = [name for name in raw.columns if name in reading.files]
    if folder is None:
        return raw
    root = Path(folder).expanduser()
    if not reading.asks:
        others = (name for name in raw.columns if name not in reading.files)
        named += [name for name in others if _name_files(raw.columns[name], root)]
    if not named:
        return raw
    if not root.is_dir():
        found, remedy = f"no folder {root}", "Pass root= with the folder that holds them."
        raise DataError.expected(
            raw.name, "the folder of the pictures", found, remedy, column=named[0]
        )
    return raw.replace(
        columns=dict(raw.columns)
        | {name: _with_paths(raw.columns[name], root, name, raw.name) for name in named}
    )


def _name_files(values: "Array | Coded", root: Path) -> bool:
    """Whether all texts end as files of one kind do, and the first names one."""
    cells = values.values if isinstance(values, Coded) else values
    if cells.dtype != object or cells.ndim > 1 or not len(cells) or not isinstance(cells[0], str):
        return False
    kind, first = of_file(cells[0].strip()), cells[0].strip()
    if kind is None or len(first) >= LONGEST or _leads_out(first):
        return False
    alike = all(isinstance(c, str) and (not c or of_file(c.strip()) is kind) for c in cells)
    return alike and _file_below(root, first) is not None


def _with_paths(values: "Array | Coded", root: Path, column: str, source: str) -> "Array | Coded":
    cells = values.values if isinstance(values, Coded) else values
    if cells.dtype != object or cells.ndim > 1:
        return values
    found = objects(_followed(cell, root, column, source) for cell in cells)
    return Coded(values.codes, found) if isinstance(values, Coded) else found


def _followed(cell: object, folder: Path, column: str, source: str) -> object:
    text = cell.strip() if isinstance(cell, str) else ""
    if not text or len(text) >= LONGEST or text.startswith("data:"):
        return cell
    if _leads_out(text):
        if not _may_be_path(text):  # the text of a small picture may begin with a slash too
            return cell
        outside = "a path out of it"
    else:
        path = _file_below(folder, text)
        if path is None:
            return cell
        if path.resolve().is_relative_to(folder.resolve()):
            return path
        outside = "a link that leads out of it"
    raise DataError(
        f"{source}, column `{column}`: expected files below {folder}, found {text[:60]!r}, "
        f"{outside}.",
        remedy="Move the pictures below that folder and write their paths from it, or pass "
        "root= with the folder that holds them.",
        column=column,
        wanted="files below the folder of the table",
        found=text[:60],
    )


def _file_below(folder: Path, text: str) -> Path | None:
    """The file of that name, its folders parted as here or as Windows parts them."""
    for name in dict.fromkeys((text, PureWindowsPath(text).as_posix())):
        try:
            if (folder / name).is_file():
                return folder / name
        except (OSError, ValueError):  # a name that no file can have
            continue
    return None


def _leads_out(text: str) -> bool:
    """Whether a text is an absolute path of any system, or goes upward."""
    posix, windows = PurePosixPath(text), PureWindowsPath(text)
    upward = ".." in posix.parts or ".." in windows.parts
    return posix.is_absolute() or bool(windows.drive or windows.root) or upward or text[0] == "~"


def _may_be_path(text: str) -> bool:
    """Whether a text that leads out is no base64 of a picture: it has a dot, or is no base64."""
    letters = text.replace("/", "").replace("+", "").rstrip("=")
    return not (letters.isascii() and letters.isalnum() and len(text) % 4 == 0 and len(text) > 64)
