"""Texts of a table that name files of pictures."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from os import PathLike
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, of_file, of_path, of_type
from fivefold.kinds.recognition import SourceType
from fivefold.reading.index import Index
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, is_hidden, members_of
from fivefold.reading.raw import Raw

NEAR = 500  # files and folders beside a table that are looked at for those that it names
LOOKED = 8  # files that are looked into where their names may be those of several kinds
BEGUN = 64  # first cells of a column, which say of most that they name no file
NAME = 120  # characters of a text that may be a name without its ending
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
    raw = raw.replace(columns={**raw.columns, **dict(_without_bytes(raw, folder is None))})
    named = [name for name in raw.columns if name in reading.files]
    if folder is None:
        return raw
    root = Path(folder).expanduser()
    if not reading.asks:
        others = [name for name in raw.columns if name not in reading.files]
        kinds = {name: _kind_of_files(raw.columns[name], root) for name in others}
        loose = {name: kind for name, kind in kinds.items() if kind is not None}
        named += loose
        raw = raw.replace(
            types={**raw.types, **{n: said for n, k in loose.items() for said in _said(k)}},
            findings=(*raw.findings, *_not_there(raw, root, [n for n in others if n not in loose])),
        )
    if not named:
        return raw
    if not root.is_dir():
        found, remedy = f"no folder {root}", "Pass root= with the folder that holds them."
        raise DataError.expected(
            raw.name, "the folder of the pictures", found, remedy, column=named[0]
        )
    folders = bool(reading.reels)
    columns = {n: _with_paths(raw.columns[n], root, n, raw.name, folders) for n in named}
    columns |= {n: _by_name(columns[n], root, raw.name) for n in named if n in reading.files}
    return raw.replace(columns={**raw.columns, **columns})


def _without_bytes(raw: Raw, here: bool) -> Iterator[tuple[str, Array]]:
    """Columns of cells that name files and hold none: `{"bytes": None, "path": ...}`.

    So data sets write files that lie elsewhere. Where there is no folder below which they must
    lie, as with a frame in memory, they are paths; else texts, which are followed as others are.
    """
    for name, values in raw.columns.items():
        if isinstance(values, Coded) or values.dtype != object or values.ndim > 1:
            continue
        first = next((cell for cell in values if cell is not None), None)
        if _path_in(first):
            paths = [_path_in(cell) for cell in values]
            cells = [Path(path) if path and here else path for path in paths]
            yield name, objects(c or cell for c, cell in zip(cells, values, strict=True))


def _path_in(cell: object) -> str:
    """The path of a cell that has one and no bytes; empty if it is none such."""
    if not isinstance(cell, dict) or set(cell) != {"bytes", "path"} or cell["bytes"] is not None:
        return ""
    return cell["path"] if isinstance(cell["path"], str) else ""


def _by_name(values: "Array | Coded", root: Path, name: str) -> "Array | Coded":
    """A column that is said to hold files, with those that its texts name without their ending.

    Or whole numbers, where names of files differ in a number alone.
    """
    cells = values.values if isinstance(values, Coded) else values
    if cells.ndim > 1 or cells.dtype.kind not in "iuO" or len(cells) < len(values):
        return values
    names = [c for c in cells.tolist() if isinstance(c, str | int) and len(str(c)) < NAME]
    if not names or len(names) < len(cells) - sum(c is None or c == "" for c in cells.tolist()):
        return values
    members, table = members_of(root), PurePosixPath(name)
    index = Index(
        [m for m in members if not is_hidden(m.path) and not Path(root, m.path).is_symlink()]
    )
    there: Mapping[object, Member]
    there = {n: member for n in names if (member := index.find(str(n), table, stems=True))}
    there = there or index.by_number(names, table, few=True)
    found = objects(there[c].place if c in there else c for c in cells.tolist())
    return Coded(values.codes, found) if isinstance(values, Coded) else found


def _texts(values: "Array | Coded") -> list[str]:
    """The texts of a column, if they are all and the first ends as files of some kind do."""
    some = values.first(BEGUN) if isinstance(values, Coded) else values[:BEGUN]
    if not _may_name(some) and not all(isinstance(c, str) and not c.strip() for c in some):
        return []
    cells = values.values if isinstance(values, Coded) else values
    if cells.dtype != object or cells.ndim > 1 or not _may_name(cells):
        return []
    texts = [cell for cell in cells if cell is not None and cell != ""]
    return [text.strip() for text in texts] if all(isinstance(t, str) for t in texts) else []


def _may_name(cells: Iterable[Any]) -> bool:
    """Whether the first cell with something in it is a text that ends as files of some kind do."""
    first = next((cell for cell in cells if not isinstance(cell, str) or cell.strip()), None)
    endings = {ending for kind in KINDS for ending in kind.suffixes | kind.loose}
    return isinstance(first, str) and _suffix(first) in endings


def _kind_of_files(values: "Array | Coded", root: Path) -> Kind | None:
    """The kind of which all texts end as files do and the first is one; None if there is none."""
    texts = _texts(values)
    if not texts or len(texts[0]) >= LONGEST or _leads_out(texts[0]):
        return None
    path = _file_below(root, texts[0])
    if path is None:
        return None
    strict = of_file(texts[0])
    if strict is not None:
        few = [_file_below(root, text) for text in texts[:: -(-len(texts) // LOOKED)]]
        held = Counter(of_path(one) for one in few if one is not None)
        kind = max(held, key=lambda kind: held[kind], default=strict)
        return kind if kind is not None and _end_alike(texts, kind) else None
    among = [kind for kind in KINDS if _suffix(texts[0]) in kind.loose and _end_alike(texts, kind)]
    return next((kind for kind in among if _is_read(path, kind)), None)


def _end_alike(texts: list[str], kind: Kind) -> bool:
    suffixes = kind.suffixes if _suffix(texts[0]) in kind.suffixes else kind.loose
    return all(_suffix(text) in suffixes for text in texts)


def _suffix(text: str) -> str:
    return PurePosixPath(text.strip()).suffix.lower()


def _is_read(path: Path, kind: Kind) -> bool:
    """Whether a file that looks like a table is a cell."""
    _, bad = canonical_column(objects([path]), Column(name="", kind=kind.name), on_bad="missing")
    return not len(bad)


def _said(kind: Kind) -> list[SourceType]:
    """What the type of a column says whose cells are of a kind."""
    return [type for type in sorted(kind.sources) if of_type(type) is kind][:1]


def _not_there(raw: Raw, root: Path, names: list[str]) -> Iterator[Finding]:
    """Findings about columns that name files of a kind, of which the first is not there."""
    for name in names:
        texts = _texts(raw.columns[name])
        kind = of_file(texts[0]) if texts else None
        if kind is None or not _end_alike(texts, kind):
            continue
        where = _elsewhere(root, texts[0])
        remedy = f"root={str(where)!r}" if where else "root= with the folder that holds them"
        sentence = (
            f"Column `{name}` of {raw.name} names {kind.plural}, but {texts[0]!r} is not below "
            f"{root}: it is read as words. Pass {remedy}."
        )
        told = {"column": name, "first": texts[0], "root": str(root), "found": str(where or "")}
        yield finding("files_not_there", sentence, **told)


def _elsewhere(root: Path, text: str) -> Path | None:
    """A folder near a table from which a text of it names a file."""
    if _leads_out(text):
        return None
    for above in (root, root.absolute().parent):
        for pattern in ("*", "*/*"):
            for near in sorted(islice(above.glob(pattern), NEAR)):
                if near.is_dir() and _file_below(near, text) is not None:
                    return near if above == root else Path(os.path.relpath(near))
    return None


def _with_paths(
    values: "Array | Coded", root: Path, column: str, source: str, folders: bool
) -> "Array | Coded":
    cells = values.values if isinstance(values, Coded) else values
    if cells.dtype != object or cells.ndim > 1:
        return values
    found = objects(_followed(cell, root, column, source, folders) for cell in cells)
    return Coded(values.codes, found) if isinstance(values, Coded) else found


def _followed(cell: object, folder: Path, column: str, source: str, folders: bool) -> object:
    text = cell.strip() if isinstance(cell, str) else ""
    if not text or len(text) >= LONGEST or text.startswith("data:"):
        return cell
    if _leads_out(text):
        if not _may_be_path(text):  # the text of a small picture may begin with a slash too
            return cell
        outside = "a path out of it"
    else:
        path = _file_below(folder, text, folders=folders)
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


def _file_below(folder: Path, text: str, *, folders: bool = False) -> Path | None:
    """The file of that name, or the folder, its folders parted as here or as Windows parts them."""
    for name in dict.fromkeys((text, PureWindowsPath(text).as_posix())):
        try:
            if (folder / name).is_file() or (folders and (folder / name).is_dir()):
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
