"""What a bundle is asked before it is believed, and what the rows look like that it is asked."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.artifacts import Evaluated, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.kinds.codec import Codec
from fivefold.kinds.state import FittedColumn
from fivefold.requested import Requested
from fivefold.serve.contract import Contract, Field
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import Threshold, replied

ROWS = 16
NULLS = 0.15  # share of missing values


def draw_examples(
    asked: Requested,
    codec: Codec,
    trained: Trained,
    seed: int,
    threshold: Threshold | None = None,
    conformal: Conformal | None = None,
) -> tuple[Mapping[str, Any], Array]:
    """Draw requests by a seed, and answer them: both as the bundle holds them, and the scores."""
    from fivefold.models.score import score
    from fivefold.serve.requests import encoded, read

    rows = draw_rows(asked.codec, asked.contract, seed=seed)
    arrays = encoded(codec, read(rows, asked.schema), changes=asked.changes)
    scores = codec.cut(score(trained.model, arrays, device="cpu"), arrays)
    answers = replied(task_of(codec.schema), scores, codec.schema, threshold, conformal)
    return {"synthetic": True, "requests": {"instances": rows}, "answers": answers}, scores


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
        field.name: _column(codec.columns[field.name], field, rows, rng)
        for field in contract.fields
    }
    return [{name: values[row] for name, values in columns.items()} for row in range(rows)]


def _column(fitted: FittedColumn, field: Field, rows: int, rng: np.random.Generator) -> list[Any]:
    values = fitted.kind.synthesise(fitted, field.usual, rows, rng)
    if not field.nullable:
        return values
    missing = rng.random(rows) < NULLS
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def rows_to_replay(
    data: Preprocessed, trained: Trained, evaluated: Evaluated | None
) -> tuple[Array, Array]:
    """Rows and the scores they had: Evaluate's, else scored here on the first part with rows."""
    if evaluated is not None and len(evaluated.index):
        return np.asarray(evaluated.index), np.asarray(evaluated.scores)
    from fivefold.models.score import score

    parts: tuple[Rows, ...] = (data.test, data.valid, data.train)
    part = next((part for part in parts if len(part)), data.train)
    return part.index, data.codec.cut(score(trained.model, part.inputs), part.inputs)


def draw(rows: Array, wanted: Array, limit: int | None, seed: int) -> tuple[Array, Array]:
    """At most so many of these rows, drawn by a seed, in their order."""
    if limit is None or len(rows) <= limit:
        return rows, wanted
    places = np.sort(np.random.default_rng(seed).permutation(len(rows))[:limit])
    return rows[places], wanted[places]
