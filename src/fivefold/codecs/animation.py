"""Files of pictures that move: GIF, WebP and PNG with several frames, read and written."""

import io
import struct
import zlib
from typing import Any

import numpy as np

from fivefold.codecs.picture import MAX_PIXELS, pixels_in
from fivefold.codecs.resizing import reduced
from fivefold.codecs.table import Array
from fivefold.codecs.thinning import spread

FORMATS = ("GIF", "WEBP", "PNG")
"""Of pictures that may move."""

_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")


def is_animation(content: bytes) -> bool:
    r"""Whether the bytes of a file of a picture say that it moves; a damaged one may.

    Example:
        >>> is_animation(animated_png(np.zeros((2, 1, 1, 1), np.uint8))), is_animation(b"GIF89a")
        (True, False)
    """
    if content[:6] in _GIF:
        return _gif_frames(content)[0] > 1
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return content[12:16] == b"VP8X" and bool(content[20:21]) and bool(content[20] & 2)
    if content[:8] == _PNG:
        place = content.find(b"acTL", 8, 4096)
        return place > 0 and int.from_bytes(content[place + 4 : place + 8], "big") > 1
    return False


def is_film_of_one(content: bytes) -> bool:
    """Whether a file is a picture that stands still, of a form that may move."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    known = content[:6] in _GIF or content[:8] == _PNG or is_webp
    return known and not is_animation(content)


def frames_of_file(content: bytes, most: int, side: int) -> Array:
    """Evenly spread frames of a file of a picture, `(frames, height, width, channels)`.

    A picture that stands still has one. No more than one frame is held as large as it is.

    Args:
        content: of a file that Pillow reads as one of `FORMATS`, or as a picture.
        most: frames that are given, at most.
        side: pixels of the longer side, at most; larger frames are reduced.

    Raises:
        ValueError: if it is damaged, or ends before it says.
    """
    from PIL import Image

    _check_whole(content)
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"a frame has more than {MAX_PIXELS:,} pixels")
            shown = 1 if getattr(image, "default_image", False) else 0  # where nothing moves
            count = getattr(image, "n_frames", 1) - shown
            frames = []
            for place in spread(count, most):
                image.seek(int(place) + shown)
                frames.append(reduced(pixels_in(image.copy()), side))
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as fault:
        raise ValueError(f"the clip is damaged: {fault}") from None
    return level(frames)


def level(frames: list[Array]) -> Array:
    """Frames of one size as one array: grey where all of them are.

    Example:
        >>> level([np.zeros((1, 2, 3), np.uint8), np.ones((1, 2, 1), np.uint8)]).shape
        (2, 1, 2, 1)
    """
    channels = max(frame.shape[2] for frame in frames)
    clip = np.stack([np.repeat(f, channels // f.shape[2], axis=2) for f in frames])
    grey = clip[..., :1]
    return np.ascontiguousarray(grey) if channels > 1 and (clip == grey).all() else clip


def animated_png(clip: Array) -> bytes:
    """A clip as the bytes of a PNG file that moves, 10 frames a second; nothing is lost.

    Each frame stands there whole, equal ones too: Pillow would leave these out.

    Args:
        clip: `(time, height, width, channels)` uint8, one channel or three.
    """
    height, width = clip.shape[1:3]
    colour = 0 if clip.shape[3] == 1 else 2
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))]
    chunks.append(_chunk(b"acTL", struct.pack(">II", len(clip), 0)))
    order = 0
    for place, frame in enumerate(clip):
        shape = struct.pack(">IIIIIHHBB", order, width, height, 0, 0, 1, 10, 0, 0)
        chunks.append(_chunk(b"fcTL", shape))
        order += 1
        # each line begins with the number of the filter that is taken off it: 2, the line above
        above = np.concatenate([np.zeros_like(frame[:1]), frame[:-1]])
        lines = np.empty((height, 1 + width * frame.shape[2]), np.uint8)
        lines[:, 0] = 2
        lines[:, 1:] = (frame - above).reshape(height, -1)
        data = zlib.compress(lines.tobytes(), 6)
        if place == 0:
            chunks.append(_chunk(b"IDAT", data))
            continue
        chunks.append(_chunk(b"fdAT", struct.pack(">I", order) + data))
        order += 1
    return _PNG + b"".join([*chunks, _chunk(b"IEND", b"")])


def _chunk(name: bytes, data: bytes) -> bytes:
    mark = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + mark


def _check_whole(content: bytes) -> None:
    """Refuse a file that ends before it says."""
    ends = False
    if content[:6] in _GIF:
        ends = not _gif_frames(content)[1]
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        ends = 8 + int.from_bytes(content[4:8], "little") > len(content)
    elif content[:8] == _PNG:
        ends = b"IEND" not in content[-64:] and b"IEND" not in content
    if ends:
        raise ValueError("the clip ends before its file says")


def _gif_frames(content: bytes) -> tuple[int, bool]:
    """How many frames a GIF file has, and whether its end is there; nothing is decoded.

    Reference:
        CompuServe, Graphics Interchange Format, version 89a, 1990, appendix A.
    """
    count, at = 0, 13
    if len(content) < at:
        return 0, False
    at += _palette(content[10])
    while at < len(content):
        mark = content[at]
        if mark == 0x3B:
            return count, True
        if mark == 0x21:
            at += 2
        elif mark == 0x2C and at + 10 <= len(content):
            count += 1
            at += 11 + _palette(content[at + 9])
        else:
            return count, mark == 0  # what is filled up behind the last frame, or is damaged
        while at < len(content) and content[at]:
            at += 1 + content[at]
        at += 1
    return count, False


def _palette(flags: Any) -> int:
    """Bytes of the palette that these flags tell of."""
    return 3 << (1 + (flags & 7)) if flags & 0x80 else 0
