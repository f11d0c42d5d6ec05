"""Columns of the test rows that hold what was predicted, beside those that are said to."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.keys import is_countable
from fivefold.tasks.places import places_of

FEWEST = 10
"""Rows below which columns are equal by chance."""


def without_copies(
    collected: Collected, scores: Array, rows: Array
) -> tuple[Schema, list[Finding]]:
    """The schema without columns that hold the answers, and a finding of each.

    Such a column is the label that is likeliest in each row, or the number that was predicted: the
    probability of a class, in per cent, or the logarithm of its odds. One that merely rises with
    the answers is left as it is, as a model may read it alone.

    Args:
        collected: the rows.
        scores: `(n, ...)` the answers.
        rows: `(n,)` places of their rows in the table.
    """
    schema, columns, found = collected.schema, [], list[Finding]()
    for column in schema.columns:
        cells = collected.table.column(column.name)[rows]
        is_read = column.role == "input" and is_countable(cells) and len(rows) >= FEWEST
        if is_read and _holds(cells, scores, schema):
            column = replace(column, role="ignored", reason="holds the predictions")
            sentence = f"Column `{column.name}` holds the prediction of every test row; left out."
            found.append(finding("prediction_column", sentence, column=column.name))
        columns.append(column)
    return (replace(schema, columns=tuple(columns)) if found else schema), found


def _holds(cells: Array, scores: Array, schema: Schema) -> bool:
    """Whether cells are the answers."""
    if scores.ndim > 1:
        said = scores.argmax(axis=1)
        if np.ptp(said) and (places_of(cells, schema.classes) == said).all():
            return True
    numbers = cells.dtype.kind == "f"
    return numbers and any(np.allclose(cells, told) for told in _forms(scores))


def _forms(scores: Array) -> Iterator[Array]:
    """The numbers that answers may be written as, but those that are one in all rows."""
    if scores.ndim == 1:
        yield scores
        return
    for shares in scores.T:
        if np.ptp(shares) and len(np.unique(shares)) > 2:
            yield shares
            yield 100 * shares
            with np.errstate(divide="ignore"):
                yield np.log(shares) - np.log(1 - shares)
