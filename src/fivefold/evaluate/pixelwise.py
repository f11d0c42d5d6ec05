"""Simple models of pixels: what colour, neighbourhood and place of a pixel say of its class."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.evaluate.lagged import Predict
from fivefold.evaluate.placed import Placed
from fivefold.kinds.codec import Codec
from fivefold.kinds.pixels import seen_at

PIXELS = 40_000
"""Training pixels that a simple model learns from, at most; drawn at random."""

STEPS = 200
"""Of L-BFGS, at most, for the linear model."""

ROUNDS = 50
"""Of boosting."""


def _fit(make: Any, note: str, rows: Rows, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """A classifier of scikit-learn's, of what is seen at pixels that are drawn."""
    (block,) = [one for one in codec.blocks if one.block.plane]
    row, down, right = np.nonzero(rows.target >= 0)
    if len(row) > PIXELS:
        picked = np.sort(np.random.default_rng(seed).choice(len(row), PIXELS, replace=False))
        row, down, right = row[picked], down[picked], right[picked]
        note = f"{note}, a sample of {PIXELS:,} pixels"
    truth = rows.target[row, down, right]
    if len(np.unique(truth)) < 2:
        return "the training rows have one class"
    used, place = np.unique(row, return_inverse=True)
    seen = np.empty((len(row), seen_at(rows.inputs[block.name][:1]).shape[-1]), np.float32)
    for n, one in enumerate(used):
        here = place == n
        picture = seen_at(rows.inputs[block.name][one : one + 1])[0]
        seen[here] = picture[down[here], right[here]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge, which is no fault of the rows
        model = make.fit(seen, truth)
    classes = len(codec.schema.classes)

    def predict(test: Rows) -> Array:
        pictures = test.inputs[block.name]
        scores = np.zeros((len(test), *pictures.shape[2:], classes), np.float32)
        for n in range(len(test)):
            here = seen_at(pictures[n : n + 1])
            found = model.predict_proba(here.reshape(-1, here.shape[-1]))
            scores[n].reshape(-1, classes)[:, model.classes_] = found
        return scores

    return predict, note


def _fit_linear(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """Logistic regression on colour, neighbourhood, place, and their squares."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    model = make_pipeline(
        StandardScaler(), PolynomialFeatures(2), LogisticRegression(max_iter=STEPS)
    )
    return _fit(model, "colour, neighbours and place of a pixel, and products", rows, codec, seed)


def _fit_boosting(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    """Boosted trees, that is thresholds, on colour, neighbourhood and place."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rounds = max(10, ROUNDS // max(1, len(codec.schema.classes) // 4))
    model = HistGradientBoostingClassifier(
        max_iter=rounds, early_stopping=False, l2_regularization=1.0, random_state=seed
    )
    note = f"colour, neighbours and place of a pixel, {rounds} rounds"
    return _fit(model, note, rows, codec, seed)


PIXELWISE: Mapping[str, tuple[Placed, ...]] = {
    "linear": (Placed("linear model of pixels", _fit_linear),),
    "boosting": (Placed("boosted trees of pixels", _fit_boosting),),
}
"""By what is asked for."""
