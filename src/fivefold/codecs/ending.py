"""Whether the file of a sound was cut short: whether it has less than it says itself."""

from fivefold.codecs.mpeg import is_cut_mp3
from fivefold.codecs.wav import STREAMED, is_cut, is_wav

_LAST = 4
"""The flag of the last page of an Ogg stream."""


def ends_early(content: bytes) -> bool:
    """Whether a file ends before it says, as far as that can be told without decoding it.

    Told are WAV, AIFF, AU, Ogg and MP3 files; of others False is returned.

    Args:
        content: of the file.

    Example:
        >>> import numpy as np
        >>> from fivefold.codecs.wav import wav_bytes
        >>> whole = wav_bytes(np.zeros(9, np.int16), 8000)
        >>> ends_early(whole), ends_early(whole[:-1])
        (False, True)
    """
    if is_wav(content):
        return is_cut(content, len(content))
    if content[:4] == b"OggS":
        return _is_cut_ogg(content)
    if content[:4] == b"FORM":
        return 8 + int.from_bytes(content[4:8], "big") > len(content)
    if content[:4] == b".snd":
        first, size = (int.from_bytes(content[at : at + 4], "big") for at in (4, 8))
        return size < STREAMED and first + size > len(content)
    return is_cut_mp3(content) if content[:3] == b"ID3" or content[:1] == b"\xff" else False


def _is_cut_ogg(content: bytes) -> bool:
    """Whether an Ogg file ends within a page, or without one that says it is the last."""
    at, last = 0, False
    while content[at : at + 4] == b"OggS":
        if len(content) < at + 27:
            return True
        last, count = bool(content[at + 5] & _LAST), content[at + 26]
        sizes = content[at + 27 : at + 27 + count]
        at += 27 + count + sum(sizes)
        if len(sizes) < count or at > len(content):
            return True
    return not last
