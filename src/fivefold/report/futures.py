"""Pictures of forecasts: some of them beside what came, and how good they are by step ahead."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.report.drawing import BLUE, INK, LINE, ORANGE, draw

if TYPE_CHECKING:
    from fivefold.codecs.table import Array


def forecasts(truth: "Array", scores: "Array", levels: "Array") -> str:
    """Some forecasts one after another: what came, what was expected, the band between quantiles.

    Args:
        truth: `(n, horizon)` what came.
        scores: `(n, horizon, 1 + levels)`.
        levels: `(q,)` of the quantiles.
    """
    horizon = truth.shape[1]
    gap = max(1, horizon // 6)

    def paint(axes: Axes) -> None:
        marker = "o" if horizon == 1 else ""
        for place in range(len(truth)):
            steps = place * (horizon + gap) + np.arange(1, horizon + 1)
            low, high = scores[place, :, 1], scores[place, :, -1]
            axes.fill_between(steps, low, high, color=BLUE, alpha=0.2, linewidth=0)
            axes.plot(steps, truth[place], color=INK, linewidth=1.2, marker=marker)
            axes.plot(steps, scores[place, :, 0], "--", color=BLUE, linewidth=1.4, marker=marker)
        axes.set_xticks([])
        axes.set_ylabel("what is forecast")
        axes.set_xlabel(f"{len(truth)} origins, {horizon} steps ahead each")

    title = f"Forecasts, {levels[0]:g} to {levels[-1]:g}"
    return draw(paint, title=title, width=7.2, height=3.0)


def error_ahead(errors: "Array", usual: float) -> str:
    """The mean absolute error of each step ahead, beside the usual error from season to season."""

    def paint(axes: Axes) -> None:
        steps = np.arange(1, len(errors) + 1)
        axes.axhline(usual, color=ORANGE, linewidth=1, label="from season to season")
        axes.plot(steps, errors, "o-" if len(errors) < 40 else "-", color=BLUE, markersize=3)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("steps ahead")
        axes.set_ylabel("mean absolute error")
        axes.legend(loc="best")

    return draw(paint, title="Error by step ahead")


def coverage_ahead(covered: "Array", wanted: float) -> str:
    """How often the band held what came, by step ahead, beside what it should."""

    def paint(axes: Axes) -> None:
        steps = np.arange(1, len(covered) + 1)
        axes.axhline(wanted, color=LINE, linewidth=1.4)
        axes.plot(steps, covered, "o-" if len(covered) < 40 else "-", color=BLUE, markersize=3)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("steps ahead")
        axes.set_ylabel(f"share inside, {wanted:g} wanted")

    return draw(paint, title="Coverage by step ahead")
