"""From scores to what people asked for."""

from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.kinds.codec import Codec
from fivefold.tasks.table import task_of


def answers(codec: Codec, scores: Array) -> Array:
    """The label of each row as people wrote it, or its number.

    Args:
        codec: tells the task and the classes.
        scores: `(rows, classes)` probabilities, or `(rows,)` values.

    Returns:
        `(rows,)`: the likeliest label, of equals the first (an object array where labels are
        texts or of several types), or float64 values.
    """
    return task_of(codec.schema.task).answers(scores, codec.schema)


def probabilities(codec: Codec, scores: Array) -> Array:
    """The probability of each class for each row.

    Returns:
        Float32 `(rows, classes)`, in the order of `Schema.classes`.

    Raises:
        RequestError: if the model predicts a number.
    """
    schema = codec.schema
    if not task_of(schema.task).labelled:
        raise RequestError(
            "predict_proba: expected a model of classes, found one of numbers "
            f"({schema.predicted}).",
            remedy="Call predict instead.",
            row=None,
            column=None,
            wanted="classes",
            found=schema.task,
        )
    return scores
