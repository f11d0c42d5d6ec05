"""Folders whose names are columns: `year=2024/month=01/part-0.parquet`."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.reading.files import read_file, table_of
from fivefold.reading.index import is_table
from fivefold.reading.joined import File, in_parts, joined
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member
from fivefold.reading.partnames import part_in
from fivefold.reading.raw import Raw

NONE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows lack the value."""


def partitions_of(path: str) -> dict[str, str]:
    """The columns that the folders of a path say.

    Example:
        >>> partitions_of("sales/year=2024/shop=a%2Fb/part-0.parquet")
        {'year': '2024', 'shop': 'a/b'}
    """
    pairs = (part.split("=", 1) for part in PurePosixPath(path).parts[:-1] if "=" in part)
    return {unquote(name): unquote(value) for name, value in pairs if name}


def hive_among(members: Sequence[Member]) -> list[Member]:
    """The tables of such folders; none unless all tables lie in folders of the same columns."""
    tables = [m for m in members if is_table(m) and not PurePosixPath(m.path).name.startswith("_")]
    said = {tuple(partitions_of(member.path)) for member in tables}
    return tables if len(said) == 1 and said != {()} else []


def read_hive(tables: Sequence[Member], name: str, reading: Reading) -> Raw:
    """The rows of such tables, with the columns that their folders say behind their own.

    Args:
        tables: as `hive_among` gives them.
        name: of the folder, for messages.
        reading: how tables are read.

    Raises:
        DataError: if one is damaged, lacks columns, or has one that its folder says otherwise.
    """
    said = {member.path: partitions_of(member.path) for member in tables}
    keys = list(next(iter(said.values())))
    values = {key: sorted({each[key] for each in said.values()} - {NONE}) for key in keys}
    whole = {key for key in keys if all(map(_is_whole, values[key]))}
    pairs = in_parts(list(tables), [member.path for member in tables])
    if any(part >= 0 for _, part in pairs):  # a column of the parts says nothing else
        keys = [key for key in keys if not all(part_in(value) >= 0 for value in values[key])]
    files = list[File]()
    for member, part in pairs:
        raw = (
            table_of(member, reading) if member.place is None else read_file(member.place, reading)
        )
        more = {key: said[member.path][key] for key in keys}
        files.append(File(path=member.path, part=part, raw=_with(raw, more, whole, member.path)))
    return joined(files, name, reading).keeping(reading.keep)


def _with(raw: Raw, more: dict[str, str], whole: set[str], path: str) -> Raw:
    """A table with columns that are the same in all its rows."""
    held: dict[str, Any] = {}
    for key, value in more.items():
        cells = _constant(value, len(raw), whole=key in whole)
        if key in raw.columns:
            _check_same(raw, key, value, path)
            continue
        held[key] = cells
    return raw.replace(columns={**raw.columns, **held}, types={**raw.types, **_types(held)})


def _types(held: dict[str, Any]) -> dict[str, Any]:
    return {key: "levels" for key, cells in held.items() if isinstance(cells, Coded)}


def _constant(value: str, rows: int, *, whole: bool) -> "Array | Coded":
    if value == NONE:
        return objects([None] * rows)
    if whole:
        return np.full(rows, int(value), np.int64)
    return Coded(np.zeros(rows, np.int32), objects([value]))


def _is_whole(value: str) -> bool:
    """Whether a text is a whole number that is written in one way: `01` is none."""
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(value)) == value and len(digits) < 19


def _check_same(raw: Raw, key: str, value: str, path: str) -> None:
    cells = raw.column(key)
    other = next((row for row, cell in enumerate(cells.tolist()) if str(cell) != value), None)
    if other is not None:
        raise DataError(
            f"{path}, column `{key}`, row {other:,}: expected {value!r}, as its folder says, found "
            f"{str(cells[other])!r:.60}.",
            remedy="Put that row where it belongs, or rename the folder.",
            column=key,
            rows=(other,),
        )
