"""Columns of a table, described: as lines of a terminal, and as HTML."""

import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

from fivefold.core.codespans import code_spans
from fivefold.core.wording import printable
from fivefold.report.bars import COLOURS, sparks
from fivefold.report.described import Described, share

NARROWEST, INDENT = 60, 9
NAME, VALUES = 24, 12
"""Letters of a name at most, of values at least."""

MARKS = {"input": " ", "target": ">", "ignored": "-"}
"""What stands before a column, by its role; a dot before all others."""

HEADINGS = ("  column", "kind", "missing", "distinct", "histogram", "values")
ON_THE_RIGHT = (False, False, True, True, False, False)

LEFT = 'style="text-align:left;vertical-align:top;padding:2px 12px 2px 0"'
"""Of a cell, in a notebook whose own style sets numbers to the right."""


def column_lines(columns: Sequence[Described], left_out: int, width: int) -> list[str]:
    """A line a column, cut where the terminal ends.

    Args:
        columns: described; a letter a bin of their histograms.
        left_out: how many there are beyond these.
        width: columns of the terminal.
    """
    rows = [_cells(one) for one in columns]
    widths = [max(map(breadth, cells)) for cells in zip(HEADINGS, *rows, strict=True)]
    widths[0] = min(widths[0], NAME + 2)
    free = width - sum(widths[:-1]) - 2 * len(widths[1:])
    if free < VALUES:  # long names give way
        less = min(VALUES - free, widths[0] - len(HEADINGS[0]))
        widths[0], free = widths[0] - less, free + less
    widths[-1] = max(free, len(HEADINGS[-1]))
    lines = [
        "  ".join(map(_fitted, row, widths, ON_THE_RIGHT)).rstrip() for row in (HEADINGS, *rows)
    ]
    return [*lines, *([f"  and {left_out:,} more columns"] if left_out else [])]


def column_html(rows: Sequence[Mapping[str, str]], left_out: int) -> str:
    """A table of `Overview.rows_of_page`; whatever comes from data is text."""
    names = ("kind", "missing", "distinct", "values", "spread")
    body = ""
    for row in rows:
        note = f"<br><small>{escape(row['note'])}</small>" if row["note"] else ""
        words = [escape(row["name"]) + note, row["bars"], *(escape(row[name]) for name in names)]
        words[-2] += row["pictures"]
        body += f"<tr>{''.join(f'<td {LEFT}>{word}</td>' for word in words)}</tr>"
    heads = "".join(f"<th {LEFT}>{name}</th>" for name in ("column", "histogram", *names))
    more = f"<div>and {left_out:,} more columns</div>" if left_out else ""
    return (
        f'<div style="overflow-x:auto"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def thumbnails(pictures: Sequence[str], name: str) -> str:
    """Cells that can be seen, as HTML; empty where there are none.

    Args:
        pictures: base64 of PNG files.
        name: of their column, which stands in their place where they are not seen; text.
    """
    alt = escape(f"a cell of {name}")
    shown = (f'<img alt="{alt}" src="data:image/png;base64,{one}"> ' for one in pictures)
    return f"<div>{''.join(shown)}</div>" if pictures else ""


def legend(
    groups: Sequence[str], told: str = ": of each, how its training and validation rows are spread"
) -> str:
    """Which colour stands for which rows, as HTML; empty where there is one group of all."""
    if not any(groups):
        return ""
    signs = " ".join(
        f'<span style="color:{colour}">&#9632;</span> {escape(name)}'
        for colour, name in zip(COLOURS, groups, strict=False)
    )
    return f"<div>{signs}{told}</div>"


def ticked(sentence: str, *, marked: bool = False) -> Any:
    """A sentence as markup: its code is set as such, all else is escaped; markup stays.

    Args:
        sentence: to be told.
        marked: whether its code is what stands in backticks alone, as in cells of tables.

    Example:
        >>> print(ticked("`a<b` is 1: pass drop=('a<b',)."))
        <code>a&lt;b</code> is 1: pass <code>drop=(&#39;a&lt;b&#39;,)</code>.
        >>> print(ticked(ticked("`a<b` is 1.")))
        <code>a&lt;b</code> is 1.
    """
    from markupsafe import Markup, escape

    if isinstance(sentence, Markup):
        return sentence
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if is_code else escape(piece)
        for piece, is_code in code_spans(sentence, marked=marked)
    )


def breadth(text: str) -> int:
    r"""Columns of a terminal that a text takes: two for wide letters, none for marks upon others.

    Example:
        >>> breadth("abc"), breadth("東京"), breadth("e\u0301")
        (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)


def wrapped(head: str, line: str, width: int) -> list[str]:
    """A line that goes on below its beginning, its name before it."""
    parts = wrap(line, width - INDENT, break_on_hyphens=False) or [""]
    heads = [f"{head:<{INDENT}}", *[" " * INDENT] * (len(parts) - 1)]
    return [(start + part).rstrip() for start, part in zip(heads, parts, strict=True)]


def _cells(one: Described) -> tuple[str, ...]:
    name = f"{MARKS.get(one.role, '.')} {printable(one.name)}"
    missing = share(one.missing / one.rows) if one.missing else "-"
    spread, values = sparks(one.counts.sum(axis=1)), ", ".join(one.samples)
    return name, one.kind, missing, f"{one.distinct:,}", spread, values


def _fitted(text: str, room: int, on_the_right: bool) -> str:
    """A text in so many columns: filled up with blanks, or cut."""
    if breadth(text) > room:
        while breadth(text) >= room:
            text = text[:-1]
        text += "…"
    blanks = " " * (room - breadth(text))
    return blanks + text if on_the_right else text + blanks
