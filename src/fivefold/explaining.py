"""What explains answers of a run, and the rows that it compares with: none of the data's."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.coded import missing_rows
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, personal_columns
from fivefold.kinds.codec import cells_of
from fivefold.requested import Requested
from fivefold.serve.contract import Field
from fivefold.serve.explainer import Explainer, as_columns

ROWS = 64
FEW = 8
"""Cells of columns that are made up, such as pictures: they are large."""

SEEN = 20_000
"""Training rows that are looked at, evenly spaced."""


def background_of(
    asked: Requested, rows: Array, findings: Iterable[Finding] = ()
) -> dict[str, Any]:
    """Cells by column, for a bundle: `{"rows": 64, "columns": {name: cells}}`.

    Numbers and dates are evenly spaced quantiles of the training rows, categories come as often as
    there, each column in an order of its own: so no row of the data is in a bundle. Other cells,
    texts or pictures, are made up, as in the example requests.

    Args:
        asked: the columns of requests, with the table as the source gave it.
        rows: `(n,)` training rows.
        findings: those of the rows: where all cells of a column point to people, three digits of
            its numbers are left.

    Returns:
        Empty where answers are not explained.
    """
    if not asked.contract.explains or not len(rows):
        return {}
    draw, step = np.random.default_rng(0), -(-len(rows) // SEEN)
    some = asked.table.take(rows[::step])
    columns = {field.name: _cells(asked, field, some, draw) for field in asked.contract.fields}
    for name, whole in personal_columns(findings).items():
        if whole and name in columns:
            columns[name] = [
                float(f"{cell:.3g}") if isinstance(cell, int | float) else cell
                for cell in columns[name]
            ]
    return {"rows": ROWS, "columns": columns}


def explaining(
    asked: Requested, data: Preprocessed, trained: Trained, findings: Iterable[Finding] = ()
) -> Explainer:
    """What explains answers in this process as a bundle would, by the network itself.

    Args:
        asked: the columns of requests, of the run.
        data: encoded rows.
        trained: the model.
        findings: those of the rows, see `background_of`.
    """
    from fivefold.models.score import score

    background = as_columns(background_of(asked, data.train.index, findings), asked.schema)
    scores = partial(score, trained.model)
    return Explainer(data.codec, asked.changes, scores, asked.schema, background)


def _cells(asked: Requested, field: Field, some: Any, draw: np.random.Generator) -> list[Any]:
    fitted = asked.codec.columns[field.name]
    if not fitted.kind.block.shared:
        return list(fitted.kind.synthesise(fitted, field.usual, FEW, draw))
    values = np.asarray(cells_of(some, fitted.column).values)
    if fitted.kind.coded:
        values = _known(values, frozenset(field.categories))
    if not len(values):
        return list(fitted.kind.synthesise(fitted, field.usual, ROWS, draw))
    spread = _evenly(values, missing_rows(values))
    return list(fitted.kind.to_json(spread[draw.permutation(len(spread))], fitted.column))


def _known(values: Array, categories: frozenset[str]) -> Array:
    """Cells that are missing or of a category that the bundle names anyway."""
    named = np.array([v is None or str(v) in categories for v in values.tolist()], bool)
    return np.asarray(values[named])


def _evenly(values: Array, missing: Array) -> Array:
    """So many cells at evenly spaced places among all in their order, missing ones last."""
    there = values[~missing]
    order = np.argsort(there.astype(str) if there.dtype == object else there, kind="stable")
    every = np.concatenate([there[order], values[missing]])
    spread = every[((np.arange(ROWS) + 0.5) / ROWS * len(every)).astype(np.int64)]
    return np.asarray(spread)
