"""How far long work is, in words: for a bar, a line and a notebook alike."""

from collections.abc import Callable, Iterable

from fivefold.core.digits import GROUPED, SMALL, digits
from fivefold.core.events import Progress

WIDTH = 80
"""Columns that a line has where nobody says how wide it may be."""

SHORT = {"train_loss": "train", "valid_loss": "valid"}
"""What stands before values of an epoch."""


class Advance:
    """What was told of one piece of long work so far: values stay until others are told.

    Args:
        event: the first that tells of it.
    """

    def __init__(self, event: Progress) -> None:
        self.values: dict[str, float] = {}
        self.titles: dict[str, str] = {}
        self.take(event)

    def take(self, event: Progress) -> None:
        """Go on to what is told next."""
        self.event = event
        self.values |= event.values
        self.titles |= event.titles

    def is_of(self, event: Progress) -> bool:
        """Whether an event tells of the same work."""
        mine = self.event
        return (mine.path, mine.total) == (event.path, event.total) and mine.done <= event.done

    @property
    def head(self) -> str:
        """Where and what is counted: `fold-1 epoch 12/60`."""
        event = self.event
        within = event.path[1:-1] if event.unit == "epoch" else event.path[1:]
        return " ".join([*within, event.unit, f"{event.done:,}/{event.total:,}"])

    @property
    def left(self) -> float | None:
        """Seconds that are left, where they are told."""
        return self.values.get("seconds_left")

    def told(self, written: Callable[[float], str] | None = None) -> list[str]:
        """Each value behind its name, what leads last.

        Args:
            written: makes a number a text; three digits if None.
        """
        return [
            f"{self.titles.get(name) or SHORT.get(name, name.replace('_', ' '))} "
            f"{(written or short)(value)}"
            for name, value in self.values.items()
            if name != "seconds_left"
        ]


def fitting(told: Iterable[str], room: int, between: str = " ") -> str:
    """As many of the last texts as have room in a line.

    Example:
        >>> fitting(["train 0.412", "valid 0.401", "best 0.390"], 22)
        'valid 0.401 best 0.390'
    """
    kept = list(told)
    while kept and len(between.join(kept)) > room:
        kept = kept[1:]
    return between.join(kept)


def short(value: float) -> str:
    """A number that changes in its place: three digits, or as many as it has before the point.

    Example:
        >>> short(0.39), short(12), short(46135.7), short(0.00012)
        ('0.390', '12', '46,136', '0.00012')
    """
    if isinstance(value, int) or not SMALL <= abs(value) < GROUPED:
        return digits(value)
    return f"{value:#.3g}" if abs(value) < 100 else f"{value:.0f}"


def duration(seconds: float) -> str:
    """A time as people say it.

    Example:
        >>> duration(0.0042), duration(7.25), duration(184), duration(7500)
        ('4 ms', '7.2 s', '3 min 4 s', '2 h 5 min')
    """
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return f"{int(seconds) // 3600} h {int(seconds) % 3600 // 60} min"
