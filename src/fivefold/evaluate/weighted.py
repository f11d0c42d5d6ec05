"""Scores in which rows count by their weight, and how many rows these are worth."""

from collections.abc import Mapping, Sequence

from fivefold.codecs.table import Array
from fivefold.core.catalogue import finding
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.estimates import estimate
from fivefold.metrics.metric import Metric, OwnMetric
from fivefold.metrics.weight import effective_rows

FEW = 0.5
"""Effective test rows as a fraction of all, below which it is worth a word."""


def weighted_scores(
    evidence: Evidence,
    scores: Array,
    metrics: Sequence[Metric],
    own: Mapping[str, OwnMetric] | None = None,
) -> dict[str, Estimate]:
    """Scores of the test rows in which each counts by its weight; intervals are as plain ones'.

    Args:
        evidence: the model; its test rows have weights or not.
        scores: of the test rows.
        metrics: those wanted.
        own: functions by name that take weights.

    Returns:
        By name; empty without weights.
    """
    weight = evidence.weight
    if weight is None:
        return {}
    judged = evidence.judge(scores)
    return estimate(
        judged.target,
        judged.scores,
        metrics,
        resamples=evidence.drawn,
        own=own,
        weight=weight,
        level=evidence.level,
    )


def few_effective_rows(evidence: Evidence) -> list[Finding]:
    """Weights so unlike that few of the test rows decide the weighted scores."""
    weight, name = evidence.data.test.weight, evidence.schema.named("weight")
    if weight is None:
        return []
    rows, effective = len(weight), effective_rows(weight)
    if effective >= FEW * rows:
        return []
    sentence = (
        f"Weighted by `{name}`, the {rows:,} test rows say as much as {effective:,.0f} rows of "
        "equal weight: weighted scores are only as sure as those."
    )
    return [
        finding("few_effective_rows", sentence, column=name, rows=rows, effective_rows=effective)
    ]
