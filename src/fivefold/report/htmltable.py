"""Tables where a notebook shows them, which may bring no style of its own."""

import html
from collections.abc import Iterable
from itertools import compress
from typing import TYPE_CHECKING

from fivefold.report.lines import ticked
from fivefold.report.pictures import Drawing, spoken
from fivefold.report.tables import cells

if TYPE_CHECKING:
    import pandas as pd

GROUND = "max-width:60em;text-align:left;line-height:1.45"
TABLE = "border-collapse:collapse;margin:.3em 0;font-variant-numeric:tabular-nums"
CELL = "text-align:left;vertical-align:top;padding:.15em .75em .15em 0"
NUMBER = "text-align:right;vertical-align:top;padding:.15em .75em .15em 0"


def html_of(heading: str, frame: "pd.DataFrame", *, svg: str = "", caption: str = "") -> str:
    """What a study found, as HTML: a sentence, a table, and a picture where there is one.

    Args:
        heading: a sentence; its code is set as such.
        frame: what stands in its cells is text.
        svg: an `<svg>` element.
        caption: what a reader of the picture should know.
    """
    head = f'<p style="margin:.8em 0 0">{ticked(heading)}</p>'
    drawn = Drawing("", caption, spoken(svg, caption))._repr_html_() if svg else ""
    return f'<div style="{GROUND}">{head}{html_table(frame)}{drawn}</div>'


def html_table(frame: "pd.DataFrame") -> str:
    """A table of text that scrolls by itself where it is wider than the place it has.

    Columns in which nothing stands are left out.
    """
    headings, rows, numeric = cells(frame)
    filled = [not rows or any(row[place] for row in rows) for place in range(len(headings))]

    def line(words: Iterable[str], tag: str) -> str:
        pairs = compress(zip(words, numeric, strict=True), filled)
        styles = ((_untorn(word), NUMBER if number else CELL) for word, number in pairs)
        told = (f'<{tag} style="{style}">{_broken(word, tag)}</{tag}>' for word, style in styles)
        return f"<tr>{''.join(told)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return (
        f'<div style="overflow-x:auto" tabindex="0"><table style="{TABLE}">'
        f"<thead>{line(headings, 'th')}</thead><tbody>{body}</tbody></table></div>"
    )


def _broken(word: str, tag: str) -> str:
    """Text of a cell; the address of a setting that heads a column may go on in a second line."""
    text = html.escape(word)
    return text.replace(".", ".<wbr>") if tag == "th" else text


def _untorn(word: str) -> str:
    """A cell whose interval stays on one line, below its score where there is little room."""
    score, bracket, interval = word.partition(" [")
    return f"{score} [{interval.replace(' ', chr(0xA0))}" if bracket else word
