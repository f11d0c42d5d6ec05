"""Simple models on the same rows, which a network must beat to be worth its trouble."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from time import perf_counter
from typing import Any, Literal

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.wording import together
from fivefold.decided import Decided
from fivefold.evaluate import detectors, simple
from fivefold.evaluate.features import (
    LinearFeatures,
    notes_of,
    reads_words,
    single_of,
    tree_matrix,
)
from fivefold.evaluate.lagged import LAGGED, Fitter, Predict, has_lags
from fivefold.evaluate.pixelwise import PIXELWISE
from fivefold.evaluate.placed import PLACED
from fivefold.evaluate.spelt import SPELT
from fivefold.evaluate.timing import time_calls
from fivefold.kinds.codec import Codec
from fivefold.metrics.counts import counted, excess_of
from fivefold.metrics.weight import relative, weight_argument
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task

BaselineName = Literal["constant", "linear", "boosting"]
BASELINES: tuple[BaselineName, ...] = ("constant", "linear", "boosting")
MOST_ROWS, MOST_ROWS_OF_MANY = 200_000, 20_000
MOST_TREES = 1000
CALLS = 3
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


def fit_baselines(
    data: Preprocessed,
    names: tuple[BaselineName, ...] = BASELINES,
    *,
    seed: int = 0,
    beside: Decided | None = None,
) -> Iterator[Baseline]:
    """Fit simple models one after another and score the test rows with each.

    They learn from training and validation rows together, as the network uses the validation rows
    too, to stop and to choose; where odd rows are sought, from training rows. One thread each: on
    data of this size more of them wait for one another longer than they work. Weights of rows count
    in all of them, with mean 1, but for those that seek odd rows.

    Args:
        data: encoded rows and their codec.
        names: `constant` (the class shares, or the mean), `linear` (logistic or ridge regression
            on all inputs), `boosting` (histogram gradient boosting on all but texts); what the
            blocks of the user's kinds give, and a note where they give nothing; where rows are
            clips also `linear` of the middle frame alone. Of windows these
            are the last number and the last season, ridge and boosting on lags; of positions the
            commonest label, of all and of what stands there, and a linear tagger; of transcripts
            the most frequent one, a classifier of equal parts, and that of the nearest row.
        beside: how the model learnt that they stand beside: where odd rows are sought they learn
            from the same ones, and raise as many false alarms.
        seed: of the boosting, and of the sample that is drawn where there are more rows than
            200,000 divided by the number of classes (20,000 at least).

    Yields:
        One baseline a name; those that cannot be fitted say why.
    """
    from threadpoolctl import threadpool_limits

    joined, task = data.train.joined(data.valid).rated(), task_of(data.codec.schema.task)
    fitters = _FITTERS
    if task.network:
        beside = beside or Decided()
        joined = detectors.learnt_by(data, beside)
        fitters = {**fitters, **detectors.fitters(data, beside)}
    fit_on, kept = _counted(joined)
    held_on = kept >= len(data.train)
    outputs = max(1, prod(data.codec.outputs))
    for name, words, fitter in _fitters(names, data.codec, fitters):
        rows, held = fit_on, held_on
        notes = []
        most = max(MOST_ROWS // outputs, MOST_ROWS_OF_MANY)
        if name != "constant" and len(rows) > most:
            sample = np.random.default_rng(seed).choice(len(rows), most, replace=False)
            rows, held = rows.take(np.sort(sample)), held[np.sort(sample)]
            notes.append(f"a sample of {len(rows):,} of {len(fit_on):,} rows")
        started = perf_counter()
        with threadpool_limits(limits=1):
            fitted = fitter(rows, held, data.codec, seed)
        fit_seconds = perf_counter() - started
        if isinstance(fitted, str):
            yield Baseline(kind=name, name=words, scores=None, note=fitted)
            continue
        predict, note = fitted
        if data.test.exposure is not None:
            predict = partial(_watched, predict)
        with threadpool_limits(limits=1):
            scores = predict(data.test)
            seconds = np.median(time_calls(partial(predict, data.test), CALLS))
        milliseconds = float(1000 * seconds / max(1, len(data.test)))
        yield Baseline(
            kind=name,
            name=words,
            scores=scores,
            fit_seconds=fit_seconds,
            milliseconds_per_row=milliseconds,
            rows_fitted=len(rows),
            note=", ".join(filter(None, [*notes, note, "1 thread"])),
            predict=predict,
        )


def _fitters(
    names: tuple[BaselineName, ...], codec: Codec, fitters: Mapping[str, Fitter]
) -> Iterator[tuple[BaselineName, str, Fitter]]:
    """What is fitted: its sort, what it is called, and how."""
    task = task_of(codec.schema.task)
    lags = task.ahead and has_lags(codec)
    for name in names:
        by_step = PLACED if task.by_row else SPELT if task.spells else {}
        by_step = PIXELWISE if task.plane else by_step
        if name in by_step:
            yield from ((name, one.name, one.fit) for one in by_step[name])
            continue
        if lags:
            yield from ((name, lagged.name, lagged.fit) for lagged in LAGGED[name])
            continue
        single = single_of(codec) if name == "linear" and not task.network else ""
        if single:
            yield name, f"{title(name, codec)} of {single}", partial(_fit_linear, single=True)
        yield name, title(name, codec), fitters[name]


def title(name: BaselineName, codec: Codec) -> str:
    """A baseline's name in words, for the data at hand."""
    task = task_of(codec.schema.task)
    if name == "constant":
        return task.constant_name
    if task.network:
        return detectors.NAMES[name]
    if name == "boosting":
        return "gradient boosting"
    learnt = simple.SIMPLE.get(simple.learnt_by(task))
    model = "linear model" if learnt is None else learnt.called
    return f"TF-IDF and {model}" if reads_words(codec) else model


def _counted(rows: Rows) -> tuple[Rows, Array]:
    """The rows that have a weight, with mean 1, and which they are; without weights all."""
    if rows.weight is None:
        return rows, np.arange(len(rows))
    kept = np.flatnonzero(rows.weight)
    rows = rows.take(kept)
    return replace(rows, weight=relative(np.asarray(rows.weight))), kept


def _watched(predict: Predict, test: Rows) -> Array:
    """Means of counts, from what predicts those of rates."""
    scores = predict(test).copy()
    scores[:, 0] *= test.exposure
    return scores


def _fit_constant(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str]:
    constant = task_of(codec.schema.task).constant
    takes = rows.weight is not None and weight_argument(constant) != ""
    weights = {"weight": rows.weight} if takes else {}
    known = constant(rows.target, codec.schema, 1, **weights)
    if rows.exposure is not None:
        means = np.full(len(rows), known[0, 0])
        known[0, 1] = excess_of(*counted(rows.target, means, rows.weight, rows.exposure))
    if task_of(codec.schema.task).spells:  # in the steps that there are
        known = known[:, : codec.steps]
    note = "" if takes or rows.weight is None else "without the weights of rows"
    return (lambda test: np.repeat(known, len(test), axis=0)), note


def _fit_linear(
    rows: Rows, held: Array, codec: Codec, seed: int, *, single: bool = False
) -> tuple[Predict, str] | str:
    task = task_of(codec.schema.task)
    if refused := _refused(rows, task):
        return refused
    features = LinearFeatures(codec, single=single)
    matrix = features.fit(rows.inputs)
    notes = [] if single else notes_of(codec, "linear")
    if not matrix.shape[1]:
        notes.append("only a constant is left")
        return _fit_constant(rows, held, codec, seed)[0], ", ".join(notes)
    learnt = simple.Rows(
        matrix=matrix,
        target=rows.target,
        weight=rows.weight,
        exposure=rows.exposure,
        held=held,
        classes=len(codec.schema.classes),
        task=task,
        strength=10.0 if reads_words(codec) else 1.0,
    )
    ask, note = simple.SIMPLE[simple.learnt_by(task)].linear(learnt)
    notes += [note] if note else []
    return (lambda test: ask(features.matrix(test.inputs))), ", ".join(notes)


def _fit_boosting(rows: Rows, held: Array, codec: Codec, seed: int) -> tuple[Predict, str] | str:
    matrix, is_code = tree_matrix(rows.inputs, codec)
    unseen = np.isnan(matrix).all(axis=0)

    def features(test: Rows) -> Any:
        """The numbers; a column without any in the training rows is one constant."""
        found = tree_matrix(test.inputs, codec)[0]
        return np.where(unseen, 0.0, found) if unseen.any() else found

    if not matrix.shape[1]:
        kinds = dict.fromkeys(column.kind.plural for column in codec.columns.values())
        return f"the inputs are {together([*kinds])} only"
    task = task_of(codec.schema.task)
    if refused := _refused(rows, task):
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
    learnt = simple.Rows(
        matrix=features(rows),
        target=rows.target,
        weight=rows.weight,
        exposure=rows.exposure,
        held=held,
        classes=len(codec.schema.classes),
        task=task,
        options=options,
    )
    ask, note = simple.SIMPLE[simple.learnt_by(task)].boosting(learnt)
    return (lambda test: ask(features(test))), ", ".join(filter(None, [*notes, note]))


_FITTERS: Mapping[str, Fitter] = {
    "constant": _fit_constant,
    "linear": _fit_linear,
    "boosting": _fit_boosting,
}


def _refused(rows: Rows, task: Task) -> str:
    """Why scikit-learn's models cannot be fitted; empty if they can."""
    if not simple.learnt_by(task):
        return "it learns one class or one number a row"
    if task.labelled and len(np.unique(rows.target)) < 2:
        return "the training rows have one class"
    return ""
