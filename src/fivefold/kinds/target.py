"""The target columns of a table as one array."""

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column, shown
from fivefold.tasks.table import task_of


def encode_labels(values: Array, schema: Schema) -> Array:
    """The target column as its task has it: int64 class indices, or float64 numbers.

    Labels are compared in the canonical form of the target's kind, so 1, 1.0 and "1" are one
    category.

    Args:
        values: `(n,)` raw or canonical.
        schema: its target, task and classes.

    Raises:
        DataError: if a value is missing, not of the kind or not one of the classes; it carries
            `rows`.
    """
    task = task_of(schema.task)
    target = task.encode([_canonical(values, schema)], schema)
    _refuse(task.lacking(target), values, schema, task.wanted(schema))
    return target


def _canonical(values: Array, schema: Schema) -> Array:
    if values.dtype.kind == "f":  # labels hold the value of a float32, not its shortest text
        values = values.astype(np.float64)
    return canonical_column(values, schema[schema.target])[0]


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
