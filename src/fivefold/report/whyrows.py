"""Why rows were answered as they were, as pictures: what adds to an answer, and what takes away."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from fivefold.artifacts import Collected
from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.kinds.known import kind_of
from fivefold.report.drawing import BLUE, INK, MUTED, ORANGE, draw
from fivefold.report.tables import shortened

if TYPE_CHECKING:
    import pandas as pd

BARS = 6
"""Parts that are drawn of a row, and one line for the others together."""

WIDTH, LEFT = 6.4, 0.42
"""Inches of the picture, and the share of it that names take."""

LINE = 0.2
"""Inches of a line."""

REGIONS = "regions"
"""Parts of a picture."""

OVER = 0.7
"""How much a region hides at most of the picture below it."""


def pictures(collected: Collected, table: "pd.DataFrame") -> dict[int, Array]:
    """Explained cells that are pictures, as they are drawn, by row; none of other cells."""
    (column, *more), found = collected.schema.inputs, dict[int, Array]()
    if more or not (table["by"] == REGIONS).any():
        return {}
    values, kind = collected.table.column(column.name), kind_of(column.kind)
    for row in table["row"].unique().tolist():
        seen = kind.drawn(values[row], column)
        found |= {} if seen is None else {row: seen}
    return found


def explanations(table: "pd.DataFrame", seen: Mapping[int, Array] | None = None) -> str:
    """Bars for each explained row, one row below the other, as SVG text.

    Args:
        table: `row`, `true`, `answered`, `of`, `unit`, `score`, `base`, `beside`, then `name`,
            `value`, `added` and `at` of each part, the parts of a row together.
        seen: pictures of rows, `(height, width)` or with channels, on which regions are drawn.
    """
    rows = [rows for _, rows in table.groupby("row", sort=False)]
    sizes = [2.4 + min(len(one), BARS + 1) + _side(one) for one in rows]

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        top = 0.0
        for one, size in zip(rows, sizes, strict=True):
            _one(axes, one, top, (seen or {}).get(int(one["row"].iloc[0])))
            top += size
        axes.set_xlim(0, 1)
        axes.set_ylim(top, 0)
        axes.set_aspect("auto")  # which a picture sets otherwise

    height = LINE * sum(sizes) + 0.3
    return draw(paint, width=WIDTH, height=height, title="Why rows were answered so")


def _one(axes: Axes, one: "pd.DataFrame", top: float, seen: Array | None) -> None:
    """One row: what is true and answered, the answer on its scale, its largest parts."""
    head = one.iloc[0]
    told, right = f"row {head['row']}: {head['true']}", head["true"] == head["answered"]
    told = told if right else f"{told} → {head['answered']}"
    axes.text(0, top + 0.6, shortened(told, 60), color=INK if right else ORANGE, va="center")
    score, base = digits(head["score"]), digits(head["base"])
    unit = f" {head['unit']}" if head["unit"] else ""
    said = shortened(f"{head['of']}: {score}{unit}; {base} with {head['beside']}", 84)
    axes.text(0, top + 1.5, said, color=MUTED, fontsize=8, va="center")
    lines, place = _lines(one), top + 2.4
    most = max((abs(added) for _, added in lines), default=0.0) or 1.0
    for number, (name, added) in enumerate(lines):
        told = shortened(name, 34)
        axes.text(LEFT - 0.01, place + number, told, ha="right", va="center", fontsize=8)
        wide = (0.88 - LEFT) * abs(added) / most
        colour = MUTED if name.endswith(" others") else BLUE if added > 0 else ORANGE
        axes.barh(place + number, wide, left=LEFT, height=0.6, color=colour)
        signed = f"{added:+.3g}"
        axes.text(LEFT + wide + 0.01, place + number, signed, va="center", fontsize=8, color=MUTED)
    if _side(one):
        _grid(axes, one, place + len(lines) - 0.4, seen)


def _lines(one: "pd.DataFrame") -> list[tuple[str, float]]:
    """Name and value of the largest parts, and what the others add together."""
    parts = [
        (f"{name} = {value}" if value else str(name), float(added))
        for name, value, added in zip(one["name"], one["value"], one["added"], strict=True)
    ]
    drawn = parts if len(parts) <= BARS + 1 else parts[:BARS]
    rest = float(one["score"].iloc[0] - one["base"].iloc[0]) - sum(added for _, added in drawn)
    return drawn if drawn is parts else [*drawn, ("all others", rest)]


def _side(one: "pd.DataFrame") -> float:
    """Lines that a picture of regions takes; none where the parts are no regions."""
    return 6.0 if one["by"].iloc[0] == REGIONS else 0.0


def _grid(axes: Axes, one: "pd.DataFrame", top: float, seen: Array | None) -> None:
    """Regions where they lie, on the picture in grey, the stronger the more they add.

    The picture as it is stands beside it.
    """
    most = float(np.abs(one["added"]).max()) or 1.0
    tall = 5.6
    wide = tall * LINE / WIDTH
    if seen is not None:
        height, width = seen.shape[:2]
        wide *= min(width / height, 2.0)
        plain = seen if seen.ndim == 2 else seen[..., :3].mean(axis=2)
        for left, shown in ((LEFT, plain), (LEFT + wide + 0.02, np.squeeze(seen))):
            place = (left, left + wide, top + tall, top)
            axes.imshow(shown, extent=place, cmap="gray", zorder=0, interpolation="nearest")
    for at, added in zip(one["at"], one["added"], strict=True):
        first, left, last, right = json.loads(at)
        corner = (LEFT + wide * left, top + tall * first)
        colour, strength = (BLUE if added > 0 else ORANGE), abs(added) / most
        strength *= 1.0 if seen is None else OVER
        size = (wide * (right - left), tall * (last - first))
        axes.add_patch(Rectangle(corner, *size, facecolor=colour, alpha=strength, linewidth=0))
    axes.add_patch(Rectangle((LEFT, top), wide, tall, fill=False, edgecolor=MUTED, linewidth=0.6))
