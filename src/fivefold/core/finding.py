"""A named, evidenced fact about data, a model or a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "serious"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fact worth a person's attention.

    Args:
        code: a stable snake_case name, `target_leakage` for one.
        severity: `note` informs, `warning` deserves a look, `serious` makes a score untrustworthy.
        sentence: the fact in one sentence of plain words, with its numbers.
        numbers: the evidence as JSON values (counts, scores, names of columns).
        stage: who found it.

    Example:
        >>> Finding(code="constant", severity="note", sentence="Column `a` is 1 everywhere.").code
        'constant'
    """

    code: str
    severity: Severity
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ""

    def __str__(self) -> str:
        return self.sentence
