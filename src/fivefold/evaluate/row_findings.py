"""What the rows give away, before the model is even asked: overlap, imbalance, drift."""

import numpy as np

from fivefold.core.finding import Finding
from fivefold.division import identical
from fivefold.evaluate.drift import drifted_columns
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.findings import found, fraction, in_words
from fivefold.tasks.judged import Judged

FEW_TEST_ROWS = 200
FEW_ROWS_OF_A_CLASS = 30
LOPSIDED = 0.8
MANY_DUPLICATES = 0.01
MOST_DRIFT_ROWS = 100_000
MOST_DRIFTED = 5


def duplicates_across_splits(evidence: Evidence) -> list[Finding]:
    """Test rows whose inputs are those of a training row."""
    train, test = evidence.data.train.index, evidence.data.test.index
    if not len(train) or not len(test):
        return []
    numbers = identical(evidence.collected, np.concatenate([train, test]))
    again = np.isin(numbers[len(train) :], numbers[: len(train)])
    count = int(again.sum())
    if not count:
        return []
    numbers_found: dict[str, object] = {"rows": count, "test_rows": len(test)}
    told = ""
    metric = evidence.headline
    others = Judged.of(evidence.task, evidence.target[~again], evidence.scores[~again])
    fresh = metric(others.target, others.scores) if not again.all() else np.nan
    if np.isfinite(fresh):
        told = (
            f" On the other test rows {metric.title} is {fresh:.4g}, on all of them "
            f"{float(evidence.metrics[metric.name]):.4g}."
        )
        numbers_found |= {"metric": metric.name, "score_without": fresh}
    return found(
        "duplicates_across_splits",
        "warning" if count > MANY_DUPLICATES * len(test) else "note",
        f"{fraction(count, len(test))} test rows have the same inputs as a training row.{told}",
        **numbers_found,
    )


def imbalance(evidence: Evidence) -> list[Finding]:
    """A class that is nearly everything, or classes with hardly a row."""
    counts = evidence.train_counts
    if not counts.sum():
        return []
    noun = evidence.judged.noun
    findings: list[Finding] = []
    share, most = float(counts.max() / counts.sum()), evidence.schema.classes[int(counts.argmax())]
    if share >= LOPSIDED:
        findings += found(
            "imbalance",
            "note",
            f"{100 * share:.1f} % of the training {noun} are `{most}`: an accuracy of {share:.3f} "
            "takes no skill here.",
            label=most,
            fraction=share,
        )
    scarce = np.flatnonzero((counts > 0) & (counts < FEW_ROWS_OF_A_CLASS))
    if len(scarce):
        labels: list[object] = [evidence.schema.classes[k] for k in scarce]
        plural = "classes have" if len(scarce) > 1 else "class has"
        findings += found(
            "rare_classes",
            "warning",
            f"{len(scarce)} {plural} fewer than {FEW_ROWS_OF_A_CLASS} training {noun}: "
            f"{in_words(labels)}.",
            labels=labels,
            rows=[int(counts[k]) for k in scarce],
        )
    return findings


def too_few_test_rows(evidence: Evidence) -> list[Finding]:
    """Test rows too few for a score to mean much."""
    n, score = len(evidence.target), evidence.metrics[evidence.headline.name]
    if n >= FEW_TEST_ROWS:
        return []
    advice = "" if evidence.folds else " Folds use more: Evaluate(folds=5)."
    if not n:
        sentence = "There are no test rows: nothing was measured."
    elif score.low == score.low:
        known = f"{evidence.headline.title} is only known to be {score}"
        sentence = f"{n:,} test rows are few: {known}.{advice}"
    else:
        sentence = f"{n:,} test rows are few.{advice}"
    return found(
        "too_few_test_rows",
        "warning" if n else "serious",
        sentence,
        rows=n,
        **({"low": score.low, "high": score.high} if score.low == score.low else {}),
    )


def unseen_labels(evidence: Evidence) -> list[Finding]:
    """Classes that the test rows have and no training row has."""
    unseen = (evidence.test_counts > 0) & (evidence.train_counts == 0)
    if not unseen.any():
        return []
    labels: list[object] = [evidence.schema.classes[k] for k in np.flatnonzero(unseen)]
    rows, n = int(evidence.test_counts[unseen].sum()), len(evidence.judged.target)
    plural = f"one of {len(labels)} labels" if len(labels) > 1 else "a label"
    return found(
        "unseen_labels",
        "serious",
        f"{fraction(rows, n)} test {evidence.judged.noun} have {plural} that no training row has: "
        f"{in_words(labels)}. Accuracy cannot exceed {1 - rows / n:.3f}.",
        labels=labels,
        rows=rows,
        most_accuracy=1 - rows / n,
    )


def drift(evidence: Evidence) -> list[Finding]:
    """Columns whose test values are not those of the training rows."""
    random = np.random.default_rng(evidence.seed)
    table = evidence.collected.table
    train, test = (
        table.take(
            rows
            if len(rows) <= MOST_DRIFT_ROWS
            else random.choice(rows, MOST_DRIFT_ROWS, replace=False)
        )
        for rows in (evidence.data.train.index, evidence.data.test.index)
    )
    drifted = drifted_columns(train, test, evidence.schema)
    if not drifted:
        return []
    named = ", ".join(f"`{d.column}` ({d.distance:.2f})" for d in drifted[:MOST_DRIFTED])
    more = f" and {len(drifted) - MOST_DRIFTED} more" if len(drifted) > MOST_DRIFTED else ""
    plural = "columns differ" if len(drifted) > 1 else "column differs"
    return found(
        "drift",
        "warning",
        f"{len(drifted)} {plural} between training and test rows beyond chance, by distance of "
        f"their distributions (0 to 1): {named}{more}.",
        columns={d.column: d.distance for d in drifted},
    )
