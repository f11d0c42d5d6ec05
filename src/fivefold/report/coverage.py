"""How often the truth of test rows was held, beside how often it was to be."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.report.drawing import BLUE, INK, MUTED, ORANGE, WIDE, draw
from fivefold.report.tables import shortened

if TYPE_CHECKING:
    import pandas as pd

MOST = 16
"""Lines that are drawn."""


def coverage(table: "pd.DataFrame") -> str:
    """The share of test rows whose truth was held, of all and of parts, as SVG text.

    Args:
        table: of that name, of `Evaluated.tables`: `rows_of`, `wanted`, `coverage`.
    """
    lines = table.head(MOST)
    names, wanted = [str(name) for name in lines["rows_of"]], float(lines["wanted"].iloc[0])

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        axes.axvline(wanted, color=ORANGE, linewidth=1.2)
        for place, score in enumerate(lines["coverage"]):
            colour = MUTED if place else BLUE
            if np.isfinite(score.low) and np.isfinite(score.high):
                axes.plot([score.low, score.high], [place, place], color=colour)
            axes.plot([float(score)], [place], "o", color=colour, markersize=6)
        axes.set_yticks(range(len(names)), [shortened(name, 28) for name in names])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(names) - 0.5, -0.6)
        axes.set_xlabel("share of test rows whose truth was held")
        axes.spines["left"].set_visible(False)

    return draw(paint, width=WIDE, height=0.9 + 0.35 * len(names), title="Coverage")
