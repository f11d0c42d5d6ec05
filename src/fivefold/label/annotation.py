"""A label as another program tells it: which cells it is of, and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A label of another program.

    Args:
        cells: of the row, by column.
        who: labelled it.
        value: as an event has it; None where it was skipped.
        seconds: that it took.
        at: when, ISO 8601; empty for unknown.
        guess: of a model, where there is one.
        trusted: whether a person said so; False for a model's prediction.
    """

    cells: Mapping[str, Any] = field(default_factory=dict)
    who: str = "imported"
    value: Any = None
    seconds: float = 0.0
    at: str = ""
    guess: Any = None
    trusted: bool = True
