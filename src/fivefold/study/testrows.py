"""Models side by side on the test rows: the one place where a study looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import Collected, Evaluated
from fivefold.codecs.table import Array
from fivefold.core.key import Key
from fivefold.division import By, resamples_of
from fivefold.errors import DataError
from fivefold.looks import Seen, check_looks, digest_of_answers, refuse, take_looks
from fivefold.metrics.comparison import compare
from fivefold.metrics.estimates import estimate
from fivefold.metrics.metric import Metric, OwnMetric
from fivefold.metrics.optimism import Looks
from fivefold.metrics.resampling import Resamples
from fivefold.metrics.significance import holm, mcnemar
from fivefold.partition import Partition
from fivefold.result import Result
from fivefold.study.pairs import best_of, differences, ruling_of
from fivefold.study.reasons import check_left, why_of
from fivefold.study.start import Start
from fivefold.study.study import Study
from fivefold.study.unit import Unit
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task
from fivefold.ties import Ties

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What several models answered for the same test rows.

    Attributes:
        collected: the table and its schema.
        by: how the rows were divided.
        ties: what holds them together.
        index: `(n,)` of the rows.
        target: `(n, ...)` their truth.
        scores: `(n, ...)` by name of the model.
        own: own metrics by name.
        level: coverage of intervals.
        known: by which a look of a model is known again; what it answered if it is not here.
        failed: why others have not answered, by name.
    """

    collected: Collected
    by: By
    index: Array
    target: Array
    scores: Mapping[str, Array]
    own: Mapping[str, OwnMetric]
    level: float
    known: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    ties: Ties | None = None

    @property
    def task(self) -> Task:
        """What is predicted."""
        return task_of(self.collected.schema)


def limit_of(starts: Mapping[str, Start]) -> int | None:
    """The least number of models that any pipeline's `Evaluate(looks=)` allows; None for any."""
    return min((s.looks for s in starts.values() if s.looks is not None), default=None)


def look_at_test_rows(study: Study, starts: Mapping[str, Start]) -> Answers:
    """Train each pipeline once as a plain run would, and have it answer the test rows.

    Nothing is compared with the truth yet, and more models than may be are refused: where there
    are more than that at all, before any is trained.

    Args:
        study: at work.
        starts: of the pipelines, by name.

    Raises:
        SpentError: if more models would be scored than `Evaluate(looks=)` allows.
        TrainingError: if none could be trained.
    """
    limit = limit_of(starts)
    if limit is not None:
        refuse([], list(starts), limit)
    units = [
        Unit(
            name=f"test {name}",
            start=start,
            stages=start.stages,
            partition=start.partition,
            seed=study.seed,
            deployed=True,
        )
        for name, start in starts.items()
    ]
    first, found = next(iter(starts.values())), dict(zip(starts, study.run(units), strict=True))
    check_left(f"{study.name}, test rows", {name: [each] for name, each in found.items()})
    answered = {name: each for name, each in found.items() if not each.failed}
    digests = [digest_of_answers(outcome.scores) for outcome in answered.values()]
    one = next(iter(answered.values()))
    check_looks(first.collected, one.index, digests, limit=limit, directory=study.directory)
    return Answers(
        collected=first.collected,
        by=first.partition.by,
        ties=first.partition.ties,
        index=one.index,
        target=one.target,
        scores={name: outcome.scores for name, outcome in answered.items()},
        own=first.metrics,
        level=first.level,
        failed={name: why_of([each.failed]) for name, each in found.items() if each.failed},
    )


def count_looks(
    answers: Answers,
    table: "pd.DataFrame",
    *,
    limit: int | None = None,
    directory: Path | None = None,
) -> Looks:
    """Count each model's look at the test rows, all or none, and tell what they mean.

    Args:
        answers: what was answered.
        table: of the models, with the first metric of the task.
        limit: the most models that may be scored.
        directory: of the study.
    """
    metric = answers.task.metrics[0].name
    seen = [
        Seen(answers.known.get(name) or digest_of_answers(answers.scores[name]), score)
        for name, score in zip(table["model"], table[metric], strict=True)
        if name in answers.scores
    ]
    rows = (answers.collected, answers.index)
    return take_looks(*rows, seen, metric=metric, directory=directory, limit=limit)


def answers_of(results: Mapping[str, Result]) -> Answers:
    """What finished runs answered for the test rows that they share.

    Raises:
        DataError: if they were judged on other rows.
    """
    judged = {name: result[Evaluated] for name, result in results.items()}
    (name, first), *others = judged.items()
    for other, evaluated in others:
        same = np.array_equal(first.index, evaluated.index)
        if not same or not np.array_equal(first.target, evaluated.target, equal_nan=_floats(first)):
            raise DataError.expected(
                "compare",
                f"results on the same test rows as {name!r}",
                f"other ones in {other!r}",
                "Run both with the same source, seed and Split.",
                names=(name, other),
            )
    result = results[name]
    return Answers(
        collected=result[Collected],
        by=result[Partition].by,
        ties=result[Partition].ties,
        index=first.index,
        target=first.target,
        scores={name: evaluated.scores for name, evaluated in judged.items()},
        own=_own_metrics(result),
        level=next(iter(first.metrics.values())).level,
    )


def _own_metrics(result: Result) -> Mapping[str, OwnMetric]:
    """Those of its Evaluate, where it is at hand."""
    steps = (step for step in result.execution.steps if step.signature.writes == Key(Evaluated))
    found: Mapping[str, OwnMetric] = next((getattr(s.stage, "metrics", {}) for s in steps), {})
    return found


def _floats(evaluated: Evaluated) -> bool:
    return evaluated.target.dtype.kind == "f"


def tables_of_answers(
    answers: Answers, metric: Metric | None = None
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The models one by one, and in pairs.

    Args:
        answers: what they answered.
        metric: by which they are compared; None for the first of the task.

    Returns:
        One row a model: `model`, every metric with its interval, `difference` to the best one with
        the interval of the paired difference, its `p` and `p_holm`, the `verdict` by the latter,
        and `why` one has not answered, if any has not. And one row a pair: `one`, `other`,
        `difference`, `p`, the `test` that gave it (McNemar's for accuracy, DeLong's for areas, else
        one of swapped answers), `p_holm`, `verdict` on the first, rows that `one_alone` and
        `other_alone` gets right and `p_mcnemar` of these, whatever the metric (NaN where a row is
        not right or wrong, or rows hang together).
    """
    import pandas as pd

    task = answers.task
    chosen = task.metrics[0] if metric is None else metric
    judged = {
        name: Judged.of(task, answers.target, scores) for name, scores in answers.scores.items()
    }
    first = next(iter(judged.values()))
    resamples = resamples_of(
        *(answers.collected, answers.index, first), seed=0, by=answers.by, ties=answers.ties
    )
    drawn = first.drawn(resamples)
    scored = {
        name: estimate(
            each.target,
            each.scores,
            task.metrics,
            resamples=drawn,
            own=answers.own,
            level=answers.level,
        )
        for name, each in judged.items()
    }
    best = best_of({name: found[chosen.name] for name, found in scored.items()}, chosen)
    rivals = [(name, best) for name in judged if name != best]
    columns: dict[str, Any] = {"model": list(judged)}
    for name in scored[best]:
        columns[name] = pd.Series([found[name] for found in scored.values()], dtype=object)
    tested = _pairs(judged, rivals, chosen, drawn, answers)
    told = differences(list(judged), tested, len(first.target))
    table = pd.concat([pd.DataFrame(columns), told], axis=1)
    if answers.failed:
        failed = {"model": list(answers.failed), "verdict": "not measured"}
        lines = pd.DataFrame({**failed, "why": list(answers.failed.values())}, dtype=object)
        both = [table.assign(why="").astype({"model": object}), lines]
        table = pd.concat(both, ignore_index=True)
    return table, _pairs(judged, list(combinations(judged, 2)), chosen, drawn, answers)


def _pairs(
    judged: Mapping[str, Judged],
    names: Sequence[tuple[str, str]],
    metric: Metric,
    drawn: Resamples,
    answers: Answers,
) -> "pd.DataFrame":
    import pandas as pd

    lines, gaps = [], []
    for one, other in names:
        first, second = judged[one], judged[other]
        made = compare(
            metric, first.target, first.scores, second.scores, drawn, level=answers.level
        )
        gaps.append(made.difference)
        line = {"one": one, "other": other, "p": made.p, "test": made.test}
        lines.append(line | _counted(first, second, drawn))
    counted = ["one_alone", "other_alone", "p_mcnemar"]
    frame = pd.DataFrame(lines, columns=["one", "other", "p", "test", *counted])
    frame.insert(2, "difference", pd.Series(gaps, dtype=object))
    frame.insert(5, "p_holm", holm(frame["p"].to_numpy(float)))
    told = zip(gaps, frame["p_holm"], strict=True)
    verdicts = [ruling_of(gap, p, metric, answers.level) for gap, p in told]
    frame.insert(6, "verdict", verdicts)
    return frame


def _counted(first: Judged, second: Judged, drawn: Resamples) -> dict[str, float]:
    """Rows that one of the two gets right alone; where a row has several answers, none."""
    if first.scores.ndim != 2 or first.target.ndim != 1 or first.row is not None:
        return dict.fromkeys(("one_alone", "other_alone", "p_mcnemar"), np.nan)
    right, also = (each.scores.argmax(1) == each.target for each in (first, second))
    alone = {"one_alone": int((right & ~also).sum()), "other_alone": int((also & ~right).sum())}
    return {**alone, "p_mcnemar": mcnemar(right, also).p if drawn.kind == "row" else np.nan}
