"""Rows that never were: each column drawn by itself from what the codec knows."""

from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.deploy.doors import as_cell
from fivefold.kinds.codec import Codec
from fivefold.kinds.image import ImageState
from fivefold.kinds.views import block_name
from fivefold.serve.contract import Contract, Field

ROWS = 16
LONGEST = 16  # pixels a side of a picture that is given as rows
NULLS = 0.15  # share of missing values
_YEARS = (-700_000, 2_900_000)  # in days from 1970: years 54 to 9909


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
    draw = np.random.default_rng(seed)
    columns = {field.name: _column(field, codec, rows, draw) for field in contract.fields}
    return [{name: values[row] for name, values in columns.items()} for row in range(rows)]


def _column(field: Field, codec: Codec, rows: int, draw: np.random.Generator) -> list[Any]:
    values: list[Any]
    column = field.column
    if column.kind == "image":  # never missing
        state = codec.images[block_name(column)]
        return [_picture(state, draw) for _ in range(rows)]
    if column.kind == "numeric":
        low, high = field.usual or _ends(column.name, codec)
        digits = 12 if max(abs(low), abs(high)) > 1e5 * (high - low) else 5
        values = [float(f"{value:.{digits}g}") for value in draw.uniform(low, high, rows)]
    elif column.kind == "datetime":
        days = np.clip(draw.uniform(*_ends(f"{column.name}.days", codec), rows), *_YEARS)
        values = [str(np.datetime64(0, "D") + np.timedelta64(int(day), "D")) for day in days]
    elif column.kind == "boolean":
        values = draw.integers(0, 2, rows).astype(bool).tolist()
    elif column.kind == "categorical":
        known = codec.categorical.categories[codec.categorical.names.index(column.name)]
        places = draw.integers(-1, len(known), rows) if len(known) < 10 else None
        if places is None:
            places = np.where(draw.random(rows) < 0.1, -1, draw.integers(0, len(known), rows))
        values = ["(not seen in training)" if place < 0 else known[place] for place in places]
    else:
        words = codec.texts[block_name(column)].vocabulary or ("?",)
        counts = draw.integers(1, 12, rows)
        values = [" ".join(words[i] for i in draw.integers(0, len(words), n)) for n in counts]
    missing = draw.random(rows) < NULLS
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def _ends(feature: str, codec: Codec) -> tuple[float, float]:
    """The bounds of a feature, or three spreads around the middle where there are none."""
    state = codec.numeric
    place = state.names.index(feature)
    middle, spread = float(state.fill[place]), 3.0 * float(state.scale[place])
    low, high = float(state.low[place]), float(state.high[place])
    low = low if abs(low) < 1e30 else middle - spread
    high = high if abs(high) < 1e30 else middle + spread
    offset = float(state.offset[place])
    return low + offset, max(low, high) + offset


def _picture(state: ImageState, draw: np.random.Generator) -> Any:
    """A smooth patch in the range of training, as a file where one holds it."""
    channels, height, width = state.shape
    intensity = state.intensity
    if intensity.white in (1.0, 255.0):
        return as_cell(_gradient(state.shape, draw))
    if channels > 1 or intensity.white != 65_535.0:  # rows of pixels, which are long: few of them
        height, width = min(height, LONGEST), min(width, LONGEST)
    patch = _gradient((channels, height, width), draw).astype(np.float64)
    pixels = intensity.low + patch * (intensity.high - intensity.low) / 255.0
    whole = "float32" not in intensity.depths
    return as_cell(np.rint(pixels).astype(_whole(state)) if whole else pixels.astype(np.float32))


def _whole(state: ImageState) -> type:
    return np.uint16 if state.intensity.white == 65_535.0 else np.int32


def _gradient(shape: tuple[int, ...], draw: np.random.Generator) -> Array:
    """A smooth patch of colour: small as a file at any size."""
    channels, height, width = shape
    corners = draw.integers(0, 256, (2, 2, channels)).astype(np.float64)
    down, across = np.linspace(0, 1, height), np.linspace(0, 1, width)
    left = corners[0, 0] + down[:, None] * (corners[1, 0] - corners[0, 0])
    right = corners[0, 1] + down[:, None] * (corners[1, 1] - corners[0, 1])
    blend = left[:, None] + across[None, :, None] * (right - left)[:, None]
    rounded: Array = np.rint(blend).astype(np.uint8)
    return rounded
