"""From pages that were read to rows of a table, and what is to be told of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fivefold.codecs.personal import masked, personal
from fivefold.web.copies import copies
from fivefold.web.document import Document
from fivefold.web.frontier import Frontier, Kept
from fivefold.web.select import Selector
from fivefold.web.url import canonical, matches

ORIGIN = ("url", "fetched_url", "fetched_at", "status", "sha256", "licence", "language")
"""Columns that say where a row comes from; nothing is learnt from them."""

COPIES = "copies"
"""The column by which copies are kept on one side."""


@dataclass
class Harvest:
    """The rows of a crawl.

    Attributes:
        columns: cells by column, those that were selected first.
        unselected: pages that were read and on which nothing was found.
        guessed: pages whose character set nothing says.
        people: how often each kind of personal data stands in the cells, by column.
        without: files that a cell names and that were not read, by column.
    """

    columns: dict[str, list[Any]]
    unselected: int = 0
    guessed: int = 0
    people: dict[str, Counter[str]] = field(default_factory=dict)
    without: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.columns["url"])


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
                rows.columns[name].append(_checked(rows, name, cell, mask=mask))
            for name, said in zip(ORIGIN, _origin(page, document), strict=True):
                rows.columns[name].append(said)
        rows.unselected += not found
    return rows


def mark_copies(rows: Harvest, select: Mapping[str, Selector]) -> int:
    """Give rows whose texts are copies of one another the same group.

    Returns:
        How many rows are copies of one before them.
    """
    texts = [name for name, one in select.items() if one.way in {"plain", "main", "list", "html"}]
    said = [
        " ".join(str(rows.columns[name][row] or "") for name in texts) for row in range(len(rows))
    ]
    groups = copies(said)
    many = len(groups) - len(set(groups.tolist()))
    if many:
        rows.columns[COPIES] = [f"copy {group}" for group in groups.tolist()]
    return many


def _origin(page: Kept, document: Document) -> tuple[Any, ...]:
    moment = datetime.fromtimestamp(page.moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    said = (document.licence(), document.language())
    return (page.address, page.fetched, moment, page.status, page.digest, *said)


def _checked(rows: Harvest, name: str, cell: Any, *, mask: bool) -> Any:
    """The cell, masked where that is asked for; personal data in it is counted."""
    if isinstance(cell, list):
        return [_checked(rows, name, each, mask=mask) for each in cell]
    if not isinstance(cell, str):
        return cell
    found = personal(cell)
    if found:
        rows.people.setdefault(name, Counter()).update(found)
    return masked(cell) if mask and found else cell
