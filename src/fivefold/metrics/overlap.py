"""How well regions of pictures are found: overlap of what is there and what is said, by class.

Everywhere: `target` is `(n, height, width)` class indices, -1 for pixels that are not judged;
`scores` is `(n, height, width, classes)` probabilities. Pictures are drawn again whole, as the
pixels of one are no evidence of their own.
"""

from collections.abc import Sequence
from weakref import ref

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics import classification
from fivefold.metrics.metric import SHARE, SIZE, Metric
from fivefold.metrics.statistic import Statistic, mean_over

_kept: list[tuple[object, object, Array]] = []  # what was counted last, as metrics ask in turn


def tallies(target: Array, scores: Array) -> Array:
    """`(n, classes, 3)` pixels of each picture by class: rightly said, there, and said.

    Example:
        >>> truth, said = np.array([[[0, 1, 1, -1]]]), np.eye(2)[[[[0, 0, 1, 1]]]]
        >>> tallies(truth, said)[0].tolist()
        [[1.0, 1.0, 2.0], [1.0, 2.0, 1.0]]
    """
    for one, other, found in _kept:
        if one() is target and other() is scores:  # type: ignore[operator]
            return found
    classes, rows = scores.shape[-1], len(target)
    said, there = scores.argmax(-1), target >= 0
    row = np.nonzero(there)[0]
    truth, told = target[there], said[there]

    def counted(where: Array | slice, places: Array) -> Array:
        cells = row[where] * classes + places[where]
        return np.bincount(cells, minlength=rows * classes).reshape(rows, classes)

    every = slice(None)
    parts = (counted(truth == told, truth), counted(every, truth), counted(every, told))
    found = np.stack(parts, axis=2).astype(np.float64)
    _kept[:] = [*_kept[-1:], (ref(target), ref(scores), found)]
    return found


def _ratios(target: Array, scores: Array, counts: Array, *, doubled: bool) -> Array:
    """`(b, classes)` overlap by class: over the union, or over the mean of both sizes; or NaN."""
    sums = np.tensordot(counts, tallies(target, scores), axes=1)
    hits, both = sums[..., 0], sums[..., 1] + sums[..., 2]
    return np.asarray(2 * hits / both if doubled else hits / (both - hits))


@Statistic
def mean_iou(target: Array, scores: Array, counts: Array) -> Array:
    """Intersection over union, the mean over classes that are present or said."""
    found = _ratios(target, scores, counts, doubled=False)
    return mean_over(found, ~np.isnan(found))


@Statistic
def mean_dice(target: Array, scores: Array, counts: Array) -> Array:
    """Dice coefficient, the F1 of pixels: the mean over classes that are present or said."""
    found = _ratios(target, scores, counts, doubled=True)
    return mean_over(found, ~np.isnan(found))


@Statistic
def pixel_accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of pixels whose likeliest class is the right one."""
    sums = np.tensordot(counts, tallies(target, scores), axes=1).sum(1)
    return np.asarray(sums[:, 0] / sums[:, 1])


@Statistic
def log_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Mean negative logarithm of the probability given to the truth of a pixel, in nats."""
    there = target >= 0
    lost = classification.row_losses(target[there], scores[there])
    row, rows = np.nonzero(there)[0], len(target)
    sums = np.bincount(row, weights=lost, minlength=rows)
    return np.asarray(counts @ sums / (counts @ np.bincount(row, minlength=rows)))


MEAN_IOU = Metric("mean_iou", mean_iou, True, gap=0.05, bounds=SHARE)
MEAN_DICE = Metric("mean_dice", mean_dice, True, bounds=SHARE)
ACCURACY = Metric("accuracy", pixel_accuracy, True, gap=0.05, bounds=SHARE)
LOG_LOSS = Metric("log_loss", log_loss, False, bounds=SIZE)


def iou_metrics(classes: Sequence[object]) -> tuple[Metric, ...]:
    """Intersection over union of each class.

    Args:
        classes: labels, in the order of the scores.

    Example:
        >>> truth, said = np.array([[[0, 1, 1]]]), np.eye(2)[[[[0, 0, 1]]]]
        >>> [metric(truth, said) for metric in iou_metrics(("sky", "tree"))]
        [0.5, 0.5]
    """

    def metric(place: int, label: object) -> Metric:
        def counted(target: Array, scores: Array, counts: Array) -> Array:
            return _ratios(target, scores, counts, doubled=False)[:, place]

        counted.__name__ = f"iou of {label}"
        return Metric(f"iou of {label}", Statistic(counted), True, bounds=SHARE)

    return tuple(metric(place, label) for place, label in enumerate(classes))
