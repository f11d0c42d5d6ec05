"""Simple models on the same rows, which a network must beat to be worth its trouble."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from time import perf_counter
from typing import Any, Literal

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import together
from fivefold.evaluate.features import LinearFeatures, notes_of, reads_words, tree_matrix
from fivefold.evaluate.timing import time_calls
from fivefold.kinds.codec import Codec
from fivefold.metrics.weight import relative, weight_argument
from fivefold.tasks.known import task_of

BaselineName = Literal["constant", "linear", "boosting"]
BASELINES: tuple[BaselineName, ...] = ("constant", "linear", "boosting")
MOST_ROWS, MOST_ROWS_OF_MANY = 200_000, 20_000
MOST_TREES = 1000
CALLS = 3
STEPS = 100
FEW_ROUNDS, MOST_ROUNDS = 25, 100


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A simple model that was fitted, and its scores of the test rows."""

    # which of the simple models it is, a part of the model, or what taught it
    kind: BaselineName | Literal["part", "teacher"]
    name: str  # in words
    # `(n, classes)` float64 probabilities, or `(n,)` values; None if it was not fitted
    scores: Array | None
    fit_seconds: float = float("nan")  # wall-clock, features included
    # of scoring the test rows in one batch, features included
    milliseconds_per_row: float = float("nan")
    rows_fitted: int = 0  # number of rows it learnt from
    note: str = ""  # what a reader should know; why it was not fitted
    predict: "Predict | None" = None  # scores of other rows


Predict = Callable[[Rows], Array]


def fit_baselines(
    data: Preprocessed, names: tuple[BaselineName, ...] = BASELINES, *, seed: int = 0
) -> Iterator[Baseline]:
    """Fit simple models one after another and score the test rows with each.

    They learn from training and validation rows together: the network uses the validation rows
    too, to stop and to choose. One thread each: on data of this size more of them wait for one
    another longer than they work. Weights of rows count in all of them, with mean 1.

    Args:
        data: encoded rows and their codec.
        names: `constant` (the class shares, or the mean), `linear` (logistic or ridge regression
            on all inputs), `boosting` (histogram gradient boosting on all but texts); what the
            blocks of the user's kinds give, and a note where they give nothing.
        seed: of the boosting, and of the sample that is drawn where there are more rows than
            200,000 divided by the number of classes (20,000 at least).

    Yields:
        One baseline a name; those that cannot be fitted say why.
    """
    from threadpoolctl import threadpool_limits

    fit_on = _counted(data.train.joined(data.valid))
    outputs = max(1, prod(data.codec.outputs))
    for name in names:
        rows = fit_on
        notes = []
        most = max(MOST_ROWS // outputs, MOST_ROWS_OF_MANY)
        if name != "constant" and len(rows) > most:
            sample = np.random.default_rng(seed).choice(len(rows), most, replace=False)
            rows = rows.take(np.sort(sample))
            notes.append(f"a sample of {len(rows):,} of {len(fit_on):,} rows")
        started = perf_counter()
        with threadpool_limits(limits=1):
            fitted = _FITTERS[name](rows, data.codec, seed)
        fit_seconds = perf_counter() - started
        if isinstance(fitted, str):
            yield Baseline(kind=name, name=title(name, data.codec), scores=None, note=fitted)
            continue
        predict, note = fitted
        with threadpool_limits(limits=1):
            scores = predict(data.test)
            seconds = np.median(time_calls(partial(predict, data.test), CALLS))
        milliseconds = float(1000 * seconds / max(1, len(data.test)))
        yield Baseline(
            kind=name,
            name=title(name, data.codec),
            scores=scores,
            fit_seconds=fit_seconds,
            milliseconds_per_row=milliseconds,
            rows_fitted=len(rows),
            note=", ".join(filter(None, [*notes, note, "1 thread"])),
            predict=predict,
        )


def title(name: BaselineName, codec: Codec) -> str:
    """A baseline's name in words, for the data at hand."""
    task = task_of(codec.schema.task)
    if name == "constant":
        return task.constant_name
    if name == "boosting":
        return "gradient boosting"
    model = "ridge regression" if task.trees == "number" else "logistic regression"
    return f"TF-IDF and {model}" if reads_words(codec) else model


def _counted(rows: Rows) -> Rows:
    """The rows that have a weight, with mean 1; as they are where there are no weights."""
    if rows.weight is None:
        return rows
    rows = rows.take(np.flatnonzero(rows.weight))
    return replace(rows, weight=relative(np.asarray(rows.weight)))


def _fit_constant(rows: Rows, codec: Codec, seed: int) -> tuple[Predict, str]:
    constant = task_of(codec.schema.task).constant
    takes = rows.weight is not None and weight_argument(constant) != ""
    weights = {"weight": rows.weight} if takes else {}
    known = constant(rows.target, codec.schema, 1, **weights)
    note = "" if takes or rows.weight is None else "without the weights of rows"
    return (lambda test: np.repeat(known, len(test), axis=0)), note


def _fit_linear(rows: Rows, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    from sklearn.linear_model import LogisticRegression, Ridge

    learnt = task_of(codec.schema.task).trees
    if refused := _refused(rows, learnt):
        return refused
    features = LinearFeatures(codec)
    matrix = features.fit(rows.inputs)
    note = ", ".join(notes_of(codec, "linear"))
    if not matrix.shape[1]:
        note = ", ".join(filter(None, [note, "only a constant is left"]))
        return _fit_constant(rows, codec, seed)[0], note
    if learnt == "number":
        ridge = Ridge(alpha=1.0)
        ridge.fit(matrix, rows.target, sample_weight=rows.weight)
        return (lambda test: ridge.predict(features.matrix(test.inputs))), note
    model = LogisticRegression(C=10.0 if reads_words(codec) else 1.0, max_iter=STEPS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(matrix, rows.target, sample_weight=rows.weight)
    if any("converge" in str(warning.message).lower() for warning in caught):
        note = ", ".join(filter(None, [note, f"stopped after {STEPS} steps"]))
    return _probabilities(model, codec.schema, lambda test: features.matrix(test.inputs)), note


def _fit_boosting(rows: Rows, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    matrix, is_code = tree_matrix(rows.inputs, codec)
    unseen = np.isnan(matrix).all(axis=0)

    def features(test: Rows) -> Any:
        """The numbers; a column without any in the training rows is one constant."""
        found = tree_matrix(test.inputs, codec)[0]
        return np.where(unseen, 0.0, found) if unseen.any() else found

    if not matrix.shape[1]:
        kinds = dict.fromkeys(column.kind.plural for column in codec.columns.values())
        return f"the inputs are {together([*kinds])} only"
    learnt = task_of(codec.schema.task).trees
    if refused := _refused(rows, learnt):
        return refused
    rounds = int(np.clip(MOST_TREES // prod(codec.outputs), FEW_ROUNDS, MOST_ROUNDS))
    options: Mapping[str, Any] = {
        "max_iter": rounds,
        "categorical_features": is_code if is_code.any() else None,
        "early_stopping": False,
        "l2_regularization": 1.0,  # without it, many rare classes make the boosting diverge
        "random_state": seed,
    }
    notes = [*notes_of(codec, "trees"), f"{rounds} rounds" if rounds < MOST_ROUNDS else ""]
    note = ", ".join(filter(None, notes))
    numbers = learnt == "number"
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    model = kind(**options)
    model.fit(features(rows), rows.target, sample_weight=rows.weight)
    if numbers:
        return (lambda test: model.predict(features(test))), note
    return _probabilities(model, codec.schema, features), note


_FITTERS: Mapping[str, Callable[[Rows, Codec, int], tuple[Predict, str] | str]] = {
    "constant": _fit_constant,
    "linear": _fit_linear,
    "boosting": _fit_boosting,
}


def _refused(rows: Rows, learnt: str | None) -> str:
    """Why scikit-learn's models cannot be fitted; empty if they can."""
    if learnt is None:
        return "it learns one class or one number a row"
    if learnt == "class" and len(np.unique(rows.target)) < 2:
        return "the training rows have one class"
    return ""


def _probabilities(model: Any, schema: Schema, features: Callable[[Rows], Any]) -> Predict:
    """Probabilities for all classes; those that the model never met get none."""

    def predict(test: Rows) -> Array:
        found = np.zeros((len(test), len(schema.classes)))
        if len(test):
            found[:, model.classes_] = model.predict_proba(features(test))
        return found

    return predict
