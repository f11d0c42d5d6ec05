"""Whether a row is odd: unlike those that a model has learnt from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.metrics.metric import (
    AVERAGE_PRECISION,
    FALSE_ALARM_RATE,
    PRECISION,
    RECALL,
    ROC_AUC,
    Metric,
)
from fivefold.tasks.additive import SURPRISE, Additive, alone
from fivefold.tasks.choice import Choice
from fivefold.tasks.classes import PAIRS, class_as_asked, classes_of
from fivefold.tasks.labels import Labels
from fivefold.tasks.places import finite
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.task import ROUNDING
from fivefold.tasks.telling import Picture, Worth

USUAL = frozenset({"normal", "benign", "usual", "ok", "good", "healthy", "nominal", "inlier"})
"""Labels, in any case, that are called so because a row is not odd."""

SIGNED = frozenset({"-1", "1"})
"""A pair whose names do not tell: some write -1 for odd rows, others 1."""


class Anomaly(Choice):
    """Whether a row is odd; known labels judge it, and are not learnt from.

    A network gives how odd a row is. Scores are `(n, 2)`: from which surprise on an alarm is
    raised, and the surprise of the row. It is the negative decimal logarithm of the share of usual
    rows that are as odd: 3 means one in 1,000.
    """

    name = "anomaly"
    metrics: ClassVar[tuple[Metric, ...]] = (
        replace(RECALL, interval="wilson", among=lambda target, scores: target == 1),
        FALSE_ALARM_RATE,
        AVERAGE_PRECISION,
        ROC_AUC,
        replace(PRECISION, interval="wilson", among=lambda target, scores: scores.argmax(1) == 1),
    )
    losses: ClassVar[tuple[str, ...]] = ("reconstruction",)
    labelled = False
    network = "oddity"
    heeds: ClassVar[tuple[str, ...]] = ("positive", "normal")
    constant_name = "no alarm"

    @property
    def compared(self) -> tuple[Metric, ...]:
        """All of them."""
        return self.metrics

    # --- the target

    def settle(self, targets: Targets) -> Settled:
        """Two classes, the usual one first; all labels but that one are odd.

        Of a column that is the same in every row nothing is known to be odd.
        """
        if len(targets.labels.rows) == 1:
            return _all_usual(targets)
        found, column = classes_of(targets), targets.only
        usual, odd, why = _sides(targets, found)
        labels, words, together = {**found.labels}, found.words, ""
        if usual is None or odd is None:
            kept = usual or odd
            rest = f"not {labels[kept]}"
            words = objects(None if w is None else kept if w == kept else rest for w in words)
            labels[rest], together = rest, f"; all labels but {labels[kept]!r} are taken together"
            usual, odd = usual or rest, odd or rest
        rows = sum(word == odd for word in words[targets.usable].tolist())
        note = (
            f"`{column.name}`: {labels[odd]!r} is odd ({why}), {plural(rows, 'row')} of "
            f"{int(targets.usable.sum()):,}{together}. Odd rows are not learnt as a class: labels "
            "judge, and say which rows are known to be usual."
        )
        classes = (labels[usual], labels[odd])
        return Settled(values=(words,), words=True, classes=classes, notes=(note,))

    # --- answers

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (1,)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        thresholds = finite(scores[:1, 0])
        return {
            "predictions": self.answers(scores, schema).tolist(),
            "surprise": finite(scores[:, 1]),
            "threshold": thresholds[0] if thresholds else None,
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        return {"surprise": scores[:, 1]}

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """The surprise of a row."""
        return alone(str(schema.classes[1]), scores[:, 1], SURPRISE)

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """Of surprises, float32 of which hardly tells more where they are large."""
        return ROUNDING * max(1.0, float(np.abs(wanted).max(initial=0.0)) / 10)

    # --- judging

    def by_class(self, target: Array, scores: Array) -> tuple[Array, Array, Array] | None:
        truth, said, _ = super().by_class(target, scores) or (scores, scores, scores)
        return truth, said, np.stack([-scores[:, 1], scores[:, 1]], axis=1)

    def row_losses(self, target: Array, scores: Array) -> Array:
        """How far each row is on the wrong side of the threshold, in surprise."""
        over = scores[:, 1].astype(np.float64) - scores[:, 0]
        return np.maximum(np.where(target == 1, -over, over), 0.0)

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        return np.tile([1.0, 0.0], (rows, 1))

    # --- telling

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        both = {"target": target, "scores": scores, "classes": schema.classes}
        return [
            Picture("surprise", "An alarm is raised right of the line.", both),
            Picture("found_at", "How many odd rows are found at how many false alarms.", both),
            Picture("precision_recall", "Towards the upper right is better.", both),
        ]

    def worth(self, schema: Schema) -> Worth:
        """How many odd rows of a thousand are found."""
        return Worth("recall", "finds {} of 1,000 odd rows", 1000)

    def aim(self, schema: Schema) -> str:
        return "how odd a row is"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        usual, odd = (quote(str(label)) for label in schema.classes)
        return (
            f"Says how odd a row is, from {inputs}: a surprise of 3 means that one usual row in "
            f"1,000 is as odd. From a threshold on the answer is {odd}, else {usual}."
        )

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        alarm, odd = scores.argmax(1) == 1, target == 1
        return (
            f"of {plural(int(odd.sum()), 'odd test row')} {int((odd & ~alarm).sum()):,} were "
            f"missed; of {int((~odd).sum()):,} usual ones {int((alarm & ~odd).sum()):,} raised an "
            "alarm"
        )


def _all_usual(targets: Targets) -> Settled:
    """One label, which all rows have."""
    column, found = targets.only, targets.labels
    [label] = found.labels.values()
    class_as_asked(targets, targets.normal, "normal")
    if targets.positive is not None:
        raise DataError.expected(
            f"{targets.source}, target `{column.name}`",
            "odd rows beside usual ones for positive=",
            f"only {label!r}",
            "Leave positive= out, or name a target that tells them apart.",
        )
    odd: Label = True if label is False else 1 if label == 0 else f"not {label}"
    note = (
        f"`{column.name}` says of no row that it is odd: all that can be judged is how many raise "
        "an alarm."
    )
    return Settled(
        values=(found.words,), words=True, classes=(label, odd), task="unlabelled", notes=(note,)
    )


def _sides(targets: Targets, found: Labels) -> tuple[Any, Any, str]:
    """The words of the usual and of the odd label, None for all others; and why."""
    usual = class_as_asked(targets, targets.normal, "normal")
    odd = class_as_asked(targets, targets.positive, "positive")
    if usual is not None and odd is not None and (usual == odd or len(found.rows) > 2):
        raise DataError.expected(
            f"{targets.source}, target `{targets.only.name}`",
            "normal= or positive=, as all other labels are on the other side",
            f"normal={targets.normal!r} and positive={targets.positive!r}",
            "Leave one of them out.",
        )
    why = "as asked"
    if usual is None and odd is None:
        usual, why = usual_of(found)
    if len(found.rows) == 2:
        first = next(name for name in found.rows if name != odd) if usual is None else usual
        return first, next(name for name in found.rows if name != first), why
    return (None, odd, why) if usual is None else (usual, None, why)


def usual_of(found: Labels) -> tuple[str, str]:
    """The word of the label of usual rows, and why.

    Example:
        >>> from fivefold.tasks.labels import read_labels
        >>> cells, here = np.array(["normal", "smurf", "smurf", "back"], object), np.ones(4, bool)
        >>> usual_of(read_labels(cells, here, here))
        ('normal', 'by its name')
    """
    names = {word(label).lower(): name for name, label in found.labels.items()}
    for first, second in PAIRS:
        if {first, second} == set(names) != SIGNED:
            return names[first], "by its name"
    told = [names[name] for name in names if name.strip(".") in USUAL]
    if len(told) == 1:
        return told[0], "by its name"
    commonest = max(found.rows, key=lambda name: found.rows[name])
    return commonest, "the commonest label is usual"
