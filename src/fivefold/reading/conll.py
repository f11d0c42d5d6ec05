"""CoNLL files: a word and its label a line, a blank line between sentences."""

from collections import Counter

from fivefold.codecs.coded import objects
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.reading.encoding import decodings, text_form
from fivefold.reading.names import TAGS, TOKENS
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

BEGINS = "-DOCSTART-"
"""The word of lines that say where a document begins."""


def read_conll(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The sentences of a CoNLL file as rows, their words and labels as lists.

    What stands on a line is divided by tabs, or by blanks where it has none; its first part is the
    word, its last one the label, and others are left out. Lines that begin documents and comments
    are left out too. A file of words alone has no labels.

    Args:
        content: of the file.
        name: of the source, for messages.
        reading: its encoding; None detects it.

    Raises:
        DataError: naming a line that has fewer parts than the others.

    Example:
        >>> raw = read_conll(b"EU\tB-ORG\nrejects\tO\n\nBonn\tB-LOC\n", "a.conll")
        >>> {key: values.tolist() for key, values in raw.columns.items()}
        {'tokens': [['EU', 'rejects'], ['Bonn']], 'tags': [['B-ORG', 'O'], ['B-LOC']]}
    """
    reading = reading or Reading()
    text = decodings(content, reading, name)[0]
    lines = [_parts(line) for line in text.content.split("\n")]
    width = Counter(map(len, filter(None, lines))).most_common(1)
    wide = width[0][0] if width else 1
    sentences: list[list[list[str]]] = [[]]
    for number, parts in enumerate(lines, 1):
        if not parts or parts[0] == BEGINS:
            sentences.append([])
        elif len(parts) == wide:
            sentences[-1].append(parts)
        elif not parts[0].startswith("#"):
            raise DataError.expected(
                f"{name}, line {number:,}",
                f"{plural(wide, 'part')}, as on most lines",
                f"{plural(len(parts), 'part')}: {' '.join(parts)!r:.60}",
                "Write a word and its label a line, a tab between them.",
                line=number,
            )
    rows = [sentence for sentence in sentences if sentence]
    columns = {TOKENS: [[parts[0] for parts in row] for row in rows]}
    if wide > 1:
        columns[TAGS] = [[parts[-1] for parts in row] for row in rows]
    found: tuple[Finding, ...] = ()
    if wide > 2:
        sentence = (
            f"Lines of {name} have {wide} parts: the first is the word, the last its label, "
            f"{plural(wide - 2, 'other')} left out."
        )
        found = (finding("parts_left_out", sentence, parts=wide),)
    return Raw.of(
        name,
        {key: (objects(cells), None) for key, cells in columns.items()},
        target=TAGS if wide > 1 else "",
        text=text_form(content, text.encoding),
        findings=found,
    )


def _parts(line: str) -> list[str]:
    """What stands on a line, none of it empty; nothing of a blank one."""
    if not line.strip():
        return []
    parts = line.strip("\r\n").split("\t") if "\t" in line else line.split()
    return [part.strip() or "_" for part in parts]
