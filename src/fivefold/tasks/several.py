"""Several targets at once, each a number, a class, a count or labels."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import plural, together
from fivefold.errors import DataError
from fivefold.metrics.metric import Metric
from fivefold.metrics.statistic import Statistic
from fivefold.tasks.additive import Additive
from fivefold.tasks.onetarget import KNOWN, OneTarget, side_by_side
from fivefold.tasks.target import Question, Settled, Targets
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture

BASE = "several"
LEAST_RATIO = 1.5
"""By which errors of some rows are larger than others before it is worth a word."""

LED = 3
"""Metrics of each target, at most."""

DRAWN = 1
"""Pictures of each target."""


class Several(Task):
    """Several targets, each predicted as its own task does, by one network.

    Target and scores are those of the targets side by side, `(n, width)` float64. Its name says
    which there are, what each is and how many classes it has, so that a schema's task is enough to
    read them; the labels are `Schema.each`.

    Args:
        told: by the name of a target its task and its number of classes; none before settling.

    Example:
        >>> Several({"price": ("regression", 0), "sold": ("binary", 2)}).name
        'several {"price": ["regression", 0], "sold": ["binary", 2]}'
    """

    losses: ClassVar[tuple[str, ...]] = ("balanced",)
    constant_name = "constants"
    trees = "each"
    separate = adds = True
    heeds: ClassVar[tuple[str, ...]] = ("order",)

    def __init__(self, told: dict[str, tuple[str, int]] | None = None) -> None:
        self.parts: tuple[OneTarget, ...] = side_by_side(told or {})
        own = [one.metric(m) for one in self.parts for m in one.task.metrics[:LED]]
        first = Metric("explained", Statistic(self._explained), True, gap=0.1, bounds=UP_TO_ONE)
        self.name = f"{BASE} {_written(told)}" if told else BASE  # type: ignore[misc]
        self.metrics = (first, *own)  # type: ignore[misc]

    @classmethod
    def named(cls, name: str) -> "Several":
        """The task of such a name."""
        told = json.loads(name.removeprefix(BASE))
        return cls({column: (task, classes) for column, (task, classes) in told.items()})

    @property
    def headlines(self) -> tuple[Metric, ...]:
        """What is explained over all, and the first metric of each target."""
        return (self.metrics[0], *(one.metric(one.task.metrics[0]) for one in self.parts))

    def _each(self, schema: Schema) -> Iterator[tuple[OneTarget, Schema]]:
        """Each target, and the schema in which it is the only one."""
        for one, classes in zip(self.parts, schema.each, strict=True):
            yield one, one.of(schema, classes)

    # --- the target

    def recognise(self, targets: Targets) -> float:
        """Several columns, each of which some task predicts."""
        if len(targets.columns) < 2 or targets.positive is not None:
            return 0.0
        return 0.8 * all(self._surest(one) is not None for one in targets.apart())

    def _surest(self, targets: Targets) -> Task | None:
        """What one target is, as it is declared or looks; None where no task predicts it."""
        name = targets.only.name
        declared = {one.name: one.task for one in self.parts}
        if name in targets.tasks or name in declared:
            return KNOWN[targets.tasks[name]] if name in targets.tasks else declared[name]
        bids = {task: task.recognise(targets) for task in KNOWN.values()}
        surest = max(bids, key=lambda task: bids[task])
        return surest if bids[surest] > 0 else None

    def settle(self, targets: Targets) -> Settled:
        """What each target is."""
        targets.refuse_unfit()
        told: dict[str, tuple[str, int]] = {}
        found: list[Settled] = []
        for one in targets.apart():
            name, task = one.only.name, self._surest(one)
            if task is None or len(targets.columns) < 2:
                raise DataError(
                    f"{targets.source}, target `{name}`: expected one of several targets, each a "
                    f"number, a class or labels, found {one.only.what}.",
                    remedy="Name several such columns, or leave task= out.",
                    column=name,
                )
            one.refuse_unheeded(task.name, task.heeds)
            found.append(task.settle(replace(one, asked=task.name in targets.tasks.values())))
            told[name] = (task.name, len(found[-1].classes))
        tasks = [f"`{name}` ({task})" for name, (task, _) in told.items()]
        notes = tuple(note for one in found for note in one.notes)
        return Settled(
            values=tuple(one.values[0] for one in found),
            words=tuple(one.words is True for one in found),
            each=tuple(one.classes for one in found),
            formats=tuple(one.format for one in found),
            task=Several(told).name,
            notes=(f"{together(tasks)} are predicted together.", *notes),
            findings=tuple(finding for one in found for finding in one.findings),
        )

    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        columns = []
        for (one, own), column in zip(self._each(schema), values, strict=True):
            found = one.task.encode([column], own)
            wide = found.astype(np.float64).reshape(len(found), int(np.prod(found.shape[1:])))
            wide[one.task.lacking(found)] = np.nan
            columns.append(wide)
        return np.concatenate(columns, axis=1)

    def wanted(self, schema: Schema) -> str:
        return together([one.task.wanted(own) for one, own in self._each(schema)])

    def lacking(self, target: Array) -> Array:
        return np.asarray(np.isnan(target).any(axis=1))

    def strata(self, values: Sequence[Array]) -> Array | None:
        """Those of the first target that has classes, else of the first."""
        classed = [place for place, one in enumerate(self.parts) if one.schema.classes]
        place = (classed or [0])[0]
        return self.parts[place].task.strata([values[place]]) if self.parts else None

    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        of = "multilabel" if values.dtype == object else "regression"
        return KNOWN[of].corrupt(values, some, known, rng)

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        for (one, own), column in zip(self._each(schema), values, strict=True):
            yield from one.task.questions([column], own)

    # --- answers

    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        return (self.parts[-1].outputs.stop,)

    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        return np.empty((0, self.parts[-1].places.stop if self.parts else 0), np.float64)

    def answers(self, scores: Array, schema: Schema) -> Array:
        """A mapping a row: the answer to each target by its name."""
        told = [one.task.answers(one.given(scores), own) for one, own in self._each(schema)]
        rows = zip(*(answers.tolist() for answers in told), strict=True)
        names = [one.name for one in self.parts]
        return objects(dict(zip(names, row, strict=True)) for row in rows)

    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        told = {one.name: one.task.reply(one.given(scores), own) for one, own in self._each(schema)}
        rows = zip(*(one.pop("predictions") for one in told.values()), strict=True)
        return {
            "predictions": [dict(zip(told, row, strict=True)) for row in rows],
            "targets": {name: more for name, more in told.items() if more},
        }

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        """The answer to each target, and what stands beside it."""
        told: dict[str, Array] = {}
        for one, own in self._each(schema):
            given = one.given(scores)
            told[f"predicted {one.name}"] = one.task.answers(given, own)
            told |= {f"{one.name}: {k}": v for k, v in one.task.shares(given, own).items()}
        return told

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """Those of all targets that have such a scale, each name behind that of its target."""
        told = [
            (one.name, found)
            for one, own in self._each(schema)
            if (found := one.task.additive(one.given(scores), own)) is not None
        ]
        if not told:
            return None
        names, units = list[str](), list[str]()
        for name, found in told:
            alone = found.names == (name,)
            names += [name if alone else f"{name}: {one}" for one in found.names]
            units += found.units
        values = np.concatenate([found.values for _, found in told], axis=1)
        return Additive(tuple(names), values, tuple(units), told[0][1].said)

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        allowed = np.empty(wanted.shape[1])
        for one in self.parts:
            allowed[one.places] = one.task.tolerance(one.truth(targets), one.given(wanted))
        return allowed

    # --- judging

    def _explained(self, target: Array, scores: Array, counts: Array) -> Array:
        """Mean part of the loss of a constant that is gone, over the targets; of a number R²."""
        told = []
        for one in self.parts:
            given, blind = (counts @ losses for losses in one.losses(target, scores))
            told.append(np.where(blind > 1e-12, 1 - given / blind, np.nan))
        return np.asarray(np.mean(told, axis=0)) if told else np.zeros(len(counts))

    def errors(self, target: Array, scores: Array) -> Array:
        """How wrong answers are beside what is usual for each target, 1 on average."""
        told = [one.task.errors(one.truth(target), one.given(scores)) for one in self.parts]
        return np.asarray(np.mean([e / max(float(e.mean()), 1e-300) for e in told], axis=0))

    def row_losses(self, target: Array, scores: Array) -> Array:
        """Losses of the targets beside those of a constant, their mean."""
        told = []
        for one in self.parts:
            given, blind = one.losses(target, scores)
            told.append(given / max(float(blind.mean()), 1e-12))
        return np.asarray(np.mean(told, axis=0))

    def contrast(self, inside: float, outside: float) -> str:
        if inside < LEAST_RATIO * outside:
            return ""
        return f"errors are {inside / max(outside, 1e-12):.2g} times those"

    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        told = [
            one.task.constant(one.truth(target), own, rows, weight)
            for one, own in self._each(schema)
        ]
        return np.concatenate([scores.reshape(rows, -1) for scores in told], axis=1)

    # --- telling

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        return [
            picture._replace(caption=f"{one.name}: {picture.caption}")
            for one, own in self._each(schema)
            for picture in one.task.pictures(one.truth(target), one.given(scores), own)[:DRAWN]
        ]

    def aim(self, schema: Schema) -> str:
        return plural(len(schema.targets), "target")

    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        told = (one.task.purpose(own, inputs, quote) for one, own in self._each(schema))
        return " ".join(told)

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        told = [
            f"{one.name}: " + one.task.mistakes(one.truth(target), one.given(scores), own, number)
            for one, own in self._each(schema)
        ]
        return "; ".join(told)


UP_TO_ONE = (-float("inf"), 1.0)


def _written(told: dict[str, tuple[str, int]] | None) -> str:
    return json.dumps({n: list(one) for n, one in (told or {}).items()}, ensure_ascii=False)
