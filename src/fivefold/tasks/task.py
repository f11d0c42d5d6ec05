"""What is predicted: from target columns to an array, and from scores to answers."""

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.metrics.metric import Metric
from fivefold.tasks.additive import Additive
from fivefold.tasks.target import Question, Settled, Targets
from fivefold.tasks.telling import Telling

ROUNDING = 1e-5
"""What the scores of one row by two doors may differ by, times their unit."""


class Task(Telling):
    """What is predicted.

    A task has no arguments and no state: what is fitted is in the schema. It sees canonical values
    of the target columns and never asks of which kind they are. Most tasks are a `Choice`, each of
    whose answers is one of the classes, or a `Quantity`, whose answers are numbers.

    Everywhere: `target` is `(n, ...)`, int64 indices of classes (-1 for none) or float64 numbers;
    `scores` is `(n, ...)` as the model gives them; `steps` is how many positions an encoded row of
    a sequence has, and scores of those that a row does not fill are NaN. What judges (`errors` and
    below) is given rows, or the positions that count, one after another.

    Attributes:
        name: in `task=`, schemas and reports.
        metrics: those it is judged by; the first three lead, and the first one compares models.
        losses: names of the built-in losses that fit, the default first.
        labelled: whether each answer, of a row or a position, is one of the classes, and its
            scores their probabilities.
        several: whether a row may have several of the classes, or none.
        trees: what boosted trees and linear models beside a network learn of a row: its class,
            number, logarithm of its rate, labels, or of several targets what their tasks say; None.
        separate: whether each target column is predicted as a task of its own.
        simple: what the simple models of `Evaluate` learn; by default what trees do.
        network: the built-in network that answers it, where kinds of columns do not choose one.
        sequence: whether there is an answer for each position of the one sequence among the inputs.
        plane: whether these are the pixels of a picture.
        by_row: whether what judges them is given whole rows, not positions in a line.
        spells: whether the answers of positions are letters, or none, which spell a shorter text.
        ahead: whether answers are the next steps of a series, of which rows are windows.
        least: the lowest number that can be answered, and be true.
        adds: whether answers have a scale on which what their parts say adds, see `additive`.
        heeds: settings of `Collect` about the target that it goes by: `order`, `positive`,
            `normal`, `exposure`, `classes`; the others are refused.
    """

    name: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    losses: ClassVar[tuple[str, ...]]
    labelled: ClassVar[bool] = False
    several: ClassVar[bool] = False
    trees: ClassVar[Literal["class", "number", "rate", "labels", "each"] | None] = None
    simple: ClassVar[str | None] = None
    separate: ClassVar[bool] = False
    network: ClassVar[str] = ""
    sequence: ClassVar[bool] = False
    plane: ClassVar[bool] = False
    by_row: ClassVar[bool] = False
    spells: ClassVar[bool] = False
    ahead: ClassVar[bool] = False
    adds: ClassVar[bool] = False
    least: ClassVar[float] = -math.inf
    heeds: ClassVar[tuple[str, ...]] = ()

    def fitted(self, schema: Schema) -> "Task":
        """The same where the classes are known: it may be judged and told by what they mean."""
        return self

    @property
    def setting_name(self) -> str:
        """What stands for it in a recipe."""
        return self.name

    @property
    def placed(self) -> bool:
        """Whether a network answers for positions of a row, of which it may have few."""
        return (self.sequence and not self.plane) or self.spells

    @property
    def called(self) -> str:
        """Its name for people: that of several targets says what each is, for programs."""
        return "several targets" if self.separate else self.name

    @property
    def headlines(self) -> tuple[Metric, ...]:
        """The metrics that people see first, three at most."""
        return self.metrics[:3]

    @property
    def compared(self) -> tuple[Metric, ...]:
        """The metrics of every model that is compared: the headlines, and what a task adds."""
        return self.headlines

    # --- the target

    def recognise(self, targets: Targets) -> float:
        """How sure it is that these columns are for it, 0 to 1; asked of built-in tasks alone."""
        return 0.0

    @abstractmethod
    def settle(self, targets: Targets) -> Settled:
        """What the columns are: their values and classes, and what is remarkable about them.

        Raises:
            DataError: if they do not suit it.
        """

    @abstractmethod
    def encode(self, values: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
        """The target columns as one array `(n, ...)`; NaN or -1 where a cell is no answer.

        Args:
            values: canonical, one array `(n,)` a column in the order of `schema.targets`.
            schema: its classes.
            steps: positions of an encoded row, for a sequence.
        """

    @abstractmethod
    def wanted(self, schema: Schema) -> str:
        """What a cell of the target should be, for messages: `a number`."""

    def lacking(self, target: Array) -> Array:
        """`(n,)` bool: rows without an answer; of numbers all are needed, of positions one."""
        inside = tuple(range(1, target.ndim))
        if target.dtype.kind == "f":
            return np.asarray(np.isnan(target).any(axis=inside))
        return np.asarray((target < 0).all(axis=inside))

    def strata(self, values: Sequence[Array]) -> Array | None:
        """What is spread evenly over the parts of some rows.

        Args:
            values: canonical, of these rows, one array a target column.

        Returns:
            `(n,)` int64 numbers of strata from 0, or objects that are equal within one; None where
            rows are drawn regardless of their target.
        """
        return None

    @abstractmethod
    def corrupt(self, values: Array, some: Array, known: Array, rng: np.random.Generator) -> Array:
        """A target column made worse within its type.

        Args:
            values: `(n,)` canonical, a copy.
            some: `(n,)` bool, rows to change at least.
            known: all values of that column.
            rng: for what is drawn.
        """

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        """What is asked of each row, one thing after another; each target column by default.

        Args:
            values: canonical, of some rows, one array a target column.
            schema: names and classes.
        """
        if not self.sequence:
            for name, column in zip(schema.targets, values, strict=True):
                yield Question(name, column, schema.classes)

    # --- answers

    @abstractmethod
    def outputs(self, schema: Schema, steps: int | None = None) -> tuple[int, ...]:
        """What a network gives for a row: the shape of its numbers."""

    @abstractmethod
    def empty(self, schema: Schema, steps: int | None = None) -> Array:
        """The scores of no rows: their shape and dtype."""

    @abstractmethod
    def answers(self, scores: Array, schema: Schema) -> Array:
        """What people asked for, `(n, ...)`: labels as they wrote them, or numbers."""

    @abstractmethod
    def reply(self, scores: Array, schema: Schema) -> dict[str, Any]:
        """The answers as plain JSON values, never NaN: `predictions`, and what goes with them."""

    def shares(self, scores: Array, schema: Schema) -> dict[str, Array]:
        """Columns of a file of answers beside the prediction, `(n,)` each, by name."""
        return {}

    def chances(self, scores: Array) -> Array | None:
        """The probability of each class, `(n, ..., classes)`; None where there are no classes."""
        return scores if self.labelled else None

    def bounds(self, schema: Schema) -> Literal["intervals", "sets", ""]:
        """What can hold the truth as often as is stated, see `fivefold.tasks.conformal`; or ""."""
        return ""

    def spread(self, scores: Array) -> Array:
        """`(n,)` the size of errors to be expected, as far as scores tell it; 1 where they do not.

        Args:
            scores: `(n, ...)`, whose answers are numbers.
        """
        return np.ones(len(scores))

    def additive(self, scores: Array, schema: Schema) -> Additive | None:
        """Scores on a scale on which parts of an answer add; None where they have none.

        Args:
            scores: `(n, ...)` as a model gives them.
            schema: names and classes.
        """
        return None

    def tolerance(self, targets: Array, wanted: Array) -> Any:
        """The largest difference of scores that is rounding: a number, or one for each output.

        Args:
            targets: of the training rows.
            wanted: the scores.
        """
        return ROUNDING

    def head(self) -> Any:
        """The class of its head, for a task of your own that needs another than its base's.

        Import torch in here: where a model is served there is none.

        Returns:
            A subclass of `fivefold.Head`; None, the default, for that of `Choice` or `Quantity`.
        """
        return None

    # --- judging

    def positions(self, target: Array) -> Array | None:
        """`(n, ...)` bool: positions that count, where each has an answer; None if rows have."""
        return None

    def tally(self, target: Array, classes: int, weight: Array | None = None) -> Array | None:
        """`(classes,)` how many answers are of each class; None where there are no classes.

        Args:
            target: `(n, ...)` of rows.
            classes: how many there are.
            weight: `(n,)` how much each row counts; None for 1 each.
        """
        return None

    def by_class(self, target: Array, scores: Array) -> tuple[Array, Array, Array] | None:
        """Whether each class is true, whether it is said, and its probability, `(n, classes)`.

        None where there are no classes.
        """
        return None

    @abstractmethod
    def errors(self, target: Array, scores: Array) -> Array:
        """`(n,)` how wrong each answer is, as people would count it."""

    @abstractmethod
    def row_losses(self, target: Array, scores: Array) -> Array:
        """`(n,)` how wrong each answer is, by what is minimised: nats, squared errors."""

    def residuals(self, target: Array, scores: Array) -> Array | None:
        """`(n, ...)` truth less what is expected of it; None where answers expect no number."""
        return None

    @abstractmethod
    def constant(
        self, target: Array, schema: Schema, rows: int, weight: Array | None = None
    ) -> Array:
        """Scores of so many rows by a model that knows these targets and no inputs.

        Args:
            target: of the rows that it knows.
            schema: names and classes.
            rows: how many to give scores of.
            weight: `(n,)` how much each of the rows counts that it knows; None for 1 each.
        """

    @property
    @abstractmethod
    def constant_name(self) -> str:
        """What such a model is called."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
