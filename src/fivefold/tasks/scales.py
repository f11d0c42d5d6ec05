"""Scales that everybody puts in the same order."""

from collections.abc import Iterable

SCALES: tuple[tuple[str, ...], ...] = (
    ("very low", "low", "medium", "high", "very high"),
    ("very small", "small", "medium", "large", "very large"),
    ("extra small", "small", "medium", "large", "extra large"),
    ("xxs", "xs", "s", "m", "l", "xl", "xxl"),
    ("none", "mild", "moderate", "severe", "critical"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("very poor", "poor", "fair", "good", "very good", "excellent"),
    ("poor", "average", "good", "excellent"),
    ("very bad", "bad", "neutral", "good", "very good"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("fair", "good", "very good", "premium", "ideal"),
    ("f", "e", "d", "c", "b", "a"),
    ("bronze", "silver", "gold", "platinum"),
    ("beginner", "intermediate", "advanced", "expert"),
    ("low", "normal", "high", "urgent"),
)
"""From the least to the most, in lower case."""


def scale_order(labels: Iterable[str]) -> tuple[str, ...] | None:
    """The labels in the order of a scale that holds all of them; None where none does.

    Case does not count, nor whether words are joined by a blank, a hyphen or an underscore.

    Example:
        >>> scale_order(["High", "low", "Medium"]), scale_order(["red", "blue"])
        (('low', 'Medium', 'High'), None)
    """
    given = {
        " ".join(label.lower().replace("_", " ").replace("-", " ").split()): label
        for label in labels
    }
    for scale in SCALES:
        if set(given) <= set(scale):
            return tuple(given[one] for one in scale if one in given)
    return None
