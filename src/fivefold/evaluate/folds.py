"""The same pipeline on several divisions of the rows that are not for testing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.events import Progress
from fivefold.core.named import Named
from fivefold.core.session import Session
from fivefold.evaluate.conformal import bound_metrics, bound_scores, conformal_by
from fivefold.evaluate.threshold import Asked, judged_by, threshold_by
from fivefold.folds import draw_divisions, fold_name
from fivefold.metrics.estimates import number
from fivefold.metrics.intervals import UNBOUNDED, Bounds, corrected_t
from fivefold.metrics.metric import Metric, OwnMetric, own_metric
from fivefold.partition import Partition
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task
from fivefold.tasks.threshold import Threshold, decided, led

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Folds:
    """Scores of networks trained on parts of the rows, each on rows that it did not see.

    Args:
        metrics: mean over folds with the corrected interval, by name.
        scores: one row a fold: `fold`, `train_rows`, `valid_rows`, `held_out_rows`, `seconds` of
            training, and each metric; where rows have weights the first by these too.
        predictions: one row a held-out row, or a position of one that counts: `row` (its place in
            the collected table), `fold`, `target`, and `score` or one `score_CLASS` a class; of
            several targets `target_NAME` and `score_NAME` each.
    """

    metrics: Mapping[str, Estimate]
    scores: "pd.DataFrame"
    predictions: "pd.DataFrame"

    @classmethod
    def of(
        cls,
        held: "Sequence[Held]",
        metrics: Sequence[Metric],
        own: Mapping[str, OwnMetric],
        *,
        level: float = 0.95,
    ) -> Self:
        """What folds say together.

        Args:
            held: of all of them, in order.
            metrics: that have means.
            own: own metrics by name, likewise.
            level: coverage, a fraction.
        """
        import pandas as pd

        table = pd.DataFrame([each.line for each in held])
        answered = [each.predictions for each in held if len(each.predictions)]
        return cls(
            metrics=Named("metric", means_of(table, metrics, own, level=level)),
            scores=table,
            predictions=pd.concat(answered or [pd.DataFrame()], ignore_index=True),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """What one fold's model answered for the rows that were held out.

    Args:
        line: its row of `Folds.scores`.
        predictions: its rows of `Folds.predictions`.
    """

    line: Mapping[str, Any]
    predictions: "pd.DataFrame"


def held_out(
    collected: Collected,
    rows: Rows,
    scores: Array,
    *,
    fold: int,
    learnt: int,
    stopped: int,
    seconds: float,
    own: Mapping[str, OwnMetric] | None = None,
    threshold: Threshold | None = None,
    conformal: Conformal | None = None,
) -> Held:
    """Judge the answers for rows that a fold held out.

    Args:
        collected: the raw table and its schema.
        rows: with their target, their places in the table, and their weights; inputs may be left
            out.
        scores: `(n, ...)` that were answered.
        fold: its number, from 1.
        learnt: training rows.
        stopped: rows that training stopped by.
        seconds: that it took.
        own: own metrics by name.
        threshold: what decided the answers; None for the likeliest class.
        conformal: what was to hold the truth; None for nothing.
    """
    task = task_of(collected.schema)
    judged = Judged.of(task, rows.target, scores)
    line = {
        "fold": fold,
        "train_rows": learnt,
        "valid_rows": stopped,
        "held_out_rows": len(rows),
        "seconds": seconds,
        **scores_of(task, judged, own or {}, rows.weight, threshold),
    }
    if conformal is not None:
        schema = collected.schema
        line |= bound_scores(conformal, schema, rows.target, scores, threshold)
    each = Judged.of_positions(task, rows.target, scores)
    return Held(line=line, predictions=predictions_of(collected, fold, rows.index, each))


def fit_folds(
    collected: Collected,
    partition: Partition,
    session: Session,
    k: int,
    *,
    own: Mapping[str, OwnMetric] | None = None,
    level: float = 0.95,
    threshold: Asked | None = None,
    coverage: float | None = None,
) -> Folds:
    """Refit on k folds of the training and validation rows; test rows are in none of them.

    Folds are stratified, by group or by time, as the partition was drawn. Each fold sets a part
    of its training rows aside to stop by, as large as the validation part of the whole run.
    `ff.cross_validate` with the seed of the run refits on the same folds with the same seeds.

    Args:
        collected: the raw table and its schema.
        partition: whose training and validation rows are divided.
        session: refits with it.
        k: number of folds, at least 2.
        own: own metrics by name.
        level: coverage, a fraction.
        threshold: what decides answers, chosen by rows of each fold that it was stopped by.
        coverage: the share of rows whose truth is to be held, by rows of each fold that are kept.

    Returns:
        Means with the interval of Nadeau and Bengio, and the out-of-fold predictions.
    """
    from fivefold.models.answered import answered

    judging, held = judged_by(collected.schema, threshold), list[Held]()
    for n, division in enumerate(draw_divisions(collected, partition, k, session.seed), 1):
        context = session.refit(division, name=fold_name(n))
        data, trained = context[Preprocessed], context[Trained]
        whole = trained.settings.rows  # of an estimator, which stops by no rows
        each = held_out(
            collected,
            data.test,
            answered(trained.model, data.test, data.codec, exact=True),
            fold=n,
            learnt=whole or len(division.train),
            stopped=0 if whole else len(division.valid),
            seconds=trained.resources.seconds,
            own=own,
            threshold=None if threshold is None else threshold_by(threshold, data, trained),
            conformal=None if coverage is None else conformal_by(coverage, data, trained),
        )
        held.append(each)
        values = {judging[0].name: each.line[judging[0].name]}
        session.emit(Progress(done=n, total=k, unit="fold", values=values))
    if coverage is not None:
        judging = (*judging, *bound_metrics(collected.schema))
    return Folds.of(held, judging, own or {}, level=level)


def held_per_learnt(table: "pd.DataFrame") -> float:
    """Held-out rows over training rows, on average over the rows of such a table."""
    return float((table["held_out_rows"] / table["train_rows"].clip(lower=1)).mean())


def mean_of(
    table: "pd.DataFrame", name: str, *, level: float = 0.95, within: Bounds = UNBOUNDED
) -> Estimate:
    """The mean of a column of scores, one row a fold, with the interval of Nadeau and Bengio."""
    return corrected_t(table[name].to_numpy(), held_per_learnt(table), level=level, within=within)


def means_of(
    table: "pd.DataFrame",
    metrics: Sequence[Metric],
    own: Mapping[str, OwnMetric],
    *,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """The same of every metric, and of own ones, by name."""
    named = metrics_by_name(metrics, own)
    return {n: mean_of(table, n, level=level, within=m.bounds) for n, m in named.items()}


def metrics_by_name(metrics: Sequence[Metric], own: Mapping[str, OwnMetric]) -> dict[str, Metric]:
    """Those of a task, then own ones."""
    named = {metric.name: metric for metric in metrics}
    return named | {name: own_metric(name, function) for name, function in own.items()}


def scores_of(
    task: Task,
    judged: Judged,
    own: Mapping[str, OwnMetric],
    weight: Array | None,
    threshold: Threshold | None = None,
) -> dict[str, float]:
    """Every metric of some answers by name; where rows have weights the first by these too."""
    judging = led(task.metrics, threshold)
    target, scores, first = judged.target, judged.scores, judging[0]
    marks = decided(scores, threshold)
    found = {m.name: m(target, marks if m.decided else scores) for m in judging}
    if weight is not None:
        given = marks if first.decided else scores
        found[f"weighted_{first.name}"] = first(target, given, judged.of_rows(weight))
    return found | {name: number(name, metric, target, scores) for name, metric in own.items()}


def predictions_of(collected: Collected, fold: int, index: Array, judged: Judged) -> "pd.DataFrame":
    """Held-out answers of a fold as the lines of `Folds.predictions`."""
    import pandas as pd

    schema, target, scores = collected.schema, judged.target, judged.scores
    rows = index if judged.row is None else index[judged.row]
    frame = pd.DataFrame({"row": rows, "fold": fold})
    task = task_of(schema.task)
    if task.ahead:  # steps by their columns, then what judges them
        came = {f"target_{n}": c for n, c in zip(schema.targets, target.T, strict=False)}
        return pd.concat([frame, pd.DataFrame(came | task.shares(scores, schema))], axis=1)
    if task.spells:  # texts: what steps say has no room in a line
        truth = collected.table.column(schema.predicted)[rows]
        said = {"target": truth, "prediction": task.answers(scores, schema)}
        return frame.assign(**said, **task.shares(scores, schema))
    if target.ndim > 1:
        columns = _named("target", target.shape[1], schema)
        frame = pd.concat([frame, pd.DataFrame(target, columns=columns)], axis=1)
    else:
        frame = frame.assign(target=target)
    if scores.ndim == 1:
        return frame.assign(score=scores)
    shares = scores if scores.ndim == 2 else task.chances(scores)
    assert shares is not None
    named = _named("score", shares.shape[1], schema)
    return pd.concat([frame, pd.DataFrame(shares, columns=named)], axis=1)


def _named(what: str, width: int, schema: Schema) -> list[str]:
    """Columns by the classes or the targets, of which there are as many; else by number."""
    known = (names for names in (schema.classes, schema.targets) if len(names) == width)
    return [f"{what}_{name}" for name in next(known, range(width))]
