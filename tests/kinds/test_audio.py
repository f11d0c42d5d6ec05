import json

import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.mel import bands_of
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.codecs.wav import wav_bytes
from fivefold.collect.infer import guess_kind
from fivefold.errors import PreflightError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.clips import SILENT, described
from fivefold.kinds.codec import cells_of
from fivefold.kinds.known import kind_of
from fivefold.testing import check_kind

AUDIO = kind_of("audio")
COLUMN = Column(name="clip", kind="audio", format="8000 Hz")
RNG = np.random.default_rng(0)


def noise(count: int) -> np.ndarray:
    return RNG.integers(-9000, 9000, count).astype(np.int16)


FILE = wav_bytes(noise(50), 8000)


def fitted(sounds, settings=None):
    cells = cells_of(Columns({"clip": objects(sounds)}), COLUMN)
    return AUDIO.fit(cells, COLUMN, settings or Settings())


@pytest.mark.slow
@pytest.mark.rehearsed
def test_audio_keeps_to_what_every_kind_must_keep_to():
    cells = [noise(n) for n in (900, 3000, 1, 5000, 250, 4000)]
    cells += [wav_bytes(noise(700), 8000), (noise(3000), 16_000), None, "", [0, 5, -5] * 99]
    assert check_kind(type(AUDIO), cells, format="8000 Hz").name == "audio"


def test_length_is_what_nearly_all_training_sounds_need():
    state = fitted([noise(1000 + row) for row in range(100)] + [noise(60_000)])
    assert state.length == 1098
    assert len(state.unread) == 2
    [told] = AUDIO.remarks(COLUMN, state)
    assert (told.code, told.severity) == ("truncated_sounds", "note")
    assert "sound_length=7.5 reads all" in told.sentence


def test_length_is_bounded_and_can_be_asked_for():
    sounds = [noise(90_000) for _ in range(3)]
    assert fitted(sounds).length == 80_000
    assert fitted(sounds, Settings(sound_length=0.5)).length == 4000
    assert AUDIO.remarks(COLUMN, fitted(sounds))[0].severity == "warning"


def test_loudness_is_fitted_over_all_training_frames():
    sounds = [noise(n) for n in (500, 4000, 900)]
    frames = np.concatenate([bands_of(8000).loudness(sound) for sound in sounds])
    state = fitted(sounds)
    np.testing.assert_allclose(state.mean, frames.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(state.std, frames.std(axis=0), rtol=1e-3)


def test_sound_is_encoded_from_its_beginning_and_silent_behind_its_end():
    state = fitted([noise(1000)] * 10)
    short, long = noise(300), noise(5000)
    rows = AUDIO.encode(objects([short, long, None]), COLUMN, state)
    assert rows[0, :300].tolist() == short.tolist()
    assert (rows[0, 300:] == SILENT).all()
    assert rows[1].tolist() == long[:1000].tolist()
    assert (rows[2] == SILENT).all()


def test_simple_models_read_the_loudness_of_bands_and_not_what_is_filled_up():
    sound = noise(4000)
    row = np.full((2, 9000), SILENT, np.int16)
    row[0, :4000] = row[1, :4000] = sound
    loud = bands_of(8000).loudness(sound)
    found = described(row[:1, :4000], 8000)
    np.testing.assert_array_equal(described(row, 8000), np.repeat(found, 2, axis=0))
    np.testing.assert_allclose(found[0, :40], loud.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found[0, 40:80], loud.std(axis=0), rtol=1e-4)


@pytest.mark.parametrize(
    ("cells", "format", "code"),
    [
        ([FILE] * 9, "8000 Hz", None),
        ([wav_bytes(noise(50), 44_100)] * 9, "16000 Hz", "resampled"),
        ([FILE] * 6 + [wav_bytes(noise(50), 11_025)] * 3, "8000 Hz", "resampled"),
        ([{"array": noise(50), "sampling_rate": 8000, "path": "a.wav"}] * 9, "8000 Hz", None),
    ],
)
def test_sounds_are_recognised_and_brought_to_the_commonest_rate(cells, format, code):
    guess = guess_kind(objects(cells), name="clip")
    assert (guess.kind, guess.format) == ("audio", format)
    assert [finding.code for finding in guess.findings] == ([code] if code else [])


def test_arrays_that_say_no_rate_are_taken_at_16000_where_asked():
    guess = guess_kind(objects([noise(50)] * 9), name="clip", declared="audio")
    assert guess.format == "16000 Hz"
    assert [finding.code for finding in guess.findings] == ["no_rate"]
    assert guess_kind(np.stack([noise(50)] * 9), declared="audio").format == "16000 Hz"


def test_one_sound_is_one_array_through_every_door():
    sounds, _ = canonical_column(objects([noise(900), noise(20), None]), COLUMN)
    handed = AUDIO.handed(sounds, COLUMN)
    for cells in (handed.frame, handed.texts, json.loads(json.dumps(handed.json))):
        back, bad = canonical_column(objects(cells), COLUMN)
        assert len(bad) == 0
        assert back[2] is None
        for one, other in zip(back[:2], sounds[:2], strict=True):
            np.testing.assert_array_equal(one, other)


def test_sound_length_for_other_columns_is_refused():
    rows = [{"x": value % 7 * 1.5, "y": value % 3 == 0} for value in range(40)]
    pipeline = ff.Pipeline([ff.Collect(rows, target="y"), ff.Preprocess(sound_length=1.0)])
    with pytest.raises(PreflightError, match="expects an audio column, found none"):
        pipeline.run(progress=False)


def test_sounds_are_compared_by_seconds_and_loudness():
    cells = objects([np.full(16000, 300, np.int16), None, np.tile([400, -400], 4000)])
    found = kind_of("audio").compared(cells, Column(name="s", kind="audio", format="16000"))
    assert found["loudness"][[0, 2]].tolist() == [300, 400]
    assert found["seconds"][0] == 2 * found["seconds"][2]
    assert all(np.isnan(numbers[1]) for numbers in found.values())
