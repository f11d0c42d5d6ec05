"""Simple models of how odd a row is: an isolation forest, and Mahalanobis' distance, alone."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.decided import Decided
from fivefold.evaluate.features import LinearFeatures, notes_of
from fivefold.kinds.codec import Codec

NAMES = {"linear": "Mahalanobis' distance", "boosting": "isolation forest"}
"""By the setting that asks for them: in the places of a linear model and of boosting."""

WIDEST = 2000
"""Columns beyond which no distance is fitted."""

RATE = 0.01
ODD = 1

Asked = Callable[[Rows], Array]
Fitter = Callable[[Rows, Array, Codec, int], tuple[Asked, str] | str]


def learnt_by(data: Preprocessed, beside: Decided) -> Rows:
    """The training rows that they learn from: those that the model does."""
    return _usual(data.train) if beside.clean else data.train


def fitters(data: Preprocessed, beside: Decided) -> Mapping[str, Fitter]:
    """What fits each of them on such rows; usual validation rows say where alarms begin.

    Args:
        data: encoded rows and their codec.
        beside: how the model learnt: from which rows, and how many false alarms it may raise.
    """
    rate = beside.false_alarms or RATE
    valid = _usual(data.valid)

    def fitter(fit: Callable[[Array, int], Callable[[Array], Array]], most: int) -> Fitter:
        def fitted(rows: Rows, kept: Array, codec: Codec, seed: int) -> tuple[Asked, str] | str:
            features = LinearFeatures(codec)
            matrix = _dense(features.fit(rows.inputs))
            varies = matrix.std(0) > 0
            if not varies.any() or matrix.shape[1] > most:
                return f"{matrix.shape[1]:,} columns, of which {int(varies.sum()):,} vary"
            odd = fit(matrix[:, varies], seed)

            def told(asked: Rows) -> Array:
                return odd(_dense(features.matrix(asked.inputs))[:, varies])

            held = valid if len(valid) else rows
            threshold = float(np.quantile(told(held), 1 - rate))

            def predict(asked: Rows) -> Array:
                scores = told(asked)
                return np.stack([np.full(len(scores), threshold), scores], axis=1)

            return predict, ", ".join(notes_of(codec, "linear"))

        return fitted

    return {"linear": fitter(_distance, WIDEST), "boosting": fitter(_forest, 10 * WIDEST)}


def _forest(matrix: Array, seed: int) -> Callable[[Array], Array]:
    from sklearn.ensemble import IsolationForest

    model = IsolationForest(n_estimators=200, random_state=seed % 2**32).fit(matrix)
    return lambda rows: -model.score_samples(rows)


def _distance(matrix: Array, seed: int) -> Callable[[Array], Array]:
    from sklearn.covariance import EmpiricalCovariance

    model = EmpiricalCovariance().fit(matrix)
    return lambda rows: np.sqrt(np.maximum(model.mahalanobis(rows), 0.0))


def _dense(matrix: Any) -> Array:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)


def _usual(rows: Rows) -> Rows:
    return rows.take(np.flatnonzero(rows.target != ODD))
