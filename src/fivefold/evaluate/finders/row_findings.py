"""What the rows give away, before the model is even asked: overlap, rare classes."""

import numpy as np

from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import plural, quoted
from fivefold.division import identical
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.score_findings import fraction
from fivefold.keys import codes_of
from fivefold.metrics.weight import effective_rows

FEW_TEST_ROWS, FEW_GROUPS = 200, 5
FEW_ROWS_OF_A_CLASS = 30
MANY_DUPLICATES = 0.01
FEW_EFFECTIVE = 0.5  # effective test rows as a fraction of all, below which it is worth a word


def duplicates_across_parts(evidence: Evidence) -> list[Finding]:
    """Test rows whose inputs are those of a training row."""
    train, test = evidence.data.train.index, evidence.data.test.index
    if not len(train) or not len(test):
        return []
    numbers = identical(evidence.collected, np.concatenate([train, test]))
    again = np.isin(numbers[len(train) :], numbers[: len(train)])
    count = int(again.sum())
    if not count:
        return []
    shown: dict[str, object] = {"rows": count, "test_rows": len(test)}
    told = ""
    metric = evidence.headline
    rows = (evidence.target[~again], evidence.scores[~again])
    fresh = evidence.leading(*rows) if not again.all() else np.nan
    if np.isfinite(fresh):
        told = (
            f" On the other test rows {metric.title} is {fresh:.4g}, on all of them "
            f"{float(evidence.metrics[metric.name]):.4g}."
        )
        shown |= {"metric": metric.name, "score_without": fresh}
    sentence = (
        f"{fraction(count, len(test))} test rows have the same inputs as a training row.{told}"
    )
    severity: Severity = "warning" if count > MANY_DUPLICATES * len(test) else "note"
    return [finding("duplicates_across_parts", sentence, severity, **shown)]


def rare_classes(evidence: Evidence) -> list[Finding]:
    """Classes with hardly a row to learn from."""
    counts = evidence.train_counts
    scarce = np.flatnonzero((counts > 0) & (counts < FEW_ROWS_OF_A_CLASS))
    if not len(scarce):
        return []
    labels = [evidence.schema.classes[k] for k in scarce]
    plural = "classes have" if len(scarce) > 1 else "class has"
    sentence = (
        f"{len(scarce)} {plural} fewer than {FEW_ROWS_OF_A_CLASS} training {evidence.flat.noun}: "
        f"{quoted(labels, 5)}."
    )
    rows = [int(counts[k]) for k in scarce]
    return [finding("rare_classes", sentence, labels=labels, rows=rows)]


def too_few_test_rows(evidence: Evidence) -> list[Finding]:
    """Test rows too few for a score to mean much."""
    n, score = len(evidence.target), evidence.metrics[evidence.headline.name]
    if n >= FEW_TEST_ROWS:
        return []
    none = evidence.folds or evidence.trained is None
    advice = "" if none else f" Folds use more: Evaluate(folds={_folds(evidence)})."
    is_known = score.low == score.low
    told = f": {evidence.headline.title} is only known to be {score}" if is_known else ""
    sentence = f"{n:,} test rows are few{told}.{advice}"
    if not n:
        sentence = "There are no test rows: nothing was measured."
    bounds = {"low": score.low, "high": score.high} if is_known else {}
    severity: Severity = "warning" if n else "serious"
    return [finding("too_few_test_rows", sentence, severity, rows=n, **bounds)]


def _folds(evidence: Evidence) -> str:
    return '"groups"' if evidence.collected.schema.named("group") else "5"


def few_test_groups(evidence: Evidence) -> list[Finding]:
    """Test rows of so few groups that how new ones fare is hardly known."""
    name, rows = evidence.collected.schema.named("group"), evidence.data.test.index
    if name is None or evidence.folds or evidence.trained is None or not len(rows):
        return []
    groups = len(np.unique(codes_of(evidence.collected.table.column(name)[rows])))
    if groups >= FEW_GROUPS:
        return []
    sentence = (
        f"The {len(rows):,} test rows are of {plural(groups, 'group')} by `{name}`: how others "
        'fare is hardly known. Evaluate(folds="groups") judges by each in turn.'
    )
    return [finding("few_test_groups", sentence, column=name, rows=len(rows), groups=groups)]


def few_effective_rows(evidence: Evidence) -> list[Finding]:
    """Weights so unlike that few of the test rows decide the weighted scores."""
    weight, name = evidence.data.test.weight, evidence.schema.named("weight")
    if weight is None:
        return []
    rows, effective = len(weight), effective_rows(weight)
    if effective >= FEW_EFFECTIVE * rows:
        return []
    sentence = (
        f"Weighted by `{name}`, the {rows:,} test rows say as much as {effective:,.0f} rows of "
        "equal weight: weighted scores are only as sure as those."
    )
    return [
        finding("few_effective_rows", sentence, column=name, rows=rows, effective_rows=effective)
    ]


def unseen_labels(evidence: Evidence) -> list[Finding]:
    """Classes that the test rows have and no training row has."""
    unseen = (evidence.test_counts > 0) & (evidence.train_counts == 0)
    if not unseen.any() or not len(evidence.data.train):
        return []
    labels = [evidence.schema.classes[k] for k in np.flatnonzero(unseen)]
    rows, n = int(evidence.test_counts[unseen].sum()), len(evidence.flat.target)
    if evidence.task.several:
        sentence = f"{quoted(labels, 5)}: no training row has them, {rows:,} test rows do."
        return [finding("unseen_labels", sentence, labels=labels, rows=rows)]
    plural = f"one of {len(labels)} labels" if len(labels) > 1 else "a label"
    sentence = (
        f"{fraction(rows, n)} test {evidence.flat.noun} have {plural} that no training row has: "
        f"{quoted(labels, 5)}. Accuracy cannot exceed {1 - rows / n:.3f}."
    )
    return [
        finding("unseen_labels", sentence, labels=labels, rows=rows, most_accuracy=1 - rows / n)
    ]


def untested_labels(evidence: Evidence) -> list[Finding]:
    """Classes of pixels that training rows have and no test row has: nothing is known of them."""
    if not evidence.task.plane or not len(evidence.target):
        return []
    untested = (evidence.train_counts > 0) & (evidence.test_counts == 0)
    if not untested.any():
        return []
    labels = [evidence.schema.classes[k] for k in np.flatnonzero(untested)]
    sentence = (
        f"No test row has a pixel of {quoted(labels, 5)}: how well "
        f"{'it is' if len(labels) == 1 else 'they are'} found was not measured."
    )
    return [finding("untested_labels", sentence, "warning", labels=labels)]
