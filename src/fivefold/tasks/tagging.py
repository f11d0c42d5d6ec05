"""A label for each position of a sequence: words, symbols, steps."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.metrics import classification, tagging
from fivefold.metrics.entities import entities_of, mark_entities
from fivefold.metrics.metric import Metric
from fivefold.tasks.choice import Choice
from fivefold.tasks.classes import MOST_CLASSES
from fivefold.tasks.labels import read_labels
from fivefold.tasks.places import places_of
from fivefold.tasks.target import Settled, Targets
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture, Worth

OUTSIDE = "O"
"""The label of what is outside of all entities, which comes first."""


_NO_KINDS = {tagging.OTHER_ENDS, tagging.NO_ENTITY}


class Tagging(Choice):
    """A label for each position: named entities, secondary structure, states of a sensor.

    A cell of the target is as many labels, blanks between them, as the one sequence among the
    inputs has positions in that row. Where labels mark entities, whole ones lead: see `fitted`.
    """

    name = "tagging"
    metrics: ClassVar[tuple[Metric, ...]] = (tagging.ACCURACY, tagging.F1, tagging.LOG_LOSS)
    sequence = True
    by_row = True
    heeds: ClassVar[tuple[str, ...]] = ()
    constant_name = "majority label"

    def fitted(self, schema: Schema) -> Task:
        return _of_entities(schema.classes) if mark_entities(schema.classes) else self

    def recognise(self, targets: Targets) -> float:
        """As many labels as positions in every row, of several in most."""
        if len(targets.columns) > 1 or targets.positions is None or not _are_texts(targets):
            return 0.0
        counts = _counts(targets.only.values[targets.usable])
        alike = len(counts) and (counts == targets.positions[targets.usable]).all()
        return 0.8 if alike and (counts > 1).mean() > 0.5 else 0.0

    def settle(self, targets: Targets) -> Settled:
        """The labels in natural order, `O` first; rows that have too many or too few are told."""
        column, positions = targets.only, targets.positions
        _check_texts(targets)
        unfit = np.zeros(len(column.values), bool)
        found: list[Finding] = []
        if positions is not None:
            unfit = targets.usable & (_counts(column.values) != positions)
            found = _unequal(column.name, column.values, positions, unfit)
        used = column.values[targets.usable & ~unfit]
        sizes = Counter(chain.from_iterable(text.split() for text in used if text))
        if not sizes:
            raise DataError.expected(
                f"{targets.source}, target `{column.name}`",
                "as many labels as the sequence has positions, blanks between them",
                "no such row",
                "Write a label for each position, in lists or with blanks between them.",
                column=column.name,
            )
        everywhere = np.ones(len(sizes), bool)
        labels = read_labels(objects(sizes), everywhere, everywhere).labels
        if len(sizes) == 1:
            raise targets.one_value(column, repr(next(iter(labels.values()))))
        if len(sizes) > MOST_CLASSES:
            raise DataError.expected(
                f"{targets.source}, target `{column.name}`",
                f"at most {MOST_CLASSES:,} labels",
                f"{len(sizes):,}",
                "Choose another target.",
                column=column.name,
            )
        classes = sorted(labels.values(), key=lambda label: label != OUTSIDE)
        usual, most = sizes.most_common(1)[0]
        note = (
            f"`{column.name}` has {len(classes)} labels for {sizes.total():,} positions; "
            f"{usual!r} is {most / sizes.total():.0%} of them."
        )
        return Settled(
            values=(column.values,),
            classes=tuple(classes),
            notes=(note,),
            findings=tuple(found),
            unfit=unfit,
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        """Int64 `(n, steps)`: the first labels of each row, then -1."""
        rows = [(text or "").split()[:steps] for text in values[0].tolist()]
        target = np.full((len(rows), steps or 0), -1, np.int64)
        places = places_of(objects(chain.from_iterable(rows)), schema.classes)
        lengths = np.array([len(row) for row in rows], np.int64)
        target[np.arange(steps or 0) < lengths[:, None]] = places
        return target

    def wanted(self, schema: Schema) -> str:
        return f"a label for each position, {super().wanted(schema)}"

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        """Other labels that the column holds, as many as there were."""
        labels = sorted({label for text in known.tolist() for label in (text or "").split()})
        for row in np.flatnonzero(some):
            count = len((values[row] or "").split())
            drawn = [labels[place] for place in rng.integers(0, len(labels), count)]
            first = (values[row] or " ").split()[:1]
            if drawn and drawn[:1] == first and len(labels) > 1:
                drawn[0] = next(label for label in labels if label != drawn[0])
            values[row] = " ".join(drawn) or None
        return values

    def errors(self, target: Array, scores: Array) -> Array:
        """The fraction of each row's positions whose label is wrong."""
        there = target >= 0
        wrong = ((tagging.guessed(scores) != target) & there).sum(1)
        return np.asarray(wrong / np.maximum(there.sum(1), 1))

    def row_losses(self, target: Array, scores: Array) -> Array:
        there = target >= 0
        lost = tagging.by_row(classification.row_losses(*tagging.flat(target, scores)), there)
        return np.asarray(lost / np.maximum(there.sum(1), 1))

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        """Which label was taken for which, and which entities were found."""
        truth, flat = tagging.flat(target, scores)
        values = {"target": truth, "predicted": flat.argmax(1), "classes": schema.classes}
        caption = "Positions of the test rows by true label (down) and predicted label (across)."
        return [Picture("confusion_matrix", caption, values)]

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        return super().mistakes(*tagging.flat(target, scores), schema, number)


@cache
def _of_entities(classes: tuple[Label, ...]) -> Tagging:
    """The task where labels mark entities, which are judged as wholes."""

    class Entities(Tagging):
        """Named entities: runs of positions, each with a label."""

        metrics = (*tagging.entity_metrics(classes), *Tagging.metrics)

        def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
            told = super().reply(scores, schema)
            return told | {
                "entities": [
                    [entity._asdict() for entity in entities_of(row)] for row in told["predictions"]
                ]
            }

        def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
            """What whole entities were taken for, then the labels of positions."""
            outcomes = tagging.entity_outcomes(target, scores, classes)
            kinds = sorted({kind for pair in outcomes for kind in pair} - _NO_KINDS)
            names = (*kinds, tagging.OTHER_ENDS, tagging.NO_ENTITY)
            places = np.array([[names.index(one) for one in pair] for pair in outcomes], np.int64)
            truth, told = places.reshape(-1, 2).T
            caption = (
                "Entities of the test rows by kind (down), and what is told of the same words "
                "(across): a kind, the right one with other ends, or no entity."
            )
            values = {"target": truth, "predicted": told, "classes": names}
            drawn = [Picture("confusion_matrix", caption, values)] if outcomes else []
            return [*drawn, *super().pictures(target, scores, schema)]

        def worth(self, schema: Schema) -> Worth:
            return Worth("entity_recall", "finds {} of 1,000 entities whole", 1000)

        def mistakes(
            self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
        ) -> str:
            rows = tagging.entity_rows(target, scores, classes)
            right, told, there = np.array([row[1:] for row in rows]).reshape(-1, 3).sum(0)
            each = [f"{label} {hits} of {of}" for label, hits, _, of in rows if of]
            return (
                f"{right:,} of {there:,} entities found whole, {told - right:,} told that are none "
                f"({', '.join(each[:8])})"
            )

    return Entities()


def _counts(values: Array) -> Array:
    """`(n,)` int64: how many labels each cell has."""
    return np.array([len((text or "").split()) for text in values.tolist()], np.int64)


def _are_texts(targets: Targets) -> bool:
    values = targets.only.values
    return values.dtype == object and all(
        isinstance(cell, str) for cell in values[targets.usable].tolist()
    )


def _check_texts(targets: Targets) -> None:
    column = targets.only
    if not _are_texts(targets):
        raise DataError.expected(
            f"{targets.source}, target `{column.name}`",
            "labels of positions, in lists or with blanks between them",
            column.what,
            "Choose another target, or another task.",
            column=column.name,
        )


def _unequal(name: str, values: Array, positions: Array, unfit: Array) -> list[Finding]:
    """The finding about rows with another number of labels than positions."""
    rows = np.flatnonzero(unfit)
    if not len(rows):
        return []
    first = int(rows[0])
    counts = _counts(values[rows[:1]])
    sentence = (
        f"{plural(len(rows), 'row')} of `{name}` {'has' if len(rows) == 1 else 'have'} another "
        f"number of labels than positions and will not be used: row {first:,} has {counts[0]:,} "
        f"for {positions[first]:,}."
    )
    listed = [int(row) for row in rows[:100]]
    facts = {"column": name, "count": len(rows), "rows": listed}
    return [finding("unequal_lengths", sentence, "warning", **facts)]
