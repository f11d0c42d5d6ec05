"""A score that knows how sure it is."""

from typing import Self

from fivefold.core.digits import alike, digits

ITSELF = "itself"
"""The method of a difference of something from itself."""


class Estimate(float):
    """A number with its interval: behaves as a float, and says how it was measured.

    Args:
        value: the score.
        low: lower end of the interval; NaN when there are too few rows for one.
        high: upper end of the interval; NaN when there are too few rows for one.
        method: how the interval was made: `wilson`, `delong`, `bca`, `nadeau-bengio`, or the
            reason why there is none, `too few rows` for one.
        n: rows (or folds) it stands on.
        level: the coverage wanted, a fraction.

    Example:
        >>> score = Estimate(0.9, low=0.85, high=0.94, method="wilson", n=200)
        >>> f"{score:.2f}", score > 0.8, str(score)
        ('0.90', True, '0.9000 [0.8500, 0.9400]')
    """

    low: float
    high: float
    method: str
    n: int
    level: float

    def __new__(
        cls,
        value: float,
        *,
        low: float = float("nan"),
        high: float = float("nan"),
        method: str,
        n: int,
        level: float = 0.95,
    ) -> Self:
        self = super().__new__(cls, value)
        self.low, self.high = float(low), float(high)
        self.method, self.n, self.level = method, int(n), float(level)
        return self

    @classmethod
    def itself(cls, n: int) -> Self:
        """The difference of something from itself; `n` as of the class."""
        return cls(0.0, low=0.0, high=0.0, method=ITSELF, n=n)

    def turned(self) -> Self:
        """A difference the other way round."""
        ends = {"low": -self.high, "high": -self.low}
        return type(self)(0.0 - self, **ends, method=self.method, n=self.n, level=self.level)

    def __str__(self) -> str:
        if self.low != self.low:  # NaN: there is no interval, and the reason stands in its place
            return f"{digits(float(self))} ({self.method})"
        value, low, high = alike((float(self), self.low, self.high))
        return f"{value} [{low}, {high}]"

    def __repr__(self) -> str:
        return (
            f"Estimate({float(self)!r}, {', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"
        )

    def __getnewargs_ex__(self) -> tuple[tuple[float], dict[str, float | int | str]]:
        return (float(self),), vars(self)
