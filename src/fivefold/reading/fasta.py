"""FASTA and FASTQ: named sequences, one below the other."""

import re
from collections.abc import Iterator

from fivefold.codecs.coded import objects
from fivefold.errors import DataError
from fivefold.reading.encoding import likeliest
from fivefold.reading.names import IDS, SEQUENCES
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

NAMED = (IDS, "description", SEQUENCES)
"""Columns of every such file."""

BANKS = frozenset(("sp", "tr", "gi", "ref", "gb", "emb", "dbj", "lcl", "pir", "prf", "pdb", "gnl"))
"""What ids of databases begin with, in parts of their own."""

PART = "part"  # what columns of the parts of ids are called, from part_1 on

_FIELD = re.compile(r"\[?(?<!\S)\[?([A-Za-z_]\w*)=(.*?)\]?(?=\s+\[?[A-Za-z_]\w*=|\s*$)")

Record = tuple[str, str, str]  # the id, the rest of its line, the sequence


def read_fasta(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The records of a FASTA or FASTQ file as rows; which of them it is shows in its first letter.

    The first word after `>` or `@` is the `id`. What follows is the `description`, without pairs
    such as `organism=human` or `[gene=abc]`, which become columns of their own: so a class may
    stand in a header. Of ids in parts, `gene1|promoter|train`, those that repeat become columns
    `part_2`, `part_3`; ids of databases have none. Qualities of a FASTQ file are left out.

    Args:
        content: of the file.
        name: of the source, for messages.
        reading: its encoding; None detects it.

    Raises:
        DataError: naming the line that does not fit.

    Example:
        >>> raw = read_fasta(b">a first gene class=x\nACG\nTTA\n>b class=y\nGG\n", "genes.fa")
        >>> {key: values.tolist() for key, values in raw.columns.items()}  # doctest: +SKIP
        {'id': ['a', 'b'], 'description': ['first gene', None], 'sequence': ['ACGTTA', 'GG'],
         'class': ['x', 'y']}
    """
    reading = reading or Reading()
    text, facts = likeliest(content, name, reading)
    lines = text.splitlines()
    first = next((line[0] for line in lines if line.strip()), ">")
    if first not in ">@":
        raise DataError.expected(
            f"{name}, line 1",
            "a line that begins with > (FASTA) or @ (FASTQ)",
            f"{lines[0]!r:.60}",
            "Pass a file of such records.",
        )
    records = [*(_fasta if first == ">" else _fastq)(lines, name)]
    columns: dict[str, list[str | None]] = {key: [None] * len(records) for key in NAMED}
    for row, (identity, told, sequence) in enumerate(records):
        pairs = [(found[1], found[2].strip()) for found in _FIELD.finditer(told)]
        rest = _FIELD.sub("", told).strip() if pairs else told
        columns["id"][row], columns[SEQUENCES][row] = identity, sequence
        columns["description"][row] = rest or None
        for key, value in pairs:
            if key not in NAMED:
                columns.setdefault(key, [None] * len(records))[row] = value
    columns = _parts(columns["id"], reading) | columns
    if not reading.asks and not any(columns["description"]):
        del columns["description"]
    read = {key: (objects(values), None) for key, values in columns.items()}
    return Raw.of(name, read, untyped=True, **facts)


def _parts(ids: list[str | None], reading: Reading) -> dict[str, list[str | None]]:
    """The parts of ids such as `gene1|promoter|train` that say one thing of many rows."""
    rows = [(identity or "").split("|") for identity in ids]
    width = len(rows[0]) if rows else 0
    if width < 2 or any(len(row) != width or row[0].lower() in BANKS for row in rows):
        return {}
    parts: list[list[str | None]] = [[*part] for part in zip(*rows, strict=True)]
    repeat = [reading.asks or len(set(part)) < len(part) for part in parts]
    return {f"{PART}_{n}": part for n, part in enumerate(parts, 1) if repeat[n - 1]}


def _fasta(lines: list[str], name: str) -> Iterator[Record]:
    head, pieces = "", list[str]()
    for line in lines:
        if line.startswith(">"):
            if head:
                yield _record(head, pieces)
            head, pieces = line, []
        elif not line.startswith(";"):
            pieces.append(line)
    if head:
        yield _record(head, pieces)


def _fastq(lines: list[str], name: str) -> Iterator[Record]:
    """Records of an `@` line, sequence, a `+` line and as many qualities; both may be wrapped."""
    place = 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        start, head = place, lines[place]
        place += 1
        pieces = []
        while place < len(lines) and not lines[place].startswith("+"):
            pieces.append(lines[place].strip())
            place += 1
        letters = sum(map(len, pieces))
        place += 1
        qualities = 0
        while place < len(lines) and qualities < letters:
            qualities += len(lines[place].strip())
            place += 1
        if not head.startswith("@") or place > len(lines) or qualities != letters:
            raise DataError(
                f"{name}, line {start + 1:,}: expected a record of FASTQ: @id, {letters:,} "
                f"letters, +, as many qualities; found {qualities:,} qualities.",
                evidence=f"It begins {head!r:.60}.",
                remedy="Fetch the file again, or take the broken record out.",
                line=start + 1,
            )
        yield _record(head, pieces)


def _record(head: str, pieces: list[str]) -> Record:
    identity, _, told = head[1:].strip().partition(" ")
    return identity, told.strip(), "".join("".join(pieces).split())
