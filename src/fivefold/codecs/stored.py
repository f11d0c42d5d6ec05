"""Pictures by the first rules: as they are stored, without alpha, eight bits deep."""

from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array

if TYPE_CHECKING:
    from PIL.Image import Image


def stored_image(image: "Image") -> Array:
    """A decoded file: the high byte of 16 bits, grey or RGB, no alpha, no orientation."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        wide = np.asarray(image).astype(np.int64)
        return (np.clip(wide, 0, 65_535) >> 8).astype(np.uint8)[:, :, None]
    if image.mode in {"1", "L", "LA", "La", "F"}:
        return np.asarray(image.convert("L"))[:, :, None]
    return np.asarray(image.convert("RGB"))


def as_bytes(array: Array) -> Array:
    """Pixel values as uint8: integers from 0 to 255, booleans, or floats by their own maximum.

    Raises:
        ValueError: if a value is out of range, not finite or no number.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind not in "iuf":
        raise ValueError("pixels must be numbers")
    if array.size and not (array.min() >= 0 and array.max() <= 255):
        raise ValueError("pixels must lie between 0 and 255")
    if array.dtype.kind == "f":
        array = np.rint(array * 255.0 if array.size and array.max() <= 1.0 else array)
    return array.astype(np.uint8)
