"""The course of a search for settings, drawn."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from fivefold.report.drawing import BLUE, MUTED, ORANGE, draw

if TYPE_CHECKING:
    import pandas as pd


def search_history(trials: "pd.DataFrame", *, title: str, greater: bool = True) -> str:
    """Scores of trials in their order, and the best so far, as SVG text.

    Args:
        trials: columns `trial`, `state` and `score`, one row a trial.
        title: of the score.
        greater: whether more of it is better.
    """
    finished = trials[trials["state"] == "complete"]
    others = trials[(trials["state"] != "complete") & trials["score"].notna()]
    best = finished["score"].cummax() if greater else finished["score"].cummin()

    def paint(axes: Axes) -> None:
        if len(others):
            axes.plot(others["trial"], others["score"], "x", color=MUTED, label="ended early")
        if len(finished):
            axes.plot(finished["trial"], finished["score"], "o", color=BLUE, label="finished")
            axes.step(finished["trial"], best, where="post", color=ORANGE, label="best so far")
        axes.set_xlabel("trial")
        axes.set_ylabel(title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.legend()

    return draw(paint, title="Course of the search")
