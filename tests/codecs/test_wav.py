import io
import struct
import wave

import numpy as np
import pytest
import soundfile

from fivefold.codecs.wav import is_wav, wav_bytes, wav_form, wav_samples

SAMPLES = np.random.default_rng(0).integers(-32_768, 32_768, (500, 2)).astype(np.int16)


def written(subtype: str, form: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, SAMPLES, 22_050, subtype=subtype, format=form)
    return file.getvalue()


@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_samples_of_every_form_are_those_that_soundfile_reads(subtype, form):
    content = written(subtype, form)
    found, rate = wav_samples(content)
    expected, _ = soundfile.read(io.BytesIO(content), dtype="float64", always_2d=True)
    scale = {"u1": 128, "i2": 2**15, "i4": 2**31}.get(found.dtype.str[1:], 1)
    values = (found.astype(np.float64) - 128 * (found.dtype == np.uint8)) / scale
    assert rate == 22_050
    assert is_wav(content)
    np.testing.assert_array_equal(values, expected)


def test_written_file_is_read_by_the_standard_library():
    with wave.open(io.BytesIO(wav_bytes(SAMPLES[:, 0], 8000))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.readframes(500) == SAMPLES[:, 0].tobytes()


def test_file_that_was_cut_gives_what_is_there():
    found, _ = wav_samples(written("PCM_16")[:-7])
    np.testing.assert_array_equal(found, SAMPLES[:498])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"RIFF....WAVE", "does not say its form"),
        (b"RIFF....WAVEfmt \x10\0\0\0", "does not say its form"),
        (wav_bytes(SAMPLES[:, 0], 8000)[:36], "holds no samples"),
        (wav_bytes(SAMPLES[:, 0], 0), "0 a second"),
        (written("ULAW"), "a form that is not read: 7 with 8 bits"),
    ],
)
def test_damaged_file_is_refused_with_what_is_wrong(content, told):
    with pytest.raises(ValueError, match=told):
        wav_samples(content)


def test_chunks_before_the_form_are_passed_over():
    content = wav_bytes(SAMPLES[:, 0], 8000)
    odd = content[:12] + struct.pack("<4sI", b"LIST", 3) + b"abc\0" + content[12:]
    assert wav_form(odd) == wav_form(content)
    np.testing.assert_array_equal(wav_samples(odd)[0], wav_samples(content)[0])
