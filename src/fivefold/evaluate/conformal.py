"""Intervals and sets that hold the truth as often as is asked for, and how often they did."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import Preprocessed, Trained
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
    import pandas as pd

PART_ROWS, MOST_PARTS = 100, 5
"""Kept rows that a part of numbers has at least, and how many parts there are at most."""

SURE = 2
"""Times the rows that a limit needs, which a class is expected to have to get one of its own."""

EDGE = 1e-5
"""Above a kept row's error, so that all doors of a bundle, whose scores differ by less, agree."""

PERIODS, PERIOD_ROWS = 6, 30
"""Periods that are told of at most, and the test rows of each at least."""


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
    known = ~task.lacking(kept.target)
    kept = kept.take(np.flatnonzero(known))
    scores = answered(trained.model, kept, codec)
    groups = kept.bonds.get("group")
    unit = "moment" if "time" in kept.bonds else "row" if groups is None else "group"
    edges: Array = np.zeros(0)
    if task.bounds(schema) == SETS:
        errors = 1 - scores[np.arange(len(kept)), kept.target].astype(np.float64)
        counts = np.asarray(task.tally(data.train.target, len(schema.classes)), np.float64)
        place = _of_classes(counts, len(kept), coverage, alone=groups is not None)
        part = place[kept.target]
    else:
        answers = task.answers(scores, schema)
        errors = np.abs(kept.target - answers) / task.spread(scores)
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
    drawn = None if rows is not None else evidence.drawn
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


def coverage_tables(evidence: Evidence) -> "dict[str, pd.DataFrame]":
    """The table `coverage`, where there is something to tell."""
    if evidence.conformal is None or not len(evidence.target):
        return {}
    return {"coverage": _coverage_table(evidence)}


def _coverage_table(evidence: Evidence) -> "pd.DataFrame":
    """How often the truth was held: of all test rows, of each class or part, of each period."""
    import pandas as pd

    conformal, lines = evidence.conformal, list[dict[str, Any]]()
    assert conformal is not None
    for name, rows, kept, reach in parts_of(evidence):
        if rows.any():
            line = {"rows_of": name, "wanted": conformal.level, "kept_rows": kept, "limit": reach}
            told = evidence.metrics if name == "all" else bound_estimates(evidence, rows)
            names = [metric.name for metric in bound_metrics(evidence.schema)]
            lines.append({**line, "rows": int(rows.sum()), **{n: told[n] for n in names}})
    columns = {key: pd.Series([line[key] for line in lines], dtype=object) for key in lines[0]}
    return pd.DataFrame(columns).astype({"rows": int, "wanted": float})


def parts_of(evidence: Evidence) -> Iterator[tuple[str, Array, int | None, float | None]]:
    """Names of some test rows, which, how many kept rows set their limit, and what it is."""
    conformal, target, schema = evidence.conformal, evidence.target, evidence.schema
    assert conformal is not None
    every, lone = np.ones(len(target), bool), len(set(conformal.limits)) == 1
    total = conformal.rows[0] if lone else None
    yield "all", every, total, conformal.limits[0] if lone else None
    limits = list(zip(conformal.rows, conformal.limits, strict=True))
    if evidence.task.bounds(schema) == SETS:
        for place, (kept, reach) in enumerate(limits):
            yield str(schema.classes[place]), target == place, kept, reach
    elif conformal.edges:
        places = np.searchsorted(
            conformal.edges, evidence.task.answers(evidence.scores, schema), side="right"
        )
        ends = ["", *(f"{edge:.4g}" for edge in conformal.edges), ""]
        for place, (kept, reach) in enumerate(limits):
            low, high = ends[place], ends[place + 1]
            name = f"answers {low} to {high}" if low and high else f"answers from {low}"
            yield name if low else f"answers below {high}", places == place, kept, reach
    if not conformal.promised:
        for name, rows in _periods(evidence):
            yield name, rows, None, None


def _periods(evidence: Evidence) -> Iterator[tuple[str, Array]]:
    """Test rows in the order of their moments, in pieces of about equal size."""
    name = evidence.schema.named("time")
    if name is None:
        return
    moments = evidence.collected.table.column(name)[evidence.data.test.index]
    order = np.argsort(moments, kind="stable")
    pieces = min(PERIODS, len(order) // PERIOD_ROWS)
    for piece in np.array_split(order, pieces) if pieces > 1 else []:
        rows = np.zeros(len(moments), bool)
        rows[piece] = True
        ends = (str(moments[piece[end]]) for end in (0, -1))
        first, last = (end[:16].removesuffix("T00:00") for end in ends)
        yield f"{first} to {last}", rows
