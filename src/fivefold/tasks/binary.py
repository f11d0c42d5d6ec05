"""One of two classes."""

from collections.abc import Callable
from dataclasses import replace

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.errors import DataError
from fivefold.metrics.metric import (
    ACCURACY,
    AVERAGE_PRECISION,
    BALANCED_ACCURACY,
    BRIER,
    F1,
    LOG_LOSS,
    MCC,
    PRECISION,
    RECALL,
    ROC_AUC,
)
from fivefold.tasks.choice import Choice
from fivefold.tasks.classes import (
    classes_of,
    order_as_asked,
    positive_as_asked,
    positive_of,
    settled,
)
from fivefold.tasks.target import Settled, Targets


class Binary(Choice):
    """One of two classes, of which the second is the positive one: a network gives its logit."""

    name = "binary"
    metrics = (
        ROC_AUC,
        AVERAGE_PRECISION,
        ACCURACY,
        LOG_LOSS,
        BALANCED_ACCURACY,
        replace(PRECISION, interval="wilson", among=lambda target, scores: scores.argmax(1) == 1),
        replace(RECALL, interval="wilson", among=lambda target, scores: target == 1),
        F1,
        BRIER,
        MCC,
    )
    trees = "class"
    heeds = ("order", "positive")

    def recognise(self, targets: Targets) -> float:
        """Two labels, or one that is asked to be told from the rest."""
        if len(targets.columns) > 1 or (targets.positive is None and not targets.look_like_labels):
            return 0.0
        labels = len(targets.labels.rows)
        return float(labels == 2 or (labels > 2 and targets.positive is not None))

    def settle(self, targets: Targets) -> Settled:
        """The classes of the one column, the positive one last.

        It is the one that is asked for, the last where the two have an order, or else what
        `positive_of` finds. With more than two classes it must be asked for, and the others are
        taken together.
        """
        found, column = classes_of(targets), targets.only
        labels, sizes, words = found.labels, found.rows, found.words
        chosen, asked, notes = positive_as_asked(targets), "as asked", []
        if len(sizes) > 2:
            if chosen is None:
                raise DataError(
                    f"{targets.source}, target `{column.name}`: expected two classes, found "
                    f"{len(sizes)}.",
                    remedy="Name the class to tell from the rest with positive=.",
                    classes=len(sizes),
                )
            label, rows = str(labels[chosen]), sum(sizes.values())
            rest = f"not {label}"
            words = objects(None if w is None else chosen if w == chosen else rest for w in words)
            sizes = {chosen: sizes[chosen], rest: rows - sizes[chosen]}
            labels = {chosen: label, rest: rest}
            notes.append(f"`{column.name}`: all classes but {label!r} are taken together.")
        elif chosen is None and targets.order:
            chosen, asked = order_as_asked(targets)[-1], "the last in order"
        last, why = (chosen, asked) if chosen is not None else positive_of(sizes, labels)
        first = next(name for name in sizes if name != last)
        labels = {first: labels[first], last: labels[last]}
        notes.append(f"The positive class of `{column.name}` is {labels[last]!r} ({why}).")
        return settled(targets, words, labels, sizes, *notes)

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (1,)

    def aim(self, schema: Schema) -> str:
        return f"two classes, `{schema.positive}` is the positive one"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        told = super().purpose(schema, inputs, quote)
        return f"{told} The positive class is {quote(str(schema.classes[1]))}."
