"""One of several classes that have an order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import literal, quoted
from fivefold.errors import DataError
from fivefold.metrics.metric import (
    LOG_LOSS,
    MEAN_STEPS,
    ORDERED_ACCURACY,
    QUADRATIC_KAPPA,
    RANKED_PROBABILITY,
    WITHIN_A_STEP,
)
from fivefold.metrics.ordered import median_class
from fivefold.tasks.choice import Choice
from fivefold.tasks.classes import classes_of, order_as_asked, settled
from fivefold.tasks.labels import natural
from fivefold.tasks.places import label_array, labels_of
from fivefold.tasks.scales import scale_order
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.telling import Picture, Worth

LEAST_GAP = 0.1
"""Steps by which some rows are worse than others before it is worth a word."""


class Ordinal(Choice):
    """One of `schema.classes`, which stand in order: a network gives a logit for each step.

    Each says whether the class is above that step. The answer is the median class, from which the
    fewest steps are to be expected to the truth.
    """

    name = "ordinal"
    metrics = (
        QUADRATIC_KAPPA,
        MEAN_STEPS,
        ORDERED_ACCURACY,
        WITHIN_A_STEP,
        RANKED_PROBABILITY,
        LOG_LOSS,
    )
    constant_name = "median class"
    trees = "labels"
    simple = "order"

    def recognise(self, targets: Targets) -> float:
        """Where the order is said, or the source says it."""
        return float(len(targets.columns) == 1 and bool(targets.order) and targets.positive is None)

    def settle(self, targets: Targets) -> Settled:
        """The classes of the one column, from the least to the most."""
        found, column = classes_of(targets), targets.only
        names = _ordered(targets)
        labels = {name: found.labels[name] for name in names}
        rows = {name: found.rows[name] for name in names}
        shown = " < ".join(str(label) for label in labels.values())
        note = f"`{column.name}` has {len(labels)} classes in order: {shown}."
        made = settled(replace(targets, asked=True), found.words, labels, rows, note)
        return replace(made, findings=())

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (len(schema.classes) - 1,)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """The median class of each row."""
        return label_array(labels_of(median_class(scores), schema.classes), schema.classes)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        return super().reply(scores, schema) | {"ordered": True}

    def by_class(self, target: Array, scores: Array) -> tuple[Array, Array, Array] | None:
        every = np.arange(scores.shape[1])
        return target[:, None] == every, median_class(scores)[:, None] == every, scores

    def errors(self, target: Array, scores: Array) -> Array:
        """How many steps each answer is from the truth."""
        return np.asarray(np.abs(target - median_class(scores)), np.float64)

    def contrast(self, inside: float, outside: float) -> str:
        if inside - outside < LEAST_GAP:
            return ""
        return f"answers are {inside:.2f} steps off against {outside:.2f}"

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        drawn = super().pictures(target, scores, schema)
        said = {"target": target, "predicted": median_class(scores), "classes": schema.classes}
        caption = "Test rows by true class (down) and answer (across), both in their order."
        return [Picture("confusion_matrix", caption, said), *drawn[1:]]

    def worth(self, schema: Schema) -> Worth:
        """How many steps of the order an answer is off."""
        return Worth("mean_steps", "is off by {} steps on average")

    def aim(self, schema: Schema) -> str:
        return f"one of {len(schema.classes)} classes in order"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        told = super().purpose(schema, inputs, quote)
        ends = (quote(str(schema.classes[place])) for place in (0, -1))
        return f"{told} They have an order, {' to '.join(ends)}; the answer is the median class."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How many answers are off by how many steps."""
        steps = np.abs(target - median_class(scores))
        off = [f"{(steps == 1).sum():,} by one step", f"{(steps > 1).sum():,} by more"]
        return f"{(steps > 0).sum():,} of {len(target):,} test rows: {', '.join(off)}"


def _ordered(targets: Targets) -> list[str]:
    """The words of the classes in order: as said, as a scale has them, or as numbers count.

    Raises:
        DataError: if no order is known, or the one that is said lacks a class.
    """
    found, where = targets.labels, f"{targets.source}, target `{targets.only.name}`"
    words, labels = list(found.labels), [*found.labels.values()]
    if targets.order:
        return order_as_asked(targets)
    if all(not isinstance(label, str) for label in labels):
        return sorted(words, key=lambda name: float(found.labels[name]))
    known = scale_order(map(str, labels))
    if known is not None:
        return [words[labels.index(label)] for label in known]
    if all(natural(str(label))[0][0] == 0 for label in labels):  # numbers that stay texts
        return sorted(words, key=lambda name: float(str(found.labels[name])))
    raise DataError(
        f"{where}: expected classes whose order is known, found {quoted(labels, 6)}.",
        remedy=f"Pass order=({', '.join(literal(label) for label in labels[:3])}, ...) to Collect, "
        "from the least to the most.",
        classes=tuple(labels),
    )
