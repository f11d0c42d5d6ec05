"""Models that people name by a word, to be compared with their own."""

from typing import Any

from fivefold.core.wording import literal, nearest
from fivefold.errors import ConfigError

GIVEN = "default"
"""The word for the model that fits the data by itself."""

ESTIMATORS = ("linear", "boosting", "forest")
"""Words for estimators of scikit-learn's, one for classes and one for numbers each."""


def estimator_of(word: str, learnt: str) -> Any:
    """The estimator that a word stands for.

    Args:
        word: one of `ESTIMATORS`.
        learnt: `class` or `number`.
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


def check_words(who: str, words: list[str]) -> None:
    """Refuse words that name no model, and fewer than two.

    Raises:
        ConfigError: naming it.
    """
    from fivefold.models.networks import NETWORKS

    known = [GIVEN, *NETWORKS, *ESTIMATORS]
    for word in words:
        if word not in known:
            near = nearest(word, known)
            remedy = f"Write {literal(near)}." if near else "Name some of these."
            wanted = f"models among {', '.join(known)}"
            raise ConfigError.expected(who, wanted, repr(word), remedy)
    if len(set(words)) < max(2, len(words)):
        remedy = f"Write for instance {GIVEN},linear,boosting."
        found = ", ".join(words) or "none"
        raise ConfigError.expected(who, "two models or more, each once", found, remedy)
