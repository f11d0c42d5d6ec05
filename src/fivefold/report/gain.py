"""Two models beside one another in words: by a score, and in the user's own unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from fivefold.codecs.schema import Schema
from fivefold.core.digits import digits
from fivefold.core.estimate import Estimate
from fivefold.core.wording import literal
from fivefold.metrics.costs import COST
from fivefold.metrics.metric import Metric
from fivefold.tasks.known import task_of
from fivefold.tasks.telling import CHANCE, Worth
from fivefold.tasks.threshold import Threshold, led

OPEN = ("a tie", "not measured")
"""Rulings of which no model is said to be ahead."""

Scores = Mapping[str, Estimate]


@dataclass(frozen=True)
class Weighed:
    """One comparison in two wordings.

    Args:
        plainly: by the score that decided: `it scores 0.93 by ROC-AUC, 0.43 higher than ...`.
        usefully: in the user's own unit; empty where there is none.
        agrees: whether the second says what was decided by the first.
    """

    plainly: str
    usefully: str = ""
    agrees: bool = False

    def __str__(self) -> str:
        return self.usefully if self.agrees else self.plainly


@dataclass(frozen=True)
class Weighing:
    """What the scores of a model are weighed by.

    Args:
        metric: that models are compared by.
        ours: scores of the model.
        worth: what one of them means to who uses it; None if none does.
        useful: that one.
        found: where a threshold is for one of two classes, a sentence on what is found of it.
    """

    metric: Metric
    ours: Scores
    worth: Worth | None = None
    useful: Metric | None = None
    found: str = ""

    @classmethod
    def of(cls, schema: Schema, ours: Scores, threshold: Threshold | None = None) -> "Weighing":
        """That of a task, whose answers a threshold may decide: what that is for counts then."""
        task = task_of(schema)
        metrics, aim = led(task.metrics, threshold), None if threshold is None else threshold.aim
        worth = task.worth(schema) if aim is None else None
        if threshold is not None and threshold.costs:
            worth = spent(ours)
        asked = "" if worth is None else worth.metric
        useful = next((metric for metric in metrics if metric.name == asked), None)
        found = _found(ours, schema) if aim is not None and worth is None else ""
        return cls(metrics[0], ours, worth, useful, found)

    def alone(self) -> str:
        """What the model does, beside nothing: `scores 0.93 by ROC-AUC`."""
        score = self.ours.get(self.metric.name)
        if score is None or score != score:
            return f"has no score by {self.metric.title} on these rows"
        return f"scores {digits(score)} by {self.metric.title}"

    def told(self, theirs: Scores, rival: str, ruling: str) -> Weighed:
        """What the model does, and how far it is from a rival.

        Args:
            theirs: scores of the rival.
            rival: what it is called.
            ruling: on the model.
        """
        one, other = self.ours, theirs
        plainly = f"it {_plainly(self.metric, one, other, rival, ruling)}"
        if self.worth is None or self.useful is None or not _known(self.useful, one, other):
            return Weighed(plainly)
        first, second = one[self.useful.name], other[self.useful.name]
        near = ruling in OPEN if self.useful.name == self.metric.name else _near(first, second)
        ahead = (first > second) == self.useful.greater
        agrees = near if ruling in OPEN else not near and ahead == (ruling == "wins")
        usefully = f"it {self.worth.told(first, second, rival, near=near)}"
        return Weighed(plainly, usefully, agrees)

    def tied(self, theirs: Scores, rival: str, *, measured: bool = True) -> str:
        """What the model does, with the number of a rival that is as good.

        Args:
            theirs: scores of the rival.
            rival: what it is called.
            measured: whether that may be chance; otherwise both numbers are all there is.
        """
        ours, metric = self.ours, self._by(theirs, measured=measured)
        if not _known(metric, ours, theirs):
            return f"has no other score by {metric.title}"
        first, second = ours[metric.name], theirs[metric.name]
        if self.worth is not None and self.worth.metric == metric.name:
            return self.worth.tied(first, second, rival, chance=measured)
        one, other = digits(first), digits(second)
        chance = CHANCE if one != other and measured else ""
        return f"scores {one} by {metric.title} ({rival}: {other}){chance}"

    def apart(self, theirs: Scores) -> bool:
        """Whether two scores lie far from each other, though that may be chance."""
        name = self._by(theirs, measured=True).name
        known = name in self.ours and name in theirs
        return known and not _near(self.ours[name], theirs[name])

    def _by(self, theirs: Scores, *, measured: bool) -> Metric:
        """What both are told by: the user's own unit, where it says what was decided."""
        if self.useful is None or not _known(self.useful, self.ours, theirs):
            return self.metric
        agrees = not measured or self.told(theirs, "", "a tie").agrees
        return self.useful if agrees else self.metric

    def why_unbounded(self) -> str:
        """Why what leads has no interval, in brackets; empty where it has no score."""
        score = self.ours.get(self.metric.name)
        return "" if score is None or not score.method else f" ({score.method})"

    def likely(self, scores: Scores) -> str:
        """What the model does on new rows, by an interval of these scores; empty without one."""
        if self.worth is not None and _bounded(scores.get(self.worth.metric)):
            score = scores[self.worth.metric]
            told = self.worth.between(score.low, score.high)
            told = f"is likely {told[3:]}" if told.startswith("is ") else f"likely {told}"
            return f"{told} ({score.level:.0%} interval)"
        if not _bounded(scores.get(self.metric.name)):
            return ""
        score = scores[self.metric.name]
        ends = " to ".join(digits(end) for end in (score.low, score.high))
        return f"likely scores {ends} by {self.metric.title} ({score.level:.0%} interval)"


def _found(ours: Scores, schema: Schema) -> str:
    """How many rows of the second class are found, and how many that are called so are it."""
    if not {"recall", "precision"} <= set(ours) or len(schema.classes) != 2:
        return ""
    shares = [100 * float(ours[name]) for name in ("recall", "precision")]
    if any(share != share for share in shares):
        return ""
    recall, precision = (f"{share:.0f} of 100" for share in shares)
    label = literal(schema.classes[1])
    return f" It finds {recall} rows of {label}, and {precision} rows that it calls so are."


def spent(ours: Scores) -> Worth:
    """What answers cost of a thousand rows; what they bring, where that is more."""
    if ours.get(COST, 0.0) < 0:
        return Worth(COST, "brings {} for 1,000 rows", times=-1000)
    return Worth(COST, "costs {} for 1,000 rows", times=1000)


def _plainly(metric: Metric, one: Scores, other: Scores, rival: str, ruling: str) -> str:
    if not _known(metric, one, other):
        return f"has no score by {metric.title} on these rows"
    first, second = float(one[metric.name]), float(other[metric.name])
    gap = metric.told(first - second, rival)
    if ruling in OPEN and first != second:
        gap = f"about the same as {rival}"
    return f"scores {digits(first)} by {metric.title}, {gap}"


def _known(metric: Metric, *scores: Scores) -> bool:
    found = [each.get(metric.name) for each in scores]
    return all(score is not None and score == score for score in found)


def _bounded(score: Estimate | None) -> bool:
    return score is not None and score.low == score.low


def _near(one: Estimate, other: Estimate) -> bool:
    """Whether either lies within the interval of the other."""
    return one.low <= other <= one.high or other.low <= one <= other.high
