"""What a model's scores give away: each function looks for one thing and finds it or not."""

import numpy as np

from fivefold.core.finding import Finding, Severity
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.subgroups import weak_subgroups
from fivefold.metrics.calibration import (
    calibration_error,
    calibration_error_by_chance,
    judged,
)
from fivefold.metrics.metric import METRICS

LEAST_CALIBRATION_ERROR = 0.02
LEAST_GAP = 0.05
LEAST_GAP_OF_R2 = 0.1
LEAST_RATIO = 1.5
MOST_GROUPS = 3
MOST_TRAIN_ROWS = 20_000
STAGE = "Evaluate"


def found(code: str, severity: Severity, sentence: str, **numbers: object) -> list[Finding]:
    """One finding of this stage, in a list."""
    return [Finding(code=code, severity=severity, sentence=sentence, numbers=numbers, stage=STAGE)]


def poor_calibration(evidence: Evidence) -> list[Finding]:
    """Probabilities that stray from what comes true, beyond what chance explains."""
    if evidence.task == "regression" or len(evidence.target) < 100:
        return []
    confidence, came_true = judged(evidence.target, evidence.scores)
    error = calibration_error(confidence, came_true)
    chance = calibration_error_by_chance(confidence, seed=evidence.seed)
    usual, most = float(chance.mean()), float(np.quantile(chance, 0.99))
    if error < LEAST_CALIBRATION_ERROR or error <= most:
        return []
    gap = float(confidence.mean() - came_true.mean())
    way = "too high" if gap > 0 else "too low"
    return found(
        "poor_calibration",
        "warning",
        f"Probabilities are off by {error:.3f} on average; perfectly calibrated ones would be off "
        f"by {usual:.3f} on so many rows. Over all rows they are {abs(gap):.3f} {way}.",
        error=error,
        by_chance=usual,
        by_chance_99=most,
        mean_probability=float(confidence.mean()),
        came_true=float(came_true.mean()),
    )


def weak_subgroup(evidence: Evidence) -> list[Finding]:
    """Groups of rows that are predicted much worse than the others."""
    is_number = evidence.task == "regression"
    if is_number:
        losses = np.abs(evidence.scores.astype(np.float64) - evidence.target)
    else:
        losses = (evidence.scores.argmax(1) != evidence.target).astype(np.float64)
    rows = evidence.collected.table.take(evidence.data.test.index)
    findings: list[Finding] = []
    for group in weak_subgroups(losses, rows, evidence.schema):
        if is_number and group.inside < LEAST_RATIO * group.outside:
            continue
        if not is_number and group.inside - group.outside < LEAST_GAP:
            continue
        fared = (
            f"the mean absolute error is {group.inside:.4g} against {group.outside:.4g}"
            if is_number
            else f"accuracy is {1 - group.inside:.3f} against {1 - group.outside:.3f}"
        )
        findings += found(
            "weak_subgroup",
            "warning",
            f"On the {group.rows:,} test rows where `{group.column}` is {group.values}, {fared} "
            f"on the others (p < {max(group.chance, 1e-6):.1g}, corrected for all groups judged).",
            column=group.column,
            values=group.values,
            rows=group.rows,
            inside=group.inside,
            outside=group.outside,
            chance=group.chance,
        )
    return findings[:MOST_GROUPS]


def overfitting(evidence: Evidence) -> list[Finding]:
    """Training rows that are predicted much better than test rows."""
    from fivefold.models.score import score

    rows = evidence.data.train
    if len(rows) > MOST_TRAIN_ROWS:
        picks = np.random.default_rng(evidence.seed).choice(len(rows), MOST_TRAIN_ROWS, False)
        rows = rows.take(np.sort(picks))
    if not len(rows):
        return []
    metric = evidence.headline if evidence.task != "regression" else METRICS["regression"]["r2"]
    learnt = metric(rows.target, score(evidence.trained.model, rows.inputs))
    unseen = evidence.metrics[metric.name]
    least = LEAST_GAP_OF_R2 if evidence.task == "regression" else LEAST_GAP
    if not (learnt > unseen.high and learnt - unseen > least):
        return []
    return found(
        "overfitting",
        "warning",
        f"On training rows {metric.title} is {learnt:.3f}, on test rows {unseen}.",
        metric=metric.name,
        train=learnt,
        test=float(unseen),
        gap=learnt - float(unseen),
    )


def baseline_wins(evidence: Evidence) -> list[Finding]:
    """A simple model that is better, or one that knows nothing and is not worse."""
    findings: list[Finding] = []
    name = evidence.headline.name
    for rival in evidence.rivals:
        theirs, ours = rival.metrics[name], evidence.metrics[name]
        gap, verdict = rival.comparison.difference, rival.comparison.verdict
        facts = {
            "model": rival.baseline.name,
            "metric": name,
            "network": float(ours),
            "baseline": float(theirs),
            "difference": float(gap),
            "low": gap.low,
            "high": gap.high,
        }
        told = f"{evidence.headline.title} {float(theirs):.4g} against {float(ours):.4g}"
        if verdict == "loses":
            findings += found(
                "baseline_wins",
                "warning",
                f"A simple model, {rival.baseline.name}, beats the model on the same test rows: "
                f"{told}.",
                **facts,
            )
        elif verdict == "a tie" and rival.baseline.kind == "constant":
            findings += found(
                "no_better_than_constant",
                "serious",
                f"The model cannot be told from always answering the same "
                f"({rival.baseline.name}): {told}.",
                **facts,
            )
    return findings


def in_words(labels: list[object], most: int = 5) -> str:
    """Labels in backticks, the first few of many.

    Example:
        >>> in_words(["a", "b", "c"], most=2)
        '`a`, `b` and 1 more'
    """
    shown = ", ".join(f"`{label}`" for label in labels[:most])
    return shown + (f" and {len(labels) - most:,} more" if len(labels) > most else "")


def fraction(part: float, whole: float) -> str:
    """A count of a whole with its share.

    Example:
        >>> fraction(403, 5574)
        '403 of 5,574 (7.2 %)'
    """
    return f"{part:,.0f} of {whole:,.0f} ({100 * part / max(whole, 1):.1f} %)"
