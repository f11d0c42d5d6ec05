"""Any number of labels a row."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.codecs.tags import LISTED, separator_of
from fivefold.core.wording import plural, quoted, together
from fivefold.errors import DataError
from fivefold.metrics import labelsets
from fivefold.metrics.metric import (
    BINARY_LOG_LOSS,
    F1_MACRO,
    F1_MICRO,
    HAMMING_LOSS,
    MEAN_AVERAGE_PRECISION,
    SUBSET_ACCURACY,
)
from fivefold.tasks.additive import LOG_ODDS, Additive, log_odds
from fivefold.tasks.classes import MOST_CLASSES
from fivefold.tasks.labels import read_labels
from fivefold.tasks.places import finite, labels_of
from fivefold.tasks.tagged import are_truths, labels_in, places_in, truths
from fivefold.tasks.target import Question, Settled, Targets
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture, Worth

FEWEST = 5
"""Rows of a set of labels from which on it is spread evenly over the parts."""

ASKED = 5
"""Labels of which leaks are looked for: the commonest."""

TOLD = 3
LEAST_GAP = 0.25
"""Wrong labels a row, by which some rows are worse than others before it is worth a word."""


class Multilabel(Task):
    """Any of `schema.classes` a row: a network gives a logit for each.

    Target cells are lists of labels, texts with a separator, or several columns of truth values.
    The target is `(n, labels)` of 0 and 1; scores are `(n, labels, 2)`, the probability of each
    label and the threshold from which on it is said, which validation rows choose.
    """

    name = "multilabel"
    metrics = (
        F1_MICRO,
        F1_MACRO,
        MEAN_AVERAGE_PRECISION,
        SUBSET_ACCURACY,
        HAMMING_LOSS,
        BINARY_LOG_LOSS,
    )
    losses: ClassVar[tuple[str, ...]] = ("cross_entropy", "focal")
    several = adds = True
    simple = "labels"
    trees = "labels"
    constant_name = "shares of the labels"

    @property
    def compared(self) -> tuple[Any, ...]:
        """All but the loss."""
        return self.metrics[:-1]

    # --- the target

    def recognise(self, targets: Targets) -> float:
        """Several columns of truth values; lists; texts whose pieces are surely labels."""
        if targets.positive is not None:
            return 0.0
        if len(targets.columns) > 1:
            return float(all(are_truths(column, targets) for column in targets.columns))
        if "numbers" in targets.only.reads_as:
            return 0.0
        return 0.9 * bool(separator_of(targets.labels.rows, asked=False))

    def settle(self, targets: Targets) -> Settled:
        """The labels, and what separates them."""
        targets.refuse_unfit()
        if len(targets.columns) > 1:
            return self._columns(targets)
        column, found = targets.only, targets.labels
        separator = separator_of(found.rows, asked=targets.asked)
        labels, rows = labels_in(found, separator, typed=column.typed)
        if len(labels) < 2 or len(labels) > MOST_CLASSES:
            raise DataError(
                f"{targets.source}, target `{column.name}`: expected 2 to {MOST_CLASSES:,} labels "
                f"of which a row may have several, found {plural(len(labels), 'label')}.",
                remedy="Write them as lists, or with ; | or , between them.",
                column=column.name,
                labels=len(labels),
            )
        how = {"": "one a cell", LISTED: "lists"}.get(separator, f"separated by {separator!r}")
        total, none = sum(found.rows.values()), rows.pop("", 0)
        note = (
            f"`{column.name}` has {len(labels)} labels, {how}; {sum(rows.values()) / total:.2g} a "
            f"row, {plural(none, 'row')} without any."
        )
        if not targets.asked:
            note += ' Pass task="multiclass" if each cell is one class.'
        return Settled(
            values=(found.words,),
            words=True,
            classes=tuple(labels),
            format=separator,
            notes=(note,),
        )

    def _columns(self, targets: Targets) -> Settled:
        """Truth values, a label a column."""
        values = []
        for column in targets.columns:
            words = read_labels(
                column.cells, column.present, targets.usable & column.present, typed=column.typed
            )
            if not are_truths(column, targets):
                raise DataError(
                    f"{targets.source}, target `{column.name}`: expected 0 and 1, no and yes or "
                    f"false and true, found {quoted(list(words.labels.values()), 5)}.",
                    remedy="Name columns of truth values, or leave task= out.",
                    column=column.name,
                )
            values.append(words.words)
        names = tuple(column.name for column in targets.columns)
        note = f"Each row has any of {len(names)} labels: {quoted(list(names), 5)}."
        return Settled(values=tuple(values), words=True, classes=names, notes=(note,))

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        if len(values) > 1:
            return np.stack([truths(column) for column in values], axis=1)
        known = {str(label): place for place, label in enumerate(schema.classes)}
        separator = schema[schema.targets[0]].format
        target = np.zeros((len(values[0]), len(schema.classes)), np.int64)
        places: dict[str | None, list[int]] = {None: []}
        for row, text in enumerate(values[0].tolist()):
            if text not in places:
                places[text] = places_in(text, separator, known)
            found = places[text]
            target[row, found] = 1
            if text is None or -1 in found:
                target[row] = -1
        return target

    def wanted(self, schema: Schema) -> str:
        if len(schema.targets) > 1:
            return "true or false"
        return f"any of {', '.join(map(repr, schema.classes[:8]))}"

    def lacking(self, target: Array) -> Array:
        return np.asarray((target < 0).any(axis=1))

    def strata(self, values: Sequence[Array]) -> Array | None:
        """The sets of labels that 5 rows have; all others are one."""
        sets = values[0].astype(object, copy=False)
        if len(values) > 1:
            sets = objects(tuple(row) for row in zip(*values, strict=True))
        counts: dict[Any, int] = {}
        for one in sets.tolist():
            counts[one] = counts.get(one, 0) + 1
        numbers = {one: place for place, one in enumerate(counts, 1) if counts[one] >= FEWEST}
        return np.array([numbers.get(one, 0) for one in sets.tolist()], np.int64)

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        cells = list(dict.fromkeys(cell for cell in known.tolist() if cell is not None))
        drawn = rng.integers(len(cells), size=int(some.sum()))
        values[some] = objects(cells[place] for place in drawn.tolist())
        return values

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        """Whether a row has a label, of the commonest ones."""
        target = self.encode(values, schema)
        often = np.argsort(-(target == 1).sum(0), kind="stable")[:ASKED]
        for place in often.tolist():
            has = target[:, place] == 1
            if has.any() and not has.all():
                words = objects(map(str, has.tolist()))
                yield Question(
                    f"{schema.predicted} = {schema.classes[place]}", words, (False, True)
                )

    # --- answers

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (len(schema.classes),)

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, len(schema.classes), 2), np.float32)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """Lists of the labels from whose threshold on a row is sure of them; they may be empty."""
        return objects(
            labels_of(np.flatnonzero(row), schema.classes) for row in labelsets.said(scores)
        )

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        thresholds = finite(scores[:1, :, 1])
        return {
            "predictions": self.answers(scores, schema).tolist(),
            "classes": list(schema.classes),
            "probabilities": finite(scores[:, :, 0]),
            "thresholds": thresholds[0] if thresholds else [],
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        return {
            f"probability of {label}": scores[:, place, 0]
            for place, label in enumerate(schema.classes)
        }

    def chances(self, scores: Array) -> Array | None:
        return np.asarray(scores[..., 0])

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """Log odds of each label; what is told is the likeliest."""
        odds = log_odds(scores[..., 0])
        names = tuple(map(str, schema.classes))
        return Additive(names, odds, (LOG_ODDS,) * len(names), odds.argmax(axis=1))

    # --- judging

    def tally(self, target: Array, classes: int, weight: Array | None = None) -> Array | None:
        has = target == 1
        return np.asarray(has.sum(0) if weight is None else weight @ has)

    def by_class(self, target: Array, scores: Array) -> tuple[Array, Array, Array] | None:
        return target == 1, labelsets.said(scores), scores[..., 0]

    def errors(self, target: Array, scores: Array) -> Array:
        """How many labels of each row are wrong."""
        wrong = (target == 1) != labelsets.said(scores)
        return np.asarray(wrong.sum(1), np.float64)

    def row_losses(self, target: Array, scores: Array) -> Array:
        return labelsets.row_losses(target, scores)

    def contrast(self, inside: float, outside: float) -> str:
        if inside - outside < LEAST_GAP:
            return ""
        return f"{inside:.2f} labels a row are wrong against {outside:.2f}"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        known = np.maximum(target, 0)
        shares = np.zeros(len(schema.classes))
        if len(known):
            shares = np.average(known, axis=0, weights=weight)
        best = labelsets.best_thresholds(known, np.tile(shares, (len(known), 1)), weight)
        return np.tile(np.stack([shares, best], axis=-1), (rows, 1, 1))

    # --- telling

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        both = {"target": target, "scores": scores[..., 0], "classes": schema.classes}
        return [
            Picture(
                "label_scores",
                "F1 of each label beside the share of test rows that have it, the commonest first.",
                {"target": target, "said": labelsets.said(scores), "classes": schema.classes},
            ),
            Picture("precision_recall", "Towards the upper right is better.", both),
            Picture("roc", "The diagonal is guessing.", both),
        ]

    def worth(self, schema: Schema) -> Worth:
        """How many labels of a thousand are said or left out wrongly."""
        return Worth("hamming_loss", "gets {} of 1,000 labels wrong", 1000)

    def aim(self, schema: Schema) -> str:
        return f"any of {len(schema.classes)} labels"

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        named = together([quote(str(label)) for label in schema.classes[:12]])
        more = len(schema.classes) - 12
        listed = f"{named} and {more:,} more" if more > 0 else named
        return f"Says which of the labels {listed} a row has, from {inputs}: any number of them."

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """How many labels are missed or said in vain, and of which."""
        truth, told = target == 1, labelsets.said(scores)
        missed, wrong = (truth & ~told).sum(0), (told & ~truth).sum(0)
        worst = np.argsort(-(missed + wrong), kind="stable")[:TOLD]
        named = [
            f"{schema.classes[place]} ({missed[place]:,} and {wrong[place]:,})"
            for place in worst.tolist()
            if missed[place] + wrong[place]
        ]
        text = (
            f"of {truth.sum():,} labels of {len(target):,} test rows {missed.sum():,} were missed, "
            f"{wrong.sum():,} said in vain"
        )
        return f"{text}: most of {', '.join(named)}" if named else text
