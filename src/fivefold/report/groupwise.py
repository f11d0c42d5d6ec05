"""How answers of groups differ, with the interval of each rate."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.report.drawing import BLUE, INK, MUTED, ORANGE, WIDE, draw
from fivefold.report.tables import shortened

if TYPE_CHECKING:
    import pandas as pd

MOST = 16
"""Groups that are drawn."""
RATES = {
    "positive_rate": ("answered {}", MUTED),
    "true_positive_rate": ("found, of {}", BLUE),
    "false_positive_rate": ("wrongly, of others", ORANGE),
}
ERRORS = {
    "mean_error": ("mean error: too high, too low", BLUE),
    "mean_absolute_error": ("mean absolute error", MUTED),
}
CAPTION = (
    "How groups of test rows are answered; a line is the interval. Equal shares of answers, equal "
    "shares found and equally many of the answers right cannot all be had where groups differ in "
    "the truth: which of them is meant is for people to say."
)
CAPTION_OF_NUMBERS = (
    "How far predictions of groups of test rows are off; a line is the interval. A mean error "
    "above 0 is too high."
)


def drawn(table: "pd.DataFrame") -> tuple[str, ...]:
    """The columns of the table that are drawn; none where there are none of these."""
    known = RATES if "positive_rate" in table else ERRORS
    return tuple(name for name in known if name in table)


def groupwise(table: "pd.DataFrame", positive: object) -> str:
    """The rates or errors of each group by one column, as SVG text.

    Args:
        table: of the name `fairness`, of `Evaluated.tables`: `column`, `group`, `note`, rates.
        positive: the class that rates are of.
    """
    names = drawn(table)
    single = ~table["column"].str.contains(" and ") & (table["note"] == "")
    lines = table[single].head(MOST)
    told = [f"{column}: {group}" if column else group
            for column, group in zip(lines["column"], lines["group"], strict=True)]  # fmt: skip
    step = 0.6 / max(1, len(names))

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        for number, name in enumerate(names):
            words, colour = (RATES | ERRORS)[name]
            for place, rate in enumerate(lines[name]):
                at = place + (number - (len(names) - 1) / 2) * step
                if np.isfinite(float(rate)) and np.isfinite(rate.low):
                    axes.plot([rate.low, rate.high], [at, at], color=colour, linewidth=1.4)
                label = words.format(shortened(str(positive), 12)) if not place else None
                axes.plot([float(rate)], [at], "o", color=colour, markersize=5, label=label)
        if names[0] in ERRORS:
            axes.axvline(0, color=MUTED, linewidth=0.8)
        else:
            axes.set_xlim(-0.02, 1.02)
        axes.set_yticks(range(len(told)), [shortened(name, 26) for name in told])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(told) - 0.5, -0.6)
        axes.set_xlabel("share of test rows" if names[0] in RATES else "error")
        axes.spines["left"].set_visible(False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.22 / (0.4 + 0.08 * len(told))),
                    ncols=1, fontsize=8)  # fmt: skip

    height = 1.6 + 0.4 * len(told)
    return draw(paint, width=WIDE, height=height, title="Groups")
