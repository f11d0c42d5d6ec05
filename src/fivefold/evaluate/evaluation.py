"""Scores, simple models, folds, findings and tables of one model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.events import Found, Noted, Scored
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.session import Session
from fivefold.core.wording import quoted
from fivefold.division import resamples_of
from fivefold.evaluate.alarms import Alarms, Stated
from fivefold.evaluate.alongside import beside, with_parts, with_rivals
from fivefold.evaluate.baselines import Baseline, BaselineName
from fivefold.evaluate.conformal import with_coverage
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.fairness import with_gaps
from fivefold.evaluate.finders.find import find
from fivefold.evaluate.finders.labelerrors import find_label_errors, label_errors
from fivefold.evaluate.folds import Folds, fit_folds
from fivefold.evaluate.held import coverage_tables
from fivefold.evaluate.membership import membership
from fivefold.evaluate.requirements import Required, directions, judged
from fivefold.evaluate.robustness import robustness
from fivefold.evaluate.shortcuts import shortcuts
from fivefold.evaluate.tabled import tables_of
from fivefold.evaluate.threshold import Asked, threshold_by, threshold_table
from fivefold.folds import EachGroup, number_of_folds
from fivefold.looks import Seen, check_looks, digest_of_answers, take_looks
from fivefold.metrics.metric import OwnMetric
from fivefold.metrics.optimism import Looks
from fivefold.metrics.weight import weight_argument
from fivefold.partition import Partition
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import Threshold

if TYPE_CHECKING:
    import pandas as pd


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
    coverage: float | None = None,
    disturbed: int = 0,
    explain: int = 0,
    exchanged: int = 0,
    membered: int = 0,
    require: Required | None = None,
    sensitive: Sequence[str] = (),
) -> Evaluated:
    """Say what a network is worth; the parameters are those of `Evaluate`.

    In a refit only the scores and their intervals are computed, and no look is counted.
    """
    from fivefold.models.answered import answered

    scores, own = answered(trained.model, data.test, data.codec), own or {}
    if not session.is_refit:
        check_look(collected, data, scores, session, looks)
    decides = None if threshold is None else threshold_by(threshold, data, trained)
    k = 0 if session.is_refit else number_of_folds(collected, partition, folds)
    evidence = scored(
        *(collected, partition, data, trained, scores, own),
        seed=session.seed,
        level=level,
        threshold=decides,
        folds=k,
    )
    raised = None if alarms is None else Alarms.of(evidence, alarms)
    if raised is not None:
        metrics = {**evidence.metrics, **raised.metrics}
        evidence = replace(evidence, metrics=metrics, stated=raised.stated.rate)
    evidence = with_gaps(with_coverage(evidence, coverage, session), sensitive)
    if session.is_refit:
        return evaluated(evidence, None, {}, ())
    taken = take_look(evidence, session, looks)
    tell_scores(evidence, own, session)
    evidence, left_out = with_rivals(
        *(with_parts(evidence, threshold), baselines if evidence.task.compared else ()),
        *(session, threshold),
    )
    areas, attacked = shortcuts(evidence, exchanged), membership(evidence, membered)
    evidence = replace(evidence, areas=areas, attacked=attacked)
    evidence = replace(evidence, disturbed=robustness(evidence, disturbed))
    found, looked = find(evidence, session)
    ran = None
    if k:
        ran = fit_folds(
            *(collected, partition, session, k),
            own=own,
            level=level,
            threshold=threshold,
            coverage=coverage,
        )
        session.emit(Scored(values=ran.metrics, rows="folds"))
    doubted = None
    if (baselines and evidence.task.compared) or ran is not None:
        doubted = find_label_errors(evidence, None if ran is None else ran.predictions)
    if doubted is not None:
        found += (label_errors(evidence, doubted),)
        session.emit(Found(finding=found[-1]))
    every = (*collected.findings, *data.findings, *trained.findings, *found)
    tables = tables_of(evidence, every, folds=ran, left_out=left_out, explain=explain) | looked
    if doubted is not None:
        tables["label_errors"] = doubted.table(evidence.schema.classes)
    if evidence.threshold is not None:
        tables["threshold"] = threshold_table(evidence)
        session.emit(Noted(text=evidence.threshold.said(evidence.schema.classes)))
    tables |= coverage_tables(evidence)
    if raised is not None:
        tables["alarms"] = raised.table()
        session.emit(Noted(text=str(raised)))
    if require:
        asked = {"alarms": alarms is not None, "costs": True, "coverage": coverage is not None}
        known = directions(evidence.schema, own, **asked, groups=bool(sensitive))
        every += () if taken is None else taken.findings
        tables["requirements"] = judged(require, known, evidence.metrics, every)
    return evaluated(evidence, ran, tables, found, taken)


def judge(
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    scores: Array,
    session: Session,
    *,
    given: str,
    fitted: Iterable[Baseline] = (),
    own: Mapping[str, OwnMetric] | None = None,
    level: float = 0.95,
    looks: int | None = None,
    threshold: Threshold | None = None,
    sensitive: Sequence[str] = (),
) -> Evaluated:
    """Say what a model is worth that was made elsewhere, as `evaluate` does of one that is here.

    Args:
        collected: the table and its schema.
        partition: the test rows, and the training rows if they were given.
        data: encoded by what is known of them.
        scores: `(n, ...)` answers for the test rows.
        session: is told, and has the seed.
        given: where the answers come from, in words.
        fitted: simple models, each fitted when its turn comes.
        own: as of `Evaluate`, like the next two.
        level: coverage of intervals.
        looks: the most models that may be scored on these rows.
        threshold: what decides answers; None for the likeliest class.
        sensitive: columns whose groups are compared.
    """
    own = own or {}
    check_look(collected, data, scores, session, looks)
    evidence = scored(
        *(collected, partition, data, None, scores, own),
        seed=session.seed,
        level=level,
        threshold=threshold,
    )
    evidence = with_gaps(evidence, sensitive)
    taken = take_look(evidence, session, looks)
    tell_scores(evidence, own, session)
    evidence, left_out = beside(evidence, fitted, session)
    found, looked = find(evidence, session)
    every = (*collected.findings, *found)
    tables = tables_of(evidence, every, folds=None, left_out=left_out) | looked
    if threshold is not None:
        tables |= {} if threshold.bare else {"threshold": threshold_table(evidence)}
        session.emit(Noted(text=threshold.said(evidence.schema.classes)))
    return evaluated(evidence, None, tables, found, taken, given)


def scored(
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    trained: Trained | None,
    scores: Array,
    own: Mapping[str, OwnMetric],
    *,
    seed: int,
    level: float,
    threshold: Threshold | None,
    folds: int = 0,
) -> Evidence:
    """Evidence with all scores of the answers, and those by weights of rows.

    The parameters are those of `Evidence`, and the user's metrics; rows are drawn as they are held.
    """
    judged = Judged.of(task_of(collected.schema), data.test.target, scores)
    evidence = Evidence(
        collected=collected,
        partition=partition,
        data=data,
        trained=trained,
        scores=scores,
        resamples=resamples_of(
            *(collected, data.test.index, judged), seed=seed, by=partition.by, ties=partition.ties
        ),
        folds=folds,
        seed=seed,
        level=level,
        threshold=threshold,
    )
    takes = _taking_weights(own)
    weighted = evidence.weighted_estimate(evidence.judged, evidence.judging, takes)
    metrics = evidence.estimate(evidence.judged, evidence.judging, own)
    return replace(evidence, metrics=metrics, weighted=weighted)


def _taking_weights(own: Mapping[str, OwnMetric]) -> dict[str, OwnMetric]:
    return {name: metric for name, metric in own.items() if weight_argument(metric)}


def tell_scores(evidence: Evidence, own: Mapping[str, OwnMetric], session: Session) -> None:
    """Tell the scores of the test rows, and which are not there by weights."""
    session.emit(Scored(values=evidence.metrics, rows="test"))
    left = [name for name in own if name not in _taking_weights(own)]
    if evidence.weighted and left:
        text = f"Weighted scores leave out {quoted(left)}: no argument `weight`."
        session.emit(Noted(text=text))


def check_look(
    collected: Collected, data: Preprocessed, scores: Array, session: Session, limit: int | None
) -> None:
    """Refuse a look at the test rows beyond the limit, before anything is scored."""
    answers, directory = [digest_of_answers(scores)], session.run_directory
    check_looks(collected, data.test.index, answers, limit=limit, directory=directory)


def take_look(evidence: Evidence, session: Session, limit: int | None) -> Looks | None:
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


def evaluated(
    evidence: Evidence,
    folds: Folds | None,
    tables: "Mapping[str, pd.DataFrame]",
    findings: tuple[Finding, ...],
    looks: Looks | None = None,
    given: str = "",
) -> Evaluated:
    """What was found, as the artifact.

    Args:
        evidence: all of it.
        folds: that ran, or None.
        tables: by name.
        findings: that were made.
        looks: at the test rows, or None.
        given: where the answers come from, in words, if the model was made elsewhere.
    """
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
        given=given,
        conformal=evidence.conformal,
    )
