"""Intervals and sets that hold the truth as often as is asked for, and how often they did."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.errors import PreflightError
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.conformal import (
    COVERAGE,
    INTERVAL_WIDTH,
    SET_SIZE,
    limit,
    limit_by_group,
    rows_needed,
)
from fivefold.metrics.estimates import estimate
from fivefold.metrics.metric import Metric
from fivefold.tasks.conformal import INTERVALS, SETS, Conformal
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import Threshold, decided

if TYPE_CHECKING:
    pass

PART_ROWS, MOST_PARTS = 100, 5
"""Kept rows that a part of numbers has at least, and how many parts there are at most."""

SURE = 2
"""Times the rows that a limit needs, which a class is expected to have to get one of its own."""

EDGE = 1e-5
"""Above a kept row's error, so that all doors of a bundle, whose scores differ by less, agree."""


def coverage_fault(coverage: float, schema: Schema) -> PreflightError | None:
    """Why answers of such a schema get neither intervals nor sets; None if they do."""
    task = task_of(schema)
    if task.bounds(schema):
        return None
    found = "several targets" if len(schema.targets) > 1 and not task.ahead else task.name
    told = ": forecasts have quantiles, whose coverage is told." if task.ahead else "."
    return PreflightError(
        f"Evaluate: coverage={coverage:g} expects a task of one number or one class a row, found "
        f"{found}.",
        remedy=f"Leave coverage= out{told}",
    )


def conformal_by(coverage: float, data: Preprocessed, trained: Trained) -> Conformal:
    """How far the truth lies from the answers of a model, by validation rows that are kept for it.

    Numbers are parted by their size where there are rows enough, at quantiles of the answers to the
    other half of the validation rows, so that what is kept says nothing of where parts end. Classes
    have a limit each where training rows say that enough rows are kept of them; the others share
    one. Groups that stay on one side count one each, and have one limit.

    Args:
        coverage: the share of further rows whose truth is to be held.
        data: encoded rows.
        trained: fitted on other rows than the kept half.
    """
    from fivefold.models.answered import answered

    codec, schema = data.codec, data.codec.schema
    task, (stopping, kept) = task_of(schema), data.valid.divided(always=True)
    kept = with_truth(kept, schema)
    scores = answered(trained.model, kept, codec)
    errors = errors_of(schema, kept.target, scores)
    groups = kept.bonds.get("group")
    unit = "moment" if "time" in kept.bonds else "row" if groups is None else "group"
    edges: Array = np.zeros(0)
    if task.bounds(schema) == SETS:
        counts = np.asarray(task.tally(data.train.target, len(schema.classes)), np.float64)
        place = _of_classes(counts, len(kept), coverage, alone=groups is not None)
        part = place[kept.target]
    else:
        answers = task.answers(scores, schema)
        parts = min(MOST_PARTS, len(kept) // PART_ROWS) if groups is None else 1
        if parts > 1 and len(stopping):
            others = task.answers(answered(trained.model, stopping, codec), schema)
            edges = np.unique(np.quantile(others, np.arange(1, parts) / parts))
        place, part = np.arange(len(edges) + 1), np.searchsorted(edges, answers, side="right")
    limits, rows = list[float](), list[int]()
    for each in range(int(place.max(initial=0)) + 1):
        own = part == each
        limits.append(
            float(limit(errors[own], coverage))
            if groups is None
            else limit_by_group(errors[own], groups[own], coverage)
        )
        rows.append(int(own.sum()))
    nudge = EDGE if task.bounds(schema) == SETS else 0.0
    return Conformal(
        level=coverage,
        limits=tuple(limits[p] + nudge if np.isfinite(limits[p]) else None for p in place),
        rows=tuple(rows[p] for p in place),
        edges=tuple(edges.tolist()),
        unit=unit,
    )


def with_truth(rows: Rows, schema: Schema) -> Rows:
    """Those of which the truth is known."""
    return rows.take(np.flatnonzero(~task_of(schema).lacking(rows.target)))


def errors_of(schema: Schema, target: Array, scores: Array) -> Array:
    """`(n,)` float64, how far the truth lies from answers, as limits know it."""
    task = task_of(schema)
    if task.bounds(schema) == SETS:
        return 1 - scores[np.arange(len(target)), target].astype(np.float64)
    return np.asarray(np.abs(target - task.answers(scores, schema)) / task.spread(scores))


def _of_classes(counts: Array, kept: int, coverage: float, *, alone: bool) -> Array:
    """`(classes,)` which limit each goes by: its own, or the one of all that are rare."""
    expected = counts / max(counts.sum(), 1.0) * kept
    own = (expected >= SURE * rows_needed(coverage)) & (not alone)
    place = np.cumsum(own) - 1
    place[~own] = own.sum()
    return np.asarray(place)


def bound_metrics(schema: Schema) -> tuple[Metric, Metric]:
    """How often the truth is held, and how wide or large what holds it is."""
    wide = INTERVAL_WIDTH if task_of(schema).bounds(schema) == INTERVALS else SET_SIZE
    return COVERAGE, wide


def held_by(
    conformal: Conformal, schema: Schema, target: Array, scores: Array, by: Threshold | None
) -> tuple[Array, Array]:
    """`(n,)` bool whether the truth of rows is held, and `(n,)` widths, or sizes of sets."""
    task = task_of(schema)
    if task.bounds(schema) == INTERVALS:
        low, high = conformal.intervals(task, scores, schema).T
        return np.asarray((low <= target) & (target <= high)), np.asarray(high - low)
    held = conformal.sets(task, scores, decided(scores, by))
    known = target >= 0
    inside = held[np.arange(len(held)), np.where(known, target, 0)] & known
    return inside, held.sum(axis=1).astype(np.float64)


def bound_scores(
    conformal: Conformal, schema: Schema, target: Array, scores: Array, by: Threshold | None
) -> dict[str, float]:
    """Both metrics of some rows, without intervals."""
    inside, sizes = held_by(conformal, schema, target, scores, by)
    cover, wide = bound_metrics(schema)
    given = np.stack([~inside, inside], axis=1)
    ones = np.ones(len(inside), np.int64)
    return {cover.name: cover(ones, given), wide.name: wide(ones, sizes)}


def bound_estimates(evidence: Evidence, rows: Array | None = None) -> dict[str, Estimate]:
    """Both metrics of the test rows, or of `(n,)` bool some of them, with their intervals."""
    assert evidence.conformal is not None
    inside, sizes = held_by(
        *(evidence.conformal, evidence.schema, evidence.target, evidence.scores),
        evidence.threshold,
    )
    return bounds_estimated(evidence, inside, sizes, rows)


def bounds_estimated(
    evidence: Evidence, inside: Array, sizes: Array, rows: Array | None = None
) -> dict[str, Estimate]:
    """The same of what `held_by` gives of all test rows."""
    drawn = None if rows is not None and not rows.all() else evidence.drawn
    if rows is not None:
        inside, sizes = inside[rows], sizes[rows]
    cover, wide = bound_metrics(evidence.schema)
    ones, given = np.ones(len(inside), np.int64), np.stack([~inside, inside], axis=1)
    told = estimate(ones, given, [cover], resamples=drawn, level=evidence.level)
    return told | estimate(ones, sizes, [wide], resamples=drawn, level=evidence.level)


def with_coverage(evidence: Evidence, coverage: float | None, session: Session) -> Evidence:
    """The same evidence with what holds the truth, and how often it did, where that is asked."""
    if coverage is None:
        return evidence
    assert evidence.trained is not None  # a model made elsewhere keeps no rows
    conformal = conformal_by(coverage, evidence.data, evidence.trained)
    evidence = replace(evidence, conformal=conformal)
    if not session.is_refit:
        session.emit(Noted(text=conformal.said()))
    return replace(evidence, metrics={**evidence.metrics, **bound_estimates(evidence)})
