"""From the answers of an interface to rows of a table."""

from collections.abc import Mapping
from typing import Any

from fivefold.web.frontier import Frontier
from fivefold.web.harvest import ORIGIN, Harvest, checked, origin_cells
from fivefold.web.paged import Paged, link
from fivefold.web.picked import Picked, flat, lists_in, rows_in, value_of
from fivefold.web.url import joined


def glean(
    frontier: Frontier,
    manner: Paged,
    select: Mapping[str, Picked],
    *,
    key: str | None = None,
    mask: bool = False,
) -> Harvest:
    """The rows of all answers, in their order.

    Args:
        frontier: with the pages.
        manner: how they were read.
        select: what of a row becomes a cell, by column; all of it if it is empty.
        key: the column that tells rows apart: the first of equal ones counts.
        mask: whether personal data in cells is replaced by its kind.
    """
    listed: list[tuple[dict[str, Any], tuple[Any, ...]]] = []
    rows, known = Harvest({}), set[Any]()
    for page in frontier.kept(chained=True):
        value = value_of(page.body)
        found = rows_in(value, manner.rows)
        rows.unselected += not found
        rows.elsewhere = rows.elsewhere or lists_in(value)
        licence, language = link(page.headers, "license"), page.headers.get("content-language")
        said = origin_cells(page, licence, language)
        for row in found:
            cells = {name: one.cell(row) for name, one in select.items()} or _all(row)
            if all(cell is None for cell in cells.values()):
                continue
            told = None if key is None else cells.get(key)
            if told is not None and repr(told) in known:
                rows.repeated += 1
                continue
            known.add(repr(told))
            for name, one in select.items():
                if one.way == "file" and (cell := cells[name]) is not None:
                    led = joined(page.fetched, cell)
                    cells[name] = None if led is None else frontier.file(manner.pair(led)[0])
                    rows.without[name] += cells[name] is None
            listed.append((cells, said))
    names = dict.fromkeys(name for cells, _ in listed for name in cells)
    rows.columns = {
        name: [checked(rows, name, cells.get(name), mask=mask) for cells, _ in listed]
        for name in names
    } | {name: [said[place] for _, said in listed] for place, name in enumerate(ORIGIN)}
    return rows


def _all(row: Any) -> dict[str, Any]:
    """All cells of a row; those that are called as what says where it comes from, `row.url`."""
    return {f"row.{name}" if name in ORIGIN else name: cell for name, cell in flat(row).items()}
