import base64
import io
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fivefold.codecs import waveform as codec
from fivefold.codecs.wav import wav_bytes
from fivefold.codecs.waveform import (
    LOUDEST,
    begins_as_sound,
    rate_of,
    samples_of,
    waveform,
)

SOUND = (9000 * np.sin(np.arange(4000) / 9)).astype(np.int16)
WAV = wav_bytes(SOUND, 8000)


def written(form: str, rate: int = 8000, subtype: str | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, SOUND, rate, format=form, subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize(
    "cell",
    [
        WAV,
        base64.b64encode(WAV).decode(),
        "data:audio/wav;base64," + base64.urlsafe_b64encode(WAV).decode().rstrip("="),
        SOUND,
        SOUND.tolist(),
        np.stack([SOUND, SOUND], axis=1),
        SOUND / 32_768,
        SOUND.astype(np.int32) * 2**16,
        (SOUND, 8000),
        (8000, SOUND),
        (np.int64(8000), np.stack([SOUND, SOUND], axis=1)),
        {"array": SOUND / 32_768, "sampling_rate": 8000},
        {"bytes": WAV, "path": None},
        written("FLAC"),
    ],
)
def test_one_sound_in_every_form_is_the_same_array(cell):
    found = waveform(cell, 8000)
    assert found.dtype == np.int16
    np.testing.assert_allclose(found, SOUND, atol=1)


def test_path_is_a_file_and_text_never_is(tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(WAV)
    np.testing.assert_array_equal(waveform(Path(file), 8000), SOUND)
    with pytest.raises(ValueError, match="neither base64 nor"):
        waveform(str(file), 8000)


@pytest.mark.parametrize("form", ["OGG", "MP3"])
def test_lossy_file_sounds_alike(form):
    if form not in soundfile.available_formats():
        pytest.skip(f"this libsndfile knows no {form}")
    found = waveform(written(form), 8000)[1000:3000].astype(float)
    best = max(np.corrcoef(found, np.roll(SOUND, lag)[1000:3000])[0, 1] for lag in range(-60, 60))
    assert best > 0.95


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW", "IMA_ADPCM"])
def test_wav_file_of_a_rare_form_is_read_by_soundfile(subtype, monkeypatch):
    file = io.BytesIO()
    soundfile.write(file, SOUND, 8000, format="WAV", subtype=subtype)
    found = waveform(file.getvalue(), 8000)[: len(SOUND)].astype(float)
    assert np.corrcoef(found[500:], SOUND[500:])[0, 1] > 0.99
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ValueError, match=r"pip install 'fivefold\[audio\]'"):
        waveform(file.getvalue())


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 96_000])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_stereo_file_of_any_rate_sounds_as_the_mean_of_its_channels(rate, subtype):
    time = np.arange(rate // 4) / rate
    tone, file = 0.5 * np.sin(2 * np.pi * 440 * time), io.BytesIO()
    soundfile.write(file, np.stack([tone, 0.2 * tone], axis=1), rate, subtype, format="WAV")
    found = waveform(file.getvalue(), 8000)
    assert abs(len(found) - 2000) <= 1
    wanted = 32_768 * 0.3 * np.sin(2 * np.pi * 440 * np.arange(len(found)) / 8000)
    np.testing.assert_allclose(found[50:-50], wanted[50:-50], atol=30)


def test_loudest_sample_stays_above_what_is_no_sound():
    assert waveform(np.array([-32_768, 32_767], np.int16)).tolist() == [-LOUDEST, LOUDEST]
    assert waveform(np.array([-3.0, 3.0])).tolist() == [-LOUDEST, LOUDEST]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (b"", "the file is empty"),
        (b"no sound at all", "no sound of a known kind .*: Format not recognised"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm", "known kind .*: they begin as a WebM or Matroska"),
        (b"\0\0\0\x20ftypM4A \0\0", "known kind .*: they begin as an M4A file does"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "known kind .*: they begin as a PNG file does"),
        (written("FLAC")[:900], "the file is damaged: flac decoder lost sync"),
        (written("OGG")[:900], "the file was cut short"),
        (written("MP3")[:60], "the file was cut short"),
        (WAV[:40], "holds no samples"),
        (np.empty(0, np.int16), "no samples"),
        (np.array([0.0, np.nan]), "must be finite"),
        ([10**6], "beyond those of 16 bits"),
        (np.zeros((3, 4, 5)), "is not .samples"),
        (np.array([True, False]), "are no samples"),
        ((SOUND, -1), "no number of samples"),
        ({"path": "/etc/passwd", "bytes": None}, "without `array` or `bytes`"),
    ],
)
def test_cell_that_is_no_sound_is_refused_with_what_is_wrong(cell, told):
    with pytest.raises(ValueError, match=told):
        waveform(cell, 8000)


def test_sound_that_unfolds_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(codec, "MAX_SAMPLES", 3000)
    for cell in (WAV, written("FLAC")):
        with pytest.raises(ValueError, match="more than 3,000 samples"):
            waveform(cell)


def test_compressed_file_names_the_extra_where_soundfile_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ValueError, match=r"pip install 'fivefold\[audio\]'"):
        waveform(written("FLAC"))
    np.testing.assert_array_equal(waveform(WAV), SOUND)


def test_rate_is_that_of_the_head(tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(wav_bytes(np.zeros(100_000, np.int16), 44_100))
    cells = [file, WAV, written("FLAC", 22_050), (SOUND, 11_025), SOUND, b"", "x"]
    assert list(map(rate_of, cells)) == [44_100, 8000, 22_050, 11_025, 0, None, None]


def test_opus_in_ogg_as_browsers_record_it_is_read():
    content = written("OGG", 16_000, "OPUS")
    found = waveform(content, 16_000)
    assert abs(len(found) - len(SOUND)) < 400
    with pytest.raises(ValueError, match="cut short"):
        waveform(content[: int(0.9 * len(content))])


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_file_that_was_cut_is_refused_wherever_it_was_cut(form):
    content = written(form)
    assert len(waveform(content)) == len(SOUND)
    for share in (0.3, 0.5, 0.8, 0.97):
        with pytest.raises(ValueError, match=r"cut short|damaged"):
            waveform(content[: int(share * len(content))])


def test_streamed_wav_that_does_not_know_its_length_is_read_to_its_end():
    size = b"data" + (2 * len(SOUND)).to_bytes(4, "little")
    streamed = WAV.replace(size, b"data" + b"\xff" * 4)
    np.testing.assert_array_equal(waveform(streamed), SOUND)


def test_size_of_a_sound_is_not_underestimated(tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(WAV)
    for cell in (WAV, base64.b64encode(WAV).decode(), SOUND, SOUND.tolist(), (SOUND, 8000), file):
        assert samples_of(cell) >= len(SOUND), type(cell)


def test_files_of_sounds_are_told_by_how_they_begin():
    sounds = [WAV, written("FLAC"), written("OGG")]
    assert [begins_as_sound(content) for content in sounds] == [True] * 3
    assert not any(map(begins_as_sound, (b"\x89PNG", b"RIFF....WEBP", b"text", b"")))
