"""From pages that were read to rows of a table, and what is to be told of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fivefold.codecs.copies import copies
from fivefold.codecs.personal import masked, personal
from fivefold.web.document import Document
from fivefold.web.frontier import Frontier
from fivefold.web.select import Selector
from fivefold.web.url import canonical, matches
from fivefold.web.visited import Kept

ORIGIN = ("url", "fetched_url", "fetched_at", "status", "sha256", "licence", "language")
"""Columns that say where a row comes from; nothing is learnt from them."""

COPIES = "copies"
"""The column by which copies are kept on one side."""

LONG = 20
"""Words from which on texts say that two rows are copies: names and categories are alike often."""


@dataclass
class Harvest:
    """The rows of a crawl.

    Attributes:
        columns: cells by column, those that were selected first.
        unselected: pages that were read and on which nothing was found.
        guessed: pages whose character set nothing says.
        people: how often each kind of personal data stands in the cells, by column.
        without: files that a cell names and that were not read, by column.
        repeated: rows that came twice.
        elsewhere: paths of lists of objects in the first answer of an interface that has any.
    """

    columns: dict[str, list[Any]]
    unselected: int = 0
    guessed: int = 0
    people: dict[str, Counter[str]] = field(default_factory=dict)
    without: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    elsewhere: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns.get("url", ()))


def harvest(
    frontier: Frontier,
    select: Mapping[str, Selector],
    *,
    keep: tuple[str, ...] = (),
    items: str = "",
    ignored: tuple[str, ...] = (),
    mask: bool = False,
) -> Harvest:
    """The rows of all pages that were read, by address.

    Args:
        frontier: with the pages.
        select: what becomes of a page, by column.
        keep: patterns of pages that are rows; all if there is none.
        items: CSS of what is a row each; empty for the page.
        ignored: patterns of parameters that are left out of addresses.
        mask: whether personal data in cells is replaced by its kind.
    """
    rows = Harvest({name: [] for name in (*select, *ORIGIN)})
    for page in frontier.kept():
        document = Document(page.address, page.headers, page.body)
        if document.is_list or (keep and not matches(page.address, keep)):
            continue
        rows.guessed += document.is_guessed
        found = False
        for item in document.tree.css(items) if items else [None]:
            cells = {name: one.cell(document, item) for name, one in select.items()}
            if all(cell is None for cell in cells.values()):
                continue
            found = True
            for name, one in select.items():
                cell = cells[name]
                if one.way == "file" and cell is not None:
                    cell = frontier.file(canonical(cell, ignored=ignored))
                    rows.without[name] += cell is None
                rows.columns[name].append(checked(rows, name, cell, mask=mask))
            for name, said in zip(
                ORIGIN, origin_cells(page, document.licence(), document.language()), strict=True
            ):
                rows.columns[name].append(said)
        rows.unselected += not found
    return rows


def mark_copies(rows: Harvest) -> int:
    """Give rows whose texts are copies of one another the same group.

    Returns:
        How many rows are copies of one before them.
    """
    names = [name for name in rows.columns if name not in ORIGIN]
    said = [_said([rows.columns[name][row] for name in names]) for row in range(len(rows))]
    places = [row for row, text in enumerate(said) if len(text.split()) >= LONG]
    groups = list(range(len(rows)))
    for place, first in zip(places, copies([said[row] for row in places]).tolist(), strict=True):
        groups[place] = places[first]
    many = len(groups) - len(set(groups))
    if many:
        rows.columns[COPIES] = [f"copy {group}" for group in groups]
    return many


def _said(cells: Sequence[Any]) -> str:
    """The texts of cells, those of tables left out."""
    parts = [part for cell in cells for part in (cell if isinstance(cell, list) else [cell])]
    return " ".join(part for part in parts if isinstance(part, str))


def origin_cells(page: Kept, licence: str | None, language: str | None) -> tuple[Any, ...]:
    """The cells of `ORIGIN`."""
    moment = datetime.fromtimestamp(page.moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return (page.address, page.fetched, moment, page.status, page.digest, licence, language)


def checked(rows: Harvest, name: str, cell: Any, *, mask: bool) -> Any:
    """The cell, masked where that is asked for; personal data in it is counted."""
    if isinstance(cell, list):
        return [checked(rows, name, each, mask=mask) for each in cell]
    if not isinstance(cell, str):
        return cell
    found = personal(cell)
    if found:
        rows.people.setdefault(name, Counter()).update(found)
    return masked(cell) if mask and found else cell
