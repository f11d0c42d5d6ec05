"""FASTA and FASTQ: named sequences, one below the other."""

import re
from collections.abc import Iterator

from fivefold.codecs.coded import objects
from fivefold.errors import DataError
from fivefold.reading.encoding import decodings, text_form
from fivefold.reading.names import SEQUENCES
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

NAMED = ("id", "description", SEQUENCES)
"""Columns of every such file."""

_FIELD = re.compile(r"\[?(?<!\S)\[?([A-Za-z_]\w*)=(.*?)\]?(?=\s+\[?[A-Za-z_]\w*=|\s*$)")

Record = tuple[str, str, str]  # the id, the rest of its line, the sequence


def read_fasta(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The records of a FASTA or FASTQ file as rows; which of them it is shows in its first letter.

    The first word after `>` or `@` is the `id`. What follows is the `description`, without pairs
    such as `organism=human` or `[gene=abc]`, which become columns of their own: so a class may
    stand in a header. Qualities of a FASTQ file are left out.

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
    text = decodings(content, reading, name)[0]
    lines = text.content.splitlines()
    first = next((line[0] for line in lines if line.strip()), ">")
    if first not in ">@":
        raise DataError.expected(
            name,
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
    if not reading.asks and not any(columns["description"]):
        del columns["description"]
    read = {key: (objects(values), None) for key, values in columns.items()}
    return Raw.of(name, read, text=text_form(content, text.encoding), untyped=True)


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
