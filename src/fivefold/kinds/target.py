"""What is to be predicted, as class indices or numbers."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.cell import BAD, as_float, word
from fivefold.codecs.coded import remembered
from fivefold.codecs.schema import Label, Schema
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical, canonical_column, shown


def encode_labels(values: Array, schema: Schema) -> Array:
    """The target column as int64 class indices, or as float64 for regression.

    Labels are compared in the canonical form of the target's kind, so 1, 1.0 and "1" are one
    category.

    Args:
        values: `(n,)` raw or canonical.
        schema: its target, task and classes.

    Raises:
        DataError: if a value is missing, not of the kind or not one of the classes; it carries
            `rows`.
    """
    column = schema[schema.target]
    if values.dtype.kind == "f":  # labels hold the value of a float32, not its shortest text
        values = values.astype(np.float64)
    array, _ = canonical_column(values, column)
    if schema.task == "regression":
        targets = np.asarray(array, dtype=np.float64)
        _refuse(np.isnan(targets), values, schema, "a number")
        return targets
    indices = {
        canonical(label, column.kind, format=column.format): index
        for index, label in enumerate(schema.classes)
    }
    coded = remembered(array)
    if coded is not None:
        each = [indices.get(value, -1) for value in coded.values.tolist()]
        codes = np.array([*each, -1], np.int64)[coded.codes]
    else:
        found = (indices.get(value, -1) for value in array.tolist())
        codes = np.fromiter(found, np.int64, len(array))
    _refuse(codes < 0, values, schema, f"one of {', '.join(map(repr, schema.classes[:8]))}")
    return codes


def _refuse(wrong: Array, values: Array, schema: Schema, wanted: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise DataError(
            f"Target `{schema.target}`, row {rows[0]:,}: expected {wanted}, "
            f"found {shown(values[rows[0]])}.",
            evidence=f"So in {len(rows):,} of {len(wrong):,} rows.",
            column=schema.target,
            rows=tuple(int(row) for row in rows),
        )


def mean_and_spread(values: Array) -> tuple[float, float]:
    """What numbers are standardised by: their mean and deviation, 1 where they hardly differ.

    Args:
        values: `(n,)` float64 targets of training rows.

    Example:
        >>> mean_and_spread(np.array([1.0, 3.0])), mean_and_spread(np.array([5.0, 5.0]))
        ((2.0, 1.0), (5.0, 1.0))
    """
    if not len(values):
        return 0.0, 1.0
    mean, spread = float(values.mean()), float(values.std())
    return mean, spread if spread > 1e-12 * abs(mean) else 1.0


def labels_of(indices: Array, schema: Schema) -> list[Label]:
    """The labels of class indices, as people write them."""
    return [schema.classes[index] for index in indices.tolist()]


def find_label(asked: Label, classes: Sequence[Label]) -> int | None:
    """The place of a label that may be written otherwise: `"1.0"`, `1.0` and `1` are one.

    Between numbers and truth values, 1 is true and 0 is false.

    Args:
        asked: as a user writes it.
        classes: labels as the source wrote them.

    Example:
        >>> find_label("1.0", (0.5, 1.0)), find_label(0.1, (float(np.float32(0.1)),))
        (1, 0)
    """
    wanted = word(asked)
    words = [word(label) for label in classes]
    if wanted in words:
        return words.index(wanted)
    if isinstance(asked, bool | np.bool_):
        return find_label(int(asked), classes)
    try:
        number = as_float(asked)
    except BAD:
        return None
    near = [
        place
        for place, label in enumerate(classes)
        if isinstance(label, float)
        and (label == number or (_of_float32(label) and word(np.float32(label)) == word(number)))
    ]
    if number in (0, 1) and all(isinstance(label, bool) for label in classes):
        near = [place for place, label in enumerate(classes) if label == number]
    return near[0] if near else None


def _of_float32(label: float) -> bool:
    with np.errstate(over="ignore"):
        return float(np.float32(label)) == label
