"""What a reader should see first: three scores, and what answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivefold.core.estimate import Estimate
from fivefold.metrics.metric import title
from fivefold.tasks.table import task_of

if TYPE_CHECKING:
    from fivefold.artifacts import Evaluated, Trained
    from fivefold.codecs.schema import Schema

FEW_TEST_ROWS = 200

COLUMNS = {"fit_seconds": "fit s", "milliseconds_per_row": "ms a row"}
"""Headings of tables that are no metrics."""


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
    """The name of a metric, or of a column of a table, as people write it.

    Example:
        >>> display_name("roc_auc"), display_name("balanced_accuracy")
        ('ROC-AUC', 'balanced accuracy')
    """
    return COLUMNS.get(name) or title(name)


def leads_with_folds(evaluated: "Evaluated") -> bool:
    """Whether the folds say more than the test rows: there are folds, and few test rows."""
    return bool(evaluated.folds) and len(evaluated.index) < FEW_TEST_ROWS


def headlines(evaluated: "Evaluated", schema: "Schema") -> list[Headline]:
    """The scores to print first, three at most, from the folds where the test rows are few.

    Args:
        evaluated: the scores.
        schema: its task decides which.

    Returns:
        In order of importance; other metrics fill in where a usual one is absent.
    """
    folds = leads_with_folds(evaluated)
    scores: Mapping[str, Estimate] = evaluated.folds if folds else evaluated.metrics
    usual = [m.name for m in task_of(schema.task).headlines if m.name in scores]
    names = (usual + [name for name in scores if name not in usual])[:3]
    return [
        Headline(
            name=display_name(name),
            score=scores[name],
            rows=f"{scores[name].n} folds" if folds else f"{scores[name].n:,} test rows",
        )
        for name in names
    ]


def model_parts(trained: "Trained") -> str:
    """The network and the trees that answer together, each with its share.

    Args:
        trained: its settings tell the parts.

    Returns:
        `blend: network 30 %, 875 trees 70 %`, or the name of a network that answers alone.
    """
    settings = trained.settings
    name = settings.network or type(trained.model).__name__
    trees, weight = settings.trees, settings.trees_weight
    if not trees:
        return name
    grown = f"{trees:,} trees {100 * weight:.0f} %"
    own = "" if weight == 1 else f"network {100 * (1 - weight):.0f} %, "
    return f"{name}: {own}{grown}"
