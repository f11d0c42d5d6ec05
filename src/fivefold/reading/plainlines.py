"""Lines of a text whose fields no one character divides, written so that a tab does."""

import re
from dataclasses import replace

from fivefold.reading.dialect import Body, detect_delimiter
from fivefold.reading.fields import first_lines, split_lines
from fivefold.reading.options import Reading

ENDING = ";"
"""What every line may end in where another character divides its fields."""

_SAMPLE = 200
_FIELD = re.compile(r'(?:"[^"\r\n]*"|\S)+')
_ENDS = re.compile(r"[ \t]*;[ \t]*(?=[\r\n]|$)")
_BREAKS = re.compile(r"(\r\n|\n|\r)")


def plain_lines(body: Body, reading: Reading, suffix: str = "") -> Body:
    r"""A text with tabs for the blanks that set its columns, and without `;` at the ends of lines.

    Blanks divide where each line has as many words, more than half of them numbers, and no other
    character makes fields; where rows are to be answered, if they did in the model's own file.

    Example:
        >>> plain_lines(Body(text="1 a 2\n3  b 4\n"), Reading()).text
        '1\ta\t2\n3\tb\t4\n'
        >>> plain_lines(Body(text="1,a,2;\n3,b,4;\n"), Reading()).text
        '1,a,2\n3,b,4\n'
    """
    if reading.delimiter or body.delimiter:
        return body
    lines = first_lines(body.text, _SAMPLE)
    if not lines:
        return body
    if all(line.rstrip().endswith(ENDING) for line in lines):
        bare = [_ENDS.sub("", line) for line in lines]
        mark = detect_delimiter(bare, suffix)
        if any(mark in line for line in bare) and mark != ENDING:
            return replace(body, text=_ENDS.sub("", body.text), rewritten="ends")
    told = bool(reading.text.get("blanks")) and _fit(lines, reading)
    if told if reading.asks else _are_set_by_blanks(lines, suffix):
        parts = _BREAKS.split(body.text)
        parts[::2] = ["\t".join(_FIELD.findall(line)) for line in parts[::2]]
        return replace(body, text="".join(parts), rewritten="blanks", delimiter="\t")
    return body


def _fit(lines: list[str], reading: Reading) -> bool:
    """Whether lines have as many words as rows may have columns, or the names of some."""
    widths = {len(_FIELD.findall(line)) for line in lines}
    named = set(_FIELD.findall(lines[0])) & set(reading.names)
    return bool(named) or widths <= {len(layout) for layout in reading.layouts()}


def _are_set_by_blanks(lines: list[str], suffix: str) -> bool:
    words = [_FIELD.findall(line) for line in lines]
    width = len(words[-1])
    if width < 2 or any(len(row) != width for row in words):
        return False
    below = words[1:] or words
    if sum(_is_number(word) for row in below for word in row) <= 0.5 * width * len(below):
        return False
    mark = detect_delimiter(lines, suffix)
    rows = split_lines(lines, mark, quoted=True)
    widths = {len(row) for row in rows}
    if widths == {1} or (mark == "\t" and len(widths) > 1):
        return True
    return mark == "\t" and any(
        all(len(cell.split()) > 1 and all(map(_is_number, cell.split())) for cell in column)
        for column in zip(*rows[1:], strict=False)
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == "?"
    return True
