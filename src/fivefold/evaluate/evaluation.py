"""Scores, simple models, folds, findings and tables of one trained network."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.events import Found, Noted, Progress, Scored
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.session import Session
from fivefold.core.wording import quoted
from fivefold.division import resamples_of
from fivefold.evaluate import findings as score_findings
from fivefold.evaluate import row_findings
from fivefold.evaluate.alarms import Alarms, Stated
from fivefold.evaluate.baselines import Baseline, BaselineName, fit_baselines
from fivefold.evaluate.evidence import Evidence, Rival
from fivefold.evaluate.folds import Folds, fit_folds
from fivefold.evaluate.kinsplit import groups_apart, relatives_apart
from fivefold.evaluate.shuffled import carried_by
from fivefold.evaluate.tabled import tables_of
from fivefold.evaluate.timesplit import optimistic_split
from fivefold.folds import EachGroup, number_of_folds
from fivefold.looks import Seen, check_looks, digest_of_answers, take_looks
from fivefold.metrics.comparison import compare
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
    row_findings.few_effective_rows,
    row_findings.unseen_labels,
    row_findings.untested_labels,
    row_findings.duplicates_across_parts,
    row_findings.rare_classes,
    row_findings.drift,
    score_findings.poor_calibration,
    score_findings.off_the_rate,
    score_findings.weak_subgroup,
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
    takes = {name: metric for name, metric in own.items() if weight_argument(metric)}
    weighted = evidence.weighted_estimate(judged, task.metrics, takes)
    metrics = evidence.estimate(judged, task.metrics, own)
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
        with_parts(evidence), baselines if task.compared else (), session
    )
    found = find(evidence, session)
    ran = fit_folds(collected, partition, session, k, own=own, level=level) if k else None
    if ran is not None:
        session.emit(Scored(values=ran.metrics, rows="folds"))
    told = (*collected.findings, *data.findings, *trained.findings, *found)
    tables = tables_of(evidence, told, folds=ran, left_out=left_out)
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


def with_rivals(
    evidence: Evidence, names: tuple[BaselineName, ...], session: Session
) -> tuple[Evidence, tuple[str, ...]]:
    """The same evidence with simple models beside it, and what could not be fitted."""
    rivals, left_out = [], []
    fitted = fit_baselines(
        evidence.data, names, seed=evidence.seed, beside=evidence.trained.settings
    )
    for done, baseline in enumerate(fitted, 1):
        if baseline.scores is None:
            left_out.append(f"{baseline.name} was not fitted beside the model: {baseline.note}.")
            continue
        rival = _beside(evidence, baseline, baseline.scores)
        rivals.append(rival)
        first = evidence.headline.name
        values = {first: float(rival.metrics[first])}
        session.emit(Progress(done=done, total=len(names), unit="model", values=values))
    if rivals:
        words = ", ".join(f"{r.comparison.verdict} against {r.baseline.name}" for r in rivals)
        session.emit(Noted(text=f"By {evidence.headline.title} the model {words}."))
    return replace(evidence, rivals=tuple(rivals)), tuple(left_out)


def _beside(evidence: Evidence, baseline: Baseline, scores: Array) -> Rival:
    """Other scores of the test rows, judged and compared with the model's, no surer than it."""
    if evidence.task.labelled:
        step = float(np.finfo(evidence.scores.dtype).eps)
        scores = np.clip(scores, step, 1 - step)
    ours, theirs = evidence.judged, evidence.judge(scores)
    outcome = compare(
        evidence.headline,
        ours.target,
        ours.scores,
        theirs.scores,
        evidence.drawn,
        level=evidence.level,
    )
    return Rival(
        baseline=baseline,
        metrics=evidence.estimate(theirs, evidence.task.compared),
        comparison=outcome,
        weighted=evidence.weighted_estimate(theirs, (evidence.headline,)),
    )


def with_parts(evidence: Evidence) -> Evidence:
    """The same evidence with what the model mixes, scored from what is there."""
    from fivefold.models.score import score_parts

    model = evidence.trained.model
    asked = len(evidence.target) and evidence.task.compared
    found = score_parts(model, evidence.data.test.inputs) if asked else {}
    shares = getattr(model.body, "parts", {})
    parts = [
        _beside(
            evidence,
            Baseline(
                kind="part",
                name=f"its {name} ({shares[name]:.0%})",
                scores=scores,
                rows_fitted=len(evidence.data.train),
                note="a part of the model, alone",
            ),
            scores,
        )
        for name, scores in found.items()
    ]
    return replace(evidence, parts=(*parts, *_teacher(evidence)))


def _teacher(evidence: Evidence) -> list[Rival]:
    """The model that taught the network, on the same test rows."""
    from fivefold.evaluate.timing import time_calls
    from fivefold.models.score import score

    trained, inputs = evidence.trained, evidence.data.test.inputs
    if trained.teacher is None or not len(evidence.target):
        return []
    ask = partial(score, trained.teacher, inputs)
    scores = ask()
    teacher = Baseline(
        kind="teacher",
        name=f"its teacher ({trained.settings['taught_by']})",
        scores=scores,
        fit_seconds=float(trained.resources["teacher_fit_seconds"]),
        milliseconds_per_row=1000 * float(np.median(time_calls(ask, 3))) / len(scores),
        rows_fitted=int(trained.resources["teacher_rows"]),
        note=f"asked out of fold in {trained.resources['teacher_seconds']:.3g} s",
    )
    return [_beside(evidence, teacher, scores)]


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
    )
