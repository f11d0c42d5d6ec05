"""Models that betray which rows they learnt from, more with each level of their trees."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd
import weakly
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.evaluate.finders.memorised import memorised
from fivefold.evaluate.membership import BESIDE, LOSS, attacked
from fivefold.metrics.classification import row_losses

LEARNT, KEPT = 1_000, 400


def told(kind: str, depth: float, seed: int) -> Sequence[ff.Finding]:
    """What is said of a forest of trees so deep, or with 0 of a linear model of a small penalty."""
    one = weakly.law(kind, 2 * LEARNT + KEPT, seed)
    labels = weakly.truth(one, seed)
    rows = pd.get_dummies(one.frame).to_numpy(float)
    model = LogisticRegression(max_iter=500, C=0.1)
    if depth:
        model = RandomForestClassifier(50, max_depth=int(depth), random_state=0, bootstrap=False)
    simple = HistGradientBoostingClassifier(max_iter=50, early_stopping=False, random_state=0)
    model.fit(rows[:LEARNT], labels[:LEARNT])
    simple.fit(rows[2 * LEARNT :], labels[2 * LEARNT :])
    asked = slice(0, 2 * LEARNT)
    classes = np.arange(one.chances.shape[1])
    lost, simply = (_lost(each, rows[asked], labels[asked], classes) for each in (model, simple))
    sides = {
        LOSS: (lost[:LEARNT], lost[LEARNT:]),
        BESIDE: ((lost - simply)[:LEARNT], (lost - simply)[LEARNT:]),
    }
    return memorised(SimpleNamespace(attacked=attacked(sides)))  # type: ignore[arg-type]


def _lost(model: object, rows: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    told = np.zeros((len(rows), len(classes)))
    told[:, model.classes_] = model.predict_proba(rows)  # type: ignore[attr-defined]
    return row_losses(labels, told)
