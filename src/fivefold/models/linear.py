"""Linear models of rows that stay as they are: weights by strength, chosen by validation rows."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.metrics.weight import effective_rows, relative
from fivefold.models.blend import find_weight
from fivefold.models.head import Head
from fivefold.models.learner import Feed
from fivefold.models.naivebayes import complement_weights

STEPS = 200
"""Of L-BFGS, at most, for each of them."""

TOLERANCE = 1e-5
"""Largest derivative of the mean cost at which they end; those of so small values are small."""

SURE, HOLD = 3.0, 2.0
"""What margins are multiplied by to be logits where rows are few, and how strongly these hold it
there, in nats, as a sum over all rows, a factor of e away from it."""


class Strengths(NamedTuple):
    """How little weights are held back, tried in order until validation rows cost more.

    Attributes:
        classes: `C` of scikit-learn's LogisticRegression; of its LinearSVC for margins.
        numbers: `alpha` of its Ridge.
        margins: whether each class is told from all others by a squared hinge loss, whose margins
            validation rows make logits of; else logistic regression.
        smooth: what complement naive Bayes, which stands beside margins of classes, adds to what
            it counts, tried in order; none for margins alone.
    """

    classes: tuple[float, ...]
    numbers: tuple[float, ...]
    margins: bool = False
    smooth: tuple[float, ...] = ()


Weights = tuple[Array, Array]
"""`(columns, outputs)`, and the bias `(outputs,)`."""


class _Chosen(NamedTuple):
    """What validation rows have chosen.

    Attributes:
        way: number of the way to read rows.
        strength: of the linear model.
        scale: what makes logits of its answers.
        smooth: what naive Bayes adds to its counts.
        other: what makes logits of its answers.
        share: what these count, 0 to 1; the linear model counts the rest.
    """

    way: int
    strength: float
    scale: float
    smooth: float = 1.0
    other: float = 1.0
    share: float = 0.0

    def joined(self, fitted: Weights, x: Any, y: Array, weight: Array | None) -> Weights:
        """The weights of a linear model, as logits, and of naive Bayes of the same rows."""
        weights, bias = fitted
        weights, bias = self.scale * weights, self.scale * bias
        if self.share:
            counted = complement_weights(x, y, weight, weights.shape[1], self.smooth)
            weights = (1 - self.share) * weights + self.share * self.other * counted
            bias = (1 - self.share) * bias
        return weights, bias


def linear_weights(
    x: Any,
    y: Array,
    weight: Array | None,
    learn: str | None,
    outputs: int,
    strengths: Strengths,
) -> Iterator[tuple[float, Weights]]:
    """Each strength, and the weights that it gives.

    Args:
        x: `(rows, columns)` float64, dense or sparse.
        y: class indices, numbers, or `(rows, labels)` of 0 and 1.
        weight: what each row counts; None for 1 each.
        learn: `number` for ridge regression, `rate` for Poisson's, `labels` for a logistic
            regression of each, else one of those of classes.
        outputs: numbers a row.
        strengths: in the order in which they are tried.
    """
    from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
    from sklearn.svm import LinearSVC

    if learn == "number":
        for penalty in strengths.numbers:
            ridge = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-5)
            ridge.fit(x, y.reshape(len(y), -1), sample_weight=weight)
            yield penalty, (np.atleast_2d(ridge.coef_).T, np.ravel(ridge.intercept_))
        return
    if learn == "rate":
        for penalty in strengths.numbers:
            poisson = PoissonRegressor(alpha=penalty / len(y), max_iter=STEPS)
            poisson.fit(x, y, sample_weight=weight)
            yield penalty, (poisson.coef_[:, None], np.ravel(poisson.intercept_))
        return
    if learn == "labels":
        for strength in strengths.classes:
            yield strength, _of_labels(x, y, weight, strength, margins=strengths.margins)
        return
    model = LogisticRegression(max_iter=STEPS, tol=TOLERANCE, warm_start=True)
    if strengths.margins:
        model = LinearSVC(random_state=0)
    for strength in strengths.classes:
        model.set_params(C=strength)
        model.fit(x, y, sample_weight=weight)
        weights, bias = model.coef_.T, model.intercept_
        if outputs == 2:  # of two classes one is weighed: half of its logit up, half of it down
            weights, bias = weights * [[-0.5, 0.5]], bias * [-0.5, 0.5]
        yield strength, (weights, bias)


def _of_labels(
    x: Any, y: Array, weight: Array | None, strength: float, *, margins: bool
) -> tuple[Array, Array]:
    """Weights and bias of each label; the share of one that all have."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((x.shape[1], y.shape[1])), np.zeros(y.shape[1])
    for place, own in enumerate(y.T):
        if not np.ptp(own):
            share = (own.sum() + 0.5) / (len(own) + 1)
            bias[place] = np.log(share / (1 - share)) / (SURE if margins else 1)
            continue
        model = LogisticRegression(C=strength, max_iter=STEPS, tol=TOLERANCE)
        model = LinearSVC(C=strength, random_state=0) if margins else model
        model.fit(x, own, sample_weight=weight)
        weights[:, place], bias[place] = model.coef_[0], model.intercept_[0]
    return weights, bias


@torch.no_grad()
def fit_linear(
    train: Feed,
    valid: Feed,
    head: Head,
    outputs: int,
    *,
    matrices: Callable[[Array], Sequence[tuple[Any, Any]]],
    load: Callable[[int, Array, Array], None],
    strengths: Strengths,
    seconds_left: Callable[[], float | None],
    all_rows: bool = False,
) -> Tensor | None:
    """Fit a linear model on training rows, what it reads and its strength by validation rows.

    Args:
        train: rows to learn from.
        valid: rows that choose.
        head: says what answers cost, and what is learnt.
        outputs: numbers a row.
        matrices: of the training rows that count, each way to read them and the validation rows;
            none where there is nothing to read.
        load: takes over the number of a way to read, and the weights `(columns, outputs)` and bias
            `(outputs,)` of it.
        strengths: that are tried.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.
        all_rows: whether it learns from validation rows too once they have chosen.

    Returns:
        `(rows, outputs)` answers to the validation rows, of a model that has not learnt from them;
        None where training rows lack a class or there are no validation rows or nothing to read.
    """
    from threadpoolctl import threadpool_limits

    learn = head.task.trees
    y, counts, kept = _told(train, learn)
    if not valid.rows or (learn == "class" and len(np.unique(y)) < max(2, outputs)):
        return None
    read, weight = matrices(kept), None if counts is None else relative(counts)
    margins = strengths.margins and learn in ("class", "labels")
    best, found, held, chosen = float("inf"), None, None, _Chosen(0, 0.0, 1.0)
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for way, (x, judged) in enumerate(read):
            least = float("inf")
            for strength, fitted in linear_weights(x, y, weight, learn, outputs, strengths):
                weights, bias = fitted
                answers = torch.from_numpy(judged @ weights + bias).to(valid.device)
                scale, cost = _scale(answers, head, valid) if margins else (1.0, None)
                cost = _cost(answers, head, valid) if cost is None else cost
                if cost < best:
                    best, found, held = cost, scale * answers, fitted
                    chosen = _Chosen(way, strength, scale)
                    load(way, scale * weights, scale * bias)
                rises, least = cost > least, min(cost, least)
                if rises or _is_over(seconds_left):
                    break
            if found is not None and _is_over(seconds_left):
                return found.float()
        if found is None or held is None:
            return None
        x, judged = read[chosen.way]
        if margins and learn == "class" and strengths.smooth:
            chosen, found = _beside(chosen, found, (x, y, weight), judged, valid, head, strengths)
            load(chosen.way, *chosen.joined(held, x, y, weight))
        if all_rows:
            also, more, rows = _told(valid, learn)
            x, y = _stacked(x, judged[rows]), np.concatenate([y, also])
            if counts is not None and more is not None:
                weight = relative(np.concatenate([counts, more]))
            once = strengths._replace(classes=(chosen.strength,), numbers=(chosen.strength,))
            ((_, fitted),) = linear_weights(x, y, weight, learn, outputs, once)
            load(chosen.way, *chosen.joined(fitted, x, y, weight))
    return found.float()


def _beside(
    chosen: _Chosen,
    found: Tensor,
    rows: tuple[Any, Array, Array | None],
    judged: Any,
    valid: Feed,
    head: Head,
    strengths: Strengths,
) -> tuple[_Chosen, Tensor]:
    """What naive Bayes counts beside a linear model, and the answers of both to validation rows.

    Few validation rows hold it at nothing.
    """
    best, other = float("inf"), found
    for smooth in strengths.smooth:
        weights = complement_weights(*rows, found.shape[1], smooth)
        answers = torch.from_numpy(judged @ weights).to(valid.device)
        scale, cost = _scale(answers, head, valid, usual=1.0, reach=30)
        if cost < best:
            best, other = cost, scale * answers
            chosen = chosen._replace(smooth=smooth, other=scale)
    share = find_weight(found, other, valid.target, head, counts=valid.weight, usual=0.0)
    return chosen._replace(share=share), (1 - share) * found + share * other


def _told(feed: Feed, learn: str | None) -> tuple[Array, Array | None, Array]:
    """Targets of the rows that count, what each counts, and which these are."""
    counted = None if feed.weight is None else feed.weight.cpu().numpy()
    target = feed.target.cpu().numpy()
    kept = np.arange(len(target)) if counted is None else np.flatnonzero(counted)
    numbers = learn in ("number", "rate")
    y = target[kept] if numbers else target[kept].astype(np.int64)
    return y, None if counted is None else counted[kept], kept


def _is_over(seconds_left: Callable[[], float | None]) -> bool:
    left = seconds_left()
    return left is not None and left <= 0


def _stacked(x: Any, more: Any) -> Any:
    """Rows below one another, sparse or dense."""
    if isinstance(x, np.ndarray):
        return np.concatenate([x, more])
    from scipy import sparse

    return sparse.vstack([x, more], format="csr")


def _cost(answers: Tensor, head: Head, valid: Feed) -> float:
    by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
    return float(head.nats(answers, valid.target, **by_row))


def _scale(
    margins: Tensor, head: Head, valid: Feed, *, usual: float = SURE, reach: int = 20
) -> tuple[float, float]:
    """What makes logits of margins, and what these cost; so many tenths of a log apart at most."""
    rows: float = valid.rows
    if valid.weight is not None:
        rows = effective_rows(valid.weight.double().cpu().numpy())
    costs = {}
    for step in range(-reach, reach + 1):
        apart = step / 10
        scale = usual * math.exp(apart)
        costs[scale] = _cost(scale * margins, head, valid) + HOLD / rows * apart**2
    found = min(costs, key=lambda scale: costs[scale])
    return found, costs[found]
