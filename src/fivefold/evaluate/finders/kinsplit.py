"""Rows that belong together and stand on both sides: named by a column, or alike."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.session import Session
from fivefold.core.wording import literal
from fivefold.errors import DataError
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.otherwise import flatters, is_long, score_otherwise
from fivefold.evaluate.finders.score_findings import fraction
from fivefold.keys import codes_of
from fivefold.partition import draw
from fivefold.ties import Ties, columns_alike, kin_of

NEAR = 0.8
"""Likeness from which on rows are relatives."""
MOST_ROWS = 20_000
"""Looked at for relatives; of more some test rows are."""
MANY = 0.01
"""Of the test rows that have relatives among training rows, beyond which it is worth a word."""
DRAWN = frozenset({"stratified", "random"})
"""Rules that do not ask which rows belong together."""


def groups_apart(evidence: Evidence, session: Session | None) -> list[Finding]:
    """A column that seems to name groups, and the score if each stays on one side.

    Args:
        evidence: of the model.
        session: refits with it; None where nothing may be refitted.
    """
    told = [f for f in evidence.collected.findings if f.code == "group_column"]
    if not told or evidence.partition.by not in DRAWN or evidence.partition.unit is not None:
        return []
    column = str(told[0].numbers["column"])
    unit = codes_of(evidence.collected.table.column(column))
    learnt, tested = unit[evidence.data.train.index], unit[evidence.data.test.index]
    both = np.isin(tested, learnt)
    if not both.any():
        return []
    groups = len(np.unique(tested[both]))
    begun = (
        f"{fraction(int(both.sum()), len(both))} test rows have a `{column}` that training rows "
        f"have too ({groups:,} different)."
    )
    how = f"each `{column}` on one side"
    advice = f"Pass group={literal(column)} to Collect if new ones are to be predicted."
    numbers: dict[str, object] = {"column": column, "rows": int(both.sum()), "groups": groups}
    both_ways = _told(evidence, session, "by-group", Ties(unit=unit), begun, how, advice)
    return [finding("split_ignores_group", *both_ways[:2], **numbers, **both_ways.numbers)]


def relatives_apart(evidence: Evidence, session: Session | None) -> list[Finding]:
    """Test rows that are alike to training rows, and the score if such rows stay on one side.

    Args:
        evidence: of the model.
        session: refits with it; None where nothing may be refitted.
    """
    named = columns_alike(evidence.collected)
    if not named or evidence.partition.unit is not None or evidence.partition.span is not None:
        return []
    train, test = evidence.data.train.index, evidence.data.test.index
    some = np.sort(np.random.default_rng(evidence.seed).permutation(len(test)))
    some = some[: max(1000, MOST_ROWS - len(train))]
    if len(train) + len(some) > 2 * MOST_ROWS:
        return []
    kin = kin_of(evidence.collected, NEAR, np.concatenate([train, test[some]]))
    near = np.isin(kin[len(train) :], kin[: len(train)])
    if near.mean() <= MANY:
        return []
    begun = (
        f"{fraction(int(near.sum()), len(near))} test rows are at least {NEAR:.0%} alike to a "
        f"training row in `{named[0]}`{_on_the_others(evidence, some[~near])}."
    )
    how = "rows that are alike on one side"
    advice = f"Pass Split(similar={NEAR}) if others are to be predicted."
    numbers: dict[str, object] = {"columns": named, "rows": int(near.sum()), "of": len(near)}
    try:
        ties = Ties.alike(evidence.collected, NEAR)
    except DataError:  # one family, which cannot be divided
        sentence = f"{begun} Nearly all rows are one family, which cannot be divided."
        return [finding("relatives_across_parts", sentence, **numbers)]
    both_ways = _told(evidence, session, "by-kin", ties, begun, how, advice)
    return [finding("relatives_across_parts", *both_ways[:2], **numbers, **both_ways.numbers)]


def _on_the_others(evidence: Evidence, others: Array) -> str:
    metric = evidence.headline
    if not len(others):
        return ""
    score = evidence.leading(evidence.target[others], evidence.scores[others])
    return f"; on the others {metric.title} is {score:.4g}" if np.isfinite(score) else ""


class BothWays(NamedTuple):
    """What is told of two divisions.

    Args:
        sentence: with both scores, or with one alone.
        severity: serious where the division flatters.
        numbers: the evidence.
    """

    sentence: str
    severity: Severity
    numbers: Mapping[str, object]


def _told(
    evidence: Evidence,
    session: Session | None,
    name: str,
    ties: Ties,
    begun: str,
    how: str,
    advice: str,
) -> BothWays:
    """The score both ways, where the rows can be divided so and it does not take long."""
    one = BothWays(f"{begun} {advice}", "warning", {})
    if session is None or evidence.collected.given is not None or is_long(evidence, wide=True):
        return one
    rows = [len(part) for part in (evidence.data.train, evidence.data.valid, evidence.data.test)]
    valid, test = rows[1] / sum(rows), rows[2] / sum(rows)
    try:
        division = draw(
            evidence.collected, seed=evidence.seed, valid=valid, test=test, by="group", ties=ties
        )
    except DataError:  # too few groups
        return one
    theirs = score_otherwise(evidence, session, division, name=name, group=ties.unit)
    metric = evidence.headline
    ours = evidence.metrics[metric.name]
    worse = flatters(ours, theirs, metric.greater)
    sentence = (
        f"{begun} On all test rows {metric.title} is {ours}; divided anew, {how}, it is {theirs}"
        f"{': the division flatters' if worse else ''}. {advice}"
    )
    numbers = {"metric": metric.name, "as_drawn": float(ours), "apart": float(theirs)}
    bounds = {"apart_low": theirs.low, "apart_high": theirs.high}
    return BothWays(sentence, "serious" if worse else "warning", {**numbers, **bounds})
