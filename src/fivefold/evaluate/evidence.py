"""All that findings and tables about a trained model are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.baselines import Baseline
from fivefold.metrics.comparison import Comparison
from fivefold.metrics.estimates import estimate
from fivefold.metrics.metric import Metric, OwnMetric
from fivefold.metrics.resampling import Resamples
from fivefold.partition import Partition
from fivefold.sensitive import Grouping
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task
from fivefold.tasks.threshold import Threshold, decided, led

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Rival:
    """A simple model beside the model, or a part of it."""

    baseline: Baseline  # what was fitted
    metrics: Mapping[str, Estimate]  # its scores on the same test rows, those of `compared`
    comparison: Comparison  # the model against it, by the first headline metric
    # its scores in which rows count by their weight; empty without weights
    weighted: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """A model, its data and its scores; one that was made elsewhere is known by its answers."""

    collected: Collected  # the raw table and its schema
    partition: Partition  # which rows were for what
    data: Preprocessed  # the encoded rows
    trained: Trained | None  # the network; None where the model was made elsewhere
    scores: Array  # of the test rows, as the network gave them
    resamples: Resamples  # of the test rows, which `drawn` gives for their answers
    metrics: Mapping[str, Estimate] = field(default_factory=dict)  # scores with intervals by name
    # scores in which rows count by their weight; empty without weights
    weighted: Mapping[str, Estimate] = field(default_factory=dict)
    rivals: tuple[Rival, ...] = ()  # simple models on the same rows
    parts: tuple[Rival, ...] = ()  # what the model mixes, each as if it answered alone
    folds: int = 0  # how many were asked for
    seed: int = 0  # for anything drawn
    stated: float | None = None  # share of usual rows that may raise an alarm, if that is asked
    level: float = 0.95  # coverage of intervals
    threshold: Threshold | None = None  # by which answers are decided, if that is asked
    conformal: Conformal | None = None  # what holds the truth as often as is asked for
    # scores where cells are disturbed, by disturbance; None where that was not asked or measured
    disturbed: "pd.DataFrame | None" = None
    # scores where small areas of cells are another row's, by area; None likewise
    areas: "pd.DataFrame | None" = None
    # how well training rows are told from test rows by losses, an attack a line; None likewise
    attacked: "pd.DataFrame | None" = None
    sensitive: tuple[Grouping, ...] = ()  # groups of test rows that are compared, if asked for
    # how far these lie apart, a gap a line; None likewise
    gaps: "pd.DataFrame | None" = None

    @property
    def asked(self) -> Trained:
        """The network, which can be asked: only where it is here."""
        assert self.trained is not None, "a model that was made elsewhere cannot be asked"
        return self.trained

    @property
    def only_labels(self) -> bool:
        """Whether nothing is known of probabilities, as answers came as labels."""
        return self.threshold is not None and self.threshold.bare

    @property
    def schema(self) -> Schema:
        """The columns that are read, the target, the task."""
        return self.data.codec.schema

    @property
    def task(self) -> Task:
        """What is predicted."""
        return task_of(self.schema)

    @property
    def target(self) -> Array:
        """The truth of the test rows."""
        return self.data.test.target

    @property
    def headline(self) -> Metric:
        """The metric by which models are compared."""
        return self.judging[0]

    @property
    def judging(self) -> tuple[Metric, ...]:
        """All metrics, the one that leads first."""
        return led(self.task.metrics, self.threshold)

    @property
    def headlines(self) -> tuple[Metric, ...]:
        """Those that people see first."""
        return led(self.task.headlines, self.threshold)

    @property
    def compared(self) -> tuple[Metric, ...]:
        """Those of every model that is compared."""
        return led(self.task.compared, self.threshold)

    def leading(self, target: Array, scores: Array) -> float:
        """What leads of some rows, whose answers go by what decides those of the model."""
        judged = Judged.of(self.task, target, scores)
        by = self.threshold if self.headline.decided else None
        return float(self.headline(judged.target, decided(judged.scores, by)))

    @cached_property
    def judged(self) -> Judged:
        """The answers for the test rows: one a row, or one for each position that counts."""
        return self.judge(self.scores)

    @cached_property
    def flat(self) -> Judged:
        """The same answers one after another, of positions too where whole rows are judged."""
        return Judged.of_positions(self.task, self.target, self.scores)

    def judge(self, scores: Array) -> Judged:
        """The same with other scores of the test rows."""
        return Judged.of(self.task, self.target, scores)

    def estimate(
        self,
        judged: Judged,
        metrics: Sequence[Metric],
        own: Mapping[str, OwnMetric] | None = None,
        weight: Array | None = None,
        drawn: Resamples | None = None,
        by: Threshold | None = None,
    ) -> dict[str, Estimate]:
        """Scores of answers by name, for the test rows unless others are `drawn`.

        Answers are decided by the threshold of the model, or another one.
        """
        return estimate(
            judged.target,
            judged.scores,
            metrics,
            resamples=self.drawn if drawn is None else drawn,
            own=own,
            weight=weight,
            level=self.level,
            marks=decided(judged.scores, by or self.threshold),
        )

    def weighted_estimate(
        self,
        judged: Judged,
        metrics: Sequence[Metric],
        own: Mapping[str, OwnMetric] | None = None,
        by: Threshold | None = None,
    ) -> dict[str, Estimate]:
        """The same with each row counted by its weight; empty without weights."""
        if self.weight is None:
            return {}
        return self.estimate(judged, metrics, own, self.weight, by=by)

    @cached_property
    def answered(self) -> Judged:
        """The test rows by what decides their answers: marks, of which the largest counts."""
        return self.judged._replace(scores=decided(self.judged.scores, self.threshold))

    @cached_property
    def weight(self) -> Array | None:
        """`(m,)` how much each of these answers counts; None for 1 each."""
        weight = self.data.test.weight
        return None if weight is None else self.judged.of_rows(weight)

    @cached_property
    def drawn(self) -> Resamples:
        """Resamples of these answers."""
        return self.judged.drawn(self.resamples)

    @cached_property
    def train_counts(self) -> Array:
        """`(classes,)` training answers of each class; empty where there are none."""
        return self._counts(self.data.train.target)

    @cached_property
    def test_counts(self) -> Array:
        """`(classes,)` test answers of each class; empty where there are none."""
        return self._counts(self.target)

    def _counts(self, target: Array) -> Array:
        counts = self.task.tally(target, len(self.schema.classes))
        return np.zeros(0) if counts is None else counts
