"""Masks: which class each pixel of a picture is of, read from files and arrays, and written."""

import base64
import colorsys
import io
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.base64text import bytes_of_text
from fivefold.codecs.picture import FORMATS, MAX_PIXELS, SIDE, rows_of_text, upright
from fivefold.codecs.resizing import within
from fivefold.codecs.table import Array

if TYPE_CHECKING:
    from PIL.Image import Image

COLOUR = 1 << 24
"""What the id of a colour begins at; below are levels of grey and places in a palette."""


def regions(value: object) -> Array:
    """The class ids of one mask, `(height, width, 1)` uint8, or int32 where they are larger.

    Of a file with a palette they are its places, of a grey one its levels. A pixel of colour has
    an id of its own, see `colour_id`; what is grey in a file of colours is its level. Like
    pictures, a mask of more than 512 pixels along a side is reduced to that, by nearest pixels.

    Args:
        value: an array or nested lists `(height, width)` of whole numbers, or of colours with a
            third axis; a path, the bytes of a PNG, GIF, TIFF or BMP file, or these as base64.

    Raises:
        ValueError: if it is none of these, or a JPEG, which blurs classes.
        OSError: if a file cannot be read.

    Example:
        >>> regions([[0, 1], [1, 300]])[:, :, 0].tolist(), regions([[0, 1]]).dtype
        ([[0, 1], [1, 300]], dtype('uint8'))
        >>> regions([[[5, 5, 5], [255, 0, 0]]])[:, :, 0].tolist() == [[5, colour_id("#ff0000")]]
        True
    """
    if isinstance(value, str):
        text = value.lstrip()[:1] == "["
        array = np.asarray(rows_of_text(value)) if text else _decoded(bytes_of_text(value))
    elif isinstance(value, PathLike):
        array = _decoded(Path(value).read_bytes())
    elif isinstance(value, bytes | bytearray | memoryview):
        array = _decoded(bytes(value))
    elif hasattr(value, "getbands"):
        image: Any = value  # a Pillow image
        array = _levels(image)
    else:
        array = np.asarray(value)
    ids = _ids(array)
    height, width = within(ids.shape[0], ids.shape[1], SIDE)
    if (height, width) != ids.shape:
        rows, columns = (
            (2 * np.arange(new) + 1) * old // (2 * new)
            for new, old in zip((height, width), ids.shape, strict=True)
        )
        ids = ids[rows[:, None], columns]
    small = ids.size and ids.min() >= 0 and ids.max() < 256
    return ids.astype(np.uint8 if small else np.int32)[:, :, None]


def _decoded(content: bytes) -> Array:
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise ValueError("the file is empty")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"the mask has more than {MAX_PIXELS:,} pixels")
            if image.format == "JPEG":
                raise ValueError("a JPEG blurs the classes of a mask; save it as PNG")
            return _levels(image)
    except UnidentifiedImageError:
        raise ValueError(f"the bytes are no image of a known kind ({', '.join(FORMATS)})") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError(f"the mask is damaged: {fault}") from None


def _levels(image: "Image") -> Array:
    image = upright(image)
    if image.mode in {"LA", "La", "PA"}:
        image = image.getchannel(0)
    elif image.mode not in {"1", "L", "P", "I", "F", "RGB"} and not image.mode.startswith("I;"):
        image = image.convert("RGB")
    return np.asarray(image)


def _ids(array: Array) -> Array:
    """`(height, width)` whole numbers."""
    if array.ndim == 3 and array.shape[0] == 1 and array.shape[2] not in (1, 3):
        array = array[0]
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    colours = array.ndim == 3 and array.shape[2] in (3, 4)
    if not (colours or array.ndim == 2) or array.dtype.kind not in "biuf" or 0 in array.shape:
        raise ValueError(f"an array of shape {array.shape} is not (height, width) of class ids")
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise ValueError(f"the mask has more than {MAX_PIXELS:,} pixels")
    whole = array if array.dtype.kind in "biu" else np.rint(array)
    small = np.abs(whole.astype(np.float64)) < 2 * COLOUR
    if not (np.array_equal(whole, array) and small.all()):
        raise ValueError("class ids are whole numbers below 2**25")
    if not colours:
        return whole.astype(np.int32)
    red, green, blue = np.moveaxis(whole[:, :, :3].astype(np.int32), 2, 0)
    if min(red.min(), green.min(), blue.min()) < 0 or max(red.max(), green.max(), blue.max()) > 255:
        raise ValueError("colours lie between 0 and 255")
    grey = (red == green) & (green == blue)
    found: Array = np.where(grey, red, COLOUR | (red << 16) | (green << 8) | blue)
    return found


def colour_id(text: str) -> int:
    """The id that pixels of a colour have.

    Raises:
        ValueError: if the text is no `#rrggbb`.

    Example:
        >>> colour_id("#070707"), colour_name(colour_id("#00ff80")), colour_name(7)
        (7, '#00ff80', '')
    """
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{text!r} is no colour such as #ff8000")
    number = int(text[1:], 16)
    red, green, blue = number >> 16, number >> 8 & 255, number & 255
    return red if red == green == blue else COLOUR | number


def colour_name(number: int) -> str:
    """The colour of an id as `#rrggbb`; empty for an id that is none of a colour."""
    return f"#{number - COLOUR:06x}" if number >= COLOUR else ""


def palette(classes: int) -> Array:
    """`(classes, 3)` uint8 colours of classes to be told apart; the first is black.

    Example:
        >>> palette(2).tolist()
        [[0, 0, 0], [255, 103, 38]]
    """
    turns = [(0.05 + 0.618034 * place) % 1 for place in range(max(0, classes - 1))]
    lights = [(0.85, 1.0), (0.6, 0.85), (1.0, 0.7)]
    colours = [colorsys.hsv_to_rgb(t, *lights[n % 3]) for n, t in enumerate(turns)]
    found: Array = np.rint(255 * np.array([(0.0, 0.0, 0.0), *colours])).astype(np.uint8)
    return found


def regions_told(places: Array, classes: int) -> dict[str, Any]:
    """A mask as JSON holds it: its size, and base64 of a PNG with a palette.

    Args:
        places: `(height, width)` which of the classes each pixel is of.
        classes: there are, 256 at most.

    Example:
        >>> told = regions_told(np.array([[0, 1, 1]]), 2)
        >>> told["height"], told["width"], regions(told["png"])[:, :, 0].tolist()
        (1, 3, [[0, 1, 1]])
    """
    from PIL import Image

    file, (height, width) = io.BytesIO(), places.shape
    if not places.size:
        return {"height": height, "width": width, "png": ""}
    image = Image.frombytes("P", (width, height), np.asarray(places, np.uint8).tobytes())
    image.putpalette(palette(classes).tobytes())
    image.save(file, "PNG", compress_level=6)
    png = base64.b64encode(file.getvalue()).decode("ascii")
    return {"height": int(height), "width": int(width), "png": png}
