"""Columns that add up, or multiply, to the target."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted

SUMMED = 0.9999  # fraction of the target's variance that the columns together explain
_WIDEST = 60


def add_up(names: Sequence[str], x: Array, y: Array, target: str) -> list[Finding]:
    """Two or three numeric columns of which the target is a weighted sum, or a product.

    Args:
        names: of the columns.
        x: `(n, d)` float64; columns with a missing value are passed over.
        y: `(n,)` float64.
        target: its name, for the sentence.
    """
    whole = np.flatnonzero(np.isfinite(x).all(axis=0))
    names, x = [names[int(place)] for place in whole], x[:, whole]
    summed = best_sum(x, y)
    if summed is not None:
        places, weights, score = summed
        return [_sum(target, [names[p] for p in places], weights, score)]
    positive = np.flatnonzero((x > 0).all(axis=0))
    if (y > 0).all() and len(positive) > 1:
        names = [names[int(place)] for place in positive]
        summed = best_sum(np.log(x[:, positive]), np.log(y))
        if summed is not None:
            return [_product(target, [names[p] for p in summed[0]], summed[2])]
    return []


def best_sum(x: Array, y: Array) -> tuple[tuple[int, ...], Array, float] | None:
    """The smallest set of two or three columns whose weighted sum is `y`, if there is one.

    Args:
        x: `(n, d)`, finite; at most 60 columns, those most like `y`, are tried.
        y: `(n,)`.

    Returns:
        Their places, weights, and the fraction of variance explained; None if no set explains
        at least 0.9999 of it.
    """
    units = np.maximum(np.abs(x).max(axis=0, initial=0.0), 1e-300)
    unit = max(float(np.abs(y).max(initial=0.0)), 1e-300)
    x, y = x / units, y / unit
    spread = x.std(axis=0)
    live = np.flatnonzero(spread > 1e-12)
    if len(live) < 2 or y.std() == 0:
        return None
    z = (x[:, live] - x[:, live].mean(0)) / spread[live]
    t = (y - y.mean()) / y.std()
    towards = z.T @ t / len(t)
    first = np.sort(np.argsort(-np.abs(towards), kind="stable")[:_WIDEST])
    live, z, towards = live[first], z[:, first], towards[first]
    between = z.T @ z / len(t)
    for size in (2, 3):
        sets = np.array(list(combinations(range(len(live)), size)), dtype=np.int64)
        if not len(sets):
            continue
        gram = between[sets[:, :, None], sets[:, None, :]]
        sound = np.linalg.det(gram) > 1e-6
        sets, gram = sets[sound], gram[sound]
        if not len(sets):
            continue
        weights = np.linalg.solve(gram, towards[sets][:, :, None])[:, :, 0]
        score = (weights * towards[sets]).sum(1)
        best = int(score.argmax())
        if score[best] >= SUMMED:
            places = live[sets[best]]
            return (
                tuple(int(place) for place in places),
                weights[best] * y.std() / spread[places] * (unit / units[places]),
                float(min(score[best], 1.0)),
            )
    return None


def _sum(target: str, names: list[str], weights: Array, score: float) -> Finding:
    plain = bool(np.all(np.abs(np.abs(weights) - 1) < 1e-3))
    terms = " ".join(
        f"{'-' if w < 0 else '+'} {'' if plain else f'{abs(w):.4g} x '}`{name}`"
        for name, w in zip(names, weights, strict=True)
    ).removeprefix("+ ")
    dropped = ", ".join(map(literal, names))
    sentence = (
        f"`{target}` is {terms} (it explains {per_cent(score)} of the variance): {quoted(names)} "
        f"may be known only with the answer. Pass drop=({dropped}) if so."
    )
    return finding("target_leakage", sentence, columns=names, score=score, how="sum")


def _product(target: str, names: list[str], score: float) -> Finding:
    dropped = ", ".join(map(literal, names))
    sentence = (
        f"`{target}` is a product of powers of {quoted(names)} ({per_cent(score)} of the variance "
        f"of its logarithm): they may be known only with the answer. Pass drop=({dropped}) if so."
    )
    return finding("target_leakage", sentence, columns=names, score=score, how="product")
