"""What a bundle is asked before it is believed: rows of the data, and examples that copy none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import Evaluated, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array, Table
from fivefold.deploy.requested import Requested
from fivefold.kinds.codec import Codec
from fivefold.tasks.table import task_of

if TYPE_CHECKING:
    from fivefold.deploy.origins import FromSource


@dataclass(frozen=True, kw_only=True, eq=False)
class Replayed:
    """The rows that are replayed.

    Args:
        asked: what they look like.
        rows: `(n,)` positions in the collected table.
        wanted: their scores as evaluated.
        source: which of them are replayed from the source too.
    """

    asked: Requested
    rows: Array
    wanted: Array
    source: "FromSource | None"

    @property
    def table(self) -> Table:
        """Their canonical columns, as the source gave them."""
        return self.asked.table.take(self.rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Requests that copy no row of the data, and what the network itself answers.

    Args:
        entry: both, as the bundle holds them.
        scores: of these rows.
    """

    entry: Mapping[str, Any]
    scores: Array


def draw_examples(asked: Requested, codec: Codec, trained: Trained, seed: int) -> Examples:
    """Draw requests by a seed, and answer them."""
    from fivefold.deploy.synthetic import draw_rows
    from fivefold.models.score import score
    from fivefold.serve.requests import encoded, read

    rows = draw_rows(asked.codec, asked.contract, seed=seed)
    arrays = encoded(codec, read(rows, asked.schema), changes=asked.changes)
    scores = codec.cut(score(trained.model, arrays, device="cpu"), arrays)
    answers = task_of(codec.schema.task).reply(scores, codec.schema)
    entry = {"synthetic": True, "requests": {"instances": rows}, "answers": answers}
    return Examples(entry=entry, scores=scores)


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
