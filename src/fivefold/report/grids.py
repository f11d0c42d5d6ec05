"""Tables of a page: headings and cells, and how much room each takes."""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from fivefold.core.estimate import Estimate
from fivefold.core.wording import unfolded
from fivefold.report.headline import display_name
from fivefold.report.tables import cell, cells, ends

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 100
WORDS, LONG = 24, 20
"""Letters of a cell, from which on it needs room, and of a word that may be broken."""


def sized(word: str, is_number: bool) -> Any:
    """The class of a cell by what is in it, as an attribute of its tag.

    Example:
        >>> print(sized("12", True), sized("gradient boosting", False), sized("ab" * 32, False))
         class="number"  class="name"  class="words long"
    """
    from markupsafe import Markup

    wide = "words" if len(word) > WORDS else "" if len(word.split()) < 2 else "name"
    long = "long" if max(map(len, word.split()), default=0) > LONG else ""
    named = "number" if is_number else " ".join(filter(None, (wide, long)))
    return Markup(' class="{}"').format(named) if named else Markup("")


def grid(frame: "pd.DataFrame", name: str) -> dict[str, Any]:
    """A DataFrame for the page, its estimates on two lines.

    Args:
        frame: any; a hundred rows are shown, no column of which each cell is empty.
        name: of the table, as in `result.tables`.
    """
    from markupsafe import Markup

    headings, rows, numeric = cells(frame)
    two_lines = Markup("{}<small>{}</small>")  # its format() escapes what it is given
    for column, values in enumerate(frame.items() if len(headings) == frame.shape[1] else ()):
        for row, value in zip(rows, values[1], strict=True):
            if isinstance(value, Estimate) and row[column]:
                score, low, high = ends(value)
                known = value.low == value.low
                row[column] = two_lines.format(score, f"{low} to {high}" if known else value.method)
    places = range(len(headings))
    filled = [place for place in places if not rows or any(row[place] for row in rows)]
    rows = [[row[place] for place in filled] for row in rows]
    return {
        "title": display_name(name)[:1].upper() + display_name(name)[1:],
        "headings": [headings[place] for place in filled],
        "rows": rows[:MOST_ROWS],
        "numeric": [numeric[place] for place in filled],
        "left_out": max(len(rows) - MOST_ROWS, 0),
    }


def listed(headings: Sequence[str], rows: list[list[str]], numbers: Sequence[int]) -> Any:
    """Texts for the page; `numbers` are the places of columns that are set to the right."""
    numeric = [place in numbers for place in range(len(headings))]
    return {"headings": headings, "rows": rows, "numeric": numeric, "left_out": 0}


def facts(values: Mapping[str, Any]) -> Any:
    """Names and values, those left out of which nothing is known."""
    return listed(["what", "value"], [[name, told] for name, told in _told(values) if told], [])


def _told(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, those of a mapping and of mappings in a list each in lines of their own."""
    for name, value in values.items():
        named, value = f"{before}{str(name).replace('_', ' ')}", unfolded(value)
        several = isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)
        if several:
            value = {str(number): one for number, one in enumerate(value, 1)}
        if isinstance(value, Mapping):
            yield from _told(value, f"{named}, ")
        else:
            counted = isinstance(value, Integral) and not isinstance(value, bool)
            yield named, _counted(int(value), named) if counted else cell(value)


def _counted(number: int, name: str) -> str:
    """A count with its thousands set apart, a seed as it is written."""
    return str(number) if name.endswith("seed") else f"{number:,}"
