"""From scores to what people asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.kinds.codec import Codec


def answers(codec: Codec, scores: Array) -> Array:
    """The label of each row as people wrote it, or its number.

    Args:
        codec: tells the task and the classes.
        scores: `(rows, classes)` probabilities, or `(rows,)` values.

    Returns:
        `(rows,)`: the likeliest label, of equals the first (an object array where labels are
        texts or of several types), or float64 values.
    """
    schema = codec.schema
    if schema.task == "regression":
        return scores.astype(np.float64)
    labels = np.array(codec.labels(scores.argmax(axis=1)), dtype=object)
    if {type(label) for label in schema.classes} <= {int}:
        return _integers(labels, schema.classes)
    if {type(label) for label in schema.classes} <= {bool}:
        return labels.astype(np.bool_)
    if {type(label) for label in schema.classes} <= {float}:
        return labels.astype(np.float64)
    return labels


def _integers(labels: Array, classes: Sequence[Any]) -> Array:
    """Whole numbers in the first type that holds all classes; objects where none does."""
    for dtype in (np.int64, np.uint64):
        if np.iinfo(dtype).min <= min(classes) and max(classes) <= np.iinfo(dtype).max:
            return labels.astype(dtype)
    return labels


def probabilities(codec: Codec, scores: Array) -> Array:
    """The probability of each class for each row.

    Returns:
        Float32 `(rows, classes)`, in the order of `Schema.classes`.

    Raises:
        RequestError: if the model predicts a number.
    """
    schema = codec.schema
    if schema.task == "regression":
        raise RequestError(
            f"predict_proba: expected a model of classes, found one of numbers ({schema.target}).",
            remedy="Call predict instead.",
            row=None,
            column=None,
            wanted="classes",
            found="regression",
        )
    return scores
