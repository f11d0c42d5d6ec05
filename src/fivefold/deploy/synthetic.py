"""Rows that never were: each column drawn by itself from what the codec knows."""

from typing import Any

import numpy as np

from fivefold.kinds.codec import Codec
from fivefold.kinds.state import FittedColumn
from fivefold.serve.contract import Contract

ROWS = 16
NULLS = 0.15  # share of missing values


def draw_rows(
    codec: Codec, contract: Contract, *, rows: int = ROWS, seed: int = 0
) -> list[dict[str, Any]]:
    """Rows as JSON values, for a bundle to show what requests look like.

    No row of the data is copied: numbers are uniform over their usual range, categories and words
    among those known, and one category in ten is unknown.

    Args:
        codec: fitted.
        contract: tells the usual range of numbers.
        rows: how many.
        seed: of the draw.

    Returns:
        One dict a row, every input in it.
    """
    rng = np.random.default_rng(seed)
    columns = {
        field.name: _column(codec.columns[field.name], field.usual, rows, rng)
        for field in contract.fields
    }
    return [{name: values[row] for name, values in columns.items()} for row in range(rows)]


def _column(
    fitted: FittedColumn, usual: tuple[float, ...], rows: int, rng: np.random.Generator
) -> list[Any]:
    values = fitted.kind.synthesise(fitted, usual, rows, rng)
    if not fitted.kind.nullable:
        return values
    missing = rng.random(rows) < NULLS
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]
