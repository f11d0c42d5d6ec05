"""How far probabilities stray from what comes true, and how far they would by chance."""

import numpy as np

from fivefold.codecs.table import Array

BINS = 15


def judged(target: Array, scores: Array) -> tuple[Array, Array]:
    """The probabilities to judge and what came true.

    Args:
        target: `(n,)` class indices.
        scores: `(n, classes)` probabilities.

    Returns:
        Of two classes the second's probability, of more the likeliest one's; and `(n,)` bool.
    """
    if scores.shape[1] == 2:
        return scores[:, 1].astype(np.float64), target == 1
    guess = scores.argmax(1)
    return scores[np.arange(len(guess)), guess].astype(np.float64), target == guess


def calibration_error(confidence: Array, came_true: Array, *, bins: int = BINS) -> float:
    """Expected calibration error over groups of equal size.

    Args:
        confidence: `(n,)` probabilities.
        came_true: `(n,)` bool.
        bins: number of groups, at least 1.

    Returns:
        A fraction in [0, 1]; 0 is perfectly calibrated. NaN for no rows.

    Example:
        >>> calibration_error(np.array([0.5, 0.5, 0.9, 0.9]), np.array([1, 0, 1, 1]) == 1, bins=2)
        0.04999999999999999

    Reference:
        Nguyen and O'Connor, Posterior calibration and exploratory analysis, EMNLP 2015.
    """
    if len(confidence) == 0:
        return float("nan")
    order = np.argsort(confidence, kind="stable")
    return float(_errors(confidence[order], came_true[order][None].astype(float), bins)[0])


def calibration_error_by_chance(
    confidence: Array, *, seed: int, rounds: int = 200, bins: int = BINS
) -> Array:
    """The errors that perfectly calibrated probabilities would show on as many rows.

    Args:
        confidence: `(n,)` probabilities.
        seed: of the draws.
        rounds: number of draws.
        bins: as in `calibration_error`.

    Returns:
        `(rounds,)` fractions.
    """
    ordered = np.sort(confidence)
    random = np.random.default_rng(seed)
    draws = [random.random(len(ordered)) < ordered for _ in range(rounds)]
    return np.array([_errors(ordered, draw[None].astype(float), bins)[0] for draw in draws])


def _errors(confidence: Array, came_true: Array, bins: int) -> Array:
    n = len(confidence)
    starts = np.unique(np.arange(min(bins, n)) * n // min(bins, n))
    gaps = np.add.reduceat(came_true - confidence, starts, axis=1)
    return np.asarray(np.abs(gaps).sum(1) / n)
