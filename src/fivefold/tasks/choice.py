"""Answers that are one of the classes, a row or a position."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.metrics import classification
from fivefold.metrics.metric import Metric
from fivefold.metrics.weight import per_answer
from fivefold.tasks.additive import LOG_CHANCE, LOG_ODDS, Additive, alone, log_chances
from fivefold.tasks.classes import classes_of, order_as_asked, settled
from fivefold.tasks.places import finite, label_array, labels_of, places_of
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture, Worth

LEAST_GAP = 0.05
"""By which some rows are worse than others, as a fraction of them, before it is worth a word."""
MOST_MISTAKES = 3
COUNTED = ("accuracy", "precision", "recall", "f1")
"""Metrics of right and wrong answers, by which people compare models."""


class Choice(Task):
    """Each answer is one of `schema.classes`, and its scores are their probabilities.

    Of a sequence each position is: the target is `(n, steps)` with -1 behind the last, scores are
    `(n, steps, classes)`, an answer is a list of labels.
    """

    losses: ClassVar[tuple[str, ...]] = ("cross_entropy", "focal")
    labelled = True
    adds = True
    constant_name = "majority class"
    heeds: ClassVar[tuple[str, ...]] = ("order",)

    @property
    def compared(self) -> tuple[Metric, ...]:
        """The headlines, and accuracy, precision, recall and F1 where it has them."""
        more = [m for m in self.metrics if m.name in COUNTED and m not in self.headlines]
        return (*self.headlines, *more)

    def settle(self, targets: Targets) -> Settled:
        """The classes of the one column, in the order that is said, or else in natural order."""
        found = classes_of(targets)
        names = order_as_asked(targets) if targets.order else list(found.labels)
        labels = {name: found.labels[name] for name in names}
        note = f"`{targets.only.name}` has {len(labels)} classes."
        return settled(targets, found.words, labels, found.rows, note)

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        return places_of(values[0], schema.classes)

    def wanted(self, schema: Schema) -> str:
        return f"one of {', '.join(map(repr, schema.classes[:8]))}"

    def strata(self, values: Sequence[Array]) -> Array | None:
        """The classes; positions of a sequence are not spread."""
        return None if self.sequence else values[0].astype(object, copy=False)

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        labels = list(dict.fromkeys(label for label in known.tolist() if label is not None))
        values[some] = labels[int(rng.integers(len(labels)))]
        return values

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (*self._steps(steps), len(schema.classes))

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, *self._steps(steps), len(schema.classes)), np.float32)

    def _steps(self, steps: int | None) -> tuple[int, ...]:
        return (steps or 0,) if self.sequence else ()

    def answers(self, scores: Array, schema: Schema) -> Array:
        """The likeliest label of each row, of equals the first; lists of them for a sequence."""
        if self.sequence:
            return objects(labels_of(row.argmax(-1), schema.classes) for row in _cut(scores))
        return label_array(labels_of(scores.argmax(-1), schema.classes), schema.classes)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        shares = [finite(row) for row in _cut(scores)] if self.sequence else finite(scores)
        return {
            "predictions": self.answers(scores, schema).tolist(),
            "classes": list(schema.classes),
            "probabilities": shares,
        }

    def bounds(self, schema: Schema) -> Literal["intervals", "sets", ""]:
        return "" if self.placed or self.plane or self.network else "sets"

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        """The probability of each class; those of positions have no room in a table."""
        if self.sequence:
            return {}
        return {
            f"probability of {label}": scores[:, place]
            for place, label in enumerate(schema.classes)
        }

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """Log odds of the second of two classes; of more, the logarithm of each probability."""
        if self.sequence:
            return None
        logs, names = log_chances(scores), tuple(map(str, schema.classes))
        if len(names) == 2:  # of which both are told to all digits, as each is made by itself
            return alone(names[1], logs[:, 1] - logs[:, 0], LOG_ODDS)
        return Additive(names, logs, (LOG_CHANCE,) * len(names), scores.argmax(axis=1))

    def positions(self, target: Array) -> Array | None:
        return np.asarray(target >= 0) if target.ndim > 1 else None

    def tally(self, target: Array, classes: int, weight: Array | None = None) -> Array | None:
        known = target >= 0
        if weight is not None:
            weight = per_answer(weight, known)
        return np.bincount(target[known].ravel(), weight, minlength=classes)[:classes]

    def by_class(self, target: Array, scores: Array) -> tuple[Array, Array, Array] | None:
        every = np.arange(scores.shape[1])
        return target[:, None] == every, scores.argmax(1)[:, None] == every, scores

    def errors(self, target: Array, scores: Array) -> Array:
        return np.asarray(scores.argmax(1) != target).astype(np.float64)

    def row_losses(self, target: Array, scores: Array) -> Array:
        return classification.row_losses(target, scores)

    def contrast(self, inside: float, outside: float) -> str:
        if inside - outside < LEAST_GAP:
            return ""
        return f"accuracy is {1 - inside:.3f} against {1 - outside:.3f}"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        counts = np.asarray(self.tally(target, len(schema.classes), weight))
        return np.tile(counts / (counts.sum() or 1), (rows, *target.shape[1:], 1))

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        both = {"target": target, "scores": scores}
        classes = {"classes": schema.classes}
        predicted = {"target": target, "predicted": scores.argmax(axis=1)}
        return [
            Picture(
                "confusion_matrix",
                "Test rows by true class (down) and predicted class (across).",
                predicted | classes,
            ),
            Picture("roc", "The diagonal is guessing.", both | classes),
            Picture("precision_recall", "Towards the upper right is better.", both | classes),
            Picture("calibration", "On the diagonal, a probability means what it says.", both),
        ]

    def worth(self, schema: Schema) -> Worth | None:
        """How many answers of a thousand are right."""
        what = "pixels" if self.plane else "labels" if self.sequence else "rows"
        return Worth("accuracy", f"gets {{}} of 1,000 {what} right", 1000)

    def aim(self, schema: Schema) -> str:
        return f"{len(schema.classes)} classes"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        labels = [quote(str(label)) for label in schema.classes[:20]]
        more = len(schema.classes) - len(labels)
        listed = ", ".join(labels) + (f" and {more} more" if more else "")
        each = "one for each position" if self.sequence else f"one of {len(schema.classes)} classes"
        return f"Predicts {quote(schema.predicted)}, {each} ({listed}), from {inputs}."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        classes, predicted = schema.classes, scores.argmax(axis=1)
        wrong = predicted != target
        pairs = Counter(zip(target[wrong].tolist(), predicted[wrong].tolist(), strict=True))
        told = [
            f"{classes[true]} taken for {classes[said]} ({count:,})"
            for (true, said), count in pairs.most_common(MOST_MISTAKES)
        ]
        what = "positions of the test rows" if self.sequence else "test rows"
        return f"{wrong.sum():,} of {len(target):,} {what}" + (
            f": {', '.join(told)}" if told else ""
        )


def _cut(rows: Array) -> list[Array]:
    """Rows of positions, each as long as it is."""
    ends = (~np.isnan(rows).all(axis=-1)).sum(axis=1)
    return [row[:end] for row, end in zip(rows, ends.tolist(), strict=True)]
