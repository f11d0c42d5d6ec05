"""What is required of a model before it is deployed: bounds of scores, findings not made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal, NamedTuple, Self

from fivefold.core.digits import digits
from fivefold.core.estimate import Estimate
from fivefold.core.finding import FINDINGS, Finding
from fivefold.core.wording import together
from fivefold.errors import GateError

Comparison = Literal["<", "<=", ">", ">="]
Bound = float | tuple[Comparison, float] | None
"""What is required by a name: a score at its best side of a number, or on a stated side of it; None
of findings that must not be made."""

FAMILIES = {
    "serious": "every serious finding",
    "leak": "what lets test rows or the answer into what is learnt",
}
"""Names of several findings at once, and what they are."""

LEAKS = (
    *("target_leakage", "missing_by_class", "joined_later", "predicts_target"),
    *("group_across_parts", "duplicates_across_parts", "near_copies_across_parts"),
    *("relatives_across_parts", "split_ignores_time", "split_ignores_group"),
)
"""Codes of the family `leak`."""


class Judged(NamedTuple):
    """What became of a requirement.

    Attributes:
        requirement: as one reads it: `roc_auc >= 0.9`, `no drift`.
        found: the score with its interval, or what was found.
        judged_by: the end of the interval that speaks against the model; NaN where there is none.
        met: whether it holds.
        why: not; empty where it is met.
    """

    requirement: str
    found: str
    judged_by: float
    met: bool
    why: str


@dataclass(frozen=True)
class Requirement:
    """One requirement.

    Args:
        name: of a score, or the code of a finding, or one of `FAMILIES`.
        sign: on which side of the number the score must lie; empty for a finding.
        number: that it is compared with.

    Example:
        >>> from fivefold.core.estimate import Estimate
        >>> score = Estimate(0.92, low=0.88, high=0.95, method="delong", n=300)
        >>> told = Requirement("roc_auc", ">=", 0.9).judged({"roc_auc": score}, ())
        >>> told.met, told.why
        (False, 'the interval reaches down to 0.88')
        >>> Requirement("leak").judged({}, ()).met
        True
    """

    name: str
    sign: Comparison | Literal[""] = ""
    number: float = float("nan")

    @classmethod
    def of(cls, name: str, bound: Bound, *, greater: bool = True) -> Self:
        """A requirement as it was asked for; `greater` is whether more of the score is better."""
        if bound is None:
            return cls(name)
        if isinstance(bound, tuple | list):
            return cls(name, *bound)
        return cls(name, ">=" if greater else "<=", float(bound))

    def __str__(self) -> str:
        if not self.sign:
            return {"leak": "no leak", "serious": "nothing serious"}.get(
                self.name, f"no {self.name}"
            )
        return f"{self.name} {self.sign} {self.number:g}"

    def judged(self, metrics: Mapping[str, Estimate], findings: Iterable[Finding]) -> Judged:
        """Whether it is met.

        A score is judged by the end of its interval that speaks against the model, so that what is
        met holds of more rows than those that were tested; without an interval nothing is met. Of
        findings those count that are more than a note; of a code that is only ever a note, any.
        """
        return self._of_score(metrics) if self.sign else self._of_findings(findings)

    def _of_score(self, metrics: Mapping[str, Estimate]) -> Judged:
        score = metrics.get(self.name)
        if score is None or isnan(score):
            why = "it was not measured" + ("" if score is None else f" ({score.method})")
            return Judged(str(self), "not measured", float("nan"), False, why)
        least = self.sign in (">", ">=")
        end = score.low if least else score.high
        if isnan(end):
            why = f"there is no interval ({score.method})"
            return Judged(str(self), str(score), float("nan"), False, why)
        met = {
            ">": end > self.number,
            ">=": end >= self.number,
            "<": end < self.number,
            "<=": end <= self.number,
        }[self.sign or ">"]
        alone = score >= self.number if least else score <= self.number
        reaches = f"the interval reaches {'down' if least else 'up'} to {digits(end)}"
        why = "" if met else reaches if alone else f"it is {digits(float(score))}"
        return Judged(str(self), str(score), float(end), met, why)

    def _of_findings(self, findings: Iterable[Finding]) -> Judged:
        made = [one for one in findings if self._counts(one)]
        told = together([*dict.fromkeys(f"`{one.code}`" for one in made)]) or "none"
        why = made[0].sentence if made else ""
        return Judged(str(self), told, float("nan"), not made, why)

    def _counts(self, one: Finding) -> bool:
        if self.name == "serious":
            return one.severity == "serious"
        if one.code not in (LEAKS if self.name == "leak" else (self.name,)):
            return False
        known = FINDINGS.get(one.code)
        return one.severity != "note" or (known is not None and set(known.severities) == {"note"})


def refusal(lines: Iterable[Any]) -> GateError | None:
    """The error that ends a run whose requirements are not all met; None if they are.

    Args:
        lines: of each requirement something with the attributes of `Judged`.
    """
    every = [*lines]
    unmet = [line for line in every if not line.met]
    if not unmet:
        return None
    shown = "\n".join(f"  {line.requirement}: {line.why}" for line in unmet)
    return GateError(
        f"Evaluate: expected all that `require` asks, found {len(unmet)} of {len(every)} not met.",
        evidence=shown,
        remedy="Look at the report of the run, and mend what it names; nothing was deployed.",
        settings=("require",),
        unmet=tuple(str(line.requirement) for line in unmet),
    )
