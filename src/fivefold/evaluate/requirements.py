"""What `Evaluate(require=)` asks of a model, and whether it is met."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from fivefold.codecs.schema import Schema
from fivefold.core.estimate import Estimate
from fivefold.core.finding import FINDINGS, Finding
from fivefold.core.requirement import FAMILIES, Bound, Judged, Requirement
from fivefold.core.wording import nearest, quoted
from fivefold.errors import PreflightError
from fivefold.evaluate.conformal import bound_metrics
from fivefold.evaluate.fairness import gaps_of
from fivefold.metrics.alarms import alarm_metrics
from fivefold.metrics.costs import COST
from fivefold.metrics.metric import OwnMetric
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd

Required = Mapping[str, Bound]
"""What is asked, by the name of a score or of findings."""


def check_codes(require: Required) -> None:
    """Refuse what is asked of no score and of no finding, and bounds that are no number.

    Raises:
        ValueError: naming the first.
    """
    for name, bound in require.items():
        number = bound[1] if isinstance(bound, tuple) else bound
        if number is not None and not isfinite(number):
            raise ValueError(f"{name}: expected a finite number")
    known = [*FAMILIES, *FINDINGS]
    for name in (name for name, bound in require.items() if bound is None):
        if name not in known:
            raise ValueError(f"{name!r} is no code of a finding; {_meant(name, known)}")


def directions(
    schema: Schema,
    own: Mapping[str, OwnMetric],
    *,
    alarms: bool = False,
    costs: bool = False,
    coverage: bool = False,
    groups: bool = False,
) -> dict[str, bool]:
    """Whether more is better, by the name of each score that a run will have.

    Args:
        schema: of the rows.
        own: metrics of the user's.
        alarms: whether a rate of false alarms is stated.
        costs: whether it is said what errors cost.
        coverage: whether intervals or sets are asked for.
        groups: whether groups are compared.
    """
    known = [*task_of(schema).metrics, *(alarm_metrics() if alarms else ())]
    known += bound_metrics(schema) if coverage else ()
    found = {metric.name: metric.greater for metric in known} | ({COST: False} if costs else {})
    found |= dict.fromkeys(gaps_of(schema) if groups else (), False)
    return found | {name: bool(getattr(one, "greater", True)) for name, one in own.items()}


def unknown_scores(require: Required, known: Mapping[str, bool]) -> list[PreflightError]:
    """The faults of bounds whose score no run will have."""
    return [
        PreflightError.expected(
            "Evaluate",
            f"names of scores in `require`: {quoted(list(known), len(known))}",
            repr(name),
            _meant(name, known).capitalize() + ".",
            name=name,
            settings=("require",),
        )
        for name, bound in require.items()
        if bound is not None and name not in known
    ]


def judged(
    require: Required,
    known: Mapping[str, bool],
    metrics: Mapping[str, Estimate],
    findings: Iterable[Finding],
) -> "pd.DataFrame":
    """Each requirement, what was found, and whether it is met: the table `requirements`."""
    import pandas as pd

    every = [*findings]
    lines: list[dict[str, Any]] = [
        Requirement.of(name, bound, greater=known.get(name, True)).judged(metrics, every)._asdict()
        for name, bound in require.items()
    ]
    return pd.DataFrame(lines, columns=[*Judged._fields])


def _meant(name: str, names: Iterable[str]) -> str:
    near = nearest(name, [*names])
    return f"write {near!r}" if near else "name one of these"
