"""What a model that was made elsewhere answers: columns or arrays, as scores of the test rows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.cell import word
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.collect.collect import Collect
from fivefold.collect.glance import glance
from fivefold.collect.taken import reading_of
from fivefold.core.wording import literal, nearest, quoted, together
from fivefold.errors import ConfigError, DataError
from fivefold.keys import missing_rows
from fivefold.reading.source import read
from fivefold.study.shares import (
    WHO,
    Named,
    by_class,
    number_of,
    numbers_of,
    refuse,
    shares_of,
    where_of,
)
from fivefold.tasks.known import task_of
from fivefold.tasks.places import find_label

READABLE = "a prediction that can be read in each row"


class Given(NamedTuple):
    """Answers for the test rows.

    Args:
        scores: `(n, classes)` float64 probabilities, those of the answer alone 1; or `(n,)` values.
        bare: whether they came as labels, without probabilities.
        told: where they stand, in words.
    """

    scores: Array
    bare: bool
    told: str


def columns_of(stage: Collect) -> list[str]:
    """The names of the columns of a source that is yet to be collected."""
    reading = reading_of(stage)
    return glance(stage.source, reading) or list(read(stage.source, reading).columns)


def columns_named(prediction: Any, names: Sequence[str], source: str) -> dict[str, str | None]:
    """The columns that hold the answers, each with the class that is said of it, or None.

    Args:
        prediction: a column, what several begin with, several, or columns by class.
        names: of all columns; empty where they are not known.
        source: for messages.

    Raises:
        DataError: if there is no such column.
    """
    if isinstance(prediction, Mapping):
        asked: dict[str, str | None] = {str(name): word(one) for one, name in prediction.items()}
    else:
        asked = dict.fromkeys([prediction] if isinstance(prediction, str) else map(str, prediction))
    if not asked:
        remedy = 'Pass prediction="COLUMN".'
        raise ConfigError.expected(WHO, "a column of predictions", "none", remedy)
    lacking = [name for name in asked if name not in names]
    if len(asked) == 1 and lacking:
        begun = [name for name in names if name.startswith(lacking[0])]
        if len(begun) > 1:
            return {name: name.removeprefix(lacking[0]) for name in begun}
    if lacking:
        near = nearest(lacking[0], names)
        raise DataError(
            f"{source}: expected a column `{lacking[0]}` of predictions, found none.",
            evidence=f"Columns: {quoted(names, 20)}.",
            remedy=f"Write prediction={literal(near) if near else literal('COLUMN')}.",
            column=lacking[0],
            near=near,
        )
    return asked


def answers_of(
    cells: Mapping[str, Array], classes: Named, collected: Collected, rows: Array, source: str
) -> Given:
    """The answers that columns hold.

    Args:
        cells: canonical, `(m,)` of all rows of the test source, by column.
        classes: of each of them.
        collected: the table and its schema; the last `m` of its rows are those of the test source.
        rows: `(n,)` positions in the table, of those to judge.
        source: for messages.

    Raises:
        DataError: if they are no answers of the task: naming columns and rows.
    """
    first = len(collected.table) - len(next(iter(cells.values())))
    held = {name: values[rows - first] for name, values in cells.items()}
    places = rows - first
    for name, values in held.items():
        refuse(
            where_of(name, source),
            missing_rows(values),
            places,
            "a prediction that can be read in each row",
        )
    schema = collected.schema
    check_task(schema)
    if not task_of(schema).labelled:
        if len(held) > 1:
            wanted = f"one column of predicted numbers of `{schema.target}`"
            raise DataError.expected(source, wanted, f"{len(held)}", "Name one.")
        [(name, values)] = held.items()
        return Given(numbers_of(values, where_of(name, source), places), False, _told(held, source))
    if len(held) > 1 or next(iter(classes.values())) is not None:
        scores = by_class(held, classes, schema, places, source)
        return Given(scores, False, f"{_told(held, source)}: probabilities of the classes")
    [(name, values)] = held.items()
    return _of_one(values, schema, where_of(name, source), places, _told(held, source))


def answers_given(prediction: Any, collected: Collected, rows: Array, count: int) -> Given:
    """The answers that arrays hold, one for each row of the test source.

    Args:
        prediction: `(m,)` labels, probabilities of the positive class, or values; `(m, classes)`
            probabilities, of the classes in their order as scikit-learn sorts them; or arrays
            `(m,)` by class, of a frame or a mapping.
        collected: as of `answers_of`.
        rows: as of `answers_of`.
        count: `m`.

    Raises:
        DataError: if they are none, or not as many as there are rows.
    """
    if hasattr(prediction, "columns") and hasattr(prediction, "__getitem__"):
        prediction = {label: prediction[label] for label in prediction.columns}
    if not isinstance(prediction, Mapping):
        array = np.asarray(prediction)
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        labels = sorted_labels(collected.schema)
        if array.ndim == 2 and array.shape[1] != len(labels):
            wanted = f"prediction as {len(labels)} columns, one a class"
            found = f"{array.shape[1]}"
            remedy = "Pass arrays by class, prediction={'yes': array, ...}."
            raise DataError.expected(WHO, wanted, found, remedy)
        if array.ndim not in (1, 2):
            wanted, found = "prediction as one or two axes", f"{array.ndim}"
            raise DataError.expected(WHO, wanted, found, "Pass one line a row.")
        prediction = {None: array} if array.ndim == 1 else dict(zip(labels, array.T, strict=True))
    cells, classes = dict[str, Array](), dict[str, str | None]()
    for label, values in prediction.items():
        name = "prediction" if label is None else word(label)
        array = np.asarray(values)
        if array.shape != (count,):
            wanted = f"a prediction for each of the {count:,} test rows"
            remedy = "Pass predictions of these rows, in their order."
            raise DataError.expected(WHO, wanted, f"{len(array):,}", remedy, rows=len(array))
        array = array.astype(np.float64) if array.dtype.kind in "iuf" else array.astype(object)
        cells[name], classes[name] = array, None if label is None else name
    given = answers_of(cells, classes, collected, rows, "")
    return given._replace(told="the predictions that were passed")


def check_task(schema: Schema) -> None:
    """Refuse targets whose answers are neither one class nor one number a row.

    Raises:
        DataError: naming the task.
    """
    task = task_of(schema)
    plain = task.simple or task.trees
    fits = plain in ("class", "number", "order") and len(schema.targets) == 1
    if not fits or task.network or task.several or task.placed or task.ahead:
        wanted, found = "one class or one number as the answer of a row", f"{task.name} to predict"
        remedy = "Leave task= out, or name one target."
        raise DataError.expected(WHO, wanted, found, remedy, task=task.name)


def sorted_labels(schema: Schema) -> list[Label]:
    """The classes as numpy, and so scikit-learn's `classes_`, puts them in order."""
    try:
        return sorted(schema.classes, key=float)
    except (TypeError, ValueError):
        return sorted(schema.classes, key=str)


def _of_one(values: Array, schema: Schema, where: str, places: Array, told: str) -> Given:
    """Labels, or of two classes the probability of the second one."""
    classes = schema.classes
    known = {cell: find_label(cell, classes) for cell in dict.fromkeys(values.tolist())}
    if None not in known.values():
        said = np.array([known[cell] for cell in values.tolist()], dtype=np.int64)
        return Given(np.eye(len(classes))[said], True, f"{told}: labels")
    strange = [cell for cell, place in known.items() if place is None]
    amounts = [cell for cell in strange if np.isfinite(number_of(cell))]
    if len(amounts) < len(strange) or len(classes) != 2:
        few = quoted([word(cell) for cell in strange if cell not in amounts] or strange, 3)
        remedy = "Write labels as the target has them, or pass train= with rows of those classes."
        if len(amounts) == len(strange):
            remedy = (
                f"Pass a column of probabilities for each of {len(classes)} classes, or labels."
            )
        raise DataError(
            f"{where}: expected labels of `{schema.target}`, found {few}.",
            evidence=f"Its classes: {quoted(classes, 8)}.",
            remedy=remedy,
            labels=tuple(word(cell) for cell in strange),
        )
    shares = shares_of(values, where, places)
    scores = np.stack([1.0 - shares, shares], axis=1)
    return Given(scores, False, f"{told}: probabilities of {word(classes[1])}")


def _told(held: Mapping[str, Array], source: str) -> str:
    names = list(held)
    shown = [f"`{name}`" for name in names[:3]] + (["others"] if len(names) > 3 else [])
    return f"{'columns' if len(names) > 1 else 'column'} {together(shown)} of {source}"
