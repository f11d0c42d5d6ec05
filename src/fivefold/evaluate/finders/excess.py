"""What rows lose beyond what the model's own answers promise.

Probabilities promise how often an answer is wrong, and how much is lost on average: more than that
in some rows is the model's fault there, while rows near a boundary are harder with its consent.
Numbers promise that errors on either side make up for each other, whatever their size.

Both are taken as far as they hold over all rows: probabilities and numbers are first mapped to what
comes true of them on average, by a map that rises, so that a model that is too sure everywhere is
poorly calibrated and weak in no group.
"""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.evaluate.evidence import Evidence

LEAST_PROBABILITY = 0.002
"""Of a class: what is believed less surprises no more."""
MOST_ANSWERS = 1_000_000
"""Positions that are judged in rows; of more nothing is told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Excess:
    """What is lost beyond a promise, by row.

    Args:
        values: `(n,)` nats more than the probabilities expect.
        variance: `(n,)` of that, where they are right.
        errors: `(n,)` errors that they expect, as people count them.
        chances: `(n, classes)` the probabilities; None where what a row holds hangs together.
        each: `(n, classes)` what `values` were if that class were the true one; None likewise.
    """

    values: Array
    variance: Array
    errors: Array
    chances: Array | None = None
    each: Array | None = None

    def only(self, rows: Array) -> "Excess":
        """The same of some rows.

        Args:
            rows: `(m,)` positions.
        """
        each = None if self.each is None else self.each[rows]
        chances = None if self.chances is None else self.chances[rows]
        return Excess(
            values=self.values[rows],
            variance=self.variance[rows],
            errors=self.errors[rows],
            chances=chances,
            each=each,
        )

    def draw(self, many: int, random: np.random.Generator) -> Array:
        """`(b, n)` values of so many draws by the probabilities."""
        assert self.chances is not None, "rows that hang together are not drawn"
        assert self.each is not None, "likewise"
        drawn = _drawn(self.chances, many, random)
        return np.take_along_axis(self.each, drawn.T, axis=1).T


def rising(given: Array, came: Array, learnt: Array | None = None) -> Array:
    """What comes of each given number on average, by a map that never falls.

    Args:
        given: `(n,)` what was said.
        came: `(n,)` what came true.
        learnt: `(n,)` bool, the rows that the map is made of; None for all.

    Example:
        >>> rising(np.array([0.9, 0.1, 0.8, 0.2]), np.array([1.0, 0.0, 0.0, 0.0])).tolist()
        [1.0, 0.0, 0.0, 0.0]
    """
    from scipy.optimize import isotonic_regression

    known, true = (given, came) if learnt is None else (given[learnt], came[learnt])
    if not len(known):
        return came
    values, places, counts = np.unique(known, return_inverse=True, return_counts=True)
    means = np.bincount(places, weights=true) / counts  # equal ones have one answer
    return np.asarray(np.interp(given, values, isotonic_regression(means, weights=counts).x))


def believed(chances: Array, truth: Array, learnt: Array | None = None) -> Array:
    """Probabilities as they come true over all rows.

    Args:
        chances: `(m, classes)`.
        truth: `(m, classes)` 1 for the true ones, else 0.
        learnt: `(m,)` bool, answers that tell it; None for all.

    Returns:
        `(m, classes)`, none near 0.
    """
    if chances.shape[1] == 2:
        second = rising(chances[:, 1], truth[:, 1], learnt)
        told = np.stack([1 - second, second], axis=1)
    else:
        told = _rising_all(chances, truth, learnt)
    told = np.clip(told, LEAST_PROBABILITY, None)
    return np.asarray(told / told.sum(axis=1, keepdims=True))


def _rising_all(chances: Array, truth: Array, learnt: Array | None) -> Array:
    """One map for the probabilities of all classes."""
    some = None if learnt is None else np.repeat(learnt, chances.shape[1])
    return rising(chances.ravel(), truth.ravel(), some).reshape(chances.shape)


def excess_of(
    evidence: Evidence, costs: Array | None = None, learnt: Array | None = None
) -> Excess | None:
    """What the rows lose beyond the probabilities; None where there are none.

    Args:
        evidence: of the model.
        costs: `(classes, classes)` of answers, from the lowest one on, which count the errors.
        learnt: `(n,)` bool, rows that say what comes true of what is promised; None for all.
    """
    answers, task = evidence.flat, evidence.task
    chances = task.chances(answers.scores)
    few = len(answers.target) <= MOST_ANSWERS
    if chances is None or evidence.only_labels or task.plane or not few or not len(answers.target):
        return None
    chances = chances.astype(np.float64)
    if task.several:
        return _of_labels(chances, answers.target, learnt)
    if chances.ndim != 2 or (answers.target < 0).any():
        return None
    some = None if learnt is None else answers.of_rows(learnt)
    told = believed(chances, np.eye(chances.shape[1])[answers.target], some)
    surprise = -np.log(told)
    usual = (told * surprise).sum(axis=1)
    each = surprise - usual[:, None]
    said = evidence.flat.scores.argmax(axis=1)
    errors = 1 - told[np.arange(len(told)), said]
    if answers.row is None:
        errors = _expected(evidence, told, costs)
    alone = answers.row is None
    return Excess(
        values=answers.by_row(each[np.arange(len(each)), answers.target]),
        variance=answers.by_row((told * each**2).sum(axis=1)),
        errors=answers.by_row(errors),
        chances=told if alone else None,
        each=each if alone else None,
    )


def _of_labels(chances: Array, target: Array, learnt: Array | None) -> Excess:
    """Of rows that have several labels, which hang together."""
    known = target >= 0
    told = _rising_all(chances, (target == 1).astype(np.float64), learnt)
    told = np.clip(told, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    odds = np.log(told / (1 - told))
    return Excess(
        values=((told - (target == 1)) * odds * known).sum(axis=1),
        variance=(told * (1 - told) * odds**2 * known).sum(axis=1),
        errors=(np.minimum(told, 1 - told) * known).sum(axis=1),
    )


def _expected(evidence: Evidence, told: Array, costs: Array | None) -> Array:
    """The errors of each answer, or what they cost, that probabilities expect."""
    if costs is not None:
        return np.asarray((told * costs[:, evidence.answered.scores.argmax(axis=1)].T).sum(axis=1))
    expected = np.zeros(len(told))
    for label, chance in enumerate(told.T):
        target = np.full(len(told), label, evidence.flat.target.dtype)
        expected += chance * evidence.task.errors(target, evidence.flat.scores)
    return expected


def _drawn(told: Array, many: int, random: np.random.Generator) -> Array:
    """`(b, n)` classes by their probabilities."""
    chance = random.random((many, len(told)))
    if told.shape[1] == 2:
        return np.asarray(chance < told[:, 1]).astype(np.int64)
    edges = np.cumsum(told[:, :-1], axis=1) + np.arange(len(told))[:, None]
    shifted = chance + np.arange(len(told))
    found = np.searchsorted(edges.ravel(), shifted.ravel(), side="right").reshape(chance.shape)
    classes = found - np.arange(len(told)) * edges.shape[1]
    return np.asarray(np.clip(classes, 0, told.shape[1] - 1))


def residuals(evidence: Evidence, learnt: Array | None = None) -> Array | None:
    """`(n, columns)` how far the truth is beyond what answers come to; None without numbers.

    Args:
        evidence: of the model.
        learnt: as of `excess_of`.
    """
    answers = evidence.judged
    gaps = evidence.task.residuals(answers.target, answers.scores)
    if gaps is None or answers.row is not None or evidence.task.ahead:
        return None
    gaps = gaps.reshape(len(gaps), -1)
    truth = answers.target.reshape(len(gaps), -1)
    if truth.shape != gaps.shape or not np.isfinite(gaps).all():
        return None
    columns = zip((truth - gaps).T, truth.T, strict=True)
    return np.stack([came - rising(given, came, learnt) for given, came in columns], axis=1)
