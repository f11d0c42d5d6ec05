"""An estimator of scikit-learn as the model: fitted on encoded rows, and asked exactly."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.events import Noted
from fivefold.core.finding import Finding, finding
from fivefold.core.session import Session
from fivefold.core.values import write_value
from fivefold.core.wording import first_line, plural
from fivefold.decided import Decided, Resources
from fivefold.metrics.weight import relative
from fivefold.models.answered import answered
from fivefold.models.assemble import Assembled, assemble, digest
from fivefold.models.conversion import convert
from fivefold.models.estimated import Estimated, Live
from fivefold.models.exact import matrix_of
from fivefold.models.originals import originals_of, wants_originals
from fivefold.models.subgraph import Subgraph, blank
from fivefold.tasks.known import task_of
from fivefold.tasks.places import label_array, labels_of, places_of
from fivefold.train.clock import Clock
from fivefold.train.clone import cloned, few_rows, threads_of, title, weights_name
from fivefold.train.device import peak_bytes
from fivefold.train.known_odd import learnable
from fivefold.train.options import Options
from fivefold.train.outcome import COLUMNS

SEVERAL = 10_000_000  # numbers of a matrix from which more threads than one pay


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """How an estimator was fitted.

    Attributes:
        history: one row, as of a network's only epoch; none if it was only tried.
        findings: what it warned of.
        seconds: of the fit and of its graph.
        rows: that it learnt from.
        threads: that it was fitted with.
    """

    history: "pd.DataFrame"
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    rows: int = 0
    threads: int = 1


def try_estimator(stage: Options, data: Preprocessed, session: Session) -> Trained:
    """The network of an estimator that was fitted on a few rows, in the form that is exported."""
    data = learnable(data, clean=False)
    network = unfitted(stage, data)
    first = digest(network)
    few = data.train.take(few_rows(data.train.target))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _fit(network, stage, few, data, session)
    except Exception as error:  # too few rows for it, maybe: the fit itself will tell
        body = _body(network)
        body.answer = Subgraph.of(blank(body.flat.width, len(body.places)), len(body.places))
        session.emit(Noted(text=f"{body.name} was not tried: {first_line(error)}"))
    return _trained(network, data, session, first, Course(history=_history()))


def train_estimator(stage: Options, data: Preprocessed, session: Session) -> Trained:
    """Fit a clone of the estimator, and find the graph that answers as it.

    It learns from training and validation rows, in their order in the table: it stops by none.
    """
    from threadpoolctl import threadpool_limits

    data = learnable(data, clean=False)
    spent, network = Clock(None), unfitted(stage, data)
    body, first = _body(network), digest(network)
    rows = data.train.joined(data.valid)
    rows = rows.take(np.argsort(rows.index, kind="stable"))
    work = len(rows) * body.flat.width
    limit = stage.threads or (None if work >= SEVERAL else 1)
    said = f"{plural(len(rows), 'row')} of {plural(body.flat.width, 'number')}"
    of = f", {len(data.valid):,} of them for validation, as it stops by none"
    session.emit(Noted(text=f"{body.name}, fitted on {said}{of if len(data.valid) else ''}."))
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=limit):
        warnings.simplefilter("always")
        _fit(network, stage, rows, data, session)
        if network.head.decides and len(data.valid):
            session.emit(Noted(text=_decide(network, stage, data, session)))
        threads = threads_of(_live(network).estimator)
    findings = tuple(_warned(body.name, caught))
    if rows.weight is not None and not weights_name(_live(network).estimator):
        text = f"{body.name} takes no weights: it was fitted without those of the rows."
        findings = (*findings, finding("estimator_warned", text, "warning", weights=False))
    if body.answer is None:
        text = (
            f"{body.name} has no graph: {body.refusal}. It answers in this process alone and is "
            "not saved."
        )
        session.emit(Noted(text=text))
    history = _history(network, rows, data, spent.seconds)
    course = Course(
        history=history,
        findings=findings,
        seconds=spent.seconds,
        rows=len(rows),
        threads=threads,
    )
    return _trained(network, data, session, first, course)


def unfitted(stage: Options, data: Preprocessed) -> Assembled:
    """The network of an estimator that was not fitted."""
    task = task_of(data.codec.schema.task)
    name = title(stage.model)

    def factory(inputs: Any, outputs: Any) -> Estimated:
        link = "log" if task.trees == "rate" else "steps" if task.simple == "order" else ""
        return Estimated(inputs, outputs, name=name, choice=task.labelled, whole=whole, link=link)

    whole = wants_originals(stage.model)
    network = assemble(data.codec, factory, target=data.train.target, bare=whole)
    body = _body(network)
    if not task.labelled:
        for buffer, known in ((body.mean, network.head.mean), (body.spread, network.head.std)):
            buffer.copy_(torch.as_tensor(known).reshape(-1))
    network.threads = stage.threads or 1
    return network.eval()


def _fit(
    network: Assembled, stage: Options, rows: Rows, data: Preprocessed, session: Session
) -> None:
    """Fit a clone on these rows, and let the network answer as it does."""
    body = _body(network)
    if rows.weight is not None:  # rows that count nothing are none
        rows = rows.take(np.flatnonzero(rows.weight))
    matrix = matrix_of(network, rows.inputs)
    estimator = cloned(stage.model, session.seed)
    target, classes = rows.target, data.codec.schema.classes
    if body.choice:
        target = label_array(labels_of(target, classes), classes)
        if target.dtype == object and {type(label) for label in classes} <= {str}:
            target = target.astype(str)
        elif target.dtype == object:  # of several types: scikit-learn sorts no such labels
            target = rows.target
    weights: dict[str, Any] = {}
    takes = weights_name(estimator)
    if rows.weight is not None and takes:
        weights[takes] = relative(rows.weight)
    live = Live(estimator, None)
    if body.whole:
        live.originals = originals_of(data.codec, network.fixed)
    estimator.fit(live.read(matrix.astype(np.float64)), target, **weights)
    if body.choice:
        own = np.asarray(estimator.classes_)
        live.labels = own.astype(np.int64) if target is rows.target else _places(own, classes)
    mean, spread = body.mean.numpy(), body.spread.numpy()
    if body.choice:
        mean, spread = np.zeros(len(own)), np.ones(len(own))
    graph, refusal = convert(live, matrix, mean, spread)
    body.attach(live, graph, matrix, refusal=refusal)


def fitted_on(stage: Options, rows: Rows, data: Preprocessed, session: Session) -> Assembled:
    """The network of an estimator that has learnt from these rows alone."""
    network = unfitted(stage, data)
    _fit(network, stage, rows, data, session)
    return network


def _decide(network: Assembled, stage: Options, data: Preprocessed, session: Session) -> str:
    """Let the head decide of answers, by validation rows that a clone has not learnt from."""
    other = fitted_on(stage, data.train, data, session)
    valid, head = data.valid, network.head
    matrix = matrix_of(other, valid.inputs).astype(np.float64)
    outputs = _body(other).turned(torch.from_numpy(_live(other).answers(matrix)))
    weight = None if valid.weight is None else torch.as_tensor(relative(valid.weight))
    more = {} if valid.exposure is None else {"exposure": valid.exposure}
    return head.decide(outputs, head.targets(valid.target), weight, **more)


def _places(labels: Array, classes: Any) -> Array:
    """Where the classes of an estimator stand in the schema."""
    cells = np.empty(len(labels), dtype=object)
    cells[:] = [str(label) for label in labels.tolist()]
    return places_of(cells, classes)


def _warned(name: str, caught: list[warnings.WarningMessage]) -> Any:
    """What an estimator warned of, each sentence once."""
    for text in dict.fromkeys(str(warning.message).strip() for warning in caught):
        severity = "warning" if "converge" in text.lower() else "note"
        said = " ".join(text.split())
        yield finding("estimator_warned", f"{name} says: {said}", severity, estimator=name)  # type: ignore[arg-type]


def _history(
    network: Assembled | None = None,
    learnt: Rows | None = None,
    data: Preprocessed | None = None,
    seconds: float = 0.0,
) -> "pd.DataFrame":
    """One row, as of an epoch, with the loss of all rows that were learnt; none without a network.

    There is no loss of validation rows, as they were learnt too.
    """
    lines: list[dict[str, float]] = []
    if network is not None and learnt is not None and data is not None:
        nothing = float("nan")
        losses = {"train_loss": _loss(network, learnt, data), "valid_loss": nothing, "lr": nothing}
        lines = [{"epoch": 1, **losses, "seconds": seconds}]
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype({"epoch": "int64"})


def _loss(network: Assembled, rows: Rows, data: Preprocessed) -> float:
    """The mean loss of rows by the task, of numbers in deviations; NaN without rows.

    Raises:
        ModelError: if it does not answer each with a finite number.
    """
    if not len(rows):
        return float("nan")
    head = network.head
    scores, target = answered(network, rows, data.codec, who="Train"), rows.target
    weight = rows.weight
    if rows.exposure is not None and weight is not None:
        target, weight = target * rows.exposure, weight / rows.exposure
    if not head.task.labelled and not _body(network).link:
        scores, target = head.deviations(scores), head.deviations(target)
    return float(np.average(head.task.row_losses(target, scores), weights=weight))


def _trained(
    network: Assembled, data: Preprocessed, session: Session, first: str, course: Course
) -> Trained:
    body, live = _body(network), _body(network).live
    written = "" if live is None else " ".join(repr(live.estimator).split())
    given = write_value(None if live is None else live.estimator, Any, "Train.model", False)
    fitted = len(course.history)
    return Trained(
        model=network,
        history=course.history,
        settings=Decided.of(
            {
                "network": body.name,
                "written": written,
                "chosen": "given",
                "ending": "finished" if fitted else "not trained",
                "estimator": given,
                "exported": body.answer is not None,
                "device": "cpu",
                "threads": course.threads,
                "rows": course.rows,
                "seed": session.seed,
            }
        ),
        resources=Resources(
            seconds=course.seconds,
            peak_bytes=peak_bytes(network.device),
            rows_per_second=course.rows / course.seconds if course.seconds else 0.0,
        ),
        first_digest=first,
        findings=course.findings,
    )


def _body(network: Assembled) -> Estimated:
    assert isinstance(network.body, Estimated)
    return network.body


def _live(network: Assembled) -> Live:
    live = _body(network).live
    assert live is not None
    return live
