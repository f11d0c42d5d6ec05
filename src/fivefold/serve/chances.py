"""Scores as probabilities, where they are."""

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.tasks.known import task_of


def probabilities(schema: Schema, scores: Array) -> Array:
    """The scores of a model of classes, which are probabilities: float32 `(rows, classes)`.

    Raises:
        RequestError: if the model predicts a number.
    """
    chances = task_of(schema.task).chances(scores)
    if chances is not None:
        return chances
    found, remedy = f"one of numbers ({schema.predicted})", "Call predict instead."
    raise RequestError.expected(
        "predict_proba", "a model of classes", found, remedy, row=None, column=None
    )
