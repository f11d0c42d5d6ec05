"""A few rows of a kind that can be seen: what was answered, and what is true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of
from fivefold.report.drawing import MUTED, ORANGE, WIDE, draw
from fivefold.report.maskrows import mask_rows
from fivefold.report.tables import cell, shortened
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    from fivefold.artifacts import Collected, Evaluated
    from fivefold.codecs.schema import Column
    from fivefold.codecs.table import Array

ROWS = 8
"""Rows that are shown of a column, half of them those that were answered worst."""

ACROSS = 4
"""Of them beside one another."""

LABEL = 0.24
"""Of a tile's place, the part above it for the truth and the answer."""

SIDE = 160
"""Most pixels of a tile, down and across."""


def examples(collected: "Collected", evaluated: "Evaluated") -> list[tuple[str, str]]:
    """Test rows as pictures: of each column that can be drawn an SVG text and its caption.

    Args:
        collected: the rows.
        evaluated: which of them were judged, and what was answered.
    """
    schema, index = collected.schema, evaluated.index
    task = task_of(schema.task)
    if task.plane and len(index):
        return mask_rows(collected, evaluated)
    drawable = [each for each in schema.inputs if type(kind_of(each.kind)).drawn is not Kind.drawn]
    if not drawable or not has_examples(collected, evaluated):
        return []
    shown, truths, answers = worst_and_best(collected, evaluated)
    named = [
        (shortened(cell(truth), 14), shortened(cell(answer), 14))
        for truth, answer in zip(truths, answers, strict=True)
    ]
    found = []
    for column in drawable:
        tiles = tiles_of(column, collected.table.column(column.name)[index[shown]])
        caption = (
            f"Test rows of {column.name}: first those that were answered worst, then some answered "
            "best. What is true, and behind an arrow what was answered where that is another."
        )
        found.append((contact_sheet(tiles, named, title=f"Examples of {column.name}"), caption))
    return found


def has_examples(collected: "Collected", evaluated: "Evaluated") -> bool:
    """Whether a row has one answer, which can stand beside it."""
    schema = collected.schema
    task = task_of(schema.task)
    return len(evaluated.index) > 0 and len(schema.targets) == 1 and not task.sequence


def worst_and_best(
    collected: "Collected", evaluated: "Evaluated", rows: int = ROWS
) -> "tuple[list[int], Array, Array]":
    """Test rows to show, half of them those that were answered worst, with truth and answer.

    Args:
        collected: the rows.
        evaluated: which of them were judged, and what was answered.
        rows: at most.
    """
    schema, task = collected.schema, task_of(collected.schema.task)
    losses = task.row_losses(evaluated.target, evaluated.scores)
    marks = decided(evaluated.scores, evaluated.threshold)
    wrong = task.errors(evaluated.target, marks)
    worst = [row for row in np.argsort(-losses, kind="stable") if wrong[row]][: rows // 2]
    others = [row for row in np.lexsort((losses, wrong)) if row not in worst]
    shown = [*worst, *others[: rows - len(worst)]]
    truths = collected.table.column(schema.targets[0])[evaluated.index[shown]]
    return shown, truths, task.answers(marks[shown], schema)


def contact_sheet(
    tiles: "Sequence[Array | None]", named: Sequence[tuple[str, str]], *, title: str
) -> str:
    """Pictures side by side, as SVG text.

    Args:
        tiles: `(height, width)` or `(height, width, 3)` uint8 each; None leaves a place empty.
        named: the truth and the answer of each.
        title: of the whole.
    """
    down = -(-len(tiles) // ACROSS)

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        for place, (tile, (truth, answer)) in enumerate(zip(tiles, named, strict=True)):
            left, top = place % ACROSS, place // ACROSS
            if tile is not None:
                height, width = _fitted(tile.shape[0], tile.shape[1])
                box = (left, left + width, top + LABEL + height, top + LABEL)
                axes.imshow(tile, extent=box, cmap="gray", vmin=0, vmax=255, aspect="auto")
            told = truth if truth == answer else f"{truth}\n→ {answer}"
            colour = MUTED if truth == answer else ORANGE
            axes.text(left, top + LABEL - 0.03, told, color=colour, fontsize=8, va="bottom")
        axes.set_xlim(0, ACROSS)
        axes.set_ylim(down, 0)

    return draw(paint, width=WIDE, height=0.4 + 1.45 * down, title=title)


def _fitted(height: int, width: int) -> tuple[float, float]:
    """Height and width of a tile within its place, of which a tenth stays free."""
    longer = max(height, width)
    return (1 - LABEL - 0.05) * height / longer, 0.92 * width / longer


def tiles_of(column: "Column", cells: "Array") -> "list[Array | None]":
    """Cells of a column that can be drawn, each small enough for a tile; None for a missing one."""
    kind = kind_of(column.kind)
    tiles = []
    for value in cells:
        tile = None if value is None else kind.drawn(value, column)
        if tile is not None:
            down, across = (-(-side // SIDE) for side in tile.shape[:2])
            tile = tile[::down, ::across]
        tiles.append(tile)
    return tiles
