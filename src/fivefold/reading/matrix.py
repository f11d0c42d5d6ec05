"""A matrix without names, its columns matched by place."""

from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.errors import DataError
from fivefold.reading.arrays import dense, is_picture, read_inputs
from fivefold.reading.frames import column_of, is_frame
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw


def read_placed(x: Any, reading: Reading, raw: Raw | None) -> Raw:
    """The columns of a matrix: by place the model's own where rows are to be answered.

    Args:
        x: `(n, d)` with all columns of the table, all but the target, or the inputs; or the values
            of the only input.
        reading: what the model reads.
        raw: what was read of it already, with its target, for rows that are collected.

    Raises:
        DataError: if it has another number of columns.
    """
    if isinstance(x, list | tuple):
        x = objects(x) if x and all(map(is_picture, x)) else np.array(x, dtype=object)
    shape: tuple[int, ...] = tuple(getattr(x, "shape", ()))
    named = getattr(getattr(x, "dtype", None), "names", None)
    if not reading.asks or is_frame(x) or named:
        return read_inputs(x, "array") if raw is None else raw
    widths = {len(names): names for names in reversed(reading.layouts())}
    layout = widths.get(shape[1]) if len(shape) == 2 else None
    if layout is None and reading.only:
        values, kind = column_of(x)
        return Raw(
            name="array",
            columns={reading.only: values},
            types={reading.only: kind} if kind else {},
        )
    if layout is None:
        raise DataError(
            f"array: expected an array of shape (rows, {len(reading.inputs)}), found {shape}.",
            remedy=f"Order its columns like this: {', '.join(reading.inputs[:20])}.",
            wanted=(None, len(reading.inputs)),
            found=shape,
        )
    found = [column_of(column) for column in np.moveaxis(dense(x, "array"), 1, 0)]
    return Raw(
        name="array",
        columns={name: values for name, (values, _) in zip(layout, found, strict=True)},
        types={name: kind for name, (_, kind) in zip(layout, found, strict=True) if kind},
    )
