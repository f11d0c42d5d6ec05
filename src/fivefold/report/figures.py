"""Pictures of a run: how it learned, where it errs, how it compares."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from fivefold.core.estimate import Estimate
from fivefold.metrics import confusion
from fivefold.report.drawing import BLUE, INK, MUTED, ORANGE, WIDE, draw
from fivefold.report.tables import ends, shortened

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.codecs.table import Array

MOST_CLASSES, MOST_MARKERS = 30, 25
FALSE = 0.1
"""Share of false discoveries up to which a column is set off."""


def learning_curve(history: "pd.DataFrame", *, best_epoch: int | None = None) -> str:
    """Training and validation loss by epoch, as SVG text.

    Args:
        history: columns `epoch`, `train_loss` and, where there were validation rows, `valid_loss`.
        best_epoch: the epoch whose weights were kept, marked; None marks nothing.
    """
    epochs = history["epoch"].to_numpy()

    def paint(axes: Axes) -> None:
        axes.plot(epochs, history["train_loss"], color=MUTED, label="training rows")
        if "valid_loss" in history and history["valid_loss"].notna().any():
            valid = history["valid_loss"].to_numpy(dtype=float)
            axes.plot(epochs, valid, color=BLUE, label="validation rows")
            best = np.flatnonzero(epochs == best_epoch)
            if len(best):
                axes.plot(epochs[best], valid[best], "o", color=ORANGE, markersize=6, label="kept")
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.legend()

    return draw(paint, title="Learning curve")


def score_by_rows(
    rows: "Array",
    scores: Sequence[Estimate],
    law: Sequence[tuple[float, Estimate]],
    metric: str,
) -> str:
    """A score by the number of training rows, and the law that leads beyond them, as SVG text.

    Args:
        rows: `(s,)` training rows of each size.
        scores: of each size, with intervals.
        law: training rows and the score by the law, with its interval.
        metric: as people write it.
    """
    beyond = np.array([size for size, _ in law])
    curve, low, high = np.array([[float(s), s.low, s.high] for _, s in law]).T
    middle = np.array([float(score) for score in scores])
    reach = np.abs(np.array([[score.low, score.high] for score in scores]).T - middle)

    def paint(axes: Axes) -> None:
        axes.fill_between(beyond, low, high, color=ORANGE, alpha=0.15, linewidth=0)
        axes.plot(beyond, curve, color=ORANGE, label="power law")
        axes.errorbar(rows, middle, yerr=reach, fmt="o", color=BLUE, capsize=2, label="folds")
        axes.axvline(float(rows[-1]), color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_xscale("log")
        axes.set_xlabel("training rows")
        axes.set_ylabel(metric)
        axes.legend()

    return draw(paint, title="Is more data worth it?")


def confusion_matrix(target: "Array", predicted: "Array", classes: Sequence[object]) -> str:
    """Counts of truth against prediction, shaded by the share of the true class, as SVG text.

    Args:
        target: `(n,)` true class indices.
        predicted: `(n,)` predicted class indices.
        classes: labels in index order; beyond 30 only the 30 most frequent are drawn.
    """
    counts = confusion.confusion_matrix(target, predicted, len(classes))
    labels = [shortened(label) for label in classes]
    title = "Where the errors are"
    if len(labels) > MOST_CLASSES:
        kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:MOST_CLASSES])
        counts, labels = counts[np.ix_(kept, kept)], [labels[k] for k in kept]
        title += f" (the {MOST_CLASSES} most frequent of {len(classes)} classes)"
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = len(labels)

    def paint(axes: Axes) -> None:
        axes.grid(visible=False)
        for row, column in np.ndindex(size, size):
            right = row == column
            axes.fill(
                [column - 0.48, column + 0.48, column + 0.48, column - 0.48],
                [row - 0.48, row - 0.48, row + 0.48, row + 0.48],
                color=BLUE if right else ORANGE,
                alpha=round(0.04 + 0.6 * float(share[row, column]) ** 0.5, 2),
                linewidth=0,
            )
            if counts[row, column] and size <= 15:
                axes.text(column, row, f"{counts[row, column]:,}", ha="center", va="center")
        axes.set_xticks(range(size), labels, rotation=0 if size < 4 or longest < 3 else 45)
        if not (size < 4 or longest < 3):
            for tick in axes.get_xticklabels():
                tick.set_horizontalalignment("right")
                tick.set_rotation_mode("anchor")
        axes.set_yticks(range(size), labels)
        axes.tick_params(length=0)
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        for spine in axes.spines.values():
            spine.set_visible(False)

    longest = max(map(len, labels), default=0)
    side = min(2.6 + 0.28 * size, 8.0)
    return draw(paint, width=side + 1.0, height=side, title=title)


def comparison(scores: Mapping[str, Estimate], *, metric: str, ours: str = "") -> str:
    """Models beside one another, as SVG text: a dot for the score, a line for its interval.

    Args:
        scores: an estimate by model, drawn from the top in this order.
        metric: name of the score, for the axis.
        ours: the model to set off in colour.
    """
    names = list(scores)
    window = _window(scores)

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        for place, (name, score) in enumerate(scores.items()):
            colour = BLUE if name == ours else MUTED
            value, label = float(score), ends(score)[0]
            if not window[0] <= value <= window[1]:
                left = value < window[0]
                value, label = window[0 if left else 1], f"← {label}" if left else f"{label} →"
            else:
                if np.isfinite(score.low) and np.isfinite(score.high):
                    axes.plot([score.low, score.high], [place, place], color=colour)
                axes.plot([value], [place], "o", color=colour, markersize=6)
            axes.annotate(
                label,
                (value, place),
                textcoords="offset points",
                xytext=(0, 6),
                ha="center",
                color=INK if name == ours else MUTED,
            )
        axes.set_yticks(range(len(names)), [shortened(name, 28) for name in names])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(names) - 0.5, -0.6)
        axes.margins(x=0.12)
        axes.set_xlabel(metric)
        axes.spines["left"].set_visible(False)

    return draw(paint, width=WIDE, height=0.9 + 0.45 * len(names), title="Beside the baselines")


def markers(table: "pd.DataFrame") -> str:
    """How often columns were chosen, as SVG text: a bar each, those with few false ones in colour.

    Args:
        table: columns `column`, `share` and `q`, the one that tells most first; 25 are drawn.
    """
    few = table.head(MOST_MARKERS)
    places, names = range(len(few)), [shortened(name, 28) for name in few["column"]]

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        colours = [BLUE if q <= FALSE else MUTED for q in few["q"]]
        axes.barh(places, few["share"], color=colours, height=0.6)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(few) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"share of halves; blue: at most {FALSE:.0%} false discoveries")

    return draw(paint, width=WIDE, height=0.9 + 0.2 * len(few), title="Markers")


def importance(table: "pd.DataFrame", metric: str) -> str:
    """What a score loses without each column, as SVG text: a bar each, with its interval.

    Args:
        table: of that name, what is missed most first; 25 rows are drawn. Those that are told from
            nothing are in colour, and groups of columns in another one.
        metric: as people write it.
    """
    few = table.head(MOST_MARKERS)
    places, names = range(len(few)), [shortened(name, 28) for name in few["column"]]
    lost = few["lost"].astype(float).to_numpy()
    reach = np.array([[score - score.low, score.high - score] for score in few["lost"]]).T
    lines = np.where(np.isfinite(reach), reach, 0.0)

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        for several, hue in ((False, BLUE), (True, ORANGE)):
            for place in np.flatnonzero((few["columns"] > 1) == several).tolist():
                colour = hue if few["told"].iloc[place] else MUTED
                axes.barh(place, lost[place], color=colour, height=0.6)
        axes.errorbar(lost, places, xerr=lines, fmt="none", ecolor=INK, lw=1)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(few) - 0.4, -0.6)
        axes.set_xlabel(f"{metric} lost")

    return draw(paint, width=WIDE, height=0.9 + 0.2 * len(few), title="Which columns it reads")


def by_chance(scores: "Array", given: float, metric: str) -> str:
    """How often targets of other rows give which score, and the score as it is, as SVG text.

    Args:
        scores: `(n,)` by chance.
        given: as it is.
        metric: as people write it.
    """

    def paint(axes: Axes) -> None:
        axes.hist(scores, bins=min(20, max(5, len(scores) // 3)), color=MUTED, label="by chance")
        axes.axvline(given, color=ORANGE, linewidth=2, label="as it is")
        axes.set_xlabel(metric)
        axes.set_ylabel("permutations")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()

    return draw(paint, title="Better than chance?")


def _window(scores: Mapping[str, Estimate]) -> tuple[float, float]:
    """The range to draw: without the one score that would press all others together."""
    ends = [
        sorted(end for end in (score.low, float(score), score.high) if np.isfinite(end))
        for score in scores.values()
        if np.isfinite(score)
    ]
    everything = (-np.inf, np.inf)
    if len(ends) < 3:
        return everything
    middle = float(np.median([end[len(end) // 2] for end in ends]))
    ends.sort(key=lambda end: abs(end[len(end) // 2] - middle))
    near, far = ends[:-1], ends[-1]
    low, high = min(end[0] for end in near), max(end[-1] for end in near)
    alone = min(abs(far[0] - high), abs(low - far[-1])) > 4 * (high - low)
    return (low, high) if alone else everything
