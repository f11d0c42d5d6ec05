"""Delimited text as rows of fields."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TextIO

Opener = Callable[[], TextIO]  # opens a text from its start, with its line ends as they are
LARGEST = 2**31 - 1  # characters of a field; the `csv` module takes 131,072 unless told otherwise
HEAD = 65_536  # characters in which the first lines are looked for, before more of a text is


def iterate_rows(text: str | Opener, delimiter: str, **options: bool) -> Iterator[list[str]]:
    """All rows of a text; see `iterate_lines`."""
    return (row for row, _ in iterate_lines(text, delimiter, **options))


def iterate_lines(
    text: str | Opener,
    delimiter: str,
    *,
    quoted: bool,
    escaped: bool = False,
    spaced: bool = False,
    strict: bool = False,
) -> Iterator[tuple[list[str], int]]:
    """All rows by Python's `csv` module, each with the number of its last line, from 1.

    Blank lines are empty rows.

    Args:
        text: without anything above the rows; what opens it, where nothing is escaped.
        delimiter: one character.
        quoted: a field may stand in double quotes, which are written twice inside it.
        escaped: a backslash before a quote, a delimiter or a backslash takes its meaning away.
        spaced: blanks before a field are none of it, so that a quote may follow them.
        strict: every quote must be in its place.

    Raises:
        csv.Error: if `strict` and a quote is out of place.
    """
    if isinstance(text, str):
        held = _kept_backslashes(text, delimiter) if escaped else text
        text = partial(io.StringIO, held, newline="")
    done = 0
    while True:
        with text() as lines:
            reader = csv.reader(
                lines,
                delimiter=delimiter,
                quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
                escapechar="\\" if escaped else None,
                skipinitialspace=spaced,
                strict=strict,
            )
            try:
                for number, row in enumerate(reader):
                    if number >= done:
                        done = number + 1
                        yield row, reader.line_num
                return
            except csv.Error as fault:
                # It says which limit it met: another thread may have raised it since.
                if "field limit" not in str(fault) or f"({LARGEST})" in str(fault):
                    raise
                # The limit is one of the whole process: raised once and never put back, as other
                # threads may be reading too.
                csv.field_size_limit(LARGEST)


def _kept_backslashes(text: str, delimiter: str) -> str:
    r"""Backslashes doubled that escape nothing, as in `C:\new`."""
    pattern = rf'\\([\\"{re.escape(delimiter)}])|\\'
    return re.sub(pattern, lambda match: match[0] if match[1] else "\\\\", text)


def first_lines(text: str, lines: int) -> list[str]:
    """The first lines that are not blank, with their line ends."""
    for head in _heads(text):
        present = [line for line in io.StringIO(head, newline=None) if line.strip()]
        if len(present) > lines or len(head) == len(text):  # the last one may be cut
            break
    return present[:lines]


def first_row(text: str, delimiter: str, **options: bool) -> list[str]:
    """The first row that is not blank, empty if there is none; see `iterate_lines`."""
    for head in _heads(text):
        rows = (row for row in iterate_rows(head, delimiter, **options) if row)
        first, second = next(rows, []), next(rows, None)
        if second is not None or len(head) == len(text):  # else the first may be cut
            break
    return first


def _heads(text: str) -> Iterator[str]:
    """Longer and longer parts of a text from its start, all of it at last."""
    size = HEAD
    while size < len(text):
        yield text[:size]
        size *= 16
    yield text


def split_lines(lines: list[str], delimiter: str, *, quoted: bool) -> list[list[str]]:
    """A few lines as rows of fields."""
    if not quoted:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]
    return list(iterate_rows("".join(lines), delimiter, quoted=True))
