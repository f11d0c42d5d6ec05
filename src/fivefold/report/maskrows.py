"""Pictures with what is true of their pixels and what was answered, the worst first."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.codecs.grid import Grid
from fivefold.codecs.regions import palette
from fivefold.kinds.known import kind_of
from fivefold.report.drawing import MUTED, draw
from fivefold.report.tables import shortened
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.artifacts import Collected, Evaluated
    from fivefold.codecs.schema import Column
    from fivefold.codecs.table import Array

ROWS = 6
"""Pictures that are shown, two thirds of them those that were answered worst."""

LISTED = 12
"""Classes that the legend names."""

VOID = 200
"""The grey of pixels that are ignored."""


def mask_rows(collected: "Collected", evaluated: "Evaluated") -> list[tuple[str, str]]:
    """Test rows of a task for pixels as an SVG text and its caption.

    Args:
        collected: the rows.
        evaluated: which of them were judged, and what was answered.
    """
    schema, index = collected.schema, evaluated.index
    task = task_of(schema)
    (column,) = [c for c in schema.inputs if kind_of(c.kind).block.plane]
    wrong = task.errors(evaluated.target, evaluated.scores)
    order = np.argsort(-wrong, kind="stable")
    worst = order[: max(1, 2 * ROWS // 3)]
    middle = order[len(order) // 2 :]
    shown = list(dict.fromkeys([*worst, *middle[: ROWS - len(worst)]]))
    pictures = collected.table.column(column.name)[index[shown]]
    colours = palette(len(schema.classes))
    said = task.answers(evaluated.scores[shown], schema)
    tiles = [
        (_seen(picture, column, target.shape), _painted(target, colours), colours[answer])
        for picture, target, answer in zip(pictures, evaluated.target[shown], said, strict=True)
    ]
    names = [shortened(str(label), 14) for label in schema.classes[:LISTED]]
    svg = _sheet(tiles, [f"{1 - wrong[row]:.1%}" for row in shown], names, colours)
    caption = (
        f"Test rows of {column.name}, first those that were answered worst: the picture, what is "
        "true (ignored pixels are grey), what was answered; the share of pixels that are right."
    )
    return [(svg, caption)]


def _seen(picture: "Array | None", column: "Column", size: tuple[int, ...]) -> "Array":
    """A picture by nearest pixels at the size of its mask, in colour."""
    tile = None if picture is None else kind_of(column.kind).drawn(picture, column)
    if tile is None:
        return np.full((*size, 3), VOID, np.uint8)
    rows, columns = Grid(size[0], size[1]).seen(*tile.shape[:2])
    tile = tile[rows[:, None], columns]
    return tile if tile.ndim == 3 else np.repeat(tile[:, :, None], 3, axis=2)


def _painted(target: "Array", colours: "Array") -> "Array":
    painted = colours[target.clip(0)]
    painted[target < 0] = VOID
    return np.asarray(painted)


def _sheet(
    tiles: "list[tuple[Array, Array, Array]]", told: list[str], names: list[str], colours: "Array"
) -> str:
    height, width = tiles[0][0].shape[:2]
    high, wide = 0.9 * height / max(height, width), 0.94 * width / max(height, width)

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        for down, (row, share) in enumerate(zip(tiles, told, strict=True)):
            for across, tile in enumerate(row):
                box = (across, across + wide, down + high, down)
                axes.imshow(tile, extent=box, aspect="auto", interpolation="nearest")
            axes.text(3.02, down + high / 2, share, color=MUTED, fontsize=8, va="center")
        for across, title in enumerate(("picture", "truth", "answer")):
            axes.text(across, -0.04, title, color=MUTED, fontsize=8, va="bottom")
        for place, name in enumerate(names):
            at = (3.5, 0.1 + 0.28 * place)
            axes.plot(*at, marker="s", color=colours[place] / 255, markersize=6)
            axes.text(at[0] + 0.1, at[1], name, fontsize=8, va="center")
        axes.set_xlim(0, 4.6)
        axes.set_ylim(max(len(tiles), 0.3 * len(names)), -0.2)

    return draw(paint, width=6.4, height=0.4 + 1.4 * len(tiles), title="Pixels, the worst first")
