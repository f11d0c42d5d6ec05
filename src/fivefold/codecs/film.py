"""One clip as an array, whatever it came as: evenly spread frames, small, as deep as they are."""

import io
import json
import re
from base64 import b64decode, b64encode
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.animation import animated_png, frames_of_file, is_animation, level
from fivefold.codecs.base64text import bytes_of_text
from fivefold.codecs.depth import CHANNELS, canonical_pixels
from fivefold.codecs.footage import begins_as_footage, frames_of_footage
from fivefold.codecs.picture import picture
from fivefold.codecs.resizing import reduced
from fivefold.codecs.steps import NUMPY
from fivefold.codecs.table import Array
from fivefold.codecs.thinning import spread

FRAMES = 32
"""Frames that are kept of a clip, evenly spread over it."""

SIDE = 112
"""Pixels that are kept along the longer side of a frame, so that a clip takes 1.2 MB at most."""

STILL = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"))
"""Endings of files that are frames, where they lie in a folder of their own."""

_PARTS = re.compile(r"(\d+)")


def film(value: object) -> Array:
    """One clip, `(frames, height, width, channels)`, one channel (grey) or three (RGB).

    Frames are read as pictures are: bytes stay bytes, numbers are not scaled, see
    `fivefold.codecs.depth.canonical_pixels`. Of more than `FRAMES` evenly spread ones are kept, and
    of each no side is longer than `SIDE`. What is grey in every frame has one channel.

    Args:
        value: an array or nested list `(time, height, width)` or `(time, height, width,
            channels)`; the bytes of a GIF, WebP or PNG file, of a container that PyAV reads, or of
            a file of numpy, or these as base64 text, with or without `data:image/gif;base64,`
            before it; the `pathlib.Path` of such a file, or of a folder of frames, in the order of
            the numbers in their names; a list of pictures, each as `picture` takes it. A text that
            begins with `[` is a list as JSON. A text is never taken for a path.

    Raises:
        ValueError: if it is none of these, damaged, or cut short.
        OSError: if a file cannot be read.

    Example:
        >>> film(np.zeros((90, 4, 5), np.uint8)).shape
        (32, 4, 5, 1)
    """
    if isinstance(value, str):
        value = _of_text(value)
    if isinstance(value, PathLike):
        path = Path(value)
        value = frames_below(path) if path.is_dir() else path.read_bytes()
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    if hasattr(value, "n_frames") and hasattr(value, "seek"):  # of Pillow, which may move
        return _of_pillow(value)
    if isinstance(value, list | tuple) and value and is_frame(value[0]):
        return _of_pictures(value)
    array = np.asarray(value)
    if not array.ndim:
        raise ValueError(f"{type(value).__name__} is no clip")
    return _of_array(array)


def film_stack(values: Array) -> Array | None:
    """Clips of one size at once, `(n, frames, height, width, channels)`, as `film` gives each.

    Args:
        values: `(n, time, height, width[, channels])` numbers.

    Returns:
        None where they are of another form, or too large, or one of them is at fault.
    """
    if values.ndim not in (4, 5) or values.dtype.kind not in "iufb" or not values.size:
        return None
    stack = values[..., None] if values.ndim == 4 else values
    _, frames, height, width, channels = stack.shape
    if channels not in (1, 3) or frames > FRAMES or max(height, width) > SIDE:
        return None
    if values.ndim == 4 and width in CHANNELS:
        return None
    try:
        clips = canonical_pixels(stack)
    except ValueError:
        return None
    grey = clips[..., :1]
    if channels > 1 and (clips == grey).all(axis=(1, 2, 3, 4)).any():
        return None
    return clips


def is_frame(cell: object) -> bool:
    """Whether an item of a list is a picture: a file, its bytes or their text, of Pillow, an array.

    Example:
        >>> is_frame(np.zeros((4, 4))), is_frame([1, 2]), is_frame("iVBORw0KGgo=")
        (True, False, True)
    """
    if isinstance(cell, np.ndarray):
        return cell.ndim in (2, 3)
    return isinstance(cell, str | bytes | PathLike) or hasattr(cell, "getbands")


def is_film(array: Array) -> bool:
    """Whether an array is rather frames over time than a picture, by its axes.

    Example:
        >>> [is_film(np.zeros(shape)) for shape in ((9, 8, 8), (8, 8, 3), (3, 8, 8), (9, 8, 8, 1))]
        [True, False, False, True]
    """
    if array.ndim == 3:
        return array.shape[0] not in CHANNELS and array.shape[2] not in CHANNELS
    return array.ndim == 4


def frames_below(folder: Path) -> list[Path]:
    """The files of a folder that are frames, in the order of the numbers in their names.

    Raises:
        ValueError: if there is none, or one is empty.
    """
    found = [path for path in folder.iterdir() if path.suffix.lower() in STILL]
    found = [path for path in found if not path.name.startswith(".")]
    if not found:
        raise ValueError("the folder holds no frames")
    empty = next((path.name for path in found if not path.stat().st_size), "")
    if empty:
        raise ValueError(f"its frame {empty} is empty")
    return sorted(found, key=lambda path: in_order(path.name))


def in_order(name: str) -> tuple[Any, ...]:
    """The key by which names are put in order, their numbers by size.

    Example:
        >>> sorted(["f10.png", "f9.png"], key=in_order)
        ['f9.png', 'f10.png']
    """
    parts = _PARTS.split(name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def as_cell(clip: Array) -> str:
    """A canonical clip as JSON holds it: base64 of a PNG file that moves, or of one of numpy."""
    if clip.dtype == np.uint8:
        return b64encode(animated_png(clip)).decode("ascii")
    file = io.BytesIO()
    np.save(file, clip, allow_pickle=False)
    return b64encode(file.getvalue()).decode("ascii")


def as_file(cell: str) -> Any:
    """What `as_cell` gave as a frame holds it: the bytes of a file, or an array."""
    content = b64decode(cell)
    return _of_numpy(content) if content.startswith(NUMPY) else content


def _of_text(text: str) -> object:
    if text.lstrip()[:1] != "[":
        return bytes_of_text(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the text is no clip: it begins as a list of frames does") from None


def _decoded(content: bytes) -> Array:
    if not content:
        raise ValueError("the file is empty")
    if content.startswith(NUMPY):
        return _of_array(_of_numpy(content))
    if begins_as_footage(content):
        return frames_of_footage(content, FRAMES, SIDE)
    if is_animation(content):
        return frames_of_file(content, FRAMES, SIDE)
    return reduced(picture(content), SIDE)[None]


def _of_numpy(content: bytes) -> Array:
    try:
        return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
    except (ValueError, EOFError, OSError):
        raise ValueError("its file of numpy is damaged, or holds objects") from None


def _of_pillow(image: Any) -> Array:
    frames = []
    for place in spread(image.n_frames, FRAMES):
        image.seek(int(place))
        frames.append(reduced(picture(image.copy()), SIDE))
    return level(frames)


def _of_pictures(frames: Any) -> Array:
    found = list[Array]()
    for place in spread(len(frames), FRAMES):
        try:
            found.append(reduced(picture(frames[place]), SIDE))
        except ValueError as fault:
            raise ValueError(f"frame {place + 1:,} of {len(frames):,}: {fault}") from None
    if len({(frame.shape[:2], frame.dtype) for frame in found}) > 1:
        raise ValueError("its frames have several sizes or depths")
    return level(found)


def _of_array(array: Array) -> Array:
    shape = array.shape
    wanted = "(time, height, width[, 1 or 3])"
    if array.ndim == 3 and shape[2] in CHANNELS:
        raise ValueError(f"an array of shape {shape} is a picture, not a clip {wanted}")
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[3] not in CHANNELS or 0 in shape:
        axis = next((axis for axis in (1, 0) if array.ndim == 4 and shape[axis] in (1, 3, 4)), None)
        hint = "" if axis is None else f"; move its channels: numpy.moveaxis(clip, {axis}, -1)"
        raise ValueError(f"an array of shape {shape} is not {wanted}{hint}")
    clip = canonical_pixels(array[spread(len(array), FRAMES)])
    return level([reduced(frame, SIDE) for frame in clip])
