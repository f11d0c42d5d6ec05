"""What a reader should see first: three scores, what answers, who wins, and what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.metrics.conformal import INTERVAL_WIDTH, SET_SIZE
from fivefold.metrics.metric import Metric, title
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import led

if TYPE_CHECKING:
    from fivefold.artifacts import Evaluated, Trained
    from fivefold.codecs.schema import Schema

FEW_TEST_ROWS = 200

MOST = 12
"""Scores at the head of a report, of however many targets."""

COLUMNS = {"fit_seconds": "fit s", "milliseconds_per_row": "ms a row"} | {
    share: f"{share}, ms" for share in ("p50", "p95", "p99")
}
"""Headings of tables that are no metrics."""

PART = "its "
"""What names of rows begin with that stand for a part of the model."""

TINY = 1e-6
"""A share below which something is not there; those of floating point do not add up to 1."""

SEVERITIES = ("serious", "warning", "note")


@dataclass(frozen=True, kw_only=True)
class Headline:
    """One score at the head of a report.

    Args:
        name: the metric's name as people write it.
        score: with its interval.
        rows: what it stands on, `"9,769 test rows"` or `"5 folds"`.
    """

    name: str
    score: Estimate
    rows: str


def display_name(name: str) -> str:
    """The name of a metric, or of a column of a table, as people write it; addresses stay.

    Example:
        >>> display_name("roc_auc"), display_name("balanced_accuracy")
        ('ROC-AUC', 'balanced accuracy')
        >>> display_name("train.weight_decay")
        'train.weight_decay'
    """
    return name if "." in name else COLUMNS.get(name) or title(name)


def leading(evaluated: "Evaluated", schema: "Schema") -> Metric:
    """The metric by which a run's models are compared."""
    return led(task_of(schema).metrics, evaluated.threshold)[0]


def leads_with_folds(evaluated: "Evaluated") -> bool:
    """Whether the folds say more than the test rows: there are folds, and few test rows."""
    return bool(evaluated.folds) and len(evaluated.index) < FEW_TEST_ROWS


def headlines(evaluated: "Evaluated", schema: "Schema") -> list[Headline]:
    """The scores to print first, from the folds where the test rows are few.

    Returns:
        In order of importance, three, of several targets one each and what leads over all; other
        metrics fill in where a usual one is absent.
    """
    folds = leads_with_folds(evaluated)
    scores: Mapping[str, Estimate] = evaluated.folds if folds else evaluated.metrics
    first = led(task_of(schema).headlines, evaluated.threshold)
    usual = [m.name for m in first if m.name in scores]
    shown = max(3, min(len(usual), MOST))
    names = (usual + [name for name in scores if name not in usual])[:shown]
    return [
        Headline(
            name=display_name(name),
            score=scores[name],
            rows=f"{scores[name].n} folds" if folds else f"{scores[name].n:,} test rows",
        )
        for name in names
    ]


def model_parts(trained: "Trained") -> str:
    """What answers together, each with its share.

    Returns:
        `blend: network 30%, 875 trees 70%`, or the name of a network that answers alone.
    """
    settings = trained.settings
    name = settings.network or type(trained.model).__name__
    beside = {
        f"{settings.trees:,} trees": settings.trees_weight if settings.trees else 0.0,
        "forest": settings.forest_weight,
        "distance": settings.distance_weight,
        "linear model": settings.linear_weight,
        "convolutions": settings.kernels_weight,
    }
    if not any(beside.values()):
        return name
    shares = {"network": 1 - sum(beside.values()), **beside}
    told = (f"{n} {weight:.0%}" for n, weight in shares.items() if weight > TINY)
    return f"{name}: {', '.join(told)}"


def serious(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that make a score untrustworthy.

    Example:
        >>> serious([Finding(code="rows", severity="note", sentence="10 rows.")])
        []
    """
    return [finding for finding in findings if finding.severity == "serious"]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, the serious ones first, otherwise in the order they were made.

    Example:
        >>> found = [Finding(code=c, severity=s, sentence=c) for c, s in
        ...          [("a", "note"), ("b", "serious"), ("c", "note")]]
        >>> [finding.code for finding in ranked(found)]
        ['b', 'a', 'c']
    """
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def calibration_told(found: Mapping[str, Any] | None) -> str:
    """Which map probabilities go through, behind a comma; empty without one.

    Example:
        >>> calibration_told({"how": "temperature", "rows": 500, "temperature": 1.5})
        ', probabilities by temperature 1.5'
    """
    if found is None or found["rows"] == 0:
        return ""
    how = found["how"]
    told = f" {found['temperature']:.3g}" if how in found else " regression"
    return f", probabilities by {how}{told}"


def privacy_told(spent: Mapping[str, Any] | None) -> str:
    """What a private training spent, behind a comma; empty where it was not private.

    Example:
        >>> privacy_told({"epsilon": 2.998, "delta": 1e-5})
        ', private: epsilon 3.00 at delta 1e-05'
    """
    if spent is None:
        return ""
    return f", private: epsilon {spent['epsilon']:.2f} at delta {spent['delta']:g}"


def coverage_told(evaluated: "Evaluated") -> str:
    """How often the truth was held, and how wide or large what holds it is; empty without it."""
    conformal, metrics = evaluated.conformal, evaluated.metrics
    if conformal is None or "coverage" not in metrics:
        return ""
    wide = INTERVAL_WIDTH.name if INTERVAL_WIDTH.name in metrics else SET_SIZE.name
    size = f"{float(metrics[wide]):.4g}"
    noun = "class" if size == "1" else "classes"
    told = "intervals {} wide" if wide == INTERVAL_WIDTH.name else f"sets of {{}} {noun}"
    aim = "were to be" if conformal.promised else "were aimed at; nothing is promised of later ones"
    return (
        f"truth held: {metrics['coverage']} of test rows, {conformal.level:g} {aim}; "
        f"{told.format(size)} on average"
    )
