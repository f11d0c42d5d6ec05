"""Canonical pictures as frames, text and JSON hold them."""

import base64
import io
import json
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array

NESTED = 64
"""Images of a stack given to JSON as rows of pixels; the others as base64."""


def as_cell(image: Array) -> Any:
    """A canonical image as JSON holds it: base64 of a PNG file, or rows of pixels."""
    grey = image.shape[2] == 1
    pixels = image[:, :, 0] if grey else image
    if image.dtype != np.uint8 and not (image.dtype == np.uint16 and grey):
        return pixels.tolist()
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode("ascii")


def as_cells(images: Array) -> list[Any]:
    """Canonical images, `(n, height, width, channels)` or objects, by `as_cell`; None stays."""
    return [None if image is None else as_cell(image) for image in images]


def as_files(cells: list[Any]) -> Array:
    """What `as_cells` gave as a frame holds it: the bytes of files, arrays, None."""
    return objects(
        base64.b64decode(cell) if isinstance(cell, str) else cell and np.asarray(cell)
        for cell in cells
    )


def as_texts(cells: list[Any]) -> list[str]:
    """What `as_cells` gave as texts: base64, rows as their JSON text, nothing where missing."""
    return [cell if isinstance(cell, str) else json.dumps(cell) if cell else "" for cell in cells]


def partly_nested(images: Array, cells: list[Any]) -> list[Any]:
    """What `as_cells` gave, the first of a stack as rows of pixels, so that both forms occur."""
    if images.dtype == object:  # of several depths, perhaps, which only files tell apart
        return cells
    first = images[:NESTED, :, :, 0] if images.shape[3] == 1 else images[:NESTED]
    return [*first.tolist(), *cells[NESTED:]]
