"""What a model's scores give away: each function looks for one thing and finds it or not."""

import numpy as np

from fivefold.core.digits import digits
from fivefold.core.finding import Finding, finding
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.reliability import calibration_of
from fivefold.metrics.calibration import calibration_error, calibration_error_by_chance, judged
from fivefold.metrics.metric import title
from fivefold.tasks.judged import Judged
from fivefold.tasks.threshold import decided

LEAST_CALIBRATION_ERROR = 0.02
FEW_ALARMS = 3
"""Held-out rows beyond a threshold, below which it is a guess."""
MOST_TRAIN_ROWS = 20_000


def poor_calibration(evidence: Evidence) -> list[Finding]:
    """Probabilities that stray from what comes true, beyond what chance explains."""
    answers = evidence.flat
    if not evidence.task.labelled or evidence.only_labels or len(answers.target) < 100:
        return []
    confidence, came_true = judged(answers.target, answers.scores)
    weight = evidence.data.test.weight
    weight = None if weight is None else answers.of_rows(weight)
    error = calibration_error(confidence, came_true, weight=weight)
    chance = calibration_error_by_chance(confidence, seed=evidence.seed, weight=weight)
    usual, most = float(chance.mean()), float(np.quantile(chance, 0.99))
    if not (error >= LEAST_CALIBRATION_ERROR and error > most):
        return []
    given, true = (float(np.average(v, weights=weight)) for v in (confidence, came_true))
    gap = given - true
    way = "too high" if gap > 0 else "too low"
    told = f" Over all {answers.noun} they are {abs(gap):.3f} {way}." if abs(gap) >= 0.005 else ""
    by = "" if weight is None else f", {answers.noun} counted by their weight"
    found, _ = calibration_of(evidence, answers.scores)
    measured = np.isfinite(found.low)
    between = f" ({found.low:.3f} to {found.high:.3f} but for luck)" if measured else ""
    sentence = (
        f"Probabilities are off by {error:.3f}{between} on average{by}; perfectly calibrated ones "
        f"would be off by {usual:.3f} on so many {answers.noun}.{told}"
    )
    return [
        finding(
            "poor_calibration",
            sentence,
            error=error,
            by_chance=usual,
            by_chance_99=most,
            mean_probability=given,
            came_true=true,
        )
    ]


def off_the_rate(evidence: Evidence) -> list[Finding]:
    """More alarms than were stated, and a threshold that too few rows have set."""
    stated = evidence.asked.settings.false_alarms or evidence.stated
    if stated is None:
        return []
    found: list[Finding] = []
    name = next(name for name in evidence.metrics if name.endswith("alarm_rate"))
    rate = evidence.metrics[name]
    if rate.low > stated:
        sentence = (
            f"The {title(name)} on test rows is {rate}, {stated:g} was stated: they differ from "
            "the validation rows that set the threshold."
        )
        found.append(finding("more_alarms", sentence, stated=stated, low=rate.low, high=rate.high))
    stopping, deciding = evidence.data.valid.divided()
    held = deciding if evidence.stated else evidence.data.valid
    rows = int((held.target != 1).sum())
    if rows * stated < FEW_ALARMS:
        sentence = (
            f"{rows:,} usual validation rows set the threshold for {stated:g} false alarms, which "
            f"is {rows * stated:.2g} of them: it is a guess."
        )
        found.append(finding("coarse_threshold", sentence, rows=rows, stated=stated))
    apart = len(stopping) + len(deciding) == len(evidence.data.valid)
    free = len(evidence.data.train) + (len(stopping) if apart else 0)
    if evidence.stated and (evidence.asked.settings.rows or 0) > free:
        sentence = (
            "The validation rows that set the threshold were learnt from, as an estimator learns "
            "from all rows but the test rows: more alarms are raised than were stated."
        )
        found.append(finding("learnt_threshold", sentence, stated=stated))
    return found


def overfitting(evidence: Evidence) -> list[Finding]:
    """Training rows that are predicted much better than test rows."""
    from fivefold.models.score import score

    rows = evidence.data.train
    if len(rows) > MOST_TRAIN_ROWS:
        picks = np.random.default_rng(evidence.seed).choice(len(rows), MOST_TRAIN_ROWS, False)
        rows = rows.take(np.sort(picks))
    if not len(rows):
        return []
    metric = next((metric for metric in evidence.task.metrics if metric.gap is not None), None)
    if metric is None:
        return []
    known = Judged.of(evidence.task, rows.target, score(evidence.asked.model, rows.inputs))
    given = decided(known.scores, evidence.threshold) if metric.decided else known.scores
    learnt, unseen = metric(known.target, given), evidence.metrics[metric.name]
    gap = learnt - float(unseen) if metric.greater else float(unseen) - learnt
    apart = learnt > unseen.high if metric.greater else learnt < unseen.low
    if not (apart and gap > float(metric.gap or 0)):
        return []
    sentence = (
        f"The model does worse on rows it has not seen: {metric.title} is {learnt:.3f} on training "
        f"rows, {unseen} on test rows."
    )
    return [
        finding(
            "overfitting", sentence, metric=metric.name, train=learnt, test=float(unseen), gap=gap
        )
    ]


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
        told = f"{evidence.headline.title} {digits(theirs)} against {digits(ours)}"
        if verdict == "loses":
            sentence = (
                f"A simple model, {rival.baseline.name}, beats the model on the same test rows: "
                f"{told}."
            )
            findings.append(finding("baseline_wins", sentence, **facts))
        elif verdict == "a tie" and rival.baseline.kind == "constant":
            what = "a naive forecast" if evidence.task.ahead else "always answering the same"
            told = f"{evidence.headline.title} {digits(ours)} against {digits(theirs)}"
            sentence = f"The model cannot be told from {what} ({rival.baseline.name}): {told}."
            findings.append(finding("no_better_than_constant", sentence, **facts))
    return findings


def fraction(part: float, whole: float) -> str:
    """A count of a whole with its share.

    Example:
        >>> fraction(403, 5574)
        '403 of 5,574 (7.2%)'
    """
    return f"{part:,.0f} of {whole:,.0f} ({100 * part / max(whole, 1):.1f}%)"
