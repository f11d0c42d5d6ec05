"""Simple models that people name by a word."""

from typing import Any

ESTIMATORS = ("linear", "boosting", "forest")
"""Words for estimators of scikit-learn's, one for classes and one for numbers each."""


def estimator_of(word: str, learnt: str) -> Any:
    """The estimator that a word stands for.

    Args:
        word: one of `ESTIMATORS`.
        learnt: `class` or `number`.

    Example:
        >>> estimator_of("linear", "number")
        Ridge()
    """
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.linear_model import LogisticRegression, Ridge

    boosting = {"l2_regularization": 1.0, "early_stopping": False, "random_state": 0}
    made: dict[str, tuple[Any, Any]] = {
        "linear": (LogisticRegression(max_iter=300), Ridge()),
        "boosting": (
            HistGradientBoostingClassifier(**boosting),
            HistGradientBoostingRegressor(**boosting),
        ),
        "forest": (RandomForestClassifier(random_state=0), RandomForestRegressor(random_state=0)),
    }
    return made[word][0 if learnt == "class" else 1]
