"""Tables for terminals, notebooks and cards: how a cell reads, how columns line up."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from fivefold.core.digits import alike, digits
from fivefold.core.estimate import ITSELF, Estimate
from fivefold.core.wording import inert
from fivefold.metrics.metric import TITLES
from fivefold.report.headline import COLUMNS, display_name

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE = 1e-3
"""Of a column of shares, below which four decimals are too few."""


def cell(value: object) -> str:
    """One value as people read it.

    Args:
        value: an Estimate, a number, a truth value, a text, None.

    Returns:
        An estimate with its interval (nothing where something is compared with itself), numbers
        with four significant digits, whole numbers in full with thousands set apart from 10,000
        on, `yes` or `no`, nothing for a missing value.

    Example:
        >>> cell(0.123456), cell(48842), cell(2021), cell(True), cell(float("nan"))
        ('0.1235', '48,842', '2021', 'yes', '')
    """
    if isinstance(value, Estimate):
        if value.method == ITSELF:
            return ""
        return str(value) if float(value) == float(value) else f"not defined ({value.method})"
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if isinstance(value, Real):
        return digits(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value))
    return str(value)


def ends(score: Estimate) -> tuple[str, str, str]:
    """A score and the ends of its interval, with the same number of decimals.

    Example:
        >>> ends(Estimate(0.9, low=0.85, high=0.94, method="wilson", n=200))
        ('0.9000', '0.8500', '0.9400')
    """
    if float(score) != float(score):
        return "not defined", "", ""
    value, low, high = alike((float(score), score.low, score.high))
    return value, low, high


def score_rows(scores: Mapping[str, Estimate], *, unknown: str = "") -> list[list[str]]:
    """Name, value, interval (or `unknown`), how it was made, and n of each score."""
    rows = []
    for name, score in scores.items():
        known = score.low == score.low
        value, low, high = ends(score)
        interval = f"{low} to {high}" if known else unknown
        how = f"{score.level:.0%}, {score.method}" if known else score.method
        rows.append([display_name(name), value, interval, how, f"{score.n:,}"])
    return rows


def cells(frame: "pd.DataFrame") -> tuple[list[str], list[list[str]], list[bool]]:
    """A DataFrame as texts.

    Args:
        frame: any; its index is left out unless it is named.

    Returns:
        Headings, rows of cells, and for each column whether all of it are numbers.
    """
    table = frame.reset_index() if any(frame.index.names) else frame
    columns = [table.iloc[:, place].tolist() for place in range(table.shape[1])]
    headings = [display_name(str(name)) for name in table.columns]
    numeric = [
        all(isinstance(v, Real) and not isinstance(v, bool) for v in values) for values in columns
    ]
    told = [_told(values, str(name)) for values, name in zip(columns, table.columns, strict=True)]
    return headings, [list(row) for row in zip(*told, strict=True)], numeric


def _told(values: Sequence[object], name: str) -> list[str]:
    """The cells of one column; shares and scores of one have the same four decimals."""
    shares = [value for value in values if isinstance(value, float) and value == value]
    plain = shares and not any(isinstance(value, Estimate) for value in shares)
    if plain and name not in COLUMNS and max(map(abs, shares)) <= 1:
        least = min((abs(value) for value in shares if value), default=1.0)
        uneven = any(value != int(value) for value in shares)
        if (uneven or name in TITLES) and least >= LEAST_SHARE:
            known = (isinstance(value, float) and value == value for value in values)
            both = zip(values, known, strict=True)
            return [f"{value:.4f}" if is_share else cell(value) for value, is_share in both]
    return [cell(value) for value in values]


def aligned(rows: Iterable[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Rows of cells with their columns lined up.

    Args:
        rows: cells, the same number in each row.
        right: for each column, whether it is set against its right edge.

    Returns:
        One line a row, without blanks at its end.

    Example:
        >>> aligned([["a", "1"], ["bcd", "20"]], [False, True])
        ['a     1', 'bcd  20']
    """
    table = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            word.rjust(width) if on_the_right else word.ljust(width)
            for word, width, on_the_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in table
    ]


def printed(frame: "pd.DataFrame") -> list[str]:
    """A DataFrame as lines of a terminal, headings first, set in by two blanks."""
    headings, rows, numeric = cells(frame)
    return [f"  {line}" for line in aligned([headings, *rows], numeric)]


def text_of(heading: str, frame: "pd.DataFrame") -> str:
    """A heading and the lines of a table."""
    return "\n".join([heading, *printed(frame)])


def markdown(frame: "pd.DataFrame", *, most_rows: int = 50) -> str:
    """A DataFrame as a Markdown table; what could be read as markup is escaped.

    Args:
        frame: any; cells may be Estimates.
        most_rows: rows beyond these are counted, not printed.

    Returns:
        Lines without a trailing newline.
    """
    headings, rows, numeric = cells(frame)
    rules = ["---:" if number else "---" for number in numeric]
    lines = [f"| {' | '.join(map(inert, headings))} |", f"| {' | '.join(rules)} |"]
    lines += [f"| {' | '.join(map(inert, row))} |" for row in rows[:most_rows]]
    if len(rows) > most_rows:
        lines += ["", f"and {len(rows) - most_rows:,} more rows"]
    return "\n".join(lines)


def shortened(label: object, length: int = 18) -> str:
    """A text on one line that fits a place.

    Example:
        >>> shortened("a very long label indeed", 10)
        'a very lo…'
    """
    text = str(label).replace("\n", " ")
    return text if len(text) <= length else text[: length - 1] + "…"
