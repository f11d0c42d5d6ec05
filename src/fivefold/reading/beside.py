"""Tables that lie beside the files that they name, in a folder or an archive."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, nearest, plural, quoted
from fivefold.errors import DataError, PreflightError
from fivefold.kinds.recognition import SourceType
from fivefold.reading import images
from fivefold.reading.files import table_of
from fivefold.reading.index import MOST, Index, is_table
from fivefold.reading.joined import File, in_parts, joined
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, decompressed
from fivefold.reading.partnames import folder_parts
from fivefold.reading.raw import Raw
from fivefold.reading.suffix import FASTA, FASTQ, JSON, TEXT, stem_of, suffix_of

ABOUT = frozenset(("readme", "license", "licence", "copying", "notice", "changelog"))
"""Names of files that tell of others, and hold no rows."""

LINES = 0.05
"""Lines of a text, as a share of the files below its folder, from which on it may name them."""

SHOWN = 12  # columns of a table that a message names


class Beside(NamedTuple):
    """A table that names other files, with those in place of their names."""

    table: Member
    raw: Raw
    files: tuple[str, ...]  # paths of those that are named


def is_about(member: Member) -> bool:
    """Whether a file tells of the others, as a readme does, or shows the form of answers."""
    stem = stem_of(member.path).lower()
    return stem in ABOUT or stem.startswith("readme") or ("sample" in stem and "submission" in stem)


def tables_beside(
    members: Sequence[Member], reading: Reading, wanted: Iterable[str] = ()
) -> list[Beside]:
    """The tables with a column that names others of the files.

    A text names a file by its path from the table or from the top, or by its name alone where no
    other has it; where no text comes twice also without its ending. Whole numbers name the files
    of which the names differ in a number alone, where no column says more.

    Args:
        members: of a folder or an archive.
        reading: how tables are read; where rows are to be answered its `files` are the columns
            that may name some.
        wanted: columns for which tables too are looked at that differ in a number alone.
    """
    index, wanted = Index(members), set(wanted)
    apart = index.apart()
    found = [*_naming(apart, index, reading, wanted)]
    if wanted and not any(wanted <= set(one.raw.columns) for one in found):
        rest = [m for m in members if is_table(m) and m not in apart]
        found += _naming(rest, index, reading, wanted, needed=True)
    return found


def rows_beside(
    tables: Sequence[Beside], name: str, reading: Reading, *, others: Sequence[Beside] = ()
) -> Raw:
    """The rows of tables that name files, one after another.

    The names of tables may say which part they are, else the folders of the files that a single
    table names.

    Args:
        tables: one at least.
        name: of the folder or archive, for messages.
        reading: its roles are columns that are taken from other tables, where these lack them.
        others: that name the same files; those to be judged by without a target among them.

    Raises:
        DataError: if they have other columns than one another.
    """
    wanted, there = set(reading.names), set(tables[0].raw.columns)
    rest = [o for o in others if o not in tables and there - set(o.raw.columns) <= wanted]
    paths = [one.table.path for one in (*tables, *rest)]
    files = [
        File(path=one.table.path, part=part, raw=_with_roles(one, others, reading.roles))
        for one, part in in_parts([*tables, *rest], paths)
        if part == 2 or one in tables
    ]
    alike = len({frozenset(one.raw.columns) for one in tables}) == 1
    if not alike and all(file.part < 0 for file in files):
        raise DataError(
            f"{name}: expected one table of the files with the target, or several of one form, "
            f"found {quoted([one.table.path for one in tables], 5)}.",
            remedy="Pass the path of one of them, and root= with the folder of the files.",
            files=tuple(paths),
        )
    whole = joined(files, name, reading)
    if len(files) == 1 and whole.given is None:
        whole = _by_folders(whole)
    return whole.replace(text={**whole.text, "cells": "beside"})


def _by_folders(raw: Raw) -> Raw:
    """The rows with the parts that the folders of their files say, where they are divided so."""
    for paths in raw.named.values():
        parts = folder_parts(paths)
        if {0} < {part for part in parts if part >= 0}:
            return raw.replace(given=np.array(parts, np.int8))
    return raw


def _with_roles(one: Beside, others: Sequence[Beside], roles: Sequence[str]) -> Raw:
    """The rows of a table with columns that another has of the same files."""
    raw = one.raw
    paths = next(iter(raw.named.values()))
    for role in roles:
        other = next((o for o in others if role in o.raw.columns and role not in raw.columns), None)
        if other is not None:
            named = next(iter(other.raw.named.values()))
            values = dict(zip(named, other.raw.column(role).tolist(), strict=True))
            held = objects(values.get(path) for path in paths)
            raw = raw.replace(
                columns={**raw.columns, role: held}, files=(*raw.files, *other.raw.files)
            )
    return raw


def untold(tables: Sequence[Beside], wanted: Iterable[str], name: str) -> DataError:
    """The fault of tables that name files, of which none has the target.

    Args:
        tables: two at least.
        wanted: the columns that are asked for.
        name: of the folder or archive.
    """
    asked = " and ".join(f"`{one}`" for one in wanted)
    lines = [
        f"{one.table.path} names {plural(len(one.files), 'file')}; its columns: "
        f"{quoted(list(one.raw.columns), SHOWN)}."
        for one in tables[:5]
    ]
    columns = list(dict.fromkeys(c for one in tables for c in one.raw.columns))
    near = next((found for one in wanted if (found := nearest(one, columns))), "")
    return DataError(
        f"{name}: expected target= with a column of a table that names the files, found "
        f"{f'none called {asked}' if asked else 'no target='}.",
        evidence="\n".join(lines),
        remedy=f"Pass target={literal(near)}."
        if near
        else "Pass target= with that one of these columns that is to be predicted.",
        columns=tuple(columns),
        near=near,
    )


def _naming(
    tables: Iterable[Member],
    index: Index,
    reading: Reading,
    wanted: set[str],
    *,
    needed: bool = False,
) -> Iterator[Beside]:
    for table in tables:
        if not needed and not reading.asks and not _is_long(table, index):
            continue
        try:
            raw = table_of(table, reading)
        except (DataError, PreflightError):
            continue
        if not needed or wanted <= set(raw.columns):
            found = _named(raw, table, index, reading)
            if found is not None:
                yield found


def _is_long(table: Member, index: Index) -> bool:
    """Whether a table has as many lines as one that names the files around it."""
    if suffix_of(table.path) not in {*TEXT, *JSON} - {".json"}:
        return suffix_of(table.path) not in {*FASTA, *FASTQ}
    try:
        lines = decompressed(table.content, table.path).count(b"\n")
    except DataError:
        return False
    return lines + 1 >= LINES * index.below(PurePosixPath(table.path).parent)


def _named(raw: Raw, table: Member, index: Index, reading: Reading) -> Beside | None:
    """The rows with files for the cells that name some; None where no column does."""
    found, told = dict[str, Mapping[object, Member]](), list[Finding]()
    asked = [n for n in raw.columns if (n in reading.files if reading.asks else True)]
    names = [n for n in asked if reading.asks or n not in reading.names]
    there: Mapping[object, Member]
    for name in names:
        there = _by_text(raw.columns[name], table, index, few=reading.asks)
        if there:
            found[name] = there
    if not found:
        for name in names:
            there = _by_number(raw.columns[name], table, index, few=reading.asks)
            if there:
                found, told = {name: there}, [_by_numbers(name, table, there)]
                break
    columns, types, called = dict[str, Any](), dict[str, SourceType](), dict[str, list[str]]()
    for name, there in found.items():
        kind = images.kind_in(there.values(), loose=True)
        if kind is None:
            continue
        values = raw.columns[name]
        if isinstance(values, Coded):
            columns[name] = Coded(values.codes, _cells(values.values, there))
        else:
            columns[name] = _cells(values, there)
        every = values.array() if isinstance(values, Coded) else values
        called[name] = [there[v].path if v in there else str(v) for v in every]
        types |= images.column_of_files(kind, name)[1]
    if not columns:
        return None
    files = {member.path for there in found.values() for member in there.values()}
    rows = raw.replace(
        columns={**raw.columns, **columns},
        types={**raw.types, **types},
        named=called,
        findings=(*raw.findings, *([] if reading.asks else told)),
    )
    return Beside(table, rows, tuple(sorted(files)))


def _cells(values: Array, there: Mapping[object, Member]) -> Array:
    return objects(m.cell if (m := there.get(value)) is not None else value for value in values)


def _by_text(
    values: "Array | Coded", table: Member, index: Index, *, few: bool
) -> dict[object, Member]:
    """The files that texts of a column name; none where they name too few."""
    texts = values.values if isinstance(values, Coded) else values
    if texts.dtype != object or texts.ndim > 1:
        return {}
    path, stems = PurePosixPath(table.path), len(texts) == len(values)
    known = [text for text in texts if isinstance(text, str) and text]
    found = {text: index.find(text, path, stems=stems) for text in known}
    there: dict[object, Member] = {
        t: m for t, m in found.items() if m is not None and m.path != table.path
    }
    return there if few or len(there) >= MOST * len(found) else {}


def _by_number(
    values: "Array | Coded", table: Member, index: Index, *, few: bool
) -> Mapping[object, Member]:
    """The files that whole numbers of a column name, each once."""
    cells = values.values if isinstance(values, Coded) else values
    if cells.ndim > 1 or cells.dtype.kind not in "iuO" or len(cells) < len(values):
        return {}
    known = [cell for cell in cells.tolist() if cell is not None and cell != ""]
    if not all(isinstance(cell, str | int) for cell in known) or len({*known}) < len(known):
        return {}
    there = index.by_number(known, PurePosixPath(table.path), few=few)
    there = {cell: m for cell, m in there.items() if m.path != table.path}
    return there if few or len(there) >= MOST * len(known) else {}


def _by_numbers(name: str, table: Member, there: Mapping[object, Member]) -> Finding:
    first = next(iter(there))
    sentence = (
        f"Column `{name}` of {table.path} names {plural(len(there), 'file')} by their numbers: "
        f"{first} is {there[first].path}."
    )
    return finding("files_by_number", sentence, column=name, files=len(there))
