"""What each threshold of two classes would give, and the one that was taken."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.metrics.curves import ranked_counts
from fivefold.report.drawing import BLUE, MUTED, ORANGE, draw

if TYPE_CHECKING:
    from fivefold.codecs.table import Array


def thresholds(
    target: "Array", scores: "Array", threshold: float, classes: Sequence[object]
) -> str:
    """Precision, recall and F1 of the second class over the threshold, as SVG text.

    Args:
        target: `(n,)` class indices of test rows.
        scores: `(n, 2)` probabilities.
        threshold: that was taken, which is marked.
        classes: of both indices.
    """
    positive, score = target == 1, scores[:, 1]
    found, false = (counts[1:] for counts in ranked_counts(positive, score))
    places = np.sort(np.unique(score))[::-1]

    def paint(axes: Axes) -> None:
        if len(found) and found[-1]:
            recall, precision = found / found[-1], found / (found + false)
            f1 = 2 * found / (found + false + found[-1])
            drawn = (("precision", precision, MUTED), ("recall", recall, BLUE), ("F1", f1, ORANGE))
            for name, values, colour in drawn:
                axes.step(places, values, where="post", color=colour, label=name)
            axes.legend(loc="best")
        axes.axvline(threshold, color=MUTED, linewidth=1)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel(f"probability from which on {classes[1]} is answered")

    return draw(paint, title="Thresholds")
