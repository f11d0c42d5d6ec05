"""How far the probabilities for test rows stray from what comes true, and before their map."""

from typing import TYPE_CHECKING, Any

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.calibration import (
    calibration_error_by_chance,
    calibration_interval,
    judged,
)
from fivefold.metrics.comparison import compare
from fivefold.metrics.metric import LOG_LOSS
from fivefold.tasks.conformal import SETS

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 100
"""Answers below which nothing is said of probabilities."""


def calibration_of(evidence: Evidence, scores: Array) -> tuple[Estimate, Array]:
    """The expected calibration error with its interval, and what it would be by chance.

    Args:
        evidence: of answers one after another, as `Evidence.flat` has them.
        scores: `(m, classes)` of these answers.
    """
    answers = evidence.flat
    confidence, came_true = judged(answers.target, scores)
    weight = evidence.data.test.weight
    weight = None if weight is None else answers.of_rows(weight)
    chance = calibration_error_by_chance(confidence, seed=evidence.seed, weight=weight)
    error = calibration_interval(
        *(confidence, came_true, answers.drawn(evidence.resamples), chance),
        weight=weight,
        level=evidence.level,
    )
    return error, chance


def calibration_table(evidence: Evidence) -> "pd.DataFrame | None":
    """The answers as they are, and as they were before their map; None without classes."""
    import pandas as pd

    one_class = evidence.task.bounds(evidence.schema) == SETS
    if not one_class or evidence.only_labels or len(evidence.target) < FEWEST:
        return None
    trained = evidence.trained
    if trained is None or trained.settings.calibration is None:
        sets = {"all": evidence.scores}
    else:
        from fivefold.models.answered import answered
        from fivefold.models.calibration import uncalibrated

        with uncalibrated(trained.model.head):
            plain = answered(trained.model, evidence.data.test, evidence.data.codec)
        sets = {"calibrated": evidence.scores, "as learnt": plain}
    lines = list[dict[str, Any]]()
    weight = evidence.data.test.weight
    for name, scores in sets.items():
        error, chance = calibration_of(evidence, scores)
        given, true = judged(evidence.target, scores)
        loss = evidence.estimate(evidence.judge(scores), [LOG_LOSS], weight=weight)
        less = None
        if lines:
            found = compare(
                *(LOG_LOSS, evidence.target, evidence.scores, scores, evidence.resamples),
                weight=weight,
                level=evidence.level,
            )
            lines[0]["log_loss_change"] = found.difference
        lines.append(
            {
                "answers": name,
                **loss,
                "log_loss_change": less,
                "calibration_error": error,
                "by_chance": float(chance.mean()),
                "mean_probability": float(given.mean()),
                "came_true": float(true.mean()),
            }
        )
    if len(lines) == 1:
        del lines[0]["log_loss_change"]
    columns = {key: pd.Series([line[key] for line in lines], dtype=object) for key in lines[0]}
    numbers = ("by_chance", "mean_probability", "came_true")
    return pd.DataFrame(columns).astype(dict.fromkeys(numbers, float))
