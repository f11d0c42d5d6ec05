"""A model that was made elsewhere, judged by its answers as one of fivefold's own is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.table import Array
from fivefold.collect.collect import Collect
from fivefold.core.circumstances import moment
from fivefold.core.context import Context
from fivefold.core.events import Noted, RunStarted, announced
from fivefold.core.execution import Execution
from fivefold.core.faults import raise_all
from fivefold.core.finding import Finding
from fivefold.core.run import preflight
from fivefold.core.session import Session
from fivefold.core.wiring import place
from fivefold.core.wish import FLAG, SEED, Wish, counts, faults_of
from fivefold.core.wording import plural
from fivefold.division import By, Units, rule_of
from fivefold.errors import ConfigError
from fivefold.evaluate.baselines import BASELINES, Baseline, BaselineName, fit_baselines
from fivefold.evaluate.evaluation import judge
from fivefold.evaluate.finders.outside import fit_out_of_fold
from fivefold.evaluate.threshold import Asked, choose, fault_of
from fivefold.folds import draw_folds
from fivefold.observers.listeners import listeners
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_parts
from fivefold.reading.source import describe
from fivefold.result import Result
from fivefold.sensitive import compared_columns
from fivefold.study.copied import without_copies
from fivefold.study.predictions import Given, answers_given, answers_of, columns_named, columns_of
from fivefold.study.shares import WHO
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import GIVEN_LABELS, Threshold

FOLDS = 5
ROLLED = ("series_id", "horizon", "test_source")
"""Settings of Collect that make other rows of those that were predicted."""
WRITTEN = (
    *("kinds", "missing", "decimal", "thousands", "date_format", "on_bad_value", "header"),
    *("delimiter", "encoding", "skip", "root", "query", "parameters"),
)
"""Those that say how cells are written."""
FEWEST_ROWS = 20
"""Test rows without training rows, below which no simple model is fitted."""
UNDIVIDED = ("date_column", "group_column", "rows_in_order")
"""Findings about how rows would be divided, which nobody does where all are test rows."""
_PART = "Pass a fraction as {}=, 0.95."
SHARE = Wish("{} between 0 and 1", lambda one: isinstance(one, float) and 0 < one < 1, _PART)
NAMES = Wish(
    "{} as some of constant, linear, boosting",
    lambda value: isinstance(value, tuple | list) and set(value) <= set(BASELINES),
    'Pass {}=("constant", "linear"), or () for none.',
)
_NONE = np.zeros(0, np.int64)


def audit(
    test: Any,
    *,
    prediction: Any,
    target: str | int | None = None,
    train: Any = None,
    threshold: Asked | None = None,
    metrics: Mapping[str, Callable[..., Any]] | None = None,
    baselines: tuple[BaselineName, ...] = BASELINES,
    level: float = 0.95,
    looks: int | None = None,
    sensitive: str | Sequence[str] = (),
    seed: int = 0,
    progress: bool = False,
    **settings: Any,
) -> Result:
    """Judge a model that was made elsewhere by its predictions, as a run judges its own.

    Scores with intervals, simple models beside it, what is wrong with rows and answers, groups it
    is weak on, calibration, the verdict and the report. The model itself is not needed, and nothing
    is known of what it learnt from but the rows that are given as `train`.

    Simple models learn from the training rows. Without these they learn from test rows, and none
    answers a row that it knows, as each fifth is answered by what the others tell; the constant
    answer alone is that of all test rows, which none can be better than.

    Args:
        test: the rows that were predicted, with the target: whatever `Collect` takes.
        prediction: the column that holds the predictions: labels, the probability of the positive
            class, or numbers. Columns of probabilities, one a class, in a list, by what their names
            begin with (`"p_"`), or by class, `{"yes": "p1", "no": "p0"}`. Or the predictions
            themselves, a row each in the order of the test rows: an array `(n,)`, `(n, classes)` in
            the order of scikit-learn's `classes_`, or a frame or mapping of arrays by class.
        target: the column that was predicted; images, `(X, y)` and bundled sets bring one.
        train: the rows that the model learnt from, in any of these forms; None if nobody has them.
        threshold: of two classes the probability above which the positive one was answered, or what
            errors cost, as of `Evaluate`; the likeliest class if None.
        metrics: own metrics by name, as of `Evaluate`.
        baselines: simple models to fit beside it: `constant`, `linear`, `boosting`.
        level: coverage of the intervals, a fraction.
        looks: the most models that may be scored on these test rows; None for any number.
        sensitive: columns whose groups are compared, as of `Evaluate`.
        seed: of what is drawn: resamples and folds.
        progress: whether to show what is being done.
        settings: of `Collect`: `positive=`, `drop=`, `group=`, `time=`, `weight=`, `kinds=`,
            `missing=` and others. Columns that the model does not read are best dropped.

    Returns:
        The result, as of a run without a model: `metrics`, `findings`, `tables`, `verdict`,
        `report("audit.html")`.

    Raises:
        ConfigError: if an argument or a setting is wrong.
        DataError: if predictions are none of the task: missing, of other classes, outside 0 to 1,
            more or fewer than rows.
        SpentError: if the test rows were scored as often as `looks` allows.

    Example:
        >>> rows = {"age": [n * 37 % 101 / 4 for n in range(200)], "paid": ["no", "yes"] * 100}
        >>> found = audit(rows, target="paid", prediction=["no", "yes"] * 99 + ["no", "no"])
        >>> float(found.metrics["accuracy"]), found.verdict.simpler.tone
        (0.995, 'good')
    """
    asked: dict[str, tuple[Any, Wish]] = {"seed": (seed, SEED), "progress": (progress, FLAG)}
    asked["looks"] = (looks, counts(1).or_none())
    asked |= {"level": (level, SHARE), "baselines": (baselines, NAMES)}
    raise_all(faults_of(WHO, asked))
    observers = listeners(progress=progress)
    session, begun = Session(seed=seed, recipe="", observers=tuple(observers)), perf_counter()
    with announced(observers, RunStarted(seed=seed, device="cpu", directory="", recipe="")):
        collected, given, rows = _collected(test, prediction, target, train, settings, session)
        compared = compared_columns(sensitive, collected.schema, f"{WHO}: sensitive=")
        partition = _as_given(collected, rows)
        took, own = perf_counter() - begun, session.child(WHO)
        data = _encoded(collected, partition)
        evaluated = judge(
            *(collected, partition, data, given.scores, own),
            given=given.told,
            fitted=_simple(collected, partition, data, tuple(baselines), own),
            own=metrics,
            level=level,
            looks=looks,
            threshold=_decides(threshold, collected, given),
            sensitive=compared,
        )
    made = Context.of([collected, partition, data, evaluated])
    seconds = {"collect": took, WHO: perf_counter() - begun - took}
    return Result(Execution(session, made, seconds=seconds, when=moment()))


def _collected(
    test: Any,
    prediction: Any,
    target: str | int | None,
    train: Any,
    settings: dict[str, Any],
    session: Session,
) -> tuple[Collected, Given, Array]:
    """The rows, what was answered, and which rows are judged."""
    for name in filter(settings.get, ROLLED):
        remedy = f"Leave {name}= out, and pass one row a prediction."
        raise ConfigError.expected(WHO, "rows as they were predicted", f"{name}=", remedy)
    stage = Collect(test, target=target, **settings)
    is_text = isinstance(prediction, str)
    listed = isinstance(prediction, list | tuple) and all(isinstance(p, str) for p in prediction)
    by_class = isinstance(prediction, Mapping) and all(
        isinstance(name, str) for name in prediction.values()
    )
    names: dict[str, str | None] = {}
    source = describe(test).replace("\\", "/").rsplit("/", 1)[-1]
    known = columns_of(stage) if is_text or by_class or listed or stage.drop else []
    if is_text or by_class or (listed and (len(prediction) == 1 or {*prediction} & {*known})):
        names = columns_named(prediction, known, source)
    if train is None:
        collected = tested = _run(stage.replace(drop=(*stage.drop, *names)), session)
        rows = np.flatnonzero(tested.usable)
    else:
        written = {name: value for name, value in settings.items() if name in WRITTEN}
        tested = _run(Collect(test, drop=tuple(names), **written), session.replace(observers=()))
        stage = stage.replace(source=train, test_source=test)
        lacking = {*known} - {*(columns_of(stage) if known else ())}  # by the training rows
        drop = tuple(name for name in (*stage.drop, *names) if name not in lacking)
        collected = _run(stage.replace(drop=drop), session)
        rows = np.flatnonzero(collected.usable & (collected.given == 2))
    if collected.is_open:
        remedy = "Pass target=, the column that was predicted."
        raise ConfigError.expected(WHO, "a target", "none", remedy)
    if names:
        cells = {name: tested.table.column(name) for name in names}
        given = answers_of(cells, names, collected, rows, source)
    else:
        given = answers_given(prediction, collected, rows, len(tested.table))
    found = [one for one in collected.findings if not _is_of_answers(one, names)]
    found = [one for one in found if train is not None or one.code not in UNDIVIDED]
    schema, copies = without_copies(collected, given.scores, rows)
    return collected.replace(schema=schema, findings=(*found, *copies)), given, rows


def _is_of_answers(found: Finding, names: Iterable[str]) -> bool:
    """Whether it says that training rows lack the columns of predictions, as they do."""
    return found.code == "extra_columns" and set(found.numbers["columns"]) <= set(names)


def _run(stage: Collect, session: Session) -> Collected:
    """What Collect reads, of rows that may have nothing to learn from beside the predictions."""
    steps = place([stage])
    session = session.replace(left_open=frozenset([steps[0].name]))
    preflight(steps, Context(), session)
    return stage.gathered(session.child(steps[0].name), needs_inputs=False)


def _as_given(collected: Collected, rows: Array) -> Partition:
    """The parts as they were given: training rows, if there are some, and test rows."""
    judged = np.zeros(len(collected.table), bool)
    judged[rows] = True
    learnt = collected.usable & ~judged if collected.given is not None else np.zeros_like(judged)
    train = np.flatnonzero(learnt)
    how = "training and test rows as they were given" if len(train) else "test rows as they came"
    by = rule_of(collected, "auto")
    return Partition(train=train, valid=_NONE, test=rows, how=how, by=by)


def _encoded(collected: Collected, partition: Partition) -> Preprocessed:
    """All rows as arrays; without training rows none are encoded as such."""
    if len(partition.train):
        return encode_parts(collected, partition).replace(findings=())
    as_if = partition.replace(train=partition.test, test=_NONE)
    data = encode_parts(collected, as_if, columns="all")
    none = data.train.take(slice(0))
    return data.replace(train=none, valid=none, test=data.train, findings=())


def _simple(
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    names: tuple[BaselineName, ...],
    session: Session,
) -> Iterator[Baseline]:
    """Simple models beside the answers."""
    if not names or not task_of(collected.schema).compared:
        return
    if len(partition.train):
        session.emit(Noted(text=f"Fitting simple models beside it: {', '.join(names)}."))
        yield from fit_baselines(data, names, seed=session.seed)
        return
    if "constant" in names:  # one that knows the test rows is harder to beat, and no chance at all
        [known] = fit_baselines(data.replace(train=data.test), ("constant",), seed=session.seed)
        yield replace(known, note=f"{known.note}, knows the targets of the test rows")
    others = tuple(name for name in names if name != "constant")
    if not others or not collected.schema.inputs:
        return
    by: By = "group" if collected.schema.named("group") else "stratified"
    rows = partition.test
    units = len(np.unique(Units.of(collected, by).numbered(rows)))
    if len(rows) < FEWEST_ROWS or units < FOLDS:
        text = f"{plural(len(rows), 'test row')} are too few, or too alike, for simple models."
        session.emit(Noted(text=text))
        return
    text = f"Fitting simple models on test rows, out of {FOLDS} folds: {', '.join(others)}."
    session.emit(Noted(text=text))
    folds = draw_folds(collected, rows, FOLDS, session.seed, by=by)
    parts = (
        encode_parts(collected, partition.replace(train=learnt, test=held))
        for learnt, held in folds
    )
    yield from fit_out_of_fold(parts, rows, others, session.seed)


def _decides(asked: Asked | None, collected: Collected, given: Given) -> Threshold | None:
    """What decides the answers, as far as that can be known.

    Raises:
        ConfigError: if answers came as labels already, or rows would choose.
        PreflightError: if the task has none.
    """
    if isinstance(asked, str):
        remedy = "Pass the number that the model goes by, or what errors cost."
        found = f"{asked!r}, which rows choose that nothing is judged by"
        raise ConfigError.expected(WHO, "threshold as a number or costs", found, remedy)
    if asked is None:
        return GIVEN_LABELS if given.bare else None
    if given.bare:
        remedy = "Leave threshold= out, or pass probabilities."
        raise ConfigError.expected(WHO, "probabilities beside threshold=", "labels", remedy)
    fault = fault_of(asked, collected.schema)
    if fault is not None:
        raise fault
    classes = collected.schema.classes
    return choose(asked, classes, _NONE, np.zeros((0, len(classes))))
