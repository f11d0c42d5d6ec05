"""Sections about data: as lines of a terminal, in a notebook and on a page."""

from collections.abc import Sequence
from html import escape
from typing import Any

from fivefold.codecs.personal import masked
from fivefold.core.wording import printable
from fivefold.report.grids import grid
from fivefold.report.htmltable import html_table
from fivefold.report.lines import ticked, wrapped
from fivefold.report.matrix import drawn_of
from fivefold.survey.section import Medium, Section

SHOWN = 10
"""Rows of a table that stand in a notebook; a page has a hundred."""


def section_lines(sections: Sequence[Section], width: int) -> list[str]:
    """What sections tell, in lines of so many columns."""
    lines = list[str]()
    before = ""
    for one in sections:
        for sentence in one.told if one.head else ():
            head = one.head if one.head != before else ""
            lines += wrapped(head, printable(sentence), width)
            before = one.head
    return lines


def section_html(sections: Sequence[Section]) -> str:
    """Sections for a notebook: sentences, pictures, and the table folded in."""
    parts = list[str]()
    for one in sections:
        told = "".join(f"<div>{ticked(masked(printable(said)))}</div>" for said in one.told)
        table = ""
        if one.rows:
            more = f" of {len(one.rows):,}" if len(one.rows) > SHOWN else ""
            head = f"table, {min(SHOWN, len(one.rows))} rows{more}"
            shown = html_table(_plain(one).head(SHOWN))
            table = f"<details><summary>{head}</summary>{shown}</details>"
        parts.append(f"<h4>{escape(one.title)}</h4>{told}{pictures_of(one)}{table}")
    return "".join(parts)


def section_rows(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections for the template of a page."""
    from markupsafe import Markup

    return [
        {
            "title": printable(one.title),
            "told": [masked(printable(said)) for said in one.told],
            "drawn": Markup(pictures_of(one)),  # what comes from data is escaped there
            "table": grid(_plain(one), one.name) if one.rows else None,
            "open": len(one.rows) <= SHOWN,
        }
        for one in sections
    ]


def pictures_of(section: Section) -> str:
    """What is drawn of a section, as HTML."""
    drawn = "".join(
        f'<div class="scroll" style="overflow-x:auto" tabindex="0">'
        f"{drawn_of(each, label=printable(section.title))}</div>"
        for each in section.drawn
    )
    shown = "".join(map(_medium, section.media))
    wrap = "display:flex;flex-wrap:wrap;gap:.75em;margin:.5em 0"
    return drawn + (f'<div style="{wrap}">{shown}</div>' if shown else "")


def _medium(one: Medium) -> str:
    words = escape(masked(printable(one.words)))
    link = f"data:{one.form};base64,{one.content}"
    if one.form.startswith("audio/"):
        cell = f'<audio controls preload="none" style="width:15em" src="{link}"></audio>'
    else:
        cell = f'<img alt="{words}" src="{link}">'
    return (
        f'<figure style="margin:0">{cell}<figcaption><small>{words}</small></figcaption></figure>'
    )


def _plain(section: Section) -> Any:
    """Its table with nothing in it that points to a person, or steers a terminal."""
    frame = section.frame().rename(columns=printable)
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = [masked(printable(v)) if isinstance(v, str) else v for v in frame[name]]
    return frame
