"""Functions that answer the question of the labels: rules, models, anything that takes a row."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from fivefold.core.wording import brief, first_line, nearest
from fivefold.errors import ConfigError, DataError

Row = Mapping[str, Any]
TESTS = ("contains", "matches", "above", "below")


class Rule(Mapping[str, Any]):
    """A class, and when it is said; see `rule`. As a mapping it is what a recipe holds."""

    def __init__(self, label: str | int | bool, said: Mapping[str, Any]) -> None:
        self.label, self.said = label, dict(said)
        self._check()
        pattern = self.said.get("matches")
        self.pattern = None if pattern is None else re.compile(pattern)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The rule of what a recipe holds."""
        values = dict(values)
        if "label" not in values:
            remedy = 'Write {"label": "senior", "column": "text", "contains": "years"}.'
            raise ConfigError.expected("rule", "a label", brief(values), remedy)
        return cls(values.pop("label"), values)

    def _check(self) -> None:
        tests = [name for name in self.said if name in TESTS]
        if "function" in self.said:
            if len(self.said) > 1 or not callable(self.said["function"]):
                remedy = "Pass a function of a row, or column= with contains=, matches= or above=."
                raise ConfigError.expected("rule", "a function alone", brief(self.said), remedy)
            return
        strays = [name for name in self.said if name not in (*TESTS, "column")]
        if strays:
            near = nearest(strays[0], (*TESTS, "column"))
            remedy = f"Write {near}=." if near else f"Choose among {', '.join(TESTS)}."
            raise ConfigError.expected("rule", "a test of a column", f"{strays[0]}=", remedy)
        if not tests or not isinstance(self.said.get("column"), str):
            remedy = 'Write rule("senior", column="text", contains="years of experience").'
            raise ConfigError.expected(
                "rule", "a column and a test of it", brief(self.said), remedy
            )
        try:
            re.compile(self.said.get("matches", ""))
        except (re.error, TypeError) as fault:
            remedy = "Mend the pattern, or pass contains=."
            raise ConfigError.expected("rule", "a regular expression", str(fault), remedy) from None

    def __getitem__(self, name: str) -> Any:
        return {"label": self.label, **self.said}[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("label", *self.said))

    def __len__(self) -> int:
        return 1 + len(self.said)

    def __repr__(self) -> str:
        return f"rule({self.label!r}, {', '.join(f'{k}={brief(v)}' for k, v in self.said.items())})"

    @property
    def title(self) -> str:
        """What it is called in tables: its class, and what it looks for."""
        function = self.said.get("function")
        if function is not None:
            name = getattr(function, "__name__", "")
            return f"{self.label}: {name if name.isidentifier() else 'a function'}"
        tests = [f"{name} {brief(self.said[name])}" for name in TESTS if name in self.said]
        return f"{self.label}: {self.said['column']} {' and '.join(tests)}"

    def __call__(self, row: Row) -> Any:
        """The class, or None where the rule has nothing to say."""
        function = self.said.get("function")
        if function is not None:
            return self.label if function(row) else None
        cell = row.get(self.said["column"])
        if cell is None:
            return None
        return self.label if all(self._holds(test, cell) for test in TESTS) else None

    def spans(self, row: Row) -> list[list[Any]] | None:
        """Where in a text it would say its class: each `[start, end, class]`; None for nowhere."""
        function = self.said.get("function")
        if function is not None:
            found = [(int(start), int(end)) for start, end in function(row) or ()]
        elif not isinstance(cell := row.get(self.said["column"]), str):
            found = []
        elif self.pattern is not None:
            found = [match.span() for match in self.pattern.finditer(cell)]
        else:
            parts = "|".join(map(re.escape, self._words()))
            found = [match.span() for match in re.finditer(parts, cell, re.IGNORECASE)]
        return [[start, end, self.label] for start, end in found if start < end] or None

    def _words(self) -> tuple[str, ...]:
        words = self.said.get("contains", ())
        return (words,) if isinstance(words, str) else tuple(words)

    def _holds(self, test: str, cell: Any) -> bool:
        wanted = self.said.get(test)
        if wanted is None:
            return True
        if test == "contains":
            text = str(cell).casefold()
            return any(word.casefold() in text for word in self._words())
        if self.pattern is not None and test == "matches":
            return self.pattern.search(str(cell)) is not None
        number = isinstance(cell, int | float)
        return number and bool(cell > wanted if test == "above" else cell < wanted)


def rule(
    label: str | int | bool, function: Callable[[Row], Any] | None = None, /, **tests: Any
) -> Rule:
    """A rule for `Label`: one class, and when it is said.

    Args:
        label: the class.
        function: of a row, a mapping of names to cells; says whether it is of the class. For spans
            it gives pairs of start and end.
        tests: in place of a function: `column` and one or more of `contains` (a text or several,
            in any case), `matches` (a regular expression), `above` and `below` (numbers). A recipe
            holds these, and no function.

    Raises:
        ConfigError: if it is neither a function nor a test of a column.

    Example:
        >>> senior = rule("senior", column="text", contains="years of experience")
        >>> senior({"text": "12 Years of Experience"}), senior({"text": "none"})
        ('senior', None)
    """
    return Rule(label, tests if function is None else {"function": function, **tests})


def ask(name: str, function: Callable[[Row], Any], row: Row, place: int) -> Any:
    """What a function says of a row.

    Raises:
        DataError: naming the function and the row, if it fails.
    """
    try:
        return function(row)
    except Exception as fault:
        found = f"{type(fault).__name__}: {first_line(fault)}"
        remedy = "Mend the function, or let it give None for such a row."
        raise DataError.expected(
            f"Label, {name}, row {place:,}", "a label or None", found, remedy, row=place
        ) from fault
