"""Which class is answered: not the likeliest one, but the one that what was asked for decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.metrics.costs import cost_metric
from fivefold.metrics.metric import BALANCED_ACCURACY, F1, Metric
from fivefold.tasks.conformal import Conformal, bounds_told
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture

RULES = {"f1": ("F1", F1), "youden": ("Youden's index", BALANCED_ACCURACY)}
"""What rows choose a threshold by, as it is asked for: in words, and the metric that leads then."""


@dataclass(frozen=True)
class Threshold:
    """From which probability on the second of two classes is answered, or what errors cost.

    Probabilities stay what they are: only answers go by it, and what counts them.

    Args:
        rule: what was asked for, in words.
        value: of the probability of the second class, above which it is answered; None where costs
            decide alone.
        costs: `(classes, classes)` by true class (line) and answered class; empty without.
        rows: that chose the value; 0 where none did.
        bare: whether answers came as labels alone: nothing is known of probabilities then, and
            what needs them is not measured.

    Example:
        >>> Threshold("f1", 0.3, rows=400).marks(np.array([[0.6, 0.4], [0.8, 0.2]])).argmax(1)
        array([1, 0])
    """

    rule: str
    value: float | None = None
    costs: tuple[tuple[float, ...], ...] = ()
    rows: int = 0
    bare: bool = False

    @property
    def aim(self) -> Metric | None:
        """The metric that it is to make best, which leads; None where a number was given.

        Youden's index is twice the balanced accuracy less one, so that both order models alike.
        """
        named = dict(RULES.values())
        return cost_metric(self.costs) if self.costs else named.get(self.rule)

    def marks(self, scores: Array) -> Array:
        """`(n, classes)` float64, of which the largest is the class that is answered.

        Args:
            scores: `(n, classes)` probabilities.
        """
        if self.bare:
            return scores
        if self.value is not None:
            given = scores[:, 1].astype(np.float64)
            return np.stack([np.full_like(given, self.value), given], axis=1)
        expected: Array = scores.astype(np.float64) @ np.asarray(self.costs)
        return -expected

    def said(self, classes: Sequence[Label]) -> str:
        """In a sentence, for people."""
        if self.bare:
            return "Answers came as labels: what needs probabilities was not measured."
        if self.value is None:
            return f"The answer is the class of the least expected cost ({self.rule})."
        by = f", by {self.rule} of {self.rows:,} validation rows" if self.rows else ""
        return f"{classes[1]} is answered from a probability of {self.value:.4g} on{by}."

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rule": self.rule,
            "value": self.value,
            "costs": [list(line) for line in self.costs],
            "rows": self.rows,
            **({"bare": True} if self.bare else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        costs = tuple(tuple(map(float, line)) for line in values["costs"])
        bare = values.get("bare", False)
        return cls(values["rule"], values["value"], costs, values["rows"], bare)


GIVEN_LABELS = Threshold("labels as given", bare=True)
"""What decides answers of which only the labels are known."""


def led(metrics: Sequence[Metric], threshold: Threshold | None) -> tuple[Metric, ...]:
    """These metrics with the one that leads first: models are compared by it.

    That is the first as it is, or what answers were decided by: costs, F1, balanced accuracy. Where
    labels alone are known there are no others than those that count answers.

    Example:
        >>> from fivefold.tasks.known import BINARY
        >>> [metric.name for metric in led(BINARY.headlines, Threshold("F1", 0.3))][:2]
        ['f1', 'roc_auc']
    """
    if threshold is not None and threshold.bare:
        return tuple(metric for metric in metrics if metric.decided or metric.by_label)
    aim = None if threshold is None else threshold.aim
    if aim is None:
        return tuple(metrics)
    return (aim, *(metric for metric in metrics if metric.name != aim.name))


def decided(scores: Array, threshold: Threshold | None) -> Array:
    """Scores by which answers are counted: the marks of a threshold, where there is one."""
    return scores if threshold is None or not len(scores) else threshold.marks(scores)


def replied(
    task: Task,
    scores: Array,
    schema: Schema,
    threshold: Threshold | None,
    conformal: Conformal | None = None,
) -> dict[str, Any]:
    """What a request is replied: answers as a threshold decides them, and the threshold.

    Args:
        task: whose answers they are.
        scores: `(n, ...)` of the rows.
        schema: of the model.
        threshold: None for what the task replies.
        conformal: what holds the truth; None for nothing.
    """
    told = task.reply(scores, schema)
    told |= bounds_told(task, scores, decided(scores, threshold), schema, conformal)
    if threshold is None:
        return told
    told["predictions"] = task.answers(decided(scores, threshold), schema).tolist()
    by = {"threshold": threshold.value, "costs": [list(line) for line in threshold.costs]}
    return told | {name: value for name, value in by.items() if value not in (None, [])}


def drawn_of(
    task: Task, target: Array, scores: Array, schema: Schema, threshold: Threshold | None
) -> list[Picture]:
    """The pictures of a task, those of answers as a threshold decides them."""
    found = task.pictures(target, scores, schema)
    if threshold is None:
        return found
    if threshold.bare:
        return [picture for picture in found if "predicted" in picture.values]
    marked = task.pictures(target, decided(scores, threshold), schema)
    pairs = zip(found, marked, strict=True)
    drawn = [other if "predicted" in one.values else one for one, other in pairs]
    if threshold.value is not None:
        values = {"target": target, "scores": scores, "threshold": threshold.value}
        caption = "The line is the threshold that was taken; test rows had no say in it."
        drawn.append(Picture("thresholds", caption, values | {"classes": schema.classes}))
    return drawn
