"""What a run comes to: five questions that people have, answered in plain words."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from fivefold.report.lines import ticked

Tone = Literal["good", "bad", "open"]

TONES: dict[Tone, str] = {"good": "#009e73", "bad": "#d55e00", "open": "#8c959f"}
"""Of the line beside an answer, on light and dark ground."""

NEXT = "#0072b2"
"""Of the line beside what is next."""

ROW = "display:flex;flex-wrap:wrap;gap:0 1em;padding:.2em 0 .2em .7em;margin:.15em 0"


class Point(NamedTuple):
    """An answer.

    Args:
        question: as a person asks it.
        tone: `good` news, `bad` news, or `open`, which needs a look.
        sentence: the answer; code in it stands in backticks.
    """

    question: str
    tone: Tone
    sentence: str


class Advice(NamedTuple):
    """What to do next.

    Args:
        line: of Python, or a command of the shell; empty where no line does it.
        why: what it does, a verb first: `leaves it out`; or a sentence.
    """

    line: str
    why: str

    def __str__(self) -> str:
        if not self.line:
            return self.why
        if self.line.startswith("--"):  # an option is no command
            return f"Add `{self.line}`, which {self.why}."
        return f"`{self.line}` {self.why}."


@dataclass(frozen=True)
class Verdict:
    """Is it good, better than a simple model, to be trusted; what is wrong, and what is next.

    Args:
        good: beside the simplest model.
        simpler: beside the other simple models.
        trust: whether the scores can be believed.
        data: what is wrong with the data.
        next: what to do, the most urgent first; three at most.

    Example:
        >>> told = Verdict(
        ...     Point("Is it good?", "good", "Yes."),
        ...     Point("Better than a simple model?", "open", "No."),
        ...     Point("Can I trust it?", "good", "Yes."),
        ...     Point("What is wrong with my data?", "good", "Nothing odd was found."),
        ...     (Advice('Deploy("y.ff")', "writes the bundle"),))
        >>> print(told)
        Is it good?                  Yes.
        Better than a simple model?  No.
        Can I trust it?              Yes.
        What is wrong with my data?  Nothing odd was found.
        What next?                   `Deploy("y.ff")` writes the bundle.
    """

    good: Point
    simpler: Point
    trust: Point
    data: Point
    next: tuple[Advice, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The four answers, in the order in which people ask."""
        return self.good, self.simpler, self.trust, self.data

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done before the model is used."""
        return len(self.next) < 2 and all(point.tone != "bad" for point in self.points)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Questions and answers; what comes next has a pair each, its question once."""
        for point in self.points:
            yield point.question, point.sentence
        for place, advice in enumerate(self.next):
            yield "" if place else "What next?", str(advice)

    def lines(self) -> list[str]:
        """Five lines, up to seven where there is more to do."""
        pairs = list(self.pairs())
        width = max(len(question) for question, _ in pairs)
        return [f"{question:<{width}}  {answer}" for question, answer in pairs]

    def to_json(self) -> dict[str, Any]:
        """Plain values: each answer with its question and tone, and what to do."""
        names = ("good", "simpler", "trust", "data")
        told: dict[str, Any] = {
            name: point._asdict() for name, point in zip(names, self.points, strict=True)
        }
        return {**told, "next": [advice._asdict() for advice in self.next]}

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        """Where there is little room an answer stands below its question."""
        tones = [TONES[point.tone] for point in self.points]
        rows = []
        for place, (question, answer) in enumerate(self.pairs()):
            tone = tones[place] if place < len(tones) else NEXT
            rows.append(
                f'<div style="{ROW};border-left:3px solid {tone}">'
                f'<b style="flex:0 0 17em">{html.escape(question)}</b>'
                f'<span style="flex:1 1 20em;overflow-wrap:anywhere">{ticked(answer)}</span></div>'
            )
        return f'<div style="max-width:60em;text-align:left">{"".join(rows)}</div>'
