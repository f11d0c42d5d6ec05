"""WAV files: taken apart and written with the standard library."""

import struct
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

CHANNELS = 32
"""More of one sound are refused."""

STREAMED = 0x7FFF0000
"""Bytes of samples that a file says, or more, if it was written before its end was known."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FORMS: dict[tuple[int, int], str] = {
    (_PCM, 8): "u1",
    (_PCM, 16): "<i2",
    (_PCM, 32): "<i4",
    (_FLOAT, 32): "<f4",
    (_FLOAT, 64): "<f8",
}
"""How samples are written, by form and bits; 24 bits have no type of their own."""


class UnreadFormError(ValueError):
    """The samples of a WAV file are written as nothing here reads them."""


class WavForm(NamedTuple):
    """What the head of a WAV file says."""

    form: int  # 1 for whole numbers, 3 for floats
    channels: int
    rate: int  # samples a second
    bits: int  # of a sample


def is_wav(head: bytes) -> bool:
    """Whether a file begins as a WAV file does.

    Example:
        >>> is_wav(wav_bytes(np.zeros(3, np.int16), 8000))
        True
    """
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def wav_form(content: bytes) -> WavForm:
    """What the head of a WAV file says.

    Args:
        content: of the file, as far as the head at least.

    Raises:
        ValueError: if it says nothing.

    Example:
        >>> wav_form(wav_bytes(np.zeros(3, np.int16), 8000)).rate
        8000
    """
    at, size = _chunk(content, b"fmt ")
    if at < 0 or len(content) < at + 16:
        raise ValueError("the WAV file is damaged: it does not say its form")
    form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content, at)
    if form == _EXTENSIBLE and size >= 26 and len(content) >= at + 26:
        (form,) = struct.unpack_from("<H", content, at + 24)
    if not (0 < rate <= 1_000_000 and 0 < channels <= CHANNELS):
        raise ValueError(f"the WAV file is damaged: {channels} channels at {rate} a second")
    return WavForm(form, channels, rate, bits)


def wav_samples(content: bytes) -> tuple[Array, int]:
    """The samples of a WAV file, `(n, channels)` of the type in the file, and their rate.

    Of a file that was cut what is there is given. 24 bits come as int32, in the upper three bytes.

    Raises:
        ValueError: if it is damaged.
        UnreadFormError: if it is of a form that is not read.
    """
    form, channels, rate, bits = wav_form(content)
    at, size = _chunk(content, b"data")
    if at < 0:
        raise ValueError("the WAV file is damaged: it holds no samples")
    width = max(1, bits // 8 * channels)
    data = content[at : at + min(size, len(content) - at) // width * width]
    if (form, bits) == (_PCM, 24):
        low, middle, high = np.frombuffer(data, np.uint8).reshape(-1, 3).T.astype(np.int32)
        samples: Array = (low << 8) | (middle << 16) | (high << 24)
    elif (form, bits) in _FORMS:
        samples = np.frombuffer(data, _FORMS[form, bits])
    else:
        raise UnreadFormError(f"the WAV file has a form that is not read: {form} with {bits} bits")
    return samples.reshape(-1, channels), rate


def is_cut(head: bytes, size: int) -> bool:
    """Whether a WAV file has fewer bytes of samples than its head says.

    Args:
        head: the beginning of the file.
        size: bytes of the whole file.

    Example:
        >>> whole = wav_bytes(np.zeros(9, np.int16), 8000)
        >>> is_cut(whole, len(whole)), is_cut(whole, len(whole) - 1)
        (False, True)
    """
    at, told = _chunk(head, b"data")
    return at >= 0 and told < STREAMED and at + told > size


def wav_bytes(samples: Array, rate: int) -> bytes:
    """A WAV file of one channel.

    Args:
        samples: `(n,)` int16.
        rate: samples a second.
    """
    data = np.ascontiguousarray(samples, "<i2").tobytes()
    form = struct.pack("<HHIIHH", _PCM, 1, rate, 2 * rate, 2, 16)
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", len(form))
    return head + form + struct.pack("<4sI", b"data", len(data)) + data


def _chunk(content: bytes, wanted: bytes) -> tuple[int, int]:
    """Where the chunk of this name begins, and how long it says it is; -1 where there is none."""
    at = 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        if name == wanted:
            return at + 8, size
        at += 8 + size + size % 2
    return -1, 0
