"""Answers for the pixels of pictures, at the size that each picture came in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.grid import Grid
from fivefold.codecs.picture import size_of
from fivefold.codecs.regions import regions_told
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.kinds.known import kind_of
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.serve.requests import raw_pieces
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import Threshold, replied

Sizes = Sequence[tuple[int, int]]
"""Height and width of pictures."""

PICTURES = 64
"""Pictures whose pixels are answered for at a time."""


class Asked(Protocol):
    """What `masks_of` needs of a model."""

    schema: Schema
    threshold: Threshold | None
    conformal: Conformal | None

    def score_raw(self, raw: Raw, first: int = 0) -> Array:
        """Scores of rows as they were read."""

    def answers(self, scores: Array, sizes: Sizes = ()) -> Array:
        """Masks of pictures of these sizes."""


def masks_of(model: Asked, data: Any, reading: Reading) -> Array:
    """The mask of each picture, `(height, width)` as it came, some pictures at a time.

    Args:
        model: to ask.
        data: whatever Collect takes.
        reading: how it is read.
    """
    found: list[Array] = []
    for raw in raw_pieces(data, model.schema, reading, rows=PICTURES):
        for piece in raw.pieces(PICTURES):
            scores = model.score_raw(piece, len(found))
            found += list(model.answers(scores, sizes_in(piece, model.schema)))
    return objects(found)


def plane_of(schema: Schema) -> str:
    """The name of the column of pictures whose pixels have answers; empty where there is none."""
    if not task_of(schema.task).plane:
        return ""
    return next(c.name for c in schema.inputs if kind_of(c.kind).block.plane)


def sizes_in(raw: Raw, schema: Schema) -> Sizes:
    """The sizes of pictures as they came, where their pixels have answers; else none."""
    name = plane_of(schema)
    if not name:
        return ()
    column = raw.columns[name]
    return sizes_of(column.array() if isinstance(column, Coded) else column)


def sizes_of(cells: Iterable[Any]) -> Sizes:
    """The sizes of pictures that could be read."""
    return [size_of(cell) for cell in cells]


def sizes_asked(instances: Sequence[Any], schema: Schema) -> Sizes:
    """The same of the rows of a request."""
    name = plane_of(schema)
    cells = (row.get(name) if isinstance(row, Mapping) else row for row in instances)
    return sizes_of(cells) if name else ()


def at_size(answers: Array, sizes: Sizes, steps: int | None) -> Array:
    """Masks as a network sees them, brought to these sizes by nearest pixels.

    Args:
        answers: `(n,)` masks `(height, width)`.
        sizes: of the pictures; none leaves answers as they are.
        steps: how pictures are seen, a `Grid`.
    """
    if not sizes or not isinstance(steps, Grid):
        return answers
    found = []
    for mask, size in zip(answers, sizes, strict=True):
        rows, columns = steps.shown(*size)
        found.append(mask[rows[:, None], columns])
    return objects(found)


def reply_to(model: Asked, scores: Array, instances: Sequence[Any]) -> dict[str, Any]:
    """What a server replies to a request with these scores: masks at the size of the pictures."""
    schema, sizes = model.schema, sizes_asked(instances, model.schema)
    told = replied(task_of(schema), scores, schema, model.threshold, model.conformal)
    if sizes:
        count = len(schema.classes)
        told["predictions"] = [regions_told(mask, count) for mask in model.answers(scores, sizes)]
    return told


def as_cells(answers: Array, schema: Schema) -> Array:
    """Masks as cells of a file of answers: base64 of PNG."""
    return objects(regions_told(mask, len(schema.classes))["png"] for mask in answers)
