"""What simple models learn of the numbers of each row, by what its answer is."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.evaluate.proportionalodds import fit_proportional_odds
from fivefold.metrics.counts import counted, excess_of
from fivefold.metrics.labelsets import best_thresholds, with_thresholds
from fivefold.tasks.onetarget import OneTarget
from fivefold.tasks.task import Task

STEPS = 100

Asked = Callable[[Any], Array]
"""Scores of a matrix of rows."""


class Rows(NamedTuple):
    """Rows that a simple model learns from.

    Args:
        matrix: `(n, width)`, dense or sparse.
        target: `(n, ...)` as the task encodes it.
        weight: `(n,)` how much each counts; None for 1 each.
        exposure: `(n,)` how long each was watched, where targets are rates; else None.
        held: `(n,)` bool, validation rows, by which a threshold may be chosen.
        classes: how many there are; 0 for numbers.
        task: what is predicted.
        strength: `C` of a logistic regression.
        options: of boosting.
    """

    matrix: Any
    target: Array
    weight: Array | None
    held: Array
    classes: int
    task: Task
    strength: float = 1.0
    options: Mapping[str, Any] = {}
    exposure: Array | None = None

    def take(self, rows: Array) -> "Rows":
        """Those at these positions."""
        weight = None if self.weight is None else self.weight[rows]
        return self._replace(
            matrix=self.matrix[rows],
            target=self.target[rows],
            weight=weight,
            held=self.held[rows],
            exposure=None if self.exposure is None else self.exposure[rows],
        )


class Simple(NamedTuple):
    """How the two simple models that read inputs learn one sort of answer.

    Args:
        linear: fits the linear one, and says what a reader should know.
        boosting: fits the boosted one, likewise.
        called: what the linear one is called.
    """

    linear: Callable[[Rows], tuple[Asked, str]]
    boosting: Callable[[Rows], tuple[Asked, str]]
    called: str


def _stopped(early: bool) -> str:
    return f"stopped after {STEPS} steps" if early else ""


def _ridge(rows: Rows) -> tuple[Asked, str]:
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=1.0)
    model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    return model.predict, ""


def _boosted_number(rows: Rows) -> tuple[Asked, str]:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(**rows.options)
    model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    return model.predict, ""


def _logistic(rows: Rows) -> tuple[Asked, str]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=rows.strength, max_iter=STEPS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    slow = any("converge" in str(warning.message).lower() for warning in caught)
    return _probabilities(model, rows.classes), _stopped(slow)


def _boosted_class(rows: Rows) -> tuple[Asked, str]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(**rows.options)
    model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    return _probabilities(model, rows.classes), ""


def _probabilities(model: Any, classes: int) -> Asked:
    """Probabilities for all classes; those that the model never met get none."""

    def ask(matrix: Any) -> Array:
        found = np.zeros((matrix.shape[0], classes))
        if matrix.shape[0]:
            found[:, model.classes_] = model.predict_proba(matrix)
        return found

    return ask


def _each_label(
    one: Callable[[Rows], tuple[Asked, str]],
) -> Callable[[Rows], tuple[Asked, str]]:
    """A model of two classes for each label; thresholds by rows that were held back first."""

    def fit(rows: Rows) -> tuple[Asked, str]:
        thresholds = np.full(rows.target.shape[1], 0.5)
        note = ""
        learn, judge = np.flatnonzero(~rows.held), np.flatnonzero(rows.held)
        if len(learn) and len(judge):
            judged = rows.take(judge)
            shares = _shares(rows.take(learn), one)[0](judged.matrix)
            thresholds = best_thresholds(judged.target, shares, judged.weight)
        ask, note = _shares(rows, one)
        return (lambda matrix: with_thresholds(ask(matrix), thresholds)), note

    return fit


def _shares(rows: Rows, one: Callable[[Rows], tuple[Asked, str]]) -> tuple[Asked, str]:
    asked: list[Asked | float] = []
    notes = []
    for place in range(rows.target.shape[1]):
        own = rows.target[:, place]
        if not np.ptp(own):  # all rows have it, or none
            asked.append(float(own[0]))
            continue
        ask, note = one(rows._replace(target=own, classes=2))
        asked.append(ask)
        notes.append(note)

    def ask_all(matrix: Any) -> Array:
        rows = matrix.shape[0]
        given = [np.full(rows, a) if isinstance(a, float) else a(matrix)[:, 1] for a in asked]
        return np.stack(given, axis=1)

    return ask_all, next(filter(None, notes), "")


def _poisson(rows: Rows) -> tuple[Asked, str]:
    from sklearn.linear_model import PoissonRegressor

    model = PoissonRegressor(alpha=1.0 / len(rows.target), max_iter=STEPS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    return model.predict, _stopped(bool(caught))


def _boosted_rate(rows: Rows) -> tuple[Asked, str]:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(loss="poisson", **rows.options)
    model.fit(rows.matrix, rows.target, sample_weight=rows.weight)
    return model.predict, ""


def _with_excess(
    one: Callable[[Rows], tuple[Asked, str]],
) -> Callable[[Rows], tuple[Asked, str]]:
    """Means of counts, and how far these spread by rows that were held back first."""

    def fit(rows: Rows) -> tuple[Asked, str]:
        if not rows.target.any():
            return (lambda matrix: np.zeros((matrix.shape[0], 2))), "all counts are 0"
        excess = 0.0
        learn, judge = np.flatnonzero(~rows.held), np.flatnonzero(rows.held)
        if len(judge) and rows.target[learn].any():
            judged = rows.take(judge)
            means = one(rows.take(learn))[0](judged.matrix)
            excess = excess_of(*counted(judged.target, means, judged.weight, judged.exposure))
        ask, note = one(rows)

        def ask_both(matrix: Any) -> Array:
            means = ask(matrix) if matrix.shape[0] else np.zeros(0)
            return np.stack([means, np.full(len(means), excess)], axis=1)

        return ask_both, note

    return fit


def _proportional_odds(rows: Rows) -> tuple[Asked, str]:
    fitted = fit_proportional_odds(
        rows.matrix, rows.target, rows.classes, weight=rows.weight, strength=rows.strength
    )
    return fitted.probabilities, _stopped(not fitted.converged)


def _each_target(fitter: Literal["linear", "boosting"]) -> Callable[[Rows], tuple[Asked, str]]:
    """A model for each target, as its own task has it."""

    def fit(rows: Rows) -> tuple[Asked, str]:
        asked, notes = [], []
        parts: tuple[OneTarget, ...] = getattr(rows.task, "parts", ())
        for one in parts:
            own = rows._replace(
                target=one.truth(rows.target), classes=len(one.schema.classes), task=one.task
            )
            ask, note = getattr(SIMPLE[learnt_by(one.task)], fitter)(own)
            asked.append(ask)
            notes.append(note)

        def ask_all(matrix: Any) -> Array:
            count = matrix.shape[0]
            told = [np.asarray(ask(matrix)).reshape(count, -1) for ask in asked]
            return np.concatenate(told, axis=1)

        return ask_all, next(filter(None, notes), "")

    return fit


def learnt_by(task: Task) -> str:
    """What simple models learn of a row; empty if nothing that they can."""
    return task.simple or task.trees or ""


SIMPLE: Mapping[str, Simple] = {
    "class": Simple(_logistic, _boosted_class, "logistic regression"),
    "number": Simple(_ridge, _boosted_number, "ridge regression"),
    "each": Simple(_each_target("linear"), _each_target("boosting"), "linear models"),
    "rate": Simple(_with_excess(_poisson), _with_excess(_boosted_rate), "Poisson regression"),
    "order": Simple(_proportional_odds, _boosted_class, "proportional odds"),
    "labels": Simple(
        _each_label(_logistic), _each_label(_boosted_class), "logistic regression of each label"
    ),
}
"""By `Task.simple`, or `Task.trees`."""
