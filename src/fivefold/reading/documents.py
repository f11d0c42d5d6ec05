"""Folders of texts with one subfolder a class, a file each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import of_type
from fivefold.reading import images
from fivefold.reading.classfolders import Entry, advice_on, class_column
from fivefold.reading.encoding import likeliest
from fivefold.reading.filerecords import digest_of_files
from fivefold.reading.names import DOCUMENTS
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member
from fivefold.reading.raw import Raw

ENDINGS = frozenset((".txt", ".text", ".md", ".html", ".htm", ""))
"""Of files that hold a text each."""

LOOKED = 5
"""Files that are looked at to tell texts from numbers."""


def is_document(path: str) -> bool:
    """Whether a file of this name may be a text."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in ENDINGS or suffix[1:].isdigit()


def are_documents(members: Sequence[Member]) -> bool:
    """Whether files in class folders are texts, and no numbers over time."""
    nested = [member for member in members if "/" in member.path]
    some = [member for member in nested if is_document(member.path)]
    if not some or len(some) < len(nested) / 2:
        return False
    steps = of_type("steps")
    if steps is None:
        return True
    cells = objects(member.content for member in some[:: -(-len(some) // LOOKED)])
    _, bad = canonical_column(cells, Column(name="", kind=steps.name), on_bad="missing")
    return len(bad) > len(cells) / 2


def read_documents(
    members: Sequence[Member], name: str, reading: Reading, *, only: str | None = None
) -> Raw:
    """The texts of a folder as a column, their subfolders as the column `label`.

    Args:
        members: of a folder or an archive.
        name: of it, for messages.
        reading: the encoding of the texts.
        only: the column that a model reads, where the texts are to be answered; then no subfolders
            are needed.

    Raises:
        DataError: if they do not lie in class folders, or none is a text; where they are to be
            answered, if one is none.
    """
    some = [member for member in members if is_document(member.path)]
    if only is not None:
        texts = objects(likeliest(m.content, m.path, reading)[0] for m in some)
        kept = {"file": [str(member.place or member.path) for member in some]}
        return Raw(name=name, columns={only: texts}, untyped=True, kept=kept)
    entries, stray = images.entries_of(some, name, DOCUMENTS, unlabelled=reading.unlabelled)
    labels, types, target = class_column(entries)
    left = [member.path for member in members if not is_document(member.path)]
    read = [_read(entry.member, reading) for entry in entries]
    bad = [row for row, (text, _, _) in enumerate(read) if text is None]
    told, encoding = [said for _, _, found in read for said in found], reading.encoding
    if len(bad) == len(entries):
        raise DataError(
            f"{name}: expected texts, found that none of {len(bad):,} files is one.",
            evidence=read[0][1],
            remedy="Save them as UTF-8.",
            rows=len(bad),
        )
    parts = np.array([entry.part for entry in entries], np.int8)
    places = {member.path: place for place, member in enumerate(some)}
    return Raw(
        name=name,
        columns={DOCUMENTS: objects(text for text, _, _ in read), **labels},
        types=types,
        target=target,
        untyped=True,
        given=parts if (parts >= 0).any() else None,
        findings=(
            *images.strays(name, "texts", stray),
            *images.others_than(left, name, f"texts, beside {len(some):,} that are"),
            *_unread(entries, bad, [why for _, why, _ in read]),
            *_written(told),
        ),
        unreadable=bad,
        text={"cells": "documents"} | ({"encoding": encoding} if encoding else {}),
        files=(digest_of_files(name, ((e.member.path, e.member.content) for e in entries)),),
        places=np.array([places[e.member.path] for e in entries], np.int64) if stray else None,
        whole=len(some),
        advice=advice_on(entries, name, DOCUMENTS),
    )


def _read(member: Member, reading: Reading) -> tuple[str | None, str, tuple[Finding, ...]]:
    """The text of a file, or why it is none, and what its encoding deserves to be said of."""
    try:
        text, told = likeliest(member.content, member.path, reading)
    except DataError as fault:
        return None, f"Expected {fault.wanted}, found {fault.found}.", ()
    return text, "", told["findings"]


def _written(told: Sequence[Finding]) -> Iterator[Finding]:
    """What the encodings of texts deserve to be said of, each sort once."""
    for code, count in Counter(found.code for found in told).items():
        first = next(found for found in told if found.code == code)
        more = f"So are {count - 1:,} more." if count > 1 else ""
        yield finding(code, f"{first.sentence} {more}".strip(), **{**first.numbers, "texts": count})


def _unread(entries: Sequence[Entry], bad: list[int], why: Sequence[str]) -> Iterator[Finding]:
    """The finding about files that are no text, and spoil their rows."""
    if bad:
        paths = [entries[row].member.path for row in bad]
        sentence = (
            f"{plural(len(bad), DOCUMENTS)} could not be read and will not be used: "
            f"{quoted(paths, 5)}. {why[bad[0]]}"
        )
        yield finding("unreadable_texts", sentence, count=len(bad), files=paths[:100])
