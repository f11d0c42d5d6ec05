"""Pictures of scores against the truth: ROC, precision and recall, calibration, residuals.

Everywhere: `target` is `(n,)` class indices, `scores` is `(n, classes)` probabilities; `classes`
are labels in index order, of two the second is positive. What comes out is SVG text.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from fivefold.metrics.calibration import judged, reliability
from fivefold.metrics.counts import intervals
from fivefold.metrics.curves import average_precision, ranked_counts, roc_auc
from fivefold.metrics.intervals import wilson
from fivefold.metrics.weight import effective_rows
from fivefold.report.drawing import BLUE, LINE, MUTED, ORANGE, WIDE, draw, with_unit
from fivefold.report.figures import confusion_matrix
from fivefold.report.futures import coverage_ahead, error_ahead, forecasts
from fivefold.report.misheard import spelling_errors, transcripts
from fivefold.report.residuals import residuals
from fivefold.report.tables import shortened
from fivefold.report.thresholds import thresholds

if TYPE_CHECKING:
    from fivefold.codecs.table import Array

MOST_POINTS = 600
MOST_SURPRISE = 12.0
CURVE_POINTS = 300
MOST_LABELS = 20
PARTS_OF_COUNTS = 10


def roc(target: "Array", scores: "Array", classes: Sequence[object]) -> str:
    """True positive rate against false positive rate, one curve a class that has both kinds.

    Of several classes the one with the smallest area is set off in colour.
    """
    curves = {}
    for index in _judged(target, classes):
        positive, score = _against(target, index), scores[:, index]
        found, false = ranked_counts(positive, score)
        if found[-1] and false[-1]:
            area = roc_auc(positive, score)
            curves[index] = (false / false[-1], found / found[-1], area)

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        _paint_curves(axes, curves, classes)
        axes.set_xlabel("false positive rate")
        axes.set_ylabel("true positive rate")

    return draw(paint, title="ROC")


def precision_recall(target: "Array", scores: "Array", classes: Sequence[object]) -> str:
    """Precision against recall, one curve a class that has rows.

    Of several classes the one with the smallest average precision is set off.
    """
    curves = {}
    for index in _judged(target, classes):
        positive, score = _against(target, index), scores[:, index]
        found, false = (counts[1:] for counts in ranked_counts(positive, score))
        if len(found) and found[-1]:
            recall, precision = found / found[-1], found / (found + false)
            curves[index] = (recall, precision, average_precision(positive, score))

    def paint(axes: Axes) -> None:
        if len(classes) == 2 and target.ndim == 1 and len(target):
            axes.axhline(float(np.mean(target == 1)), color=LINE, linewidth=1)
        _paint_curves(axes, curves, classes)
        axes.set_xlabel("recall")
        axes.set_ylabel("precision")

    return draw(paint, title="Precision and recall")


def calibration(target: "Array", scores: "Array", *, weight: "Array | None" = None) -> str:
    """How often what was given a probability came true, with Wilson intervals of 95 %.

    Of two classes the second is judged, of more the one that was predicted. `weight` is `(n,)` how
    much each row counts, None for 1 each.
    """
    confidence, came_true = judged(target, scores)
    mean, share, rows = reliability(confidence, came_true, weight=weight)
    if weight is not None:
        rows = rows * (effective_rows(weight) / weight.sum()) if len(rows) else rows
    ends = [wilson(part * n, n) for part, n in zip(share, rows, strict=True)]
    low, high = np.array(ends).reshape(-1, 2).T
    binary = scores.shape[1] == 2

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        axes.vlines(mean, low, high, color=BLUE, linewidth=1.2)
        axes.plot(mean, share, "o", color=BLUE, markersize=5)
        _unit_square(axes)
        axes.set_xlabel("probability given" if binary else "probability of the predicted class")
        axes.set_ylabel("share that came true")

    return draw(paint, title="Calibration")


def predicted_against_true(target: "Array", predicted: "Array", unit: str = "") -> str:
    """A dot a row: what was predicted over what was true, `(n,)` values each, in a unit.

    Beyond 600 rows an even sample is drawn.
    """
    rows = np.unique(np.linspace(0, max(len(target) - 1, 0), MOST_POINTS).astype(np.int64))
    order = np.argsort(target, kind="stable")[rows] if len(target) else rows[:0]
    title = "Predicted against true"
    if len(target) > len(order):
        title += f" ({len(order):,} of {len(target):,} rows)"

    def paint(axes: Axes) -> None:
        x, y = target[order], predicted[order]
        if len(order):
            ends = [float(np.min(x)), float(np.max(x))]
            axes.plot(ends, ends, color=ORANGE, linewidth=1.2)
        axes.plot(x, y, "o", color=BLUE, markersize=2.4, alpha=0.35, markeredgewidth=0)
        axes.set_xlabel(with_unit("true", unit))
        axes.set_ylabel(with_unit("predicted", unit))

    return draw(paint, title=title)


def label_scores(target: "Array", said: "Array", classes: Sequence[object]) -> str:
    """The F1 of each label beside the share of rows that have it, as SVG text.

    Args:
        target: `(n, labels)`, 1 where a row has a label.
        said: `(n, labels)` bool, what was answered.
        classes: the labels; beyond 20 only the 20 commonest are drawn.
    """
    truth = target == 1
    hits, named = (truth & said).sum(0), truth.sum(0) + said.sum(0)
    shares = truth.mean(0) if len(truth) else np.zeros(len(classes))
    shown = np.argsort(-shares, kind="stable")[:MOST_LABELS]
    scores = 2 * hits / np.maximum(named, 1)

    def paint(axes: Axes) -> None:
        axes.grid(visible=False, axis="y")
        places = np.arange(len(shown))
        axes.hlines(places, 0, scores[shown], color=LINE, linewidth=1)
        axes.plot(shares[shown], places, "|", color=MUTED, markersize=8, label="share of rows")
        axes.plot(scores[shown], places, "o", color=BLUE, markersize=6, label="F1")
        axes.set_yticks(places, [shortened(classes[place], 28) for place in shown])
        axes.set_ylim(len(shown) - 0.5, -0.6)
        axes.set_xlim(-0.02, 1.02)
        axes.legend(loc="best")

    more = f" (the {MOST_LABELS} commonest of {len(classes)})" if len(classes) > len(shown) else ""
    return draw(paint, width=WIDE, height=1.2 + 0.3 * len(shown), title=f"Labels{more}")


def counts(target: "Array", scores: "Array") -> str:
    """Counts by what was predicted, as SVG text: means of ten parts of the rows, and a band.

    Args:
        target: `(n,)` counts.
        scores: `(n, 2)` means, and the excess of their variance.
    """
    low, high = intervals(scores)
    order = np.argsort(scores[:, 0], kind="stable")
    parts = [part for part in np.array_split(order, PARTS_OF_COUNTS) if len(part)]

    def paint(axes: Axes) -> None:
        means = np.array([scores[part, 0].mean() for part in parts])
        axes.fill_between(
            means,
            [low[part].mean() for part in parts],
            [high[part].mean() for part in parts],
            color=BLUE,
            alpha=0.12,
            linewidth=0,
        )
        axes.plot(means, means, color=ORANGE, linewidth=1.2)
        axes.plot(means, [target[part].mean() for part in parts], "o", color=BLUE, markersize=5)
        axes.set_xlabel("predicted mean")
        axes.set_ylabel("mean count")

    return draw(paint, title="Counts")


def surprise(target: "Array", scores: "Array", classes: Sequence[object]) -> str:
    """How surprising rows of the two classes are, with the threshold of an alarm.

    `scores` is `(n, 2)`: the threshold, and the surprise.
    """
    told = scores[:, 1].astype(np.float64)
    threshold = float(scores[0, 0]) if len(scores) else 0.0
    farthest = min(MOST_SURPRISE, max(float(told.max(initial=0.0)), 1.5 * threshold))
    bins = np.linspace(0, farthest, 41)

    def paint(axes: Axes) -> None:
        for place, colour in ((0, BLUE), (1, ORANGE)):
            part = np.clip(told[target == place], 0, farthest)
            if len(part):
                heights = np.histogram(part, bins)[0] / len(part)
                axes.stairs(heights, bins, color=colour, label=str(classes[place]), linewidth=1.6)
        axes.axvline(threshold, color=MUTED, linewidth=1)
        axes.set_yscale("log")
        axes.set_xlabel("surprise")
        axes.set_ylabel("share of the rows of a class")
        axes.legend(loc="best")

    return draw(paint, title="Surprise")


def found_at(target: "Array", scores: "Array", classes: Sequence[object]) -> str:
    """The share of odd rows that are found over the share of usual rows that raise an alarm.

    `scores` is `(n, 2)`: the threshold, whose place is marked, and the surprise.
    """
    found, false = ranked_counts(target == 1, scores[:, 1])
    alarm = scores.argmax(1) == 1 if len(scores) else np.zeros(0, bool)

    def paint(axes: Axes) -> None:
        if found[-1] and false[-1]:
            least = 0.5 / false[-1]
            shares = np.maximum(false / false[-1], least)
            axes.step(shares, found / found[-1], where="post", color=BLUE)
            here = max(float(alarm[target == 0].mean()), least)
            axes.plot(here, float(alarm[target == 1].mean()), "o", color=ORANGE, markersize=6)
            axes.set_xscale("log")
            axes.set_xlim(least, 1.0)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("false alarms, a share of usual rows")
        axes.set_ylabel("odd rows found")

    return draw(paint, title="Found at how many false alarms")


def _judged(target: "Array", classes: Sequence[object]) -> list[int]:
    """The classes that have a curve: of two the second, unless a row may have both."""
    return [1] if len(classes) == 2 and target.ndim == 1 else list(range(len(classes)))


def _against(target: "Array", index: int) -> "Array":
    """`(n,)` bool: whether a row has this class."""
    return np.asarray(target == index if target.ndim == 1 else target[:, index] == 1)


def _unit_square(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)


def _paint_curves(
    axes: Axes, curves: "dict[int, tuple[Array, Array, float]]", classes: Sequence[object]
) -> None:
    _unit_square(axes)
    if not curves:
        axes.text(0.5, 0.5, "not defined: one class only", ha="center", color=MUTED)
        return
    weakest = min(curves, key=lambda index: curves[index][2])
    for index, (x, y, area) in curves.items():
        step = np.unique(np.linspace(0, len(x) - 1, CURVE_POINTS).astype(np.int64))
        alone = len(curves) == 1
        style = {"color": BLUE} if alone else {"color": MUTED, "linewidth": 0.7}
        if index == weakest:
            label = f"{shortened(classes[index])}: area {area:.3f}"
            style = {"color": BLUE if alone else ORANGE, "zorder": 3.0, "label": label}
        axes.plot(x[step], y[step], **style)
    if len(curves) > 1:
        axes.plot([], [], color=MUTED, linewidth=0.7, label=f"the {len(curves) - 1} other classes")
    axes.legend(loc="best")


DRAWINGS: Mapping[str, Callable[..., str]] = {
    "confusion_matrix": confusion_matrix,
    "roc": roc,
    "precision_recall": precision_recall,
    "label_scores": label_scores,
    "counts": counts,
    "calibration": calibration,
    "predicted_against_true": predicted_against_true,
    "forecasts": forecasts,
    "error_ahead": error_ahead,
    "coverage_ahead": coverage_ahead,
    "residuals": residuals,
    "surprise": surprise,
    "found_at": found_at,
    "spelling_errors": spelling_errors,
    "thresholds": thresholds,
    "transcripts": transcripts,
}
"""By the name that `fivefold.tasks.task.Picture` gives; each takes its values and gives SVG."""
