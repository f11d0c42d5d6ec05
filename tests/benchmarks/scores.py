"""What a method is worth on one set, and how sure that is."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from methods import Method
from sets import Set

DRAWS = 200


@dataclass(frozen=True)
class Score:
    """One method on one set with one seed.

    Attributes:
        metric: `roc_auc`, `accuracy` or `rmse`.
        score: in that metric, on the test rows.
        error: 1 - area, 1 - accuracy, or the root mean squared error.
        test_sd: standard deviation of the score over 200 bootstrap draws of the test rows.
        most_rows: what training was limited to.
    """

    set: str
    method: str
    seed: int
    metric: str
    score: float
    error: float
    test_sd: float
    fit_seconds: float
    predict_seconds: float
    rows_train: int
    rows_test: int
    most_rows: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def judge(method: Method, data: Set, *, seed: int, threads: int, most_rows: int) -> Score:
    """Fit, predict the test rows, compare."""
    begun = time.perf_counter()
    predict = method.fit(data, seed, threads)
    fitted = time.perf_counter()
    answers = predict(data.test)
    answered = time.perf_counter()
    target = data.test[data.target].to_numpy()
    if data.task == "binary":
        target = target == data.positive
    score = worth(data.metric, target, answers)
    return Score(
        set=data.name,
        method=method.name,
        seed=seed,
        metric=data.metric,
        score=score,
        error=score if data.metric == "rmse" else 1.0 - score,
        test_sd=bootstrap_sd(data.metric, target, answers),
        fit_seconds=fitted - begun,
        predict_seconds=answered - fitted,
        rows_train=len(data.train),
        rows_test=len(data.test),
        most_rows=most_rows,
    )


def worth(metric: str, target: np.ndarray, answers: np.ndarray) -> float:
    """The score; NaN for an area with one class only."""
    if metric == "rmse":
        return float(np.sqrt(np.mean((answers.astype(float) - target) ** 2)))
    if metric == "accuracy":
        return float(np.mean(answers.astype(str) == target.astype(str)))
    return area(target, answers)


def area(target: np.ndarray, scores: np.ndarray) -> float:
    """Under the ROC curve, by ranks (Mann and Whitney); NaN with one class only."""
    from scipy.stats import rankdata

    positive = int(target.sum())
    negative = len(target) - positive
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[target].sum() - positive * (positive + 1) / 2) / (positive * negative))


def bootstrap_sd(metric: str, target: np.ndarray, answers: np.ndarray) -> float:
    """Standard deviation of the score over draws of the test rows, the same for all methods."""
    generator = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        rows = generator.integers(0, len(target), len(target))
        drawn.append(worth(metric, target[rows], answers[rows]))
    return float(np.nanstd(drawn, ddof=1))
