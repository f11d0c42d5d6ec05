"""Arrays of pixels in the one form that the codec knows: as deep as they came, none scaled."""

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array

CHANNELS = (1, 2, 3, 4)
"""Grey, grey and alpha, RGB, RGB and alpha."""

_INT32 = np.iinfo(np.int32)


def canonical_pixels(array: Array) -> Array:
    """The numbers of one picture, or of a stack, with transparent parts laid over white.

    The dtype says how deep they are. Uint8 and uint16 stay (white is 255, and 65,535); booleans
    are uint8, 0 and 255. The white of other numbers is not known: whole ones are int32 as far as
    they fit, all others float32. A second pass changes nothing.

    Args:
        array: `(..., height, width, channels)` numbers, with one to four channels.

    Returns:
        The same with one channel or three.

    Raises:
        ValueError: if a value is not finite or no number, or if there is alpha beside values of
            which none is white.

    Example:
        >>> canonical_pixels(np.array([[[0, 255, 0, 0]]], np.uint8)).tolist()
        [[[255, 255, 255]]]
    """
    pixels = _typed(array)
    if array.shape[-1] in (2, 4):
        return over_white(pixels[..., :-1], pixels[..., -1:])
    return pixels


def over_white(colours: Array, alpha: Array) -> Array:
    """Colours seen in front of white.

    Args:
        colours: `(..., channels)`, canonical.
        alpha: `(..., 1)`, of the same dtype: 0 lets all the white through, the white of that
            dtype none; of numbers the smallest of 1, 255 and 65,535 that reaches them all.

    Raises:
        ValueError: if a number is negative or above 65,535.
    """
    if colours.dtype.kind == "u":
        white = int(np.iinfo(colours.dtype).max)
        whole, share = colours.astype(np.uint32), alpha.astype(np.uint32)
        mixed = (whole * share + white * (white - share) + white // 2) // white
        return mixed.astype(colours.dtype)
    if not alpha.any():  # white at any depth, so in the dtype that says what its white is
        return np.full(colours.shape, 255, np.uint8)
    lowest = min(colours.min(), alpha.min())
    highest = max(colours.max(), alpha.max())
    if lowest < 0 or highest > 65_535:
        raise ValueError("pixels with alpha must lie between 0 and 65,535")
    fractions = colours.dtype.kind == "f" and highest <= 1
    limit = 1.0 if fractions else 255.0 if highest <= 255 else 65_535.0
    seen = limit + (colours - limit) * (alpha / limit)
    if colours.dtype.kind == "i":
        seen = np.rint(seen)
    return seen.astype(colours.dtype)


def _typed(array: Array) -> Array:
    kind = array.dtype.kind
    if kind not in "iufb":
        raise ValueError("pixels must be numbers")
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if kind == "u" and array.dtype.itemsize < 4:
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if kind in "iu" and (
        array.size == 0 or (array.min() >= _INT32.min and array.max() <= _INT32.max)
    ):
        return array.astype(np.int32, copy=False)
    with np.errstate(over="ignore"):
        pixels = array.astype(np.float32, copy=False)
    if not np.isfinite(pixels).all():
        raise ValueError("pixels must be finite")
    return pixels


def inverted(pixels: Array) -> Array:
    """The negative of a canonical picture, within its own range where that is not 0 to 255."""
    negative: Array = 255 - pixels
    return negative if pixels.dtype == np.uint8 else pixels.min() + (pixels.max() - pixels)


def settled(images: Array) -> Array:
    """A whole column of canonical pictures, in one array where all have one shape and depth.

    Whole numbers of unknown depth become uint8 where every picture of the column lies within 0
    to 255.

    Args:
        images: `(n, height, width, channels)`, or an object array of pictures and None.
    """
    if images.dtype != object:
        return images.astype(np.uint8) if _fits(images) and images.dtype != np.uint8 else images
    present = [image for image in images if image is not None]
    if all(map(_fits, present)) and any(image.dtype != np.uint8 for image in present):
        images = objects(None if image is None else image.astype(np.uint8) for image in images)
    forms = {None if image is None else (image.shape, image.dtype) for image in images}
    return np.stack(list(images)) if len(forms) == 1 and None not in forms else images


def _fits(pixels: Array) -> bool:
    if pixels.dtype != np.int32 or not pixels.size:
        return pixels.dtype == np.uint8
    return bool(pixels.min() >= 0 and pixels.max() <= 255)
