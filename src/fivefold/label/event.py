"""One stroke of one person who labels."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

Act = Literal["label", "skip", "flag", "comment", "undo", "settle"]
Part = Literal["random", "chosen", "repeat", "imported"]
ACTS: tuple[Act, ...] = get_args(Act)
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One stroke of one person.

    Args:
        item: id of the row that was labelled.
        who: the name of the person.
        act: what was done; `settle` is a label that decides where others differ, `undo` takes back
            the last act of the person on the item that is not taken back.
        value: the label: a class, a list of classes, spans `[start, end, class]` counted in code
            points, seconds or steps, or a number.
        seconds: since the item was shown.
        guess: of the model, where the person saw it; None otherwise.
        reason: why it was skipped or flagged, or the comment.
        part: how the item came to the person: drawn at `random`, `chosen` by a model, shown again
            (`repeat`) or `imported`.
        at: ISO 8601 in UTC; empty for the moment when it is kept.
        number: from 1 on in the order in which events were kept; 0 before that.

    Raises:
        ValueError: if one of them cannot be.
    """

    item: str
    who: str
    act: Act
    value: Any = None
    seconds: float = 0.0
    guess: Any = None
    reason: str = ""
    part: Part = "random"
    at: str = ""
    number: int = 0

    def __post_init__(self) -> None:
        known: dict[str, tuple[str, ...]] = {"act": ACTS, "part": PARTS}
        for name, wanted in known.items():
            if getattr(self, name) not in wanted:
                listed, found = ", ".join(wanted), getattr(self, name)
                raise ValueError(f"{name}: expected one of {listed}, found {found!r}")
        for name in ("item", "who"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise ValueError(f"{name}: expected a text, found {getattr(self, name)!r}")
        if self.is_answer and self.value is None:
            raise ValueError(f"value: expected a label for {self.act}, found none")

    @property
    def is_answer(self) -> bool:
        """Whether it says what the item is."""
        return self.act in ("label", "settle")
