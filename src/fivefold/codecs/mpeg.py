"""MP3 files: their frames, as far as it takes to see whether all of them are there."""

from collections.abc import Iterator
from typing import NamedTuple

_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)
_SLOWER = {3: 1, 2: 2, 0: 4}  # by what the two bits of the version say; 1 is none
_LAYER_3 = 1

HEAD = 4
"""Bytes with which a frame begins, that say how long it is."""

OWN = 1
"""Frames by which what the first one says may differ: some count it, others do not."""


class Said(NamedTuple):
    """What the first frame of a file says of it; 0 where it says nothing."""

    frames: int  # behind it
    bytes: int  # from it to the end, itself too unless its writer left it out


class Frame(NamedTuple):
    """One frame of an MP3 file."""

    at: int  # where it begins
    size: int  # bytes
    sort: int  # what all frames of a file have in common: version and rate
    first: bool  # whether it is of the first version, with longer frames
    mono: bool


def is_cut_mp3(content: bytes) -> bool:
    """Whether an MP3 file ends within a frame, or has fewer or less than its first frame says.

    A file that lost whole frames at its end, and of which the first frame says nothing, is none.

    Args:
        content: of the file, with any tags before and behind its frames.

    Returns:
        False too where there is no frame.
    """
    found = end = start = 0
    said = Said(0, 0)
    for frame in _frames(content):
        if not found:
            said, start = _said(content, frame), frame.at
        found, end = found + 1, frame.at + frame.size
        if end > len(content):
            return True
    begun = found > 0 and 0 < len(content) - end < HEAD and content[end] == 0xFF
    return begun or found - 1 + OWN < said.frames or len(content) - start < said.bytes


def _frames(content: bytes) -> Iterator[Frame]:
    """The frames, one after another; what stands between them is passed over."""
    at, sort = _behind_tags(content), None
    while True:
        frame = _frame(content, at)
        if frame is None or (sort is not None and frame.sort != sort):
            frame = _next(content, at + 1, sort)
            if frame is None:
                return
        yield frame
        at, sort = frame.at + frame.size, frame.sort


def _behind_tags(content: bytes) -> int:
    """Where what stands before the frames ends."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        sizes = content[at + 6 : at + 10]
        size = sum(byte << 7 * (3 - place) for place, byte in enumerate(sizes))
        at += 10 + size + (10 if content[at + 5] & 0x10 else 0)
    return at


def _frame(content: bytes, at: int) -> Frame | None:
    """The frame that begins here; None where none does."""
    head = content[at : at + HEAD]
    if len(head) < HEAD or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version not in _SLOWER or layer != _LAYER_3 or kbits in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = _RATES[rate] // _SLOWER[version]
    size = (144_000 if first else 72_000) * _KBITS[first][kbits] // hertz + (head[2] >> 1 & 1)
    return Frame(at, size, 4 * version + rate, first, head[3] >> 6 == 3)


def _next(content: bytes, at: int, sort: int | None) -> Frame | None:
    """The first frame from here on that another one follows, or the end of the file."""
    while (at := content.find(b"\xff", at)) >= 0:
        frame = _frame(content, at)
        if frame is not None and (sort is None or frame.sort == sort):
            after = _frame(content, at + frame.size)
            if at + frame.size == len(content) or (after and after.sort == frame.sort):
                return frame
        at += 1
    return None


def _said(content: bytes, frame: Frame) -> Said:
    """What the first frame says there is."""
    aside = (17 if frame.mono else 32) if frame.first else (9 if frame.mono else 17)
    at = frame.at + HEAD + aside
    if content[at : at + 4] in (b"Xing", b"Info") and content[at + 7 : at + 8]:
        counts, sizes = content[at + 7] & 1, content[at + 7] >> 1 & 1
        frames = int.from_bytes(content[at + 8 : at + 12], "big") if counts else 0
        at += 8 + 4 * counts
        return Said(frames, int.from_bytes(content[at : at + 4], "big") if sizes else 0)
    at = frame.at + HEAD + 32
    if content[at : at + 4] == b"VBRI":
        size, count = content[at + 10 : at + 14], content[at + 14 : at + 18]
        return Said(int.from_bytes(count, "big"), int.from_bytes(size, "big"))
    return Said(0, 0)
