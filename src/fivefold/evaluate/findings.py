"""What a model's scores give away: each function looks for one thing and finds it or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import erfc

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.finding import Finding, finding
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.known import kind_of
from fivefold.metrics.calibration import calibration_error, calibration_error_by_chance, judged
from fivefold.metrics.groups import FEWEST_ROWS
from fivefold.metrics.metric import title
from fivefold.tasks.judged import Judged
from fivefold.tasks.threshold import decided

LEAST_CALIBRATION_ERROR = 0.02
MOST_GROUPS = 3
FEW_ALARMS = 3
"""Held-out rows beyond a threshold, below which it is a guess."""
MOST_TRAIN_ROWS = 20_000
MOST_CHANCE = 0.01


def poor_calibration(evidence: Evidence) -> list[Finding]:
    """Probabilities that stray from what comes true, beyond what chance explains."""
    answers = evidence.flat
    if not evidence.task.labelled or len(answers.target) < 100:
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
    by = "" if weight is None else f", {answers.noun} counted by their weight"
    sentence = (
        f"Probabilities are off by {error:.3f} on average{by}; perfectly calibrated ones would be "
        f"off by {usual:.3f} on so many {answers.noun}. Over all {answers.noun} they are "
        f"{abs(gap):.3f} {way}."
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
    stated = evidence.trained.settings.false_alarms or evidence.stated
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
    if evidence.stated and (evidence.trained.settings.rows or 0) > free:
        sentence = (
            "The validation rows that set the threshold were learnt from, as an estimator learns "
            "from all rows but the test rows: more alarms are raised than were stated."
        )
        found.append(finding("learnt_threshold", sentence, stated=stated))
    return found


def weak_subgroup(evidence: Evidence) -> list[Finding]:
    """Groups of rows that are predicted much worse than the others."""
    answers = evidence.answered
    errors = answers.by_row(evidence.task.errors(answers.target, answers.scores))
    rows = evidence.collected.table.take(evidence.data.test.index)
    findings: list[Finding] = []

    def blind(inside: Array) -> Array:
        """The errors of always answering the same to these rows, as suits them best."""
        some = answers.of_rows(inside)
        target = answers.target[some]
        scores = evidence.task.constant(target, evidence.schema, len(target))
        made = np.zeros(len(some))
        made[some] = evidence.task.errors(target, scores)
        return answers.by_row(made)[inside]

    for group in weak_subgroups(errors, rows, evidence.schema, blind):
        fared = evidence.task.contrast(group.inside, group.outside)
        if not fared:
            continue
        sentence = (
            f"On the {group.rows:,} test rows where `{group.column}` is {group.values}, {fared} "
            f"on the others (p < {max(group.chance, 1e-6):.1g}, corrected for all groups judged). "
            f"{_by_base_rate(group)}"
        )
        findings.append(finding("weak_subgroup", sentence, **vars(group)))
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
    metric = next((metric for metric in evidence.task.metrics if metric.gap is not None), None)
    if metric is None:
        return []
    known = Judged.of(evidence.task, rows.target, score(evidence.trained.model, rows.inputs))
    given = decided(known.scores, evidence.threshold) if metric.decided else known.scores
    learnt, unseen = metric(known.target, given), evidence.metrics[metric.name]
    gap = learnt - float(unseen) if metric.greater else float(unseen) - learnt
    apart = learnt > unseen.high if metric.greater else learnt < unseen.low
    if not (apart and gap > float(metric.gap or 0)):
        return []
    sentence = f"On training rows {metric.title} is {learnt:.3f}, on test rows {unseen}."
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
        told = f"{evidence.headline.title} {float(theirs):.4g} against {float(ours):.4g}"
        if verdict == "loses":
            sentence = (
                f"A simple model, {rival.baseline.name}, beats the model on the same test rows: "
                f"{told}."
            )
            findings.append(finding("baseline_wins", sentence, **facts))
        elif verdict == "a tie" and rival.baseline.kind == "constant":
            what = "a naive forecast" if evidence.task.ahead else "always answering the same"
            sentence = f"The model cannot be told from {what} ({rival.baseline.name}): {told}."
            findings.append(finding("no_better_than_constant", sentence, **facts))
    return findings


@dataclass(frozen=True)
class Subgroup:
    """Rows that share a value, and how they fare against the others."""

    column: str  # its name
    values: str  # what the rows share, in words
    rows: int  # how many there are
    inside: float  # mean loss of these rows
    outside: float  # mean loss of all others
    chance: float  # how likely a difference like this is if there is none, times the groups judged
    blind: float = float("nan")  # mean loss of these rows by the constant answer that suits them
    blind_outside: float = float("nan")  # the same of the others


def groups(table: Table, schema: Schema) -> Iterator[tuple[str, str, Array]]:
    """Groups worth judging: categories, truth values, quarters of numbers, what other kinds say.

    Yields:
        Column, values in words, and `(n,)` bool.
    """
    for column in schema.inputs:
        for values, rows in kind_of(column.kind).groups(table.column(column.name)):
            yield column.name, values, rows


def _by_base_rate(group: Subgroup) -> str:
    if not (group.blind and group.blind_outside):
        return f"A constant answer makes no error {'elsewhere' if group.blind else 'there'}."
    parts = (group.inside / group.blind, group.outside / group.blind_outside)
    there, elsewhere = (f"{part:.0%}" for part in parts)
    return (
        f"The model makes {there} of the errors of a constant answer there, {elsewhere} elsewhere."
    )


def weak_subgroups(
    losses: Array, table: Table, schema: Schema, blind: Callable[[Array], Array] | None = None
) -> list[Subgroup]:
    """The groups whose mean loss is higher than that of the others, beyond chance.

    Of a group that is harder to tell by its base rate, more errors are no weakness: its part of
    the errors that a constant answer makes there must be larger than on the others too.

    Args:
        losses: `(n,)` one a row, 0 and 1 for right and wrong or an absolute error.
        table: the same rows, raw.
        schema: says which columns are inputs, and of what kind.
        blind: of some rows, `(n,)` bool, the losses by the constant answer that suits them best;
            None to compare with the other rows alone.

    Returns:
        Those with at least 30 rows and a chance below 0.01 after correcting for the number of
        groups judged (z test of unequal variances, or of one variance where that is more careful,
        Bonferroni), the largest difference first; one a column.
    """
    judged = []
    for name, values, inside in groups(table, schema):
        rows = int(inside.sum())
        if min(rows, len(losses) - rows) >= FEWEST_ROWS:
            judged.append((name, values, rows, inside))
    worst: dict[str, Subgroup] = {}
    spread = float(losses.var(ddof=1)) if judged else 0.0  # a group's own is 0 where all are wrong
    for name, values, rows, inside in judged:
        ours, others = losses[inside], losses[~inside]
        apart = ours.var(ddof=1) / len(ours) + others.var(ddof=1) / len(others)
        error = max(apart, spread * (1 / len(ours) + 1 / len(others))) ** 0.5
        gap = float(ours.mean() - others.mean())
        z = gap / error if error else 0.0
        chance = min(1.0, len(judged) * erfc(z / 2**0.5) / 2)
        found = Subgroup(name, values, rows, float(ours.mean()), float(others.mean()), chance)
        best = worst.get(name)
        if chance < MOST_CHANCE and (best is None or gap > best.inside - best.outside):
            allowed = found if blind is None else _beyond_base_rate(found, inside, losses, blind)
            worst |= {name: allowed} if allowed is not None else {}
    return sorted(worst.values(), key=lambda group: group.outside - group.inside)


def _beyond_base_rate(
    group: Subgroup, inside: Array, losses: Array, blind: Callable[[Array], Array]
) -> Subgroup | None:
    """The group, if more is lost there than as large a part of what a constant answer loses."""
    theirs, others = blind(inside), blind(~inside)
    there, elsewhere = float(theirs.mean()), float(others.mean())
    part = group.outside / elsewhere if elsewhere else 1.0
    beyond, left = losses[inside] - part * theirs, losses[~inside] - part * others
    unsure = there / elsewhere if elsewhere else 0.0
    error = (beyond.var(ddof=1) / len(beyond) + unsure**2 * left.var(ddof=1) / len(left)) ** 0.5
    gap = float(beyond.mean())
    if gap <= 0 or (error and erfc(gap / error / 2**0.5) / 2 >= MOST_CHANCE):
        return None
    return replace(group, blind=there, blind_outside=elsewhere)


def fraction(part: float, whole: float) -> str:
    """A count of a whole with its share.

    Example:
        >>> fraction(403, 5574)
        '403 of 5,574 (7.2 %)'
    """
    return f"{part:,.0f} of {whole:,.0f} ({100 * part / max(whole, 1):.1f} %)"
