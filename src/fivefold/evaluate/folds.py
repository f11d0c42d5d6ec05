"""The same pipeline on several divisions of the rows that are not for testing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.events import Progress
from fivefold.core.session import Session
from fivefold.folds import draw_divisions
from fivefold.metrics.estimates import number
from fivefold.metrics.intervals import corrected_t
from fivefold.metrics.metric import OwnMetric
from fivefold.partition import Partition
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task

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


def fit_folds(
    collected: Collected,
    partition: Partition,
    session: Session,
    k: int,
    *,
    own: Mapping[str, OwnMetric] | None = None,
    level: float = 0.95,
) -> Folds:
    """Refit on k folds of the training and validation rows; test rows are in none of them.

    Folds are stratified, by group or by time, as the partition was drawn. Each fold sets a part
    of its training rows aside to stop by, as large as the validation part of the whole run.

    Args:
        collected: the raw table and its schema.
        partition: whose training and validation rows are divided.
        session: refits with it.
        k: number of folds, at least 2.
        own: own metrics by name.
        level: coverage, a fraction.

    Returns:
        Means with the interval of Nadeau and Bengio, and the out-of-fold predictions.
    """
    import pandas as pd

    from fivefold.models.score import score

    task = task_of(collected.schema.task)
    lines, pieces = [], []
    for n, division in enumerate(draw_divisions(collected, partition, k, session.seed), 1):
        context = session.refit(division, name=f"fold-{n}")
        test, trained = context[Preprocessed].test, context[Trained]
        scores = score(trained.model, test.inputs)
        judged = Judged.of(task, test.target, scores)
        found = scores_of(task, judged, own or {}, test.weight)
        whole = trained.settings.rows  # of an estimator, which stops by no rows
        lines.append(
            {
                "fold": n,
                "train_rows": whole or len(division.train),
                "valid_rows": 0 if whole else len(division.valid),
                "held_out_rows": len(test),
                "seconds": trained.resources.seconds,
                **found,
            }
        )
        pieces.append(predictions_of(collected, n, test.index, judged))
        first = task.metrics[0].name
        session.emit(Progress(done=n, total=k, unit="fold", values={first: found[first]}))
    table = pd.DataFrame(lines)
    names = [*(metric.name for metric in task.metrics), *(own or {})]
    means = {name: mean_of(table, name, level=level) for name in names}
    return Folds(metrics=means, scores=table, predictions=pd.concat(pieces, ignore_index=True))


def held_per_learnt(table: "pd.DataFrame") -> float:
    """Held-out rows over training rows, on average over the rows of such a table."""
    return float((table["held_out_rows"] / table["train_rows"].clip(lower=1)).mean())


def mean_of(table: "pd.DataFrame", name: str, *, level: float = 0.95) -> Estimate:
    """The mean of a column of scores, one row a fold, with the interval of Nadeau and Bengio."""
    return corrected_t(table[name].to_numpy(), held_per_learnt(table), level=level)


def scores_of(
    task: Task, judged: Judged, own: Mapping[str, OwnMetric], weight: Array | None
) -> dict[str, float]:
    """Every metric of some answers by name; where rows have weights the first by these too."""
    target, scores, first = judged.target, judged.scores, task.metrics[0]
    found = {metric.name: metric(target, scores) for metric in task.metrics}
    if weight is not None:
        found[f"weighted_{first.name}"] = first(target, scores, judged.of_rows(weight))
    return found | {name: number(name, metric, target, scores) for name, metric in own.items()}


def predictions_of(collected: Collected, fold: int, index: Array, judged: Judged) -> "pd.DataFrame":
    """Held-out answers of a fold as the lines of `Folds.predictions`."""
    import pandas as pd

    schema, target, scores = collected.schema, judged.target, judged.scores
    rows = index if judged.row is None else index[judged.row]
    frame = pd.DataFrame({"row": rows, "fold": fold})
    if target.ndim > 1:
        columns = [f"target_{name}" for name in schema.targets]
        frame = pd.concat([frame, pd.DataFrame(target, columns=columns)], axis=1)
    else:
        frame = frame.assign(target=target)
    if scores.ndim == 1:
        return frame.assign(score=scores)
    named = [f"score_{name}" for name in schema.classes or schema.targets]
    return pd.concat([frame, pd.DataFrame(scores, columns=named)], axis=1)
