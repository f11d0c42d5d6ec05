"""Scores, simple models, folds, findings and tables of one trained network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.events import Found, Noted, Scored
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.session import Session
from fivefold.core.wording import quoted
from fivefold.division import resamples_of
from fivefold.evaluate import findings as score_findings
from fivefold.evaluate import row_findings
from fivefold.evaluate.alarms import Alarms, Stated
from fivefold.evaluate.alongside import with_parts, with_rivals
from fivefold.evaluate.baselines import BaselineName
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.folds import Folds, fit_folds
from fivefold.evaluate.kinsplit import groups_apart, relatives_apart
from fivefold.evaluate.shuffled import carried_by
from fivefold.evaluate.subgroups import weak_subgroup
from fivefold.evaluate.tabled import tables_of
from fivefold.evaluate.threshold import (
    Asked,
    few_rows,
    threshold_by,
    threshold_table,
)
from fivefold.evaluate.timesplit import optimistic_split
from fivefold.folds import EachGroup, number_of_folds
from fivefold.looks import Seen, check_looks, digest_of_answers, take_looks
from fivefold.metrics.metric import OwnMetric
from fivefold.metrics.optimism import Looks
from fivefold.metrics.weight import weight_argument
from fivefold.partition import Partition
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd

FINDERS = (
    row_findings.too_few_test_rows,
    row_findings.few_test_groups,
    row_findings.few_effective_rows,
    row_findings.unseen_labels,
    row_findings.untested_labels,
    row_findings.duplicates_across_parts,
    row_findings.rare_classes,
    row_findings.drift,
    score_findings.poor_calibration,
    score_findings.off_the_rate,
    few_rows,
    weak_subgroup,
    carried_by,
    score_findings.overfitting,
    score_findings.baseline_wins,
)


def evaluate(
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    trained: Trained,
    session: Session,
    *,
    folds: int | EachGroup = 0,
    own: Mapping[str, OwnMetric] | None = None,
    baselines: tuple[BaselineName, ...] = (),
    level: float = 0.95,
    looks: int | None = None,
    alarms: Stated | None = None,
    threshold: Asked | None = None,
) -> Evaluated:
    """Say what a network is worth; the parameters are those of `Evaluate`.

    In a refit only the scores and their intervals are computed, and no look is counted.
    """
    from fivefold.models.answered import answered

    scores, index = answered(trained.model, data.test, data.codec), data.test.index
    if not session.is_refit:
        answers, directory = [digest_of_answers(scores)], session.run_directory
        check_looks(collected, index, answers, limit=looks, directory=directory)
    task, own = task_of(collected.schema), own or {}
    k = 0 if session.is_refit else number_of_folds(collected, partition, folds)
    judged = Judged.of(task, data.test.target, scores)
    evidence = Evidence(
        collected=collected,
        partition=partition,
        data=data,
        trained=trained,
        scores=scores,
        resamples=resamples_of(
            *(collected, index, judged), seed=session.seed, by=partition.by, ties=partition.ties
        ),
        folds=k,
        seed=session.seed,
        level=level,
    )
    if threshold is not None:
        evidence = replace(evidence, threshold=threshold_by(threshold, data, trained))
    takes = {name: metric for name, metric in own.items() if weight_argument(metric)}
    told = evidence.judging
    weighted = evidence.weighted_estimate(judged, told, takes)
    metrics = evidence.estimate(judged, told, own)
    raised = None if alarms is None else Alarms.of(evidence, alarms)
    metrics |= {} if raised is None else raised.metrics
    evidence = replace(evidence, metrics=metrics, weighted=weighted, stated=alarms and alarms.rate)
    if session.is_refit:
        return _evaluated(evidence, None, {}, ())
    taken = _look(evidence, session, looks)
    session.emit(Scored(values=metrics, rows="test"))
    if weighted and len(takes) < len(own):
        left = quoted([name for name in own if name not in takes])
        session.emit(Noted(text=f"Weighted scores leave out {left}: no argument `weight`."))
    evidence, left_out = with_rivals(
        with_parts(evidence, threshold), baselines if task.compared else (), session, threshold
    )
    found = find(evidence, session)
    ran = None
    if k:
        ran = fit_folds(collected, partition, session, k, own=own, level=level, threshold=threshold)
    if ran is not None:
        session.emit(Scored(values=ran.metrics, rows="folds"))
    every = (*collected.findings, *data.findings, *trained.findings, *found)
    tables = tables_of(evidence, every, folds=ran, left_out=left_out)
    if evidence.threshold is not None:
        tables["threshold"] = threshold_table(evidence)
        session.emit(Noted(text=evidence.threshold.said(evidence.schema.classes)))
    if raised is not None:
        tables["alarms"] = raised.table()
        session.emit(Noted(text=str(raised)))
    return _evaluated(evidence, ran, tables, found, taken)


def _look(evidence: Evidence, session: Session, limit: int | None) -> Looks | None:
    """Count this look at the test rows, if there are any, and tell what it means."""
    index, metric = evidence.data.test.index, evidence.headline.name
    if not len(index):
        return None
    seen = Seen(digest_of_answers(evidence.scores), evidence.metrics[metric])
    taken = take_looks(
        *(evidence.collected, index, [seen]),
        metric=metric,
        directory=session.run_directory,
        limit=limit,
    )
    for finding in taken.findings:
        session.emit(Found(finding=finding))
    return taken


def find(evidence: Evidence, session: Session) -> tuple[Finding, ...]:
    """Look for everything that could be wrong, and tell as soon as something is found."""
    found: list[Finding] = []
    for finder in FINDERS if len(evidence.target) else (row_findings.too_few_test_rows,):
        found += finder(evidence)
    if len(evidence.target):
        refits = session if session.can_refit else None
        found += [] if refits is None else optimistic_split(evidence, refits)
        found += groups_apart(evidence, refits) + relatives_apart(evidence, refits)
    for finding in found:
        session.emit(Found(finding=finding))
    return tuple(found)


def _evaluated(
    evidence: Evidence,
    folds: Folds | None,
    tables: "Mapping[str, pd.DataFrame]",
    findings: tuple[Finding, ...],
    looks: Looks | None = None,
) -> Evaluated:
    return Evaluated(
        metrics=Named("metric", evidence.metrics),
        weighted=Named("metric", evidence.weighted),
        scores=evidence.scores,
        target=evidence.target,
        index=evidence.data.test.index,
        folds={} if folds is None else folds.metrics,
        tables=Named("table", tables),
        findings=findings,
        looks=looks,
        threshold=evidence.threshold,
    )
