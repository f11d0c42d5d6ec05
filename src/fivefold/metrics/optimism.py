"""How much better the best of several looks at test rows appears than it is."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding, Severity, finding
from fivefold.metrics.intervals import NORMAL
from fivefold.metrics.metric import title


@cache
def expected_maximum(k: int) -> float:
    """The mean of the largest of k independent standard normal numbers.

    It is the integral of `1 - F(x)^k` over positive x less that of `F(x)^k` over negative ones,
    where F is the normal distribution.

    Args:
        k: how many, at least 1.

    Example:
        >>> [round(expected_maximum(k), 3) for k in (1, 2, 14, 50)]
        [0.0, 0.564, 1.703, 2.249]

    Reference:
        David and Nagaraja, Order Statistics, 3rd edition 2003, section 3.1.
    """
    if k == 1:
        return 0.0
    grid = np.linspace(0, 12, 2401)
    upper = np.array([NORMAL.cdf(x) for x in grid])
    area = np.trapezoid(1 - upper**k, grid) - np.trapezoid((1 - upper) ** k, grid)
    return float(area)


def most_of_maximum(k: int, *, level: float = 0.95) -> float:
    """What the largest of k independent standard normal numbers stays below, so often.

    The k-th root of `level` is what each of them must stay below. Where they agree, as scores of
    similar models on the same rows do, the largest stays below it more often still.

    Args:
        k: how many, at least 1.
        level: how often, a fraction.

    Example:
        >>> round(most_of_maximum(1), 3), round(most_of_maximum(50), 3)
        (1.645, 3.083)

    Reference:
        Slepian, The one-sided barrier problem for Gaussian noise, Bell System Technical Journal
        41, 1962, for numbers that agree.
    """
    return NORMAL.inv_cdf(level ** (1 / k))


@dataclass(frozen=True, kw_only=True)
class Looks:
    """How often test rows were scored, and how optimistic the best of these scores is.

    The models are taken to be equally good, their scores to err independently and normally, by
    the standard error of the one at hand, and nobody to have steered by what was seen: then the
    best of k stands above its worth by `expected` on average, and by at most `most` at the level
    of the interval.

    Args:
        number: of this look; of models that answered alike one counts.
        metric: that leads.
        expected: in the unit of that metric; 0 for a first look, NaN without an interval.
        most: likewise.
        interval: the half of the interval of the score at hand.
        unknown: why the last three are not known; empty if they are.
        limit: of looks that whoever took this one sets; None for none.

    Reference:
        Cawley and Talbot, On over-fitting in model selection and subsequent selection bias in
        performance evaluation, JMLR 11, 2010, on why the best score is biased.
    """

    number: int
    metric: str
    expected: float = 0.0
    most: float = 0.0
    interval: float = 0.0
    unknown: str = ""
    limit: int | None = None

    @classmethod
    def of(cls, number: int, metric: str, score: Estimate) -> "Looks":
        """What a number of looks means for a score with an interval.

        Example:
            >>> score = Estimate(0.8, low=0.76, high=0.84, method="delong", n=500)
            >>> looks = Looks.of(14, "roc_auc", score)
            >>> round(looks.expected, 4), round(looks.most, 4)
            (0.0348, 0.0547)
        """
        half = (score.high - score.low) / 2
        error = half / NORMAL.inv_cdf((1 + score.level) / 2)
        return cls(
            number=number,
            metric=metric,
            expected=error * expected_maximum(number),
            most=error * most_of_maximum(number, level=score.level) if number > 1 else 0.0,
            interval=half,
            unknown=score.method if half != half else "",
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """None for a first look; serious where the best is as far off as its interval reaches."""
        if self.number == 1:
            return ()
        severity: Severity = "note"
        if self.expected > self.interval / 2:
            severity = "serious" if self.expected > self.interval else "warning"
        sentence = f"{str(self)[0].upper()}{str(self)[1:]}."
        told = {"expected": self.expected, "most": self.most, "interval": self.interval}
        known = {} if self.unknown else told
        return (
            finding("looks", sentence, severity, look=self.number, metric=self.metric, **known),
        )

    def __str__(self) -> str:
        look = f"look {self.number:,} at these test rows"
        if self.number == 1:
            return look
        if self.unknown:
            return f"{look}; how optimistic the best is cannot be told: {self.unknown}"
        by = title(self.metric)
        return (
            f"{look}; the best of {self.number:,} is optimistic by up to {self.most:.2g} in {by} "
            f"({self.expected:.2g} on average)"
        )
