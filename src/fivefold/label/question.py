"""What is asked of every row: one class, several, spans, or a number."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fivefold.errors import ConfigError
from fivefold.label.spread import Form

Name = str | int | float | bool

COMMANDS = "cfgpvx"
"""Letters that do something else on the page: comment, flag, guess, play, view, take away."""
KEYS = "123456789" + "".join(sorted(set("abcdefghijklmnopqrstuvwxyz") - set(COMMANDS)))
"""What classes are given by, in their order."""
SCALE = 10
"""Whole numbers that have a key each at most."""
REASONS = ("I cannot tell", "It is damaged or empty", "No class fits")
"""Why an item is skipped, beside words of one's own."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of every row.

    Args:
        name: of the column that the answers become.
        way: one `class`, several `classes`, `spans` of a text, sound or series, or a `number`.
        classes: of which one or several are chosen; none for numbers.
        guide: what people go by, as Markdown or plain text.
        low: the least number.
        high: the largest number.
        whole: whether numbers are whole. Up to ten of them have a key each.
        keys: of some classes, in place of 1 to 9 and letters.
        budget: labels that are wanted; None for one of each item.

    Raises:
        ConfigError: if classes are too few or alike, or keys are not free.

    Example:
        >>> asked = Question(name="level", way="class", classes=("junior", "senior"))
        >>> [(choice["key"], choice["name"]) for choice in asked.choices]
        [('1', 'junior'), ('2', 'senior')]
        >>> asked.checked("senior", None)
        'senior'
    """

    name: str
    way: Form = "class"
    classes: tuple[Name, ...] = ()
    guide: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    keys: Mapping[Name, str] = field(default_factory=dict)
    budget: int | None = None

    def __post_init__(self) -> None:
        least = {"class": 2, "classes": 1, "spans": 1, "number": 0}[self.way]
        if len(self.classes) < least or (self.way == "number" and self.classes):
            wanted = f"{least} classes or more" if least else "no classes where numbers are asked"
            self._refuse(wanted, f"{len(self.classes)}", "Name them: classes=('junior', 'senior').")
        if len({str(one) for one in self.classes}) < len(self.classes):
            self._refuse("classes that differ", repr(self.classes), "Name each once.")
        taken = [*self.keys.values()]
        odd = [one for one in taken if one in COMMANDS or one not in KEYS + "0" or len(one) != 1]
        if odd or len(set(taken)) < len(taken) or not set(self.keys) <= set(self.classes):
            free = f"one digit or letter a class, none of {', '.join(COMMANDS)}"
            self._refuse(free, repr(dict(self.keys)), "Leave keys= out for 1, 2, 3 and so on.")

    def _refuse(self, wanted: str, found: str, remedy: str) -> None:
        raise ConfigError.expected("Label", wanted, found, remedy)

    @property
    def scale(self) -> tuple[int, ...]:
        """Whole numbers that are chosen by one key each; none where they are typed."""
        if self.way != "number" or not self.whole or self.low is None or self.high is None:
            return ()
        found = range(math.ceil(self.low), math.floor(self.high) + 1)
        return tuple(found) if found and len(found) <= SCALE else ()

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What is chosen from, each with its key; no key where there are too many."""
        values: tuple[Name, ...] = self.scale or self.classes
        if self.scale and min(self.scale) >= 0 and max(self.scale) <= 9:
            keys = [str(number) for number in self.scale]
        else:
            free = iter([key for key in KEYS if key not in self.keys.values()])
            keys = [self.keys.get(one) or next(free, "") for one in values]
        return [
            {"value": value, "name": str(value), "key": key}
            for value, key in zip(values, keys, strict=True)
        ]

    def checked(self, value: Any, extent: float | None) -> Any:
        """A label as it is kept.

        Args:
            value: as the page gave it.
            extent: code points, seconds or steps that spans may reach to; None for any.

        Raises:
            ValueError: if it is no answer to the question.
        """
        if self.way == "class":
            return self._known(value)
        if self.way == "number":
            return self._number(value)
        if not isinstance(value, list):
            raise ValueError(f"expected a list, found {value!r}")
        if self.way == "classes":
            chosen = {self._known(one) for one in value}
            return [one for one in self.classes if one in chosen]
        return self._spans(value, math.inf if extent is None else extent)

    def _known(self, value: Any) -> Name:
        for one in self.classes:
            if one == value and isinstance(one, bool) == isinstance(value, bool):
                return one
        raise ValueError(f"expected one of the classes, found {value!r}")

    def _number(self, value: Any) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"expected a number, found {value!r}")
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"expected a number from {low:g} to {high:g}, found {value!r}")
        if self.whole and value != int(value):
            raise ValueError(f"expected a whole number, found {value!r}")
        return int(value) if self.whole else value

    def _spans(self, value: list[Any], extent: float) -> list[list[Any]]:
        spans, last = [], 0.0
        for one in value:
            if not isinstance(one, list) or len(one) != 3:
                raise ValueError(f"expected spans [start, end, class], found {one!r}")
            start, end, name = one
            spans.append([start, end, self._known(name)])
        for start, end, _ in sorted(spans, key=lambda span: span[:2]):
            plain = all(type(edge) in (int, float) for edge in (start, end))
            if not plain or not last <= start < end <= extent:
                raise ValueError(
                    f"expected spans one after another from 0 to {extent:g}, "
                    f"found one from {start!r} to {end!r}"
                )
            last = end
        return sorted(spans, key=lambda span: span[:2])

    def to_json(self) -> dict[str, Any]:
        """What the page needs to ask."""
        return {
            "name": self.name,
            "way": self.way,
            "choices": self.choices,
            "guide": self.guide,
            "low": self.low,
            "high": self.high,
            "whole": self.whole,
            "reasons": list(REASONS),
        }
