"""Rows whose label is likely wrong, as people see them: pictures, or texts."""

from typing import TYPE_CHECKING

from fivefold.codecs.personal import masked
from fivefold.core.wording import one_line
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of
from fivefold.report.examples import ROWS, contact_sheet, tiles_of
from fivefold.report.passages import LONGEST
from fivefold.report.tables import cell, shortened

if TYPE_CHECKING:
    from fivefold.artifacts import Collected, Evaluated

TABLE = "label_errors"


def doubted_pictures(collected: "Collected", evaluated: "Evaluated") -> list[tuple[str, str]]:
    """Of each column that can be drawn an SVG text and its caption, the least believed first.

    Args:
        collected: the rows.
        evaluated: which of their labels are likely wrong.
    """
    if TABLE not in evaluated.tables:
        return []
    doubted = evaluated.tables[TABLE].head(ROWS)
    named = [
        (shortened(cell(given), 14), shortened(cell(suggested), 14))
        for given, suggested in zip(doubted["given"], doubted["suggested"], strict=True)
    ]
    found = []
    for column in collected.schema.inputs:
        if type(kind_of(column.kind)).drawn is Kind.drawn:
            continue
        tiles = tiles_of(column, collected.table.column(column.name)[doubted["row"].to_numpy()])
        caption = (
            f"Rows of {column.name} whose label is likely wrong, the least believed first: what is "
            "given, and behind an arrow what models answer that did not learn from them."
        )
        title = f"Labels in doubt, {column.name}"
        found.append((contact_sheet(tiles, named, title=title), caption))
    return found


def doubted_passages(
    collected: "Collected", evaluated: "Evaluated"
) -> tuple[list[str], list[list[str]]] | None:
    """Headings and cells: what is given, what is suggested, and each text.

    Args:
        collected: the rows.
        evaluated: which of their labels are likely wrong.

    Returns:
        None where no label is in doubt, or rows have no text.
    """
    read = [column for column in collected.schema.inputs if kind_of(column.kind).is_passage]
    if not read or TABLE not in evaluated.tables:
        return None
    doubted = evaluated.tables[TABLE].head(ROWS)
    texts = [collected.table.column(column.name)[doubted["row"].to_numpy()] for column in read]
    rows = [
        [
            *(str(row), cell(given), cell(suggested)),
            *(shortened(masked(one_line(str(text or ""))), LONGEST) for text in told),
        ]
        for row, given, suggested, *told in zip(
            doubted["row"], doubted["given"], doubted["suggested"], *texts, strict=True
        )
    ]
    return ["row", "given", "suggested", *(column.name for column in read)], rows
