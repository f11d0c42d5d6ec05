"""How the tables of a study read: on a terminal, and in a notebook."""

import html
from typing import TYPE_CHECKING

from fivefold.report.tables import aligned, cells

if TYPE_CHECKING:
    import pandas as pd


def text_of(heading: str, frame: "pd.DataFrame") -> str:
    """A heading and the lines of a table."""
    headings, rows, numeric = cells(frame)
    lines = aligned([headings, *rows], numeric)
    return "\n".join([heading, *(f"  {line}" for line in lines)])


def html_of(heading: str, frame: "pd.DataFrame") -> str:
    """The same as HTML; what stands in the cells is text."""
    headings, rows, _ = cells(frame)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(word)}</td>' for word in row)}</tr>" for row in rows
    )
    return (
        f"<p>{html.escape(heading)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
