"""The target columns of a table as one array."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import together
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import KINDS, kind_of
from fivefold.tasks.known import task_of


def encode_targets(columns: Sequence[Array], schema: Schema, steps: int | None = None) -> Array:
    """The target columns as their task has them: int64 class indices, or float64 numbers.

    Labels are compared in the canonical form of the target's kind, so 1, 1.0 and "1" are one
    category.

    Args:
        columns: `(n,)` raw or canonical, one a target.
        schema: its targets, task and classes.
        steps: positions of an encoded row, for a sequence.

    Raises:
        DataError: if a value is missing, not of the kind or not one of the classes; it carries
            `rows`.
    """
    task = task_of(schema.task)
    if task.spells and steps is None:
        raise _unspelt(schema)
    if task.sequence and steps is None:
        raise DataError(
            f"Target {_named(schema)}: expected one sequence among the inputs, as each of its "
            "positions is to have an answer, found none or several."
            if not task.plane
            else f"Target {_named(schema)}: expected one picture among the inputs, as each of its "
            "pixels is to have an answer, found none or several.",
            remedy=f"Collect one column of {'pictures' if task.plane else 'texts'}, or drop= the "
            "others.",
            column=schema.targets[0],
        )
    named = zip(columns, schema.targets, strict=True)
    target = task.encode([_canonical(raw, schema[name]) for raw, name in named], schema, steps)
    rows = np.flatnonzero(task.lacking(target))
    if len(rows):
        raise DataError(
            f"Target {_named(schema)}, row {rows[0]:,}: expected {task.wanted(schema)}, "
            f"found {' and '.join(shown(raw[rows[0]]) for raw in columns)}.",
            evidence=f"So in {len(rows):,} of {len(target):,} rows.",
            column=schema.targets[0],
            rows=tuple(int(row) for row in rows),
        )
    return target


def _unspelt(schema: Schema) -> DataError:
    """The fault of inputs of which none, or several, can be written down."""
    able = [kind for kind in KINDS if kind.block.spells]
    wanted = " or ".join(kind.plural for kind in able)
    found, name = [f"`{c.name}` ({c.kind})" for c in schema.inputs[:8]], schema.inputs[0].name
    many = sum(kind_of(column.kind).block.spells for column in schema.inputs) > 1
    return DataError(
        f"Target {_named(schema)}: expected one column of {wanted} to write down, found "
        f"{together(found)}.",
        remedy="drop= all of them but one."
        if many
        else f"Collect such a column, or say that one is: kinds={{{name!r}: {able[0].name!r}}}.",
        column=schema.targets[0],
        found=tuple(column.name for column in schema.inputs),
    )


def _named(schema: Schema) -> str:
    return together([f"`{name}`" for name in schema.targets])


def _canonical(values: Array, column: Column) -> Array:
    if values.dtype.kind == "f":  # labels hold the value of a float32, not its shortest text
        values = values.astype(np.float64)
    return canonical_column(values, column)[0]
