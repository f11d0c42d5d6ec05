"""One image as an array, whatever it came as: what a viewer shows, as deep as it is."""

import io
import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.base64text import bytes_of_text
from fivefold.codecs.container import beginning
from fivefold.codecs.depth import CHANNELS, canonical_pixels, over_white
from fivefold.codecs.resizing import reduced, within
from fivefold.codecs.schema import RULES
from fivefold.codecs.table import Array

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
"""What is decoded. Pillow knows more, and starts another program for one of them."""

MAX_PIXELS = 64_000_000
"""More pixels than this in one image are refused: a small file can unfold to fill a machine."""

SIDE = 512
"""Pixels that are kept along the longer side of a picture; a longer one is reduced to them, so
that a few photographs among many small pictures do not fill the memory."""

_ORIENTATION = 0x0112
_TURNS = {
    **{2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE"},
    **{6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90"},
}


def picture(value: object, rules: int = RULES) -> Array:
    """One image, `(height, width, channels)` with one channel (grey) or three (RGB).

    A file is turned as its EXIF orientation says, and what is transparent is laid over white.
    8-bit files are uint8; grey 16-bit PNG, TIFF and PPM uint16; TIFF of floats float32. Of colour
    with 16 bits a channel Pillow gives the high eight. Numbers are not scaled; see
    `fivefold.codecs.depth.canonical_pixels` for their dtype. No side is longer than `SIDE`.

    Args:
        value: an array or nested list `(height, width)` or `(height, width, channels)` of
            numbers, with alpha as the second or fourth channel if there is any; a
            `pathlib.Path`, the bytes of a PNG, JPEG or another file Pillow reads, or those bytes
            as base64 text, with or without `data:image/png;base64,` before it. A text that begins
            with `[` is a nested list as JSON. A text is never taken for a path: it may come from
            a stranger.
        rules: by which it is read, see `RULES`.

    Raises:
        ValueError: if it is none of these, damaged, or too large.
        OSError: if a file cannot be read.
    """
    pixels = _whole(value, rules)
    return pixels if rules < 3 else reduced(pixels, SIDE)


def _whole(value: object, rules: int) -> Array:
    if isinstance(value, str):
        if value.lstrip()[:1] == "[":
            return _from_array(rows_of_text(value), rules)
        return _decoded(bytes_of_text(value), rules)
    if isinstance(value, PathLike):
        return _decoded(Path(value).read_bytes(), rules)
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value), rules)
    if hasattr(value, "getbands"):
        image: Any = value  # a Pillow image
        return pixels_in(image, rules)
    array = np.asarray(value)
    if not array.ndim:
        raise ValueError(f"{type(value).__name__} is no image")
    return _from_array(array, rules)


def picture_stack(values: Array, rules: int = RULES) -> Array | None:
    """Pictures of one size at once, `(n, height, width, channels)`, as `picture` gives each.

    Args:
        values: `(n, height, width[, channels])` numbers.
        rules: by which they are read.

    Returns:
        None where they are of another form, or one of them is at fault.
    """
    if values.ndim not in (3, 4) or values.dtype.kind not in "iufb":
        return None
    stack = values[..., None] if values.ndim == 3 else values
    if rules < 2:
        return stack if stack.shape[-1] in (1, 3) and stack.dtype == np.uint8 else None
    _, height, width, channels = stack.shape
    if channels not in CHANNELS or not 0 < height * width <= MAX_PIXELS:
        return None
    if rules > 2 and max(height, width) > SIDE:
        return None
    try:
        return canonical_pixels(stack)
    except ValueError:
        return None


def rows_of_text(text: str) -> Array:
    """The numbers of nested lists in JSON.

    Raises:
        ValueError: if the text holds none.
    """
    try:
        return np.asarray(json.loads(text))
    except (ValueError, RecursionError):
        raise ValueError("the text is no image: it begins as rows of pixels do") from None


def _decoded(content: bytes, rules: int) -> Array:
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise ValueError("the file is empty")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"the image has more than {MAX_PIXELS:,} pixels")
            if rules > 2:  # a JPEG of twice the size or more is decoded at a half, or less
                image.draft(None, within(image.width, image.height, SIDE))
            return pixels_in(image, rules)
    except UnidentifiedImageError:
        told = beginning(content)
        told = "" if any(form in told.upper() for form in FORMATS) else told
        known = ", ".join(FORMATS)
        raise ValueError(f"the bytes are no image of a known kind ({known}){told}") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError(f"the image is damaged: {fault}") from None


def pixels_of(value: object) -> int:
    """How many pixels `picture` would decode at most, from the head of the file; 0 if it fails."""
    from PIL import Image

    try:
        if isinstance(value, str):
            if value.lstrip()[:1] == "[":
                return len(value) // 2
            value = bytes_of_text(value)
        if isinstance(value, PathLike):
            value = Path(value).read_bytes()
        if isinstance(value, bytes | bytearray | memoryview):
            with Image.open(io.BytesIO(bytes(value)), formats=FORMATS) as image:
                return int(image.width * image.height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0
    return int(np.asarray(value).size)


def size_of(value: object) -> tuple[int, int]:
    """Height and width of a picture as a viewer shows it, before it is reduced.

    Args:
        value: what `picture` takes, and can read.

    Example:
        >>> size_of(np.zeros((3, 600, 3))), size_of("[[1, 2]]")
        ((3, 600), (1, 2))
    """
    from PIL import Image

    if isinstance(value, str):
        nested = value.lstrip()[:1] == "["
        value = rows_of_text(value) if nested else bytes_of_text(value)
    if isinstance(value, PathLike):
        value = Path(value).read_bytes()
    if isinstance(value, bytes | bytearray | memoryview):
        with Image.open(io.BytesIO(bytes(value)), formats=FORMATS) as image:
            return (image.width, image.height) if _is_turned(image) else image.size[::-1]
    if hasattr(value, "getbands"):
        handed: Any = value  # a Pillow image
        return int(handed.height), int(handed.width)
    pixels: Any = value
    height, width = np.shape(pixels)[:2]
    return int(height), int(width)


def pixels_in(image: "Image", rules: int = RULES) -> Array:
    """A picture of Pillow as `picture` gives it, of any size; of several the one that is open."""
    if rules < 2:
        return _stored(image)
    is_grey = image.mode in {"1", "L", "LA", "La"} or _is_deep_grey(image)
    image = upright(image)
    clear = image.info.get("transparency")
    if image.mode.startswith("I"):
        return _deep(image, clear)
    if image.mode == "F":
        return canonical_pixels(np.asarray(image)[:, :, None])
    if clear is None and image.mode not in {"LA", "La", "PA", "RGBA", "RGBa"}:
        pixels = np.asarray(image.convert("L" if is_grey else "RGB"))
        return pixels[:, :, None] if is_grey else pixels
    if image.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        image.info["transparency"] = tuple(value >> 8 for value in clear)  # as its pixels are
    bands = np.asarray(image.convert("RGBA"))
    return over_white(bands[:, :, : 1 if is_grey else 3], bands[:, :, 3:])


def _is_deep_grey(image: "Image") -> bool:
    """Whether it is grey with 16 bits and alpha, which Pillow opens as colour."""
    return any(tile[3] == "LA;16B" for tile in getattr(image, "tile", ()))


def upright(image: "Image") -> "Image":
    """The image as a viewer turns it."""
    from PIL.Image import Transpose

    image.load()  # which turns a TIFF
    turn = _TURNS.get(_orientation(image))
    return image.transpose(Transpose[turn]) if turn else image


def _orientation(image: "Image") -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever is damaged there: a viewer shows the image as it is stored
        return 1


def _is_turned(image: "Image") -> bool:
    """Whether a viewer shows its rows as columns."""
    return _orientation(image) >= 5


def _deep(image: "Image", clear: object) -> Array:
    pixels = np.asarray(image)[:, :, None]
    if image.mode == "I" and image.format not in {"PNG", "PPM"}:  # 32 bits, or signed
        return canonical_pixels(pixels)
    pixels = pixels.astype(np.uint16)
    if isinstance(clear, int):
        pixels[pixels == clear] = 65_535
    return pixels


def _from_array(array: Array, rules: int) -> Array:
    if array.ndim == 2:
        array = array[:, :, None]
    channels = CHANNELS if rules > 1 else (1, 3, 4)
    if array.ndim != 3 or array.shape[2] not in channels or 0 in array.shape:
        first = array.ndim == 3 and array.shape[0] in CHANNELS
        raise ValueError(
            f"an array of shape {array.shape} is not (height, width[, 1 or 3])"
            + "; move its channels to the end: numpy.moveaxis(pictures, -3, -1)" * first
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise ValueError(f"the image has more than {MAX_PIXELS:,} pixels")
    return _as_bytes(array[:, :, :3]) if rules < 2 else canonical_pixels(array)


def _stored(image: "Image") -> Array:
    """A file by rules 1: the high byte of 16 bits, grey or RGB, no alpha, no orientation."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        wide = np.asarray(image).astype(np.int64)
        return (np.clip(wide, 0, 65_535) >> 8).astype(np.uint8)[:, :, None]
    if image.mode in {"1", "L", "LA", "La", "F"}:
        return np.asarray(image.convert("L"))[:, :, None]
    return np.asarray(image.convert("RGB"))


def _as_bytes(array: Array) -> Array:
    """By rules 1: integers from 0 to 255, booleans, or floats by their own maximum."""
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
