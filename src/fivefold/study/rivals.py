"""Models that people name by a word, to be compared with their own."""

from fivefold.core.wording import literal, nearest
from fivefold.errors import ConfigError
from fivefold.train.byword import ESTIMATORS

GIVEN = "default"
"""The word for the model that fits the data by itself."""


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
