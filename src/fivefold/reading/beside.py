"""Tables that lie beside the files that they name, in a folder or an archive."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from fivefold.codecs.coded import Coded, objects
from fivefold.core.wording import quoted
from fivefold.errors import DataError, PreflightError
from fivefold.kinds.recognition import SourceType
from fivefold.reading import images
from fivefold.reading.files import table_of
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member
from fivefold.reading.raw import Raw, concatenate
from fivefold.reading.suffix import TABLES, stem_of, suffix_of

ABOUT = frozenset(("readme", "license", "licence", "copying", "notice", "changelog"))
"""Names of files that tell of others, and hold no rows."""

MOST = 0.5
"""Fraction of the texts of a column of which files must be there."""


def is_table(member: Member) -> bool:
    """Whether a file looks like a table, by its name."""
    return suffix_of(PurePosixPath(member.path).name) in {*TABLES, ".data", ".dat", ""}


def is_about(member: Member) -> bool:
    """Whether a file tells of the others, as a readme does."""
    stem = stem_of(member.path).lower()
    return stem in ABOUT or stem.startswith("readme")


def read_beside(members: Sequence[Member], name: str, reading: Reading) -> Raw | None:
    """The rows of tables with a column that names others of the files; None if there is none.

    A text names a file by its path from the table or from the top, by its name alone where no
    other has it, or by its name without the ending where no text comes twice.

    Args:
        members: of a folder or an archive.
        name: of it, for messages.
        reading: its `names` are columns that the tables must have; where rows are to be answered
            its `inputs`.

    Raises:
        DataError: if such tables have other columns than one another.
    """
    wanted = reading.inputs if reading.asks else reading.names
    index, parts, paths = _Index(members), list[Raw](), list[str]()
    for member in filter(is_table, members):
        try:
            raw = table_of(member, reading)
        except (DataError, PreflightError):
            continue
        named = _named(raw, member, index, reading) if set(wanted) <= set(raw.columns) else None
        if named is not None:
            parts.append(named)
            paths.append(member.path)
    if not parts:
        return None
    if len({frozenset(part.columns) for part in parts}) > 1:
        raise DataError(
            f"{name}: expected one table with the column {quoted(wanted, 3)}, or several of one "
            f"form, found {quoted(paths, 5)}.",
            remedy="Pass the path of one of them, and root= with the folder of the files.",
            files=tuple(paths),
        )
    whole = concatenate(parts, name)
    return whole.replace(text={**whole.text, "cells": "beside"})


class _Index:
    """Files by what may name them."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.by_path = {member.path: member for member in members}
        cells = [member for member in members if not is_table(member)] or list(members)
        self.by_name = _alone((PurePosixPath(member.path).name, member) for member in cells)
        self.by_stem = _alone((PurePosixPath(member.path).stem, member) for member in cells)

    def find(self, text: str, folder: PurePosixPath, *, stems: bool) -> Member | None:
        """The file that a text of a table in this folder names."""
        path = PureWindowsPath(text.strip()).as_posix()
        for known in (str(folder / path), path):
            if known in self.by_path:
                return self.by_path[known]
        found = self.by_name.get(PurePosixPath(path).name)
        return found or (self.by_stem.get(path) if stems else None)


def _alone(pairs: Iterable[tuple[str, Member]]) -> dict[str, Member]:
    pairs = list(pairs)
    counts = Counter(name for name, _ in pairs)
    return {name: member for name, member in pairs if counts[name] == 1}


def _named(raw: Raw, table: Member, index: _Index, reading: Reading) -> Raw | None:
    """The rows with files for the texts that name some; None where no column does."""
    folder = PurePosixPath(table.path).parent
    columns, types = dict[str, Any](), dict[str, SourceType]()
    for name, values in raw.columns.items():
        if name in reading.names and not reading.asks:
            continue
        if reading.asks and name not in reading.files:
            continue
        texts = values.values if isinstance(values, Coded) else values
        if texts.dtype != object or texts.ndim > 1:
            continue
        stems = len(texts) == len(raw)
        found = {t: index.find(t, folder, stems=stems) for t in texts if isinstance(t, str) and t}
        there = [m for m in found.values() if m is not None and m.path != table.path]
        if not there or (not reading.asks and len(there) < MOST * len(found)):
            continue
        kind = images.kind_in((member.path for member in there), loose=True)
        if kind is None:
            continue
        cells = objects(text if (m := found.get(text)) is None else m.cell for text in texts)
        columns[name] = Coded(values.codes, cells) if isinstance(values, Coded) else cells
        types |= images.column_of_files(kind, name)[1]
    if not columns:
        return None
    return raw.replace(columns={**raw.columns, **columns}, types={**raw.types, **types})
