"""A class for each pixel of a picture."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.grid import Grid
from fivefold.codecs.regions import palette, regions_told
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.metrics import classification, overlap
from fivefold.metrics.metric import Metric
from fivefold.tasks.ids import Ids, read_ids
from fivefold.tasks.tagging import Tagging
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.task import Task


class Segmentation(Tagging):
    """Which class each pixel of a picture is of: organs, roads, what is in front.

    A cell of the target is a mask as large as the one picture among the inputs; it is brought to
    the size that a network sees by nearest pixels, as the picture is by its own way. The target is
    `(n, height, width)` with -1 for pixels that are ignored.
    """

    name = "segmentation"
    metrics: ClassVar[tuple[Metric, ...]] = (
        *(overlap.MEAN_IOU, overlap.MEAN_DICE, overlap.ACCURACY, overlap.LOG_LOSS),
    )
    losses = ("cross_entropy", "cross_entropy_dice", "focal")
    plane = True
    heeds = ("classes",)
    constant_name = "majority class"

    def fitted(self, schema: Schema) -> Task:
        return _of_classes(schema.classes)

    def recognise(self, targets: Targets) -> float:
        """Arrays of pixels beside one column of pictures."""
        return 0.9 if targets.sizes is not None and _are_masks(targets) else 0.0

    def settle(self, targets: Targets) -> Settled:
        """The classes in the order of their ids; masks that suit no picture are told."""
        _check_masks(targets)
        found: Ids = read_ids(targets)
        return Settled(
            values=(targets.only.values,),
            classes=found.labels,
            format=json.dumps(found.ids),
            notes=found.notes,
            findings=found.findings,
            unfit=found.unfit,
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        """Int64 `(n, height, width)`: places of classes; -1 for what is ignored, or not seen."""
        grid = steps if isinstance(steps, Grid) else Grid(0, 0)
        ids = np.array(json.loads(schema[schema.targets[0]].format), np.int64)
        target = np.full((len(values[0]), grid.height, grid.width), -1, np.int64)
        order = np.argsort(ids)
        for row, mask in enumerate(values[0]):
            if mask is None:
                continue
            rows, columns = grid.seen(*mask.shape[:2])
            cells = mask[:, :, 0][rows.clip(0)[:, None], columns.clip(0)].astype(np.int64)
            place = np.searchsorted(ids, cells, sorter=order).clip(max=len(ids) - 1)
            known = (ids[order[place]] == cells) & (rows >= 0)[:, None] & (columns >= 0)
            target[row] = np.where(known, order[place], -1)
        return target

    def _steps(self, steps: int | None) -> tuple[int, ...]:
        return (steps.height, steps.width) if isinstance(steps, Grid) else (0, 0)

    def wanted(self, schema: Schema) -> str:
        return "a mask with a class for some pixel"

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        """Masks of the same size whose pixels have other ids that the column holds."""
        ids = np.unique(np.concatenate([np.unique(m) for m in known if m is not None]))
        for row in np.flatnonzero(some):
            if values[row] is not None:
                drawn = ids[rng.integers(0, len(ids), values[row].shape)]
                values[row] = drawn.astype(known[row].dtype if drawn.max() > 255 else np.uint8)
        return values

    def answers(self, scores: Array, schema: Schema) -> Array:
        """The place of the likeliest class of each pixel, `(height, width)` uint8 a row."""
        return objects(row.argmax(-1).astype(np.uint8) for row in _known(scores))

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        """Masks as PNG with the places of classes, and the share of pixels that each class has."""
        count, masks = len(schema.classes), self.answers(scores, schema)
        return {
            "predictions": [regions_told(mask, count) for mask in masks],
            "classes": list(schema.classes),
            "colours": [f"#{bytes(colour).hex()}" for colour in palette(count)],
            "fractions": [_fractions(mask, count).tolist() for mask in masks],
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        """The share of the pixels that each class is said to have."""
        count = len(schema.classes)
        found = [_fractions(mask, count) for mask in self.answers(scores, schema)]
        table = np.array(found).reshape(-1, count)
        return {f"fraction of {label}": table[:, n] for n, label in enumerate(schema.classes)}

    def tolerance(self, targets: Array, wanted: Array) -> float:
        """More than for one answer a row, as it is the largest over all pixels of all rows."""
        return 1e-4

    def errors(self, target: Array, scores: Array) -> Array:
        """The fraction of each picture's pixels whose class is wrong."""
        sums = overlap.tallies(target, scores).sum(1)
        return np.asarray(1 - sums[:, 0] / np.maximum(sums[:, 1], 1))

    def row_losses(self, target: Array, scores: Array) -> Array:
        there = target >= 0
        lost = classification.row_losses(target[there], scores[there])
        row, rows = np.nonzero(there)[0], len(target)
        counts = np.bincount(row, minlength=rows)
        return np.asarray(np.bincount(row, weights=lost, minlength=rows) / np.maximum(counts, 1))

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        said = super().purpose(schema, inputs, quote)
        return said.replace("one for each position", "a class for each pixel")

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        sums = overlap.tallies(target, scores).sum(0)
        with np.errstate(invalid="ignore"):
            found = sums[:, 0] / (sums[:, 1] + sums[:, 2] - sums[:, 0])
        worst = [n for n in np.argsort(found) if sums[n, 1]][:4]
        told = ", ".join(f"{schema.classes[n]} {found[n]:.3f}" for n in worst)
        wrong, every = sums[:, 1].sum() - sums[:, 0].sum(), sums[:, 1].sum()
        return f"{wrong:,.0f} of {every:,.0f} pixels of the test rows; lowest IoU: {told}"


@cache
def _of_classes(classes: tuple[Label, ...]) -> Segmentation:
    """The task where the classes are known, each of which has a score of its own."""

    class Regions(Segmentation):
        """Regions of pictures, judged by class."""

        metrics = (*Segmentation.metrics, *overlap.iou_metrics(classes))

    return Regions()


def _known(scores: Array) -> Array:
    """Scores without NaN."""
    return np.asarray(np.where(np.isnan(scores), -1.0, scores))


def _fractions(mask: Array, classes: int) -> Array:
    counts = np.bincount(mask.ravel(), minlength=classes)[:classes]
    return np.asarray(counts / max(1, mask.size))


def _are_masks(targets: Targets) -> bool:
    cells: Any = targets.only.values if len(targets.columns) == 1 else np.empty(0)
    held = [cell for cell in cells[targets.usable] if cell is not None][:20]
    return bool(held) and all(getattr(cell, "ndim", 0) == 3 for cell in held)


def _check_masks(targets: Targets) -> None:
    if not _are_masks(targets):
        raise DataError.expected(
            f"{targets.source}, target `{targets.only.name}`",
            "masks: files or arrays with a class id for each pixel",
            targets.only.what,
            'Pass kinds={"' + targets.only.name + '": "mask"} if its cells are such.',
            column=targets.only.name,
        )
