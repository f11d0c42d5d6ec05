"""Films in containers, MP4 and its kin: decoded by PyAV, where it is installed."""

import io
from importlib.util import find_spec
from typing import Any

from fivefold.codecs.animation import level
from fivefold.codecs.picture import MAX_PIXELS
from fivefold.codecs.resizing import reduced
from fivefold.codecs.table import Array
from fivefold.codecs.thinning import spread

MOST = 100_000
"""More frames of one film are refused: to decode them takes minutes."""

FEW = 2
"""Frames that may be missing of those that a file says it has: some writers count otherwise."""

FOOTAGE = frozenset(
    (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv")
)
"""Endings of files that are films."""

EXTRA = "pip install 'fivefold[video]'"
"""What installs the decoder."""


def begins_as_footage(content: bytes) -> bool:
    r"""Whether bytes begin as a container of films does.

    Example:
        >>> begins_as_footage(b"\0\0\0\x18ftypmp42"), begins_as_footage(b"\0\0\0\x18ftypavif")
        (True, False)
    """
    if b"\0" not in content[:64]:
        return False  # words
    head = content[:12]
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return head[8:12] not in _OTHERS
    avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return avi or head[:4] in (b"\x1aE\xdf\xa3", b"0&\xb2u", b"\0\0\x01\xba", b"FLV\x01")


_OTHERS = (b"M4A ", b"M4B ", b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")
"""Brands of files of the same form that hold sounds or pictures."""


def frames_of_footage(content: bytes, most: int, side: int) -> Array:
    """Evenly spread frames of a film, `(frames, height, width, channels)` uint8.

    No more than one frame is held as large as it is.

    Args:
        content: of its file.
        most: frames that are given, at most.
        side: pixels of the longer side, at most; larger frames are reduced.

    Raises:
        ValueError: if PyAV is not installed; if the file is damaged or ends before it says.
    """
    if find_spec("av") is None:
        raise ValueError(f"PyAV, which decodes it, is not installed: {EXTRA}")
    import av

    try:
        count = _count(content)
        wanted = set(spread(count, most).tolist())
        container: Any
        with av.open(io.BytesIO(content)) as container:
            frames = list[Array]()
            for place, frame in enumerate(container.decode(video=0)):
                if place in wanted:
                    frames.append(reduced(_upright(frame), side))
                if len(frames) == len(wanted):
                    break
    except (av.FFmpegError, OverflowError, MemoryError) as fault:
        told = getattr(fault, "strerror", "") or fault
        raise ValueError(f"the film is damaged: {told}") from None
    if len(frames) < len(wanted):
        raise ValueError(f"the film is damaged: of {count:,} frames not all can be decoded")
    if len({frame.shape for frame in frames}) > 1:
        raise ValueError("its frames have several sizes")
    return level(frames)


def _count(content: bytes) -> int:
    """How many frames a film has, by its packets; nothing is decoded."""
    import av

    container: Any
    with av.open(io.BytesIO(content)) as container:
        if not container.streams.video:
            raise ValueError("the file holds no pictures: it is sound alone, or cut short")
        stream = container.streams.video[0]
        if stream.width * stream.height > MAX_PIXELS:
            raise ValueError(f"a frame has more than {MAX_PIXELS:,} pixels")
        count, last = 0, 0.0
        for packet in container.demux(stream):
            if packet.size:
                count += 1
                if packet.is_corrupt:
                    raise ValueError("the film ends before its file says")
                if packet.pts is not None and packet.time_base:
                    last = max(
                        last, float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    )
        if not count:
            raise ValueError("the film has no frames, or was cut short")
        if count > MOST:
            raise ValueError(f"the film has more than {MOST:,} frames: cut it into clips")
        if count + FEW < stream.frames or _is_short(container, stream, count, last):
            raise ValueError("the film ends before its file says")
    return count


def _is_short(container: Any, stream: Any, count: int, last: float) -> bool:
    """Whether the last picture ends well before the film, as its head has it."""
    said = float(stream.duration * stream.time_base) if stream.duration else 0.0
    if not said and container.duration and not container.streams.audio:
        said = container.duration / 1e6
    first = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    usual = (last - first) / count
    return said > 0 and said - (last - first) > (FEW + 1) * usual


def _upright(frame: Any) -> Array:
    """A frame as RGB, turned as its film says."""
    import numpy as np

    pixels: Array = frame.to_ndarray(format="rgb24")
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels
