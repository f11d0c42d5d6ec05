"""Pictures of what a score loses where cells are changed: disturbed, or in part another row's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.core.estimate import Estimate
from fivefold.report.drawing import BLUE, INK, MUTED, WIDE, draw
from fivefold.report.tables import shortened

if TYPE_CHECKING:
    import pandas as pd

MOST_WAYS, MOST_AREAS = 25, 17


def robustness(table: "pd.DataFrame", metric: str) -> str:
    """What a score loses by each disturbance, as SVG text.

    Args:
        table: as `fivefold.evaluate.robustness` gives it; the first 25 disturbances are drawn.
        metric: as people write it.
    """
    few = table.iloc[1:-1].head(MOST_WAYS)
    told = zip(few["disturbance"], few["strength"], strict=True)
    names, losses = [f"{name}, {much}" for name, much in told], [*few["loss"]]
    label = f"{metric} lost; blue: people would hardly notice"
    known = float(table["loss"].iloc[-1])
    return _losses(names, losses, [*few["mild"]], known, label, "If rows get worse")


def shortcuts(table: "pd.DataFrame", metric: str) -> str:
    """What a score loses without each small area, as SVG text.

    Args:
        table: as `fivefold.evaluate.shortcuts` gives it; the first 17 areas are drawn.
        metric: as people write it.
    """
    few, known = table.iloc[1:].head(MOST_AREAS), float(table["missed"].iloc[0])
    asked, label = [*np.isfinite(few["known_kept"])], f"{metric} lost; blue: much"
    names, losses = [*few["area"]], [*few["lost"]]
    return _losses(names, losses, asked, known, label, "What small areas carry")


def _losses(
    names: Sequence[str],
    losses: Sequence[Estimate],
    marked: Sequence[bool],
    known: float,
    label: str,
    title: str,
) -> str:
    """A dot for each loss, a line for its interval, and a dotted one at all that is known."""

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        if known > 0:
            axes.axvline(known, color=MUTED, linewidth=0.8, linestyle=":")
        for place, (loss, is_marked) in enumerate(zip(losses, marked, strict=True)):
            colour = BLUE if is_marked else MUTED
            if np.isfinite(loss.low):
                axes.plot([loss.low, loss.high], [place, place], color=colour)
            axes.plot([float(loss)], [place], "o", color=colour, markersize=6)
        axes.set_yticks(range(len(names)), [shortened(name, 28) for name in names])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlabel(label)

    return draw(paint, width=WIDE, height=0.9 + 0.24 * len(names), title=title)
