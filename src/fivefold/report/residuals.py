"""How far numbers are off, over what was predicted."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.report.drawing import BLUE, MUTED, ORANGE, draw, with_unit

if TYPE_CHECKING:
    from fivefold.codecs.table import Array

MOST_POINTS, BINS = 600, 10


def residuals(target: "Array", predicted: "Array", unit: str = "") -> str:
    """True less predicted over predicted, a dot a row, with quartiles, as SVG text.

    A band that widens tells errors that grow with the number; a middle away from 0 tells answers
    that are too low or too high there. Beyond 600 rows an even sample is drawn; quartiles are of
    all.

    Args:
        target: `(n,)` true values.
        predicted: `(n,)` of the same rows.
        unit: of both, for the axes.
    """
    rows = np.unique(np.linspace(0, max(len(target) - 1, 0), MOST_POINTS).astype(np.int64))
    order = np.argsort(predicted, kind="stable")
    off = target - predicted
    bins = min(BINS, len(order) // 10 or 1)
    pieces = [piece for piece in np.array_split(order, bins) if len(piece)]

    def paint(axes: Axes) -> None:
        axes.axhline(0.0, color=ORANGE, linewidth=1.2)
        drawn = order[rows] if len(order) else order
        axes.plot(
            *(predicted[drawn], off[drawn], "o"),
            color=BLUE,
            markersize=2.4,
            alpha=0.35,
            markeredgewidth=0,
        )
        if len(pieces) > 1:
            middles = [float(np.median(predicted[piece])) for piece in pieces]
            low, middle, high = np.array([np.quantile(off[p], [0.25, 0.5, 0.75]) for p in pieces]).T
            axes.fill_between(middles, low, high, color=MUTED, alpha=0.25, linewidth=0)
            axes.plot(middles, middle, color=MUTED, label="quartiles")
            axes.legend(loc="best")
        axes.set_xlabel(with_unit("predicted", unit))
        axes.set_ylabel(with_unit("true less predicted", unit))

    return draw(paint, title="Residuals")
