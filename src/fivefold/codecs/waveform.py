"""One sound as an array, whatever it came as: int16, one channel, at the rate that is asked for."""

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.base64text import bytes_of_text
from fivefold.codecs.container import beginning
from fivefold.codecs.ending import ends_early
from fivefold.codecs.rate import resampled
from fivefold.codecs.table import Array
from fivefold.codecs.wav import (
    CHANNELS,
    UnreadFormError,
    is_wav,
    wav_form,
    wav_samples,
)

LOUDEST = 32_767
"""Of int16; the number below its negative is left free for what is no sound."""

MAX_SAMPLES = 200_000_000
"""More of one sound are refused: a small file can unfold to fill a machine."""

SLOWEST = 1_000
"""Samples a second from which on a number beside an array is taken for their rate."""

HEAD = 4_096
"""Bytes of a file that say its rate."""

_MARKS = (
    *(b"fLaC", b"OggS", b"ID3", b"FORM"),
    *(b"\xff" + bytes([second]) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),  # MP3
)


class Waveform(NamedTuple):
    """Samples as they were recorded.

    Attributes:
        samples: `(n, channels)` float32 from -1 to 1, or int16.
        rate: samples a second; 0 where nothing says it.
    """

    samples: Array
    rate: int


def waveform(value: object, rate: int = 0) -> Array:
    """One sound, `(n,)` int16 at a rate, its channels averaged.

    Args:
        value: a `pathlib.Path`, the bytes of a file, or those as base64 text, with or without
            `data:audio/wav;base64,` before it; a mapping of `array` and `sampling_rate`, or of
            `bytes`; a pair of an array and its rate, in either order; an array or list `(n,)` or
            `(n, channels)`, at `rate`, of int16, int32, uint8, or floats from -1 to 1. A text is
            never taken for a path: it may come from a stranger.
        rate: samples a second that come out; 0 for as many as it has.

    Raises:
        ValueError: if it is none of these, damaged, empty or too long.
        OSError: if a file cannot be read.

    Example:
        >>> waveform(np.array([0.0, 0.5, -1.0])).tolist()
        [0, 16384, -32767]
        >>> len(waveform((np.zeros(441, np.int16), 44_100), 16_000))
        160
    """
    found = recorded(value)
    if found.samples.dtype == np.int16 and found.samples.shape[1] == 1 and _same(found.rate, rate):
        return np.maximum(found.samples[:, 0], -LOUDEST)
    samples = _mono(found.samples)
    return as_int16(samples if _same(found.rate, rate) else resampled(samples, found.rate, rate))


def _same(rate: int, wanted: int) -> bool:
    return not rate or not wanted or rate == wanted


def recorded(value: object) -> Waveform:
    """The samples of one sound and its rate, as they were recorded.

    Raises:
        ValueError: as `waveform` does.
        OSError: as `waveform` does.
    """
    if isinstance(value, str):
        value = bytes_of_text(value)
    if isinstance(value, PathLike):
        value = Path(value).read_bytes()
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    if isinstance(value, Mapping):
        if value.get("array") is not None:
            return _from_array(value["array"], value.get("sampling_rate") or 0)
        if isinstance(value.get("bytes"), bytes):
            return _decoded(value["bytes"])
        raise ValueError("a mapping without `array` or `bytes` is no sound")
    if isinstance(value, tuple) and len(value) == 2:
        first, second = value
        if isinstance(first, int | np.integer) and not isinstance(second, int | float | np.number):
            return _from_array(second, first)
        if isinstance(second, int | float | np.number) and np.ndim(first):
            return _from_array(first, second)
    return _from_array(value, 0)


def as_int16(samples: Array) -> Array:
    """Floats from -1 to 1 as int16 from -32,767 to 32,767; what is louder is cut."""
    scaled = np.rint(samples * np.float32(32_768))
    return np.clip(scaled, -LOUDEST, LOUDEST).astype(np.int16)


def begins_as_sound(content: bytes) -> bool:
    """Whether bytes begin as files of sounds do: WAV, FLAC, Ogg, MP3, AIFF.

    Example:
        >>> begins_as_sound(b"fLaC..."), begins_as_sound(b"RIFF....WEBP")
        (True, False)
    """
    return is_wav(content[:12]) or content.startswith(_MARKS)


def is_pair(value: object) -> bool:
    """Whether a cell is samples and their rate, in either order, and nothing else.

    Example:
        >>> is_pair((np.zeros(9), 8000)), is_pair((16_000, np.zeros(9))), is_pair((3, 4))
        (True, True, False)
    """
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    rates = [one for one in value if isinstance(one, int | np.integer) and one >= SLOWEST]
    samples = [one for one in value if isinstance(one, np.ndarray) and one.ndim in (1, 2)]
    return len(rates) == len(samples) == 1


def rate_of(value: object) -> int | None:
    """The rate that a sound was recorded at, from the head of a WAV file.

    Returns:
        0 if none is said, None for what is no sound or damaged.
    """
    try:
        if isinstance(value, PathLike):
            with Path(value).open("rb") as file:
                head = file.read(HEAD)
            if is_wav(head):
                return wav_form(head).rate
        if isinstance(value, bytes) and is_wav(value[:12]):
            return wav_form(value[:HEAD]).rate
        return recorded(value).rate
    except (OSError, ValueError, TypeError, OverflowError):
        return None


def samples_of(value: object) -> int:
    """How many samples `waveform` reads at most, roughly, without decoding."""
    if isinstance(value, PathLike):
        try:
            return Path(value).stat().st_size
        except OSError:
            return 0
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("array", "bytes") if value.get(key) is not None), ())
    if isinstance(value, tuple) and len(value) == 2:
        value = value[0] if np.ndim(value[0]) else value[1]
    if isinstance(value, np.ndarray):
        return int(value.size)
    return len(value) if hasattr(value, "__len__") else 0


def _mono(samples: Array) -> Array:
    """`(n, channels)` as `(n,)` float32 from -1 to 1: the mean of the channels."""
    one = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1, dtype=np.float32)
    scale = np.float32(1 / 32_768) if samples.dtype == np.int16 else np.float32(1)
    scaled: Array = one.astype(np.float32) * scale
    return scaled


def _from_array(value: Any, rate: Any) -> Waveform:
    if hasattr(value, "getbands"):
        raise ValueError("a picture is no sound")
    array = np.asarray(value)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not 0 < array.shape[1] <= CHANNELS:
        raise ValueError(f"an array of shape {np.shape(array)} is not (samples[, channels])")
    number = float(rate)
    if not (number >= 0 and number == int(number)):
        raise ValueError(f"{rate!r} is no number of samples a second")
    return _checked(array, int(number))


def _checked(array: Array, rate: int) -> Waveform:
    """Samples of any dtype as int16 or as float32 from -1 to 1."""
    if not len(array):
        raise ValueError("the sound has no samples")
    if array.size > MAX_SAMPLES:
        raise ValueError(f"the sound has more than {MAX_SAMPLES:,} samples")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ValueError("samples must be finite")
        return Waveform(array.astype(np.float32), rate)
    if array.dtype == np.uint8:
        return Waveform(((array.astype(np.int16) - 128) * 256).astype(np.int16), rate)
    if array.dtype == np.int32:
        return Waveform((array / 2.0**31).astype(np.float32), rate)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{array.dtype} values are no samples")
    if array.dtype != np.int16 and (int(array.min()) < -32_768 or int(array.max()) > LOUDEST):
        raise ValueError("whole numbers beyond those of 16 bits are no samples")
    return Waveform(array.astype(np.int16), rate)


def _decoded(content: bytes) -> Waveform:
    if not content:
        raise ValueError("the file is empty")
    if ends_early(content):
        raise ValueError("the file was cut short")
    if is_wav(content):
        with suppress(UnreadFormError):
            return _checked(*wav_samples(content))
    known, told = "WAV, FLAC, Ogg, MP3, AIFF", beginning(content)
    if told and not begins_as_sound(content):
        raise ValueError(f"the bytes are no sound of a known kind ({known}){told}")
    try:
        import soundfile
    except (ImportError, OSError):
        raise ValueError(
            "the bytes are no WAV file of whole numbers or floats; others are read where soundfile "
            "is installed: pip install 'fivefold[audio]'"
        ) from None
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.frames * file.channels > MAX_SAMPLES:
                raise ValueError(f"the sound has more than {MAX_SAMPLES:,} samples")
            samples = file.read(dtype="float32", always_2d=True)
            if len(samples) < file.frames and file.format != "MP3":  # whose frames are counted
                raise ValueError("the file was cut short")
            return _checked(samples, int(file.samplerate))
    except (RuntimeError, TypeError) as fault:
        reason = re.sub(r"Error opening <.*?>: |Error : ", "", str(fault)).strip(" .")
        if begins_as_sound(content):
            raise ValueError(f"the file is damaged: {reason}") from None
        raise ValueError(f"the bytes are no sound of a known kind ({known}): {reason}") from None
