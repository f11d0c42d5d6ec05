"""The threshold that validation rows choose, and what answers are worth with it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.rows import DIVIDED_FROM
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.errors import DataError, PreflightError
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.metric import Metric
from fivefold.tasks.known import task_of
from fivefold.tasks.places import find_label
from fivefold.tasks.threshold import RULES, Threshold, led

if TYPE_CHECKING:
    import pandas as pd

Cost = Annotated[float, Field(allow_inf_nan=False)]
Asked = (
    Annotated[float, Field(gt=0, lt=1)]
    | Literal["f1", "youden"]
    | dict[Literal["fp", "fn"], Cost]
    | dict[Label, dict[Label, Cost]]
)
"""How answers may be decided: a probability, what is to be best, or what errors cost."""

NOTHING = 1e-12


def is_chosen(asked: Asked | None) -> bool:
    """Whether rows choose: all but a number, which is the threshold itself."""
    return asked is not None and not isinstance(asked, int | float)


def fault_of(asked: Asked, schema: Schema) -> PreflightError | None:
    """Why answers of such a schema cannot be decided so; None if they can."""
    task, classes = task_of(schema.task), schema.classes
    if task.network or not any(metric.decided for metric in task.metrics):
        wanted = f"a task whose answers are classes, found {task.called}"
        return _refused(wanted, "Leave threshold= out.")
    if len(classes) != 2 and not _is_matrix(asked):
        return _refused(
            f"two classes for {_told(asked)}, found {len(classes)}",
            "Pass what each error costs, by true and answered class: "
            "threshold={'true': {'answered': 2.0}}.",
        )
    if isinstance(asked, Mapping) and _is_matrix(asked):
        lines = [line for line in asked.values() if isinstance(line, Mapping)]
        named: list[Any] = [*asked, *(label for line in lines for label in line)]
        strange = [label for label in named if find_label(label, classes) is None]
        if strange:
            return _refused(
                f"costs by classes, which are {quoted(classes, 8)}, found {quoted(strange, 3)}",
                "Write the classes as the target has them.",
            )
    if isinstance(asked, Mapping) and not np.any(costs_of(asked, classes)):
        return _refused("an error that costs something, found none", "Say what errors cost.")
    return None


def choose(
    asked: Asked,
    classes: Sequence[Label],
    target: Array,
    scores: Array,
    weight: Array | None = None,
) -> Threshold:
    """What decides answers, by rows that the model did not learn from.

    Args:
        asked: as of `Evaluate`.
        classes: in the order of the scores.
        target: `(n,)` class indices.
        scores: `(n, classes)` probabilities.
        weight: `(n,)` how much each row counts; None for 1 each.

    Returns:
        Of two classes, half way between two scores, the one that is best on these rows, of equals
        the nearest to 0.5; of more the costs, by which the least expected one is answered.

    Raises:
        DataError: if `f1` or `youden` is asked for and a class has no row.
    """
    if isinstance(asked, int | float):
        return Threshold("a number", float(asked))
    costs = costs_of(asked, classes) if isinstance(asked, Mapping) else None
    told = () if costs is None else tuple(map(tuple, costs.tolist()))
    if costs is not None and len(classes) != 2:
        return Threshold("costs as stated", None, told)
    known = target >= 0
    counts = np.ones(int(known.sum())) if weight is None else weight[known].astype(np.float64)
    is_second = target[known] == 1
    if costs is None and not 0 < (counts * is_second).sum() < counts.sum():
        raise DataError(
            f"Evaluate: threshold={asked!r} expected validation rows of both classes, found "
            f"{int(is_second.sum()):,} of {classes[1]!r} among {len(is_second):,}.",
            remedy="Draw more validation rows: Split(valid=0.2). Or pass a number.",
            rows=len(is_second),
        )
    if costs is not None and not counts.sum():
        return Threshold("costs as stated", None, told)
    values, found, false = _at_each(scores[known, 1].astype(np.float64), is_second, counts)
    second, first = float((counts * is_second).sum()), float((counts * ~is_second).sum())
    if costs is not None:
        (kept, alarm), (missed, hit) = costs
        worth = -(found * hit + (second - found) * missed + false * alarm + (first - false) * kept)
    elif asked == "f1":
        worth = 2 * found / (found + second + false)
    else:
        worth = found / second - false / first
    best = np.flatnonzero(worth >= worth.max() - NOTHING * max(1.0, abs(worth.max())))
    place = best[np.abs(values[best] - 0.5).argmin()]
    rule = "the costs" if isinstance(asked, Mapping) else RULES[asked][0]
    return Threshold(rule, float(values[place]), told, rows=len(is_second))


def judged_by(schema: Schema, asked: Asked | None) -> tuple[Metric, ...]:
    """The metrics of a task, the one that leads first, before rows choose anything."""
    if asked is None or isinstance(asked, int | float):
        return tuple(task_of(schema).metrics)
    costs = costs_of(asked, schema.classes).tolist() if isinstance(asked, Mapping) else []
    rule = RULES[asked][0] if isinstance(asked, str) else "the costs"
    return led(task_of(schema).metrics, Threshold(rule, None, tuple(map(tuple, costs))))


def costs_of(asked: Mapping[Any, Any], classes: Sequence[Label]) -> Array:
    """`(classes, classes)` what answers cost, by true class (line) and answered class."""
    costs = np.zeros((len(classes), len(classes)))
    if not _is_matrix(asked):
        costs[0, 1], costs[1, 0] = asked.get("fp", 0.0), asked.get("fn", 0.0)
        return costs
    for true, line in asked.items():
        for said, cost in line.items():
            costs[find_label(true, classes), find_label(said, classes)] = cost
    return costs


def threshold_by(asked: Asked, data: Preprocessed, trained: Trained) -> Threshold:
    """What decides the answers of a network, by validation rows that are held back for it."""
    from fivefold.models.answered import answered

    held, codec = data.valid.divided()[1], data.codec
    scores = answered(trained.model, held, codec) if is_chosen(asked) else np.zeros((0, 2))
    return choose(asked, codec.schema.classes, held.target, scores, held.weight)


def few_rows(evidence: Evidence) -> list[Finding]:
    """Validation rows that stopped training chose the threshold too, as there are few."""
    rows = 0 if evidence.threshold is None else evidence.threshold.rows
    if evidence.threshold is None or not rows or len(evidence.data.valid) >= DIVIDED_FROM:
        return []
    sentence = (
        f"{rows:,} validation rows chose the threshold, and stopped training too: from "
        f"{DIVIDED_FROM:,} on one half of them is kept for it. It depends on few rows."
    )
    return [finding("threshold_by_few", sentence, rows=rows, value=evidence.threshold.value)]


def threshold_table(evidence: Evidence) -> "pd.DataFrame":
    """Two rows: what is counted of the test rows by the likeliest class, and by the threshold."""
    import pandas as pd

    threshold, judged = evidence.threshold, evidence.judged
    assert threshold is not None
    wrong = (1 - np.eye(judged.scores.shape[1])).tolist()
    usual = Threshold("likeliest class", None, tuple(map(tuple, wrong)))
    counted, lines = [metric for metric in evidence.judging if metric.decided], []
    for each in (usual, threshold):
        value = 0.5 if each is usual and len(wrong) == 2 else each.value
        line = {"answered_by": each.rule, "threshold": value, "validation_rows": each.rows}
        lines.append(line | evidence.estimate(judged, counted, by=each))
    table = pd.DataFrame(lines)
    return table.astype({metric.name: object for metric in counted})


def _is_matrix(asked: object) -> bool:
    return isinstance(asked, Mapping) and any(isinstance(line, Mapping) for line in asked.values())


def _told(asked: Asked) -> str:
    return f"threshold={asked!r}"


def _refused(wanted: str, remedy: str) -> PreflightError:
    return PreflightError(f"Evaluate: threshold= expects {wanted}.", remedy=remedy)


def _at_each(scores: Array, is_second: Array, counts: Array) -> tuple[Array, Array, Array]:
    """Values to choose from, and rows of either class that lie above each of them.

    They are half way between neighbours, and half way from the ends to 0 and 1.
    """
    distinct, place = np.unique(scores, return_inverse=True)
    found, false = (np.bincount(place, counts * some) for some in (is_second, ~is_second))
    above = [np.append(np.cumsum(each[::-1])[::-1], 0.0) for each in (found, false)]
    edges = np.concatenate([[0.0], distinct, [1.0]])
    values = (edges[:-1] + edges[1:]) / 2
    inside = (values > 0) & (values < 1)
    return values[inside], above[0][inside], above[1][inside]
