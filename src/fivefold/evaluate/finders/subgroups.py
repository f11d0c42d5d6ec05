"""Groups of rows in which the model is at fault: worse than it promises, or than others are there.

Rows that are harder are no fault: near a boundary every model errs more, and a good one says so. It
is one where a group loses more than the model's own probabilities expect of it; where numbers are
too high or too low in a group; and where a simple model errs less there, on the same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import floor, log10

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.excess import excess_of, residuals
from fivefold.evaluate.finders.slices import Slice, slices_of
from fivefold.metrics.groups import FEWEST_ROWS
from fivefold.metrics.scan import Scanned, scan_by_draws, scan_by_signs
from fivefold.tasks.threshold import decided

MOST_GROUPS = 3
MOST_CHANCE, LEAST_CHANCE = 0.005, 1e-6
"""Of each of the two ways in which a group may be weak."""
MUCH = 1.25  # times the errors that are promised, or that a simple model makes
NEARLY_ALL = 0.7  # of the rows of either of two groups, from which on they are one
MOST_ROWS = 10_000
"""Among which groups are sought; of more test rows some are."""


@dataclass(frozen=True)
class Weak:
    """A group in which the model is at fault.

    Args:
        group: the rows.
        chance: how likely the largest of all groups is as large if there is no fault.
        sentence: what is wrong there.
        facts: the evidence.
        alike: groups by one column of nearly the same rows, for which it holds to a lesser degree.
    """

    group: Slice
    chance: float
    sentence: str
    facts: dict[str, object]
    alike: tuple[Slice, ...] = ()


def weak_subgroup(evidence: Evidence) -> list[Finding]:
    """Groups of rows that are predicted worse than promised, or than a simple model predicts them.

    Both are sought in groups by one column and by two, and the chance of each counts all of them.
    """
    rows = evidence.collected.table.take(evidence.data.test.index)
    slices = slices_of(rows, evidence.schema)
    found: list[Weak] = []
    for way in (_promised, _beaten) if slices else ():
        while len(found) < MOST_GROUPS:
            taken = np.zeros(len(evidence.target), bool)
            for weak in found:
                taken |= weak.group.members
            more = way(evidence, [one for one in slices if _left(one, taken)], ~taken)
            if more is None:
                break
            found.append(more)
    return [_told(evidence, weak) for weak in found]


def _left(group: Slice, taken: Array) -> bool:
    """Whether nearly all rows of a group are in none that was found, and as many others are left.

    What is found next is told apart from it: other rows, judged beside others.
    """
    left = int((group.members & ~taken).sum())
    others = int((~group.members & ~taken).sum())
    return left >= max(FEWEST_ROWS, NEARLY_ALL * group.rows) and others >= FEWEST_ROWS


def _told(evidence: Evidence, weak: Weak) -> Finding:
    group, nearly = weak.group, ""
    if weak.alike:
        nearly = f" They are nearly those where {together([one.told for one in weak.alike])}."
    sentence = (
        f"On the {group.rows:,} test rows where {group.told}, {weak.sentence} "
        f"(p {at_most(weak.chance)}, corrected for all groups judged).{nearly}"
    )
    column, values = group.where[0]
    where = {"column": column, "values": values, "where": [*map(list, group.where)]}
    alike = [[*map(list, one.where)] for one in weak.alike]
    facts = {"rows": group.rows, "chance": weak.chance, **weak.facts, "alike": alike}
    return finding("weak_subgroup", sentence, **where, **facts)


def _costs_stated(evidence: Evidence) -> Array:
    """What answers cost; empty where they have no price."""
    return np.array(() if evidence.threshold is None else evidence.threshold.costs)


def costs_of(evidence: Evidence) -> Array | None:
    """The same from the lowest one on, so that nothing is lost by what is best; None for none."""
    costs = _costs_stated(evidence)
    return costs - costs.min() if len(costs) else None


def losses_of(evidence: Evidence, scores: Array | None = None) -> Array:
    """`(n,)` what is lost by each row: its cost, from the lowest one on, or its errors.

    Without costs it is the likeliest class that is judged: what a threshold trades is no weakness.

    Args:
        evidence: of the model.
        scores: of another one for the same rows; None for its own.
    """
    answers = evidence.judged if scores is None else evidence.judge(scores)
    costs = costs_of(evidence)
    if costs is None or evidence.threshold is None:
        return answers.by_row(evidence.task.errors(answers.target, answers.scores))
    known = answers.target >= 0
    said = decided(answers.scores, evidence.threshold).argmax(axis=1)
    return answers.by_row(np.where(known, costs[answers.target, said], 0.0))


def _sample(evidence: Evidence, left: Array) -> tuple[Array, Array | None]:
    """Rows among which groups are sought, and what varies independently if that is not rows."""
    rows = np.flatnonzero(left)
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(evidence.seed).permutation(rows)[:MOST_ROWS])
    drawn = evidence.resamples
    return rows, None if drawn.kind in ("row", "cluster") else drawn.unit_of_row[rows]


def _promised(evidence: Evidence, slices: list[Slice], left: Array) -> Weak | None:
    """The group that loses most beyond what the model's own answers promise."""
    excess = excess_of(evidence, costs_of(evidence), left)
    if excess is None:
        return _leaning(evidence, slices, left)
    rows, unit = _sample(evidence, left)
    members, some = _members(slices, rows), excess.only(rows)
    if unit is None and some.each is not None:
        found = scan_by_draws(some.values, some.variance, members, some.draw, seed=evidence.seed)
    else:
        found = scan_by_signs(some.values, members, unit=unit, seed=evidence.seed)
    return _strongest(slices, found, partial(_beyond, evidence, losses_of(evidence), left))


def _leaning(evidence: Evidence, slices: list[Slice], left: Array) -> Weak | None:
    """The group whose numbers are most surely too high or too low."""
    gaps = residuals(evidence, left)
    if gaps is None:
        return None
    rows, unit = _sample(evidence, left)
    members, columns = _members(slices, rows), gaps.shape[1]
    for place, values in enumerate(gaps.T):
        found = scan_by_signs(values[rows], members, unit=unit, two_sided=True, seed=evidence.seed)
        found = found._replace(chance=found.chance * columns)
        weak = _strongest(slices, found, partial(_beside, evidence, values, place))
        if weak is not None:
            return weak
    return None


def _beyond(
    evidence: Evidence, losses: Array, left: Array, group: Slice
) -> tuple[str, dict[str, object]] | None:
    """What is told where more is lost than promised, if it is much.

    How far the probabilities hold is learnt from the other rows, which the group does not spoil.
    """
    excess = excess_of(evidence, costs_of(evidence), left & ~group.members)
    assert excess is not None, "it was found by it"
    inside, outside = (float(losses[m].mean()) for m in (group.members, ~group.members))
    promised, theirs = (float(excess.errors[m].mean()) for m in (group.members, ~group.members))
    told = _contrast(evidence, inside, promised)
    if not told or inside < MUCH * promised:
        return None
    sentence = f"{told}, which the model's own probabilities promise"
    facts = {"inside": inside, "outside": outside, "promised": promised}
    return sentence, {"how": "promise", **facts, "promised_outside": theirs}


def _beside(
    evidence: Evidence, values: Array, place: int, group: Slice
) -> tuple[str, dict[str, object]] | None:
    """What is told where numbers are too high or too low, if that makes much of the errors."""
    ours, answers = values[group.members], evidence.judged
    lean, squared = float(ours.mean()), float((ours**2).mean())
    if squared < MUCH * (squared - lean**2):
        return None
    gaps = evidence.task.residuals(answers.target, answers.scores)
    assert gaps is not None, "values are made of them"
    gap = gaps.reshape(len(gaps), -1)[:, place]
    inside, outside = (float(gap[m].mean()) for m in (group.members, ~group.members))
    if abs(inside) < abs(outside):
        return None  # it is the others that are off
    way = "low" if lean > 0 else "high"
    sentence = (
        f"predictions of `{evidence.schema.targets[place]}` are too {way} by {digits(abs(lean))} "
        f"on average, of errors of {digits(squared**0.5)} (root of the mean square)"
    )
    return sentence, {"how": "lean", "inside": inside, "outside": outside, "lean": lean}


def _beaten(evidence: Evidence, slices: list[Slice], left: Array) -> Weak | None:
    """The group in which a simple model errs most surely less, by more than over all rows."""
    rows, unit = _sample(evidence, left)
    members, losses = _members(slices, rows), losses_of(evidence)
    for rival in evidence.rivals:
        if rival.baseline.scores is None:
            continue
        theirs = losses_of(evidence, rival.baseline.scores)
        more = losses - theirs
        more = more - max(0.0, float(more[left].mean()))
        found = scan_by_signs(more[rows], members, unit=unit, seed=evidence.seed)
        found = found._replace(chance=found.chance * len(evidence.rivals))
        name = rival.baseline.name
        weak = _strongest(slices, found, partial(_behind, evidence, losses, theirs, name))
        if weak is not None:
            return weak
    return None


def _behind(
    evidence: Evidence, losses: Array, theirs: Array, name: str, group: Slice
) -> tuple[str, dict[str, object]] | None:
    """What is told where a simple model is better, if it is by much."""
    inside, outside = (float(losses[m].mean()) for m in (group.members, ~group.members))
    simple = float(theirs[group.members].mean())
    fared = _contrast(evidence, inside, simple)
    if not fared or inside < MUCH * simple:
        return None
    facts = {"inside": inside, "outside": outside, "simple": simple, "model": name}
    return f"{fared} of {name}", {"how": "beaten", **facts}


def _contrast(evidence: Evidence, inside: float, against: float) -> str:
    """How the group fares beside what it could be; empty where that is not worth a word."""
    if costs_of(evidence) is None:
        return evidence.task.contrast(inside, against)
    least = float(_costs_stated(evidence).min())
    ours, theirs = digits(inside + least), digits(against + least)
    return f"an answer costs {ours} against {theirs}"


def _members(slices: list[Slice], rows: Array) -> Array:
    """`(m, groups)` bool of some rows."""
    if not slices:
        return np.zeros((len(rows), 0), bool)
    return np.stack([one.members[rows] for one in slices], axis=1)


def _strongest(
    slices: list[Slice],
    found: Scanned,
    describe: Callable[[Slice], tuple[str, dict[str, object]] | None],
) -> Weak | None:
    """The first group beyond chance that is worth a word, with those of nearly the same rows."""
    order = np.argsort(-np.abs(found.strength), kind="stable")
    sure = [int(place) for place in order if found.chance[place] < MOST_CHANCE]
    for place in sure:
        told = describe(slices[place])
        if told is not None:
            others = [slices[n] for n in sure if n != place and len(slices[n].where) == 1]
            alike = [one for one in others if _overlap(slices[place], one) >= NEARLY_ALL]
            chance = float(found.chance[place])
            return Weak(slices[place], chance, *told, tuple(alike[:MOST_GROUPS]))
    return None


def _overlap(one: Slice, other: Slice) -> float:
    """Rows of both as a part of the rows of either."""
    both = int((one.members & other.members).sum())
    return both / max(1, one.rows + other.rows - both)


def at_most(chance: float) -> str:
    """A chance by one digit that is not below it.

    Example:
        >>> at_most(0.0042), at_most(1e-9)
        ('< 0.005', '< 1e-06')
    """
    if chance < LEAST_CHANCE:
        return f"< {LEAST_CHANCE:.0e}"
    unit = 10.0 ** floor(log10(chance))
    return f"< {min((floor(chance / unit + 1e-9) + 1) * unit, 1.0):.1g}"
