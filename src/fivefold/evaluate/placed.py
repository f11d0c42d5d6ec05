"""Simple models of positions: the commonest label of what stands there, and a linear tagger."""

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.evaluate.lagged import Fitter, Predict
from fivefold.kinds.codec import Codec
from fivefold.kinds.plain import Places

STEPS = 60
"""Of L-BFGS, at most, for the linear tagger."""


class Placed(NamedTuple):
    """A simple model of positions.

    Attributes:
        name: in words.
        fit: how it is fitted.
    """

    name: str
    fit: Fitter


def read_places(rows: Rows, codec: Codec) -> Places | None:
    """What a simple model sees at each position of the one sequence of rows."""
    found = [block for block in codec.blocks if block.block.sequence]
    return found[0].block.places(rows.inputs[found[0].name], found[0].columns)


def _fit_commonest(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """The shares of labels of what stands at a position; of all where that is not known."""
    seen = read_places(rows, codec)
    if seen is None or not seen.size:
        return "numbers stand at its positions, and no symbols or words"
    classes, there = len(codec.schema.classes), rows.target >= 0
    cells = seen.values[:, :, 0][there] * classes + rows.target[there]
    counts = np.bincount(cells, minlength=seen.size * classes).reshape(seen.size, classes)
    usual = counts.sum(0) / max(1, counts.sum())
    counts[0] = 0  # what is not known
    shares = (counts + usual) / (counts.sum(1, keepdims=True) + 1)

    def predict(test: Rows) -> Array:
        places = read_places(test, codec)
        assert places is not None
        return np.asarray(shares[places.values[:, :, 0]])

    return predict, ""


def _fit_linear(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """Logistic regression on what stands at a position and around it."""
    from sklearn.linear_model import LogisticRegression

    seen = read_places(rows, codec)
    known = rows.target >= 0
    if seen is None:
        return "its inputs have no positions that it reads"
    if len(np.unique(rows.target[known])) < 2:
        return "the training rows have one label"
    model = LogisticRegression(max_iter=STEPS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(_matrix(seen, known), rows.target[known])
    classes = len(codec.schema.classes)

    def predict(test: Rows) -> Array:
        places = read_places(test, codec)
        assert places is not None
        every = np.ones(places.values.shape[:2], bool)
        scores = np.zeros((*every.shape, classes))
        if len(test):
            found = model.predict_proba(_matrix(places, every))
            scores.reshape(-1, classes)[:, model.classes_] = found
        return scores

    stopped = any("converge" in str(warning.message).lower() for warning in caught)
    note = f"{seen.reach} neighbours on each side" + f", {STEPS} steps" * stopped
    return predict, note


def _matrix(seen: Places, wanted: Array) -> Any:
    """`(m, width)` of the wanted positions: what is there, and what is near it, side by side."""
    from scipy import sparse

    reach, steps = seen.reach, seen.values.shape[1]
    wide = np.pad(seen.values, ((0, 0), (reach, reach), (0, 0)))
    windows = []
    for place in range(2 * reach + 1):
        values = wide[:, place : place + steps][wanted]
        windows.append(values if place == reach or not seen.size else values[:, list(seen.near)])
    if not seen.size:
        return np.concatenate(windows, axis=1)
    parts = [_one_hot(values, seen.size) for values in windows]
    return sparse.hstack(parts, format="csr")


def _one_hot(codes: Array, size: int) -> Any:
    """Sparse `(m, size)`: 1 for each code of a line that is known."""
    from scipy import sparse

    line, place = np.nonzero(codes)
    cells = (np.ones(len(line)), (line, codes[line, place]))
    return sparse.csr_matrix(cells, shape=(len(codes), size))


PLACED: Mapping[str, tuple[Placed, ...]] = {
    "linear": (Placed("linear tagger", _fit_linear),),
    "boosting": (Placed("commonest label", _fit_commonest),),
}
"""By what is asked for; trees, which know no positions, leave their place to a simpler model."""
