"""Groups of rows that fare much worse than the others, beyond chance and beyond their base rate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import erfc, floor, log10

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.known import kind_of
from fivefold.metrics.groups import FEWEST_ROWS
from fivefold.tasks.threshold import decided

MOST_GROUPS = 3
MOST_CHANCE, LEAST_CHANCE = 0.01, 1e-6
MUCH = 1.25  # times the part of a constant answer's errors that is made elsewhere
NEARLY_ALL = 0.7  # of the rows of either of two groups, from which on they are one


def weak_subgroup(evidence: Evidence) -> list[Finding]:
    """Groups of rows that are predicted much worse than the others."""
    answers, costs = evidence.judged, _costs_of(evidence)
    errors = answers.by_row(_losses(evidence, answers.target, answers.scores))
    rows = evidence.collected.table.take(evidence.data.test.index)
    findings: list[Finding] = []

    def blind(inside: Array) -> Array:
        """The errors of always answering the same to these rows, as suits them best."""
        some = answers.of_rows(inside)
        target = answers.target[some]
        scores = evidence.task.constant(target, evidence.schema, len(target))
        made = np.zeros(len(some))
        made[some] = _losses(evidence, target, scores, blindly=True)
        return answers.by_row(made)[inside]

    for group, others in _apart(weak_subgroups(errors, rows, evidence.schema, blind)):
        fared = evidence.task.contrast(group.inside, group.outside)
        if costs is not None:
            least = float(_costs_stated(evidence).min())
            ours, theirs = digits(group.inside + least), digits(group.outside + least)
            fared = f"an answer costs {ours} against {theirs}"
        if not fared:
            continue
        named = [f"`{one.column}` is {one.values}" for one in others]
        nearly = f" They are nearly those where {together(named)}." if named else ""
        sentence = (
            f"On the {group.rows:,} test rows where `{group.column}` is {group.values}, {fared} "
            f"on the others (p {_at_most(group.chance)}, corrected for all groups judged). "
            f"{_by_base_rate(group, priced=costs is not None)}{nearly}"
        )
        alike = [{"column": one.column, "values": one.values} for one in others]
        numbers = {name: value for name, value in vars(group).items() if name != "members"}
        findings.append(finding("weak_subgroup", sentence, **numbers, alike=alike))
    return findings[:MOST_GROUPS]


def _costs_stated(evidence: Evidence) -> Array:
    """What answers cost; empty where they have no price."""
    return np.array(() if evidence.threshold is None else evidence.threshold.costs)


def _costs_of(evidence: Evidence) -> Array | None:
    """The same from the lowest one on, so that nothing is lost by what is best; None for none."""
    costs = _costs_stated(evidence)
    return costs - costs.min() if len(costs) else None


def _losses(evidence: Evidence, target: Array, scores: Array, *, blindly: bool = False) -> Array:
    """What is lost by each answer: its cost, from the lowest one on, or whether it is wrong.

    Without costs it is the likeliest class that is judged: what a threshold trades is no weakness.
    `blindly` the answer is the cheapest one for all of the rows.
    """
    costs = _costs_of(evidence)
    if costs is None or evidence.threshold is None:
        return evidence.task.errors(target, scores)
    known = target >= 0
    if blindly:
        said = np.full(len(target), costs[target[known]].sum(axis=0).argmin())
    else:
        said = decided(scores, evidence.threshold).argmax(axis=1)
    lost: Array = np.where(known, costs[target, said], 0.0)
    return lost


def _apart(found: "list[Subgroup]") -> "list[tuple[Subgroup, list[Subgroup]]]":
    """Groups, and beside each those that are nearly the same rows and weak to a lesser degree."""
    kept: list[tuple[Subgroup, list[Subgroup]]] = []
    for group in found:
        for first, others in kept:
            both = int((first.members & group.members).sum())
            if both >= NEARLY_ALL * (first.rows + group.rows - both):
                others.append(group)
                break
        else:
            kept.append((group, []))
    return kept


def _at_most(chance: float) -> str:
    """A chance by one digit that is not below it.

    Example:
        >>> _at_most(0.0042), _at_most(1e-9)
        ('< 0.005', '< 1e-06')
    """
    if chance < LEAST_CHANCE:
        return f"< {LEAST_CHANCE:.0e}"
    unit = 10.0 ** floor(log10(chance))
    return f"< {min((floor(chance / unit + 1e-9) + 1) * unit, 1.0):.1g}"


@dataclass(frozen=True)
class Subgroup:
    """Rows that share a value, and how they fare against the others."""

    column: str  # its name
    values: str  # what the rows share, in words
    rows: int  # how many there are
    inside: float  # mean loss of these rows
    outside: float  # mean loss of all others
    chance: float  # how likely a difference like this is if there is none, times the groups judged
    members: Array = field(repr=False)  # `(n,)` bool, which rows these are
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


def _by_base_rate(group: Subgroup, *, priced: bool = False) -> str:
    if not (group.blind and group.blind_outside):
        return f"A constant answer makes no error {'elsewhere' if group.blind else 'there'}."
    parts = (group.inside / group.blind, group.outside / group.blind_outside)
    there, elsewhere = (f"{part:.0%} of" if part < 2 else f"{digits(part)} times" for part in parts)
    if priced:
        return f"It loses {there} what a constant answer does there, {elsewhere} that elsewhere."
    return (
        f"The model makes {there} the errors of a constant answer there, {elsewhere} those of one "
        "elsewhere."
    )


def weak_subgroups(
    losses: Array, table: Table, schema: Schema, blind: Callable[[Array], Array] | None = None
) -> list[Subgroup]:
    """The groups whose mean loss is higher than that of the others, beyond chance.

    Of a group that is harder to tell by its base rate, more errors are no weakness: its part of
    the errors that a constant answer makes there must be a quarter larger than on the others too.

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
        means = float(ours.mean()), float(others.mean())
        found = Subgroup(name, values, rows, *means, chance, inside)
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
    chance = erfc(gap / error / 2**0.5) / 2 if error else 0.0
    if gap <= 0 or group.inside < MUCH * part * there or chance >= MOST_CHANCE:
        return None
    return replace(group, blind=there, blind_outside=elsewhere)
