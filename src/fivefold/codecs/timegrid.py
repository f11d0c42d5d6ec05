"""The clock of series: from moments to whole steps and back, and where in the week a step is."""

from typing import NamedTuple, Self

import numpy as np

from fivefold.codecs.table import Array

DAY = 86_400.0
WEEK = 7 * DAY
MOST_SLOTS = 336
"""Steps of a week up to which each is told apart; of more the hours are."""
MONTH = (27.5 * DAY, 31.5 * DAY)
_MONDAY = np.datetime64("1969-12-29", "D")


class Clock(NamedTuple):
    """The distance from step to step of a series.

    Args:
        unit: `seconds`, `months`, `weekdays` (Monday to Friday), or `steps` where time is a number.
        size: units of a step.
        phase: where the first step lies between two multiples of it.

    Example:
        >>> clock = Clock("seconds", 3600.0)
        >>> hours = clock.number(np.array(["1970-01-01T05", "1970-01-02T00"], "M8[us]"))
        >>> hours.tolist(), str(clock.moments(hours)[1])
        ([5, 24], '1970-01-02T00:00:00.000000')
    """

    unit: str
    size: float
    phase: float = 0.0

    @classmethod
    def of(cls, moments: Array, series: Array) -> Self:
        """The clock of moments in order, series after series: their commonest distance.

        Args:
            moments: `(n,)` datetime64[us] or float64.
            series: `(n,)` which series each belongs to.
        """
        plain = moments.dtype.kind != "M"
        places = moments if plain else moments.astype("M8[us]").astype(np.int64) / 1e6
        apart = np.diff(places)[np.diff(series) == 0]
        apart = np.round(apart[apart > 0], 6)
        if not len(apart):
            return cls("steps", 1.0) if plain else cls("seconds", DAY)
        sizes, counts = np.unique(apart, return_counts=True)
        size = float(sizes[counts.argmax()])
        if plain:
            return cls("steps", size, float(places[0] % size))
        months = _months(moments, apart)
        if months:
            return cls("months", float(months))
        if size == DAY and not (_weekday(moments) > 4).any() and len(moments) >= 10:
            return cls("weekdays", 1.0)
        return cls("seconds", size, float(places[0] % size))

    @property
    def text(self) -> str:
        """As it stands in a column's format."""
        return f"{self.size!r} {self.unit} {self.phase!r}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The clock that `text` says."""
        size, unit, phase = text.split()
        return cls(unit, float(size), float(phase))

    @property
    def words(self) -> str:
        """A step in words, for people."""
        if self.unit != "seconds":
            one = {"months": "month", "weekdays": "weekday", "steps": "step"}[self.unit]
            return one if self.size == 1 else f"{self.size:g} {one}s"
        for name, seconds in (("week", WEEK), ("day", DAY), ("hour", 3600.0), ("minute", 60.0)):
            if self.size >= seconds and self.size % seconds == 0:
                count = self.size / seconds
                return name if count == 1 else f"{count:g} {name}s"
        return f"{self.size:g} s"

    @property
    def seasons(self) -> tuple[int, ...]:
        """Steps of the cycles that people live by, where they are whole."""
        if self.unit == "months":
            known = [12 / self.size]
        elif self.unit == "weekdays":
            known = [5.0]
        elif self.unit == "seconds":
            known = [DAY / self.size, WEEK / self.size, 365 * DAY / self.size]
            known = known[:2] if self.size < DAY else known
        else:
            known = []
        return tuple(int(steps) for steps in known if steps > 1 and steps == int(steps))

    def number(self, moments: Array) -> Array:
        """`(n,)` int64 number of the nearest step of each moment."""
        if self.unit == "months":
            return (moments.astype("M8[M]").astype(np.int64) // int(self.size)).astype(np.int64)
        if self.unit == "weekdays":
            return np.busday_count(_MONDAY, moments.astype("M8[D]")).astype(np.int64)
        plain = moments.dtype.kind != "M"
        places = moments if plain else moments.astype("M8[us]").astype(np.int64) / 1e6
        return np.asarray(np.floor((places - self.phase) / self.size + 0.5), np.int64)

    def moments(self, index: Array) -> Array:
        """`(n,)` the moments of steps: datetime64[us], or float64 where time is a number."""
        if self.unit == "months":
            return (index * int(self.size)).astype("M8[M]").astype("M8[us]")
        if self.unit == "weekdays":
            return np.busday_offset(_MONDAY, index).astype("M8[us]")
        places = index * self.size + self.phase
        if self.unit == "steps":
            return np.asarray(places, np.float64)
        return np.round(places * 1e6).astype(np.int64).astype("M8[us]")

    @property
    def slots(self) -> int:
        """How many places in the week, or months of the year, are told apart; 0 for none."""
        if self.unit == "months":
            return 12 if self.size < 12 else 0
        if self.unit == "weekdays":
            return 5
        if self.unit != "seconds" or self.size >= WEEK:
            return 0
        week = WEEK / self.size
        return int(week) if week == int(week) and week <= MOST_SLOTS else 168 if week > 7 else 7

    def slot(self, moments: Array) -> Array:
        """`(n,)` int64 which of the `slots` each moment is in."""
        if self.unit == "months":
            return moments.astype("M8[M]").astype(np.int64) % 12
        if self.unit == "weekdays":
            return np.minimum(_weekday(moments), 4)
        monday = moments.astype("M8[us]") - _MONDAY.astype("M8[us]")
        seconds = monday.astype(np.int64) / 1e6 % WEEK
        places = np.floor(seconds * self.slots / WEEK + 1e-9)
        return np.asarray(places, np.int64) % self.slots


def told(moments: Array) -> list[str]:
    """Moments as ISO 8601, without a fraction where that is 0; numbers as they are.

    Example:
        >>> told(np.array(["2024-01-31T05:00"], "M8[us]"))
        ['2024-01-31T05:00:00']
    """
    return [str(moment).removesuffix(".000000") for moment in moments]


def _months(moments: Array, apart: Array) -> int:
    """Months from step to step, where moments have one day of the month or are its last; else 0."""
    days = moments.astype("M8[D]")
    month = days.astype("M8[M]")
    day = (days - month.astype("M8[D]")).astype(np.int64) + 1
    is_last = (days + np.timedelta64(1, "D")).astype("M8[M]") != month
    if not (len(np.unique(day)) == 1 or is_last.all()):
        return 0
    middle = float(np.median(apart)) / DAY
    months = round(middle / 30.44)
    return months if months and abs(middle - 30.44 * months) < 2.5 else 0


def _weekday(moments: Array) -> Array:
    """0 for Monday."""
    return np.asarray((moments.astype("M8[D]") - _MONDAY).astype(np.int64) % 7)
