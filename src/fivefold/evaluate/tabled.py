"""All tables of a run, gathered from what made each."""

from typing import TYPE_CHECKING

from fivefold.core.finding import Finding
from fivefold.evaluate.beyond import beyond
from fivefold.evaluate.bygroup import by_group
from fivefold.evaluate.dependence import partial_dependence
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.explanations import explanations
from fivefold.evaluate.fairness import fairness
from fivefold.evaluate.folds import Folds
from fivefold.evaluate.hardest import hardest
from fivefold.evaluate.hardware import hardware
from fivefold.evaluate.importance import importance
from fivefold.evaluate.limitations import limitations
from fivefold.evaluate.reliability import calibration_table
from fivefold.evaluate.speed import batch_milliseconds, prediction_speed
from fivefold.evaluate.statistics import class_distribution, composition, dataset_statistics
from fivefold.evaluate.tables import (
    cleaning,
    labelling,
    markers,
    model_comparison,
    per_class,
    per_entity,
)
from fivefold.metrics.entities import mark_entities

if TYPE_CHECKING:
    import pandas as pd


def tables_of(
    evidence: Evidence,
    findings: tuple[Finding, ...],
    *,
    folds: Folds | None,
    left_out: tuple[str, ...],
    explain: int = 0,
) -> "dict[str, pd.DataFrame]":
    """All tables by name; `explain` is how many test rows are explained."""
    here = evidence.trained is not None
    speed = prediction_speed(evidence) if here else None
    took = float("nan") if speed is None else batch_milliseconds(speed)
    tables = {"model_comparison": model_comparison(evidence, took)}
    if len(evidence.train_counts):
        tables["per_class"] = per_class(evidence)
    if evidence.task.by_row and mark_entities(evidence.schema.classes):
        tables["per_entity"] = per_entity(evidence)
    tables |= {} if speed is None else {"prediction_speed": speed}
    tables["dataset_statistics"] = dataset_statistics(evidence)
    if len(evidence.train_counts):
        tables["class_distribution"] = class_distribution(evidence)
    more = {"importance": importance(evidence) if here else None}
    more["partial_dependence"] = partial_dependence(evidence, more["importance"]) if here else None
    more["robustness"] = evidence.disturbed
    more["explanations"] = explanations(evidence, explain) if here else None
    more["calibration"] = calibration_table(evidence)
    more["shortcuts"] = evidence.areas
    more["membership"] = evidence.attacked
    more["outside"] = beyond(evidence) if here else None
    more["composition"] = composition(evidence)
    more["by_group"] = by_group(evidence)
    more["fairness"], more["fairness_gaps"] = fairness(evidence), evidence.gaps
    more["subgroups"] = hardest(evidence) if len(evidence.target) else None
    tables |= {name: table for name, table in more.items() if table is not None}
    if evidence.data.markers:
        tables["markers"] = markers(evidence)
    if evidence.collected.cleaning is not None:
        tables["cleaning"] = cleaning(evidence)
    if evidence.collected.labelling is not None:
        tables["labelling"] = labelling(evidence)
    if evidence.trained is not None:
        tables["hardware"] = hardware(evidence.trained)
    tables["limitations"] = limitations(
        evidence, findings, left_out=left_out, beyond=more["outside"]
    )
    if folds is not None:
        tables["folds"] = folds.scores
        tables["out_of_fold"] = folds.predictions
    return tables
