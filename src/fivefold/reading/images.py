"""Folders of pictures, sounds or series with one subfolder a class, unpacked or in an archive."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.errors import DataError
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, of_content, of_file, of_type
from fivefold.kinds.recognition import SourceType
from fivefold.reading.classfolders import (
    Entry,
    advice_on,
    class_column,
    classes_of,
    endings,
    sorted_out,
)
from fivefold.reading.decoded import Decoded
from fivefold.reading.filerecords import digest_of_files
from fivefold.reading.names import PICTURES
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, is_hidden, members_of
from fivefold.reading.raw import Raw
from fivefold.reading.reels import Reel, kind_of_reels, reels_found, reels_of
from fivefold.reading.suffix import TABLES
from fivefold.reading.unreadable import unreadable_cells, unreadable_fault
from fivefold.reading.unsorted import sorting_advice

MANY = 4
"""Files of class folders that look like tables, a picture or sound, of which more are the rows."""


LOOKED = 8
"""Files that are looked into where their names may be those of several kinds."""


def is_cell(path: str) -> bool:
    """Whether a file of this name is a cell, as a picture is; hidden files are none."""
    return not is_hidden(path) and of_file(path) is not None


def kind_in(members: Iterable[Member], *, loose: bool = False) -> Kind | None:
    """The kind of which most of these files are cells; of equals that of the first of them.

    Of files whose names may be those of several kinds a few are looked into.

    Args:
        members: files.
        loose: whether files that look like tables may be cells, where no others are.
    """
    members = [member for member in members if not is_hidden(member.path)]
    counts = Counter(kind for m in members if (kind := of_file(m.path)) is not None)
    if loose and not counts:
        counts.update(kind for kind in KINDS for m in members if _belongs(m.path, kind))
    kind = max(counts, key=lambda kind: counts[kind], default=None)
    among = [member for member in members if kind is not None and of_file(member.path) is kind]
    few = among[:: -(-len(among) // LOOKED) or 1]
    inside = Counter(of_content(member.path, partial(getattr, member, "content")) for member in few)
    return max(inside, key=lambda kind: inside[kind], default=kind)


def _kind_within(members: Iterable[Member]) -> Kind | None:
    """The kind of which files are rows in a folder that holds no tables of its own.

    Files that look like tables are, where they lie in class folders and others do not, or are few.
    """
    members = list(members)
    strict = [member for member in members if is_cell(member.path)]
    others = [member for member in members if "/" in member.path and not is_cell(member.path)]
    kind, other = kind_in(strict), kind_in(others, loose=True)
    loose = [member.path for member in others if _belongs(member.path, other)]
    many = len(loose) > MANY * len(strict) and len(classes_of(loose)) > 1
    return other if kind is None or many else kind


def rows_among(members: Sequence[Member]) -> list[Member]:
    """The files that may be rows of a folder: those of the kind that `read_classes` takes."""
    kind = _kind_within(members)
    return [member for member in members if _belongs(member.path, kind)]


def _belongs(path: str, kind: Kind | None) -> bool:
    """Whether a file is a cell of this kind, where it is known that files are."""
    if kind is None or is_hidden(path):
        return False
    return PurePosixPath(path).suffix.lower() in kind.suffixes | kind.loose


def column_of_files(kind: Kind, name: str | None = None) -> tuple[str, dict[str, SourceType]]:
    """What a column of files is called, unless it has a name, and what its type says."""
    name = name or kind.name
    said = next((type for type in sorted(kind.sources) if of_type(type) is kind), None)
    return name, {} if said is None else {name: said}


def cells_of(members: Sequence[Member], reading: Reading) -> list[Member]:
    """The files that are cells of the kind of most of them, where rows are to be answered."""
    if reels := reels_of(members, asked=bool(reading.reels), flat=True):
        return [*reels]
    kind = kind_in(members, loose=reading.loose)
    if reading.loose and kind is not None and not kind.loose:  # a picture beside files of series
        kind = kind_in((m for m in members if not is_cell(m.path)), loose=True) or kind
    return [member for member in members if _belongs(member.path, kind)]


def read_cells(members: Sequence[Member], reading: Reading) -> Raw:
    """Files of pictures or sounds as one column, in the order given, to be answered."""
    are_reels = isinstance(members[0], Reel)
    kind = kind_of_reels() if are_reels else kind_in(members, loose=True)
    assert kind is not None  # or they would be no cells
    name, types = column_of_files(kind, reading.only if reading.only in reading.files else None)
    files = [str(member.place or member.path) for member in members]
    columns = {name: objects(member.cell for member in members)}
    return Raw(name=kind.plural, columns=columns, types=types, kept={"file": files})


def list_pictures(folder: Path, kind: Kind | None = None, *, loose: bool = False) -> list[Path]:
    """All pictures or sounds below a folder, in the order in which its rows are collected.

    Args:
        folder: that holds them.
        kind: of which they are cells; that of most of them if None.
        loose: whether files that look like tables may be cells, where no others are.
    """
    files = members_of(folder)
    reels = reels_of(files, asked=kind is not None and bool(kind.made_of), flat=True)
    if reels:
        return [reel.place for reel in reels if reel.place]
    wanted = kind or kind_in(files, loose=loose)
    return [file.place for file in files if file.place and _belongs(file.path, wanted)]


def folder_digest(folder: Path) -> dict[str, Any]:
    """The record of a folder of images as `read_classes` makes it, without decoding any."""
    files = members_of(folder)
    listed: Sequence[Member] = reels_of(files)
    if not listed:
        kind = _kind_within(files)
        listed = [file for file in files if _belongs(file.path, kind)]
    entries, _ = entries_of(listed, folder.name, unlabelled=True)
    return digest_of_files(folder.name, ((e.member.path, e.member.content) for e in entries))


def read_reels(reels: Sequence[Reel], name: str) -> Raw:
    """The same of clips that are folders of pictures, which lie in class folders."""
    kind, pictures = kind_of_reels(), of_file(reels[0].frames[0].path)
    assert kind is not None  # or there were none
    raw = read_classes(reels, name, kind=kind)
    told = reels_found(name, reels, kind, kind.name if pictures is None else pictures.name)
    return raw.replace(findings=(*raw.findings, told))


def read_classes(
    members: Iterable[Member], name: str, *, kind: Kind | None = None, unlabelled: bool = False
) -> Raw:
    """The images or sounds of a folder as a column, their subfolders as the column `label`.

    Where it holds files of several kinds those of the commonest are read. Subfolders called train,
    valid and test (or near to it) that hold the class folders say which part a row belongs to.

    Args:
        members: of the folder or archive; nothing is unpacked.
        name: of it, for messages.
        kind: of which all of them are cells; None to find out.
        unlabelled: whether they may lie in no class folders.

    Raises:
        DataError: if there are no images, or they do not lie in class folders.
    """
    listed = list(members)
    pictures = listed
    if kind is None:
        kind = _kind_within(listed)
        pictures = [member for member in listed if _belongs(member.path, kind)]
    read = {member.path for member in pictures}
    others = [m.path for m in listed if is_cell(m.path) and m.path not in read]
    called, types = (PICTURES, {}) if kind is None else column_of_files(kind)
    among = [member.path for member in listed]
    entries, stray = entries_of(pictures, name, called, among=among, unlabelled=unlabelled)
    labels, types_of_labels, target = class_column(entries)
    paths = [entry.member.path for entry in entries]
    assert kind is not None  # or there would be no entry
    column = Column(name=called, kind=kind.name)
    decoded = Decoded([entry.member for entry in entries], column)
    record = digest_of_files(name, decoded.files())
    cells, bad, why = decoded.cells, decoded.bad, decoded.why
    spoilt = [paths[row] for row in bad]
    if len(bad) == len(entries):
        raise unreadable_fault(name, kind, spoilt, len(bad), of=len(bad), reason=why)
    findings = [unreadable_cells(kind, spoilt, why)] if spoilt else []
    findings += strays(name, kind.plural, stray)
    findings += others_than(others, name, f"{kind.plural}, beside {len(pictures):,} that are")
    parts = np.array([entry.part for entry in entries], np.int8)
    places = {member.path: place for place, member in enumerate(pictures)}
    return Raw(
        name=name,
        columns={column.name: kind.settle(cells), **labels},
        types={**types, **types_of_labels},
        target=target,
        untyped=True,
        given=parts if (parts >= 0).any() else None,
        unreadable=[int(row) for row in bad],
        findings=tuple(findings),
        files=(record,),
        places=np.array([places[path] for path in paths], np.int64) if stray else None,
        whole=len(pictures),
        named={column.name: paths},
        seconds={column.name: decoded.seconds},
        advice=advice_on(entries, name, called, among=among),
    )


def others_than(paths: Sequence[str], name: str, read: str) -> tuple[Finding, ...]:
    """The finding about files that are left out, as others are what is read."""
    if not paths:
        return ()
    holds = f"{plural(len(paths), 'file')} that {'is' if len(paths) == 1 else 'are'} no {read}"
    sentence = f"{name} holds {holds}; left out: {quoted(paths, 3)}."
    return (finding("other_files", sentence, count=len(paths), files=list(paths[:20])),)


def strays(name: str, plural: str, paths: list[str]) -> tuple[Finding, ...]:
    """The finding about files outside class folders."""
    if not paths:
        return ()
    few = quoted(paths, 3)
    sentence = f"{name} holds {len(paths):,} {plural} outside class folders; left out: {few}."
    return (finding("stray_images", sentence, count=len(paths), files=paths[:20]),)


def entries_of(
    files: Sequence[Member],
    name: str,
    column: str = PICTURES,
    *,
    among: Sequence[str] = (),
    unlabelled: bool = False,
) -> tuple[list[Entry], list[str]]:
    """Files with part and class, and the paths of those that lie in no class folder.

    Args:
        files: that are cells.
        name: of the folder or archive, for messages.
        column: that they are to be, for messages.
        among: the paths of all files.
        unlabelled: whether they may lie in no class folders, or in one.

    Raises:
        DataError: if there are none in class folders.
    """
    if not files:
        known = {suffix for kind in KINDS for suffix in kind.suffixes}
        raise DataError(
            f"{name}: expected images, sounds, series or texts in one subfolder a class, or tables "
            f"of one form, found {endings(among)}.",
            evidence=f"Known endings: {', '.join(sorted(known))}; of tables {', '.join(TABLES)}.",
            remedy="Pass a folder like photos/cat/1.jpg, photos/dog/2.jpg, or one of tables.",
            rows=0,
        )
    entries, stray = sorted_out(files)
    if unlabelled and len({entry.label for entry in entries}) < 2:
        return [Entry(-1, "", member) for member in files], []
    if not entries:
        raise DataError(
            f"{name}: expected files in one subfolder a class, found "
            f"{plural(len(files), 'file')} in no subfolder.",
            remedy=sorting_advice(name, files, column),
            rows=len(files),
        )
    return entries, stray
