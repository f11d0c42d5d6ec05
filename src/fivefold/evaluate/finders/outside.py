"""What the answers of a model that was made elsewhere give away, and simple models beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.core.finding import Finding, Severity, finding
from fivefold.evaluate.baselines import Baseline, BaselineName, fit_baselines
from fivefold.evaluate.evidence import Evidence

FEWEST = 30
"""Test rows below which nothing is told of how answers look."""
LEAST_RELATED, MUCH_BETTER = 0.2, 0.2
"""What a straight line through the answers explains at least, and how much more than they do."""
REVERSED = 0.4
"""Area under the ROC curve below which the classes may be exchanged."""


def answers_are_targets(evidence: Evidence) -> list[Finding]:
    """Answers that are right in every row, to the last digit."""
    target, answers = evidence.target, evidence.answered
    rows = len(target)
    errors = evidence.task.errors(answers.target, answers.scores)
    if rows < FEWEST or errors.any():
        return []
    sentence = (
        f"All {rows:,} predictions are the target itself: either the rows are that easy, or the "
        "target was among what the predictions were made of."
    )
    severity: Severity = "warning" if evidence.task.labelled else "serious"
    return [finding("predicts_target", sentence, severity, rows=rows)]


def other_scale(evidence: Evidence) -> list[Finding]:
    """Numbers that follow the target, but in another unit or from another zero."""
    target, answers = evidence.target, evidence.scores
    if evidence.task.labelled or answers.ndim > 1 or len(target) < FEWEST:
        return []
    if not (np.ptp(answers) and np.ptp(target)):
        return []
    slope, offset = np.polyfit(answers, target, 1)
    total = float(((target - target.mean()) ** 2).sum())
    as_is = 1 - float(((target - answers) ** 2).sum()) / total
    straight = 1 - float(((target - offset - slope * answers) ** 2).sum()) / total
    if straight < LEAST_RELATED or straight - as_is < MUCH_BETTER:
        return []
    added = f" {'and' if offset >= 0 else 'less'} {digits(abs(offset))}"
    sentence = (
        f"Predictions follow `{evidence.schema.target}` on another scale: R2 is {digits(as_is)}, "
        f"and {digits(straight)} where {digits(slope)} times the prediction{added} is taken."
    )
    facts = {"slope": float(slope), "offset": float(offset), "r2": as_is, "straight": straight}
    return [finding("other_scale", sentence, **facts)]


def other_class(evidence: Evidence) -> list[Finding]:
    """Probabilities that rank the two classes the wrong way round."""
    area = evidence.metrics.get("roc_auc")
    if area is None or len(evidence.schema.classes) != 2 or len(evidence.target) < FEWEST:
        return []
    if not area.high < REVERSED:
        return []
    first, second = evidence.schema.classes
    sentence = (
        f"Rows of {second} have lower probabilities than others: ROC-AUC is {area}. They seem to "
        f"be those of {first}."
    )
    return [finding("other_class", sentence, roc_auc=float(area), low=area.low, high=area.high)]


OUTSIDE = (answers_are_targets, other_scale, other_class)
"""What is looked for beside all else where a model was made elsewhere."""


def fit_out_of_fold(
    folds: Iterable[Preprocessed], index: Array, names: tuple[BaselineName, ...], seed: int
) -> Iterator[Baseline]:
    """Fit simple models on the rows of each fold, and have them answer those that it holds out.

    Args:
        folds: encoded rows to learn from and to answer; each test row is answered in one of them.
        index: `(n,)` places of all test rows in the table, in their order.
        names: as of `fit_baselines`.
        seed: likewise.

    Yields:
        One baseline a name, as if it had answered all test rows.
    """
    every = [(fold.test.index, [*fit_baselines(fold, names, seed=seed)]) for fold in folds]
    for place in range(min((len(fitted) for _, fitted in every), default=0)):
        yield _joined([(rows, fitted[place]) for rows, fitted in every], index)


def _joined(parts: list[tuple[Array, Baseline]], index: Array) -> Baseline:
    """One baseline of those of all folds."""
    first = next((one for _, one in parts if one.scores is None), parts[0][1])
    if first.scores is None:
        return first
    scores: Any = np.zeros((len(index), *first.scores.shape[1:]), first.scores.dtype)
    for rows, one in parts:
        scores[np.searchsorted(index, rows)] = one.scores
    note = f"learnt from the other test rows, out of {len(parts)} folds"
    return replace(
        first,
        scores=scores,
        fit_seconds=float(sum(one.fit_seconds for _, one in parts)),
        milliseconds_per_row=float(np.mean([one.milliseconds_per_row for _, one in parts])),
        rows_fitted=min(one.rows_fitted for _, one in parts),
        note=", ".join(filter(None, [first.note, note])),
        predict=None,
    )
