"""What people are told of a task: what is predicted, what a score is worth, where errors are."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.digits import digits

WHOLE = 100
"""Amounts of many rows that have no decimals from here on."""

CHANCE = ", a difference that may be chance"


class Picture(NamedTuple):
    """A drawing of scores against the truth: its name in the report, a sentence, its arguments."""

    drawing: str
    caption: str
    values: dict[str, Any]


class Worth(NamedTuple):
    """What a score means to who uses the model, in their own unit.

    Args:
        metric: the name of one by which models are compared.
        says: what a model does, with a place for the number: `gets {} of 1,000 rows right`.
        of: what the score is a share of, where it is told as a count: 1,000; None for an amount.
        before: the unit where it stands before an amount: `$`.
        after: the unit where it stands behind it: ` €`.
        times: what an amount is told of, 1,000 for that of a thousand rows; below 0 where less is
            told as more.

    Example:
        >>> right = Worth("accuracy", "gets {} of 1,000 rows right", 1000)
        >>> right.told(0.873, 0.76, "guessing")
        'gets 873 of 1,000 rows right, 113 more than guessing'
        >>> off = Worth("mae", "is off by {} on average", before="$")
        >>> off.told(43100.0, 91200.0, "the mean")
        'is off by $43,100 on average, $48,100 less than the mean'
        >>> off.told(43100.0, 43200.0, "the mean", near=True)
        'is off by $43,100 on average, about as much as the mean'
        >>> Worth("cost", "costs {} for 1,000 rows", times=1000).told(0.41, 1.5, "guessing")
        'costs 410 for 1,000 rows, 1,090 less than guessing'
    """

    metric: str
    says: str
    of: int | None = None
    before: str = ""
    after: str = ""
    times: float = 1

    def told(self, ours: float, theirs: float, rival: str, *, near: bool = False) -> str:
        """What the model does, and how far that is from another; `near` if that may be chance."""
        one, other = self._number(ours), self._number(theirs)
        many, fewer = ("many", "fewer") if self.of else ("much", "less")
        gap = f"{self._written(abs(one - other))} {'more' if one > other else fewer} than {rival}"
        if near or one == other:
            gap = f"{'about ' if one != other else ''}as {many} as {rival}"
        return f"{self.says.format(self._written(one))}, {gap}"

    def tied(self, ours: float, theirs: float, rival: str, *, chance: bool = True) -> str:
        """What the model does, and the number of another that is as good; `chance` if they may be.

        Example:
            >>> Worth("mae", "is off by {} on average").tied(43100.0, 43250.0, "the mean")
            'is off by 43,100 on average (the mean: 43,250), a difference that may be chance'
        """
        one, other = (self._written(self._number(each)) for each in (ours, theirs))
        return (
            f"{self.says.format(one)} ({rival}: {other}){CHANCE if one != other and chance else ''}"
        )

    def between(self, low: float, high: float) -> str:
        """What a model does by the ends of an interval.

        Example:
            >>> Worth("accuracy", "gets {} of 1,000 rows right", 1000).between(0.86, 0.884)
            'gets 860 to 884 of 1,000 rows right'
            >>> Worth("accuracy", "gets {} of 1,000 rows right", 1000).between(0.86, 1.0)
            'gets 860 to 1,000 of 1,000 rows right'
        """
        ends = [self._written(end) for end in sorted(map(self._number, (low, high)))]
        return self.says.format(" to ".join(ends))

    def _number(self, score: float) -> float:
        return round(score * self.of) if self.of else float(score) * self.times

    def _written(self, number: float) -> str:
        whole = self.of or (self.times != 1 and abs(number) >= WHOLE)
        told = f"{number:,.0f}" if whole else digits(number)
        return f"{self.before}{told}{self.after}"


class Telling(ABC):
    """What a task tells people; all of it is of plain values."""

    @abstractmethod
    def contrast(self, inside: float, outside: float) -> str:
        """How some rows fare against the others by mean error; empty if it needs no word."""

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        """Drawings of the report."""
        return []

    def worth(self, schema: Schema) -> Worth | None:
        """What a score means in the user's own unit; None where the first metric is told itself."""
        return None

    @abstractmethod
    def aim(self, schema: Schema) -> str:
        """What is predicted, in a few words: `a number`."""

    @abstractmethod
    def purpose(self, schema: Schema, inputs: str, quote: Callable[[str], str]) -> str:
        """What the model does, in a sentence or two.

        Args:
            schema: names and classes.
            inputs: what it reads, in words.
            quote: how a text of the data is written.
        """

    @abstractmethod
    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        """Where the errors are, in one line; there are rows.

        Args:
            target: the truth.
            scores: of the same rows.
            schema: names and classes.
            number: how a number is written.
        """
