"""One image as a uint8 array, whatever it came as."""

import base64
import binascii
import io
from os import PathLike
from pathlib import Path

import numpy as np

from fivefold.codecs.table import Array

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
"""What is decoded. Pillow knows more, and starts another program for one of them."""

MAX_PIXELS = 64_000_000
"""More pixels than this in one image are refused: a small file can unfold to fill a machine."""


def picture(value: object) -> Array:
    """One image, `(height, width, channels)` uint8 with one channel (grey) or three (RGB).

    Args:
        value: an array or nested list `(height, width)` or `(height, width, channels)` (integers
            from 0 to 255; floats from 0 to 1 where none is larger, else 0 to 255; booleans), a
            `pathlib.Path`, the bytes of a PNG, JPEG or another file Pillow reads, or those bytes
            as base64 text, with or without `data:image/png;base64,` before it. A text is never
            taken for a path: it may come from a stranger.

    Raises:
        ValueError: if it is none of these, damaged, or too large.
        OSError: if a file cannot be read.
    """
    if isinstance(value, str):
        return _decoded(_from_base64(value))
    if isinstance(value, PathLike):
        return _decoded(Path(value).read_bytes())
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    if hasattr(value, "getbands"):  # a Pillow image
        return _pixels(value)
    return _from_array(np.asarray(value))


def _from_base64(text: str) -> bytes:
    body = text.split(",", 1)[1] if text.startswith("data:") and "," in text else text
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the text is not base64; pass a pathlib.Path for a file") from None


def _decoded(content: bytes) -> Array:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"the image has more than {MAX_PIXELS:,} pixels")
            return _pixels(image)
    except UnidentifiedImageError:
        raise ValueError(f"the bytes are no image of a known kind ({', '.join(FORMATS)})") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError(f"the image is damaged: {fault}") from None


def pixels_of(value: object) -> int:
    """How many pixels `picture` would decode, from the head of the file alone; 0 if that fails."""
    from PIL import Image

    try:
        if isinstance(value, str):
            value = _from_base64(value)
        if isinstance(value, PathLike):
            value = Path(value).read_bytes()
        if isinstance(value, bytes | bytearray | memoryview):
            with Image.open(io.BytesIO(bytes(value)), formats=FORMATS) as image:
                return int(image.width * image.height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0
    return int(np.asarray(value).size)


def _pixels(image: object) -> Array:
    from PIL import Image

    assert isinstance(image, Image.Image)
    if image.mode.startswith("I"):  # 16 bits a pixel
        wide = np.asarray(image).astype(np.int64)
        return (np.clip(wide, 0, 65_535) >> 8).astype(np.uint8)[:, :, None]
    if image.mode in {"1", "L", "LA", "La", "F"}:
        return np.asarray(image.convert("L"))[:, :, None]
    return np.asarray(image.convert("RGB"))


def _from_array(array: Array) -> Array:
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise ValueError(f"an array of shape {array.shape} is not (height, width[, 1 or 3])")
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise ValueError(f"the image has more than {MAX_PIXELS:,} pixels")
    return as_bytes(array[:, :, :3])


def as_bytes(array: Array) -> Array:
    """Pixel values as uint8: integers from 0 to 255, booleans, or floats (see `picture`).

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


def resized(image: Array, height: int, width: int, channels: int) -> Array:
    """The image in this size with one channel or three; unchanged where it fits already.

    Args:
        image: uint8 `(height, width, channels)`.
        height: pixels.
        width: pixels.
        channels: 1 (grey: luminance 0.299 R + 0.587 G + 0.114 B) or 3.
    """
    if image.shape[:2] != (height, width):
        from PIL import Image

        source = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
        image = np.asarray(source.resize((width, height), Image.Resampling.BILINEAR))
        image = image[:, :, None] if image.ndim == 2 else image
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=2)
    grey: Array = np.rint(image @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    return grey[:, :, None]
