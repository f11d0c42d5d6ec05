import numpy as np
import pytest

from fivefold.codecs.animation import animated_png
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds.codec import cells_of
from fivefold.kinds.films import described
from fivefold.kinds.known import kind_of
from fivefold.testing import check_kind

VIDEO = kind_of("video")
COLUMN = Column(name="clip", kind="video")
RNG = np.random.default_rng(0)


def clip(frames=6, height=8, width=9, channels=1):
    return RNG.integers(0, 256, (frames, height, width, channels)).astype(np.uint8)


def fitted(clips, settings=None):
    cells = cells_of(Columns({"clip": objects(clips)}), COLUMN)
    return VIDEO.fit(cells, COLUMN, settings or Settings())


@pytest.mark.slow
@pytest.mark.rehearsed
def test_video_keeps_to_what_every_kind_must_keep_to():
    cells = [clip(n, channels=c) for n, c in ((6, 1), (9, 3), (1, 1), (40, 3), (5, 1), (6, 3))]
    cells += [animated_png(clip(7)), [clip(1)[0], clip(1)[0]], clip(4)[..., 0].tolist(), None, ""]
    assert check_kind(type(VIDEO), [*cells, *(clip() for _ in range(9))]).name == "video"


@pytest.mark.slow
def test_video_of_deep_numbers_keeps_to_it_too():
    cells = [30 + 5 * RNG.random((4, 6, 6)).astype(np.float32) for _ in range(12)]
    assert check_kind(type(VIDEO), [*cells, None]).gap < 1e-5


def test_frames_are_those_of_nearly_all_clips_and_sixteen_at_most():
    assert fitted([clip(5)] * 99 + [clip(12)]).shape == (1, 5, 8, 9)
    assert fitted([clip(30)] * 3).shape == (1, 16, 8, 9)
    assert fitted([clip(30)] * 3, Settings(video_frames=24)).shape == (1, 24, 8, 9)


def test_size_is_the_usual_one_and_bounded():
    assert fitted([clip(2, 90, 112)] * 3).shape[2:] == (51, 64)
    assert fitted([clip(2, 90, 112)] * 3, Settings(video_size=(80, 100))).shape[2:] == (80, 100)


def test_long_clip_is_read_evenly_and_short_one_ends_with_its_last_frame():
    state = fitted([clip(4)] * 9)
    short, long = clip(2), clip(12)
    rows = VIDEO.encode(objects([short, long]), COLUMN, state)
    assert rows.shape == (2, 1, 4, 8, 9)
    assert (rows[0, 0] == short[[0, 1, 1, 1], :, :, 0]).all()
    assert (rows[1, 0] == long[[1, 4, 7, 10], :, :, 0]).all()


def test_missing_clip_is_the_mean_colour():
    clips = [clip(channels=3) for _ in range(4)]
    state = fitted(clips)
    pixels = np.concatenate([each.reshape(-1, 3) for each in clips]).astype(float)
    np.testing.assert_allclose(state.mean, pixels.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(state.std, pixels.std(axis=0), rtol=1e-4)
    [row] = VIDEO.encode(objects([None]), COLUMN, state)
    assert (row == np.rint(state.mean).astype(np.uint8)[:, None, None, None]).all()


def test_clip_on_another_scale_is_refused_with_its_row():
    state = fitted([400 + 5 * RNG.random((3, 5, 5, 1)).astype(np.float32) for _ in range(3)])
    with pytest.raises(DataError) as caught:
        VIDEO.encode(objects([clip()]), COLUMN, state, first=7)
    assert caught.value.facts["rows"] == (7,)


def test_remarks_count_lengths_sizes_and_clips_that_stand_still():
    clips = [clip(6)] * 20 + [clip(1), clip(3, 4, 4), clip(30)]
    told = {f.code: f for f in VIDEO.remarks(COLUMN, fitted(clips, Settings(video_frames=6)))}
    assert (told["mixed_lengths"].numbers["more"], told["mixed_lengths"].numbers["fewer"]) == (1, 2)
    assert told["still_clips"].numbers["count"] == 1
    assert told["mixed_sizes"].numbers["changed"] == 1
    assert VIDEO.remarks(COLUMN, fitted([clip(6)] * 5)) == ()


def test_simple_models_read_the_mean_frame_how_much_moves_and_last_less_first():
    films = RNG.integers(0, 256, (3, 2, 5, 4, 6)).astype(np.uint8)
    shares = films / 255
    wanted = [
        shares.mean(axis=2),
        np.abs(np.diff(shares, axis=2)).mean(axis=2),
        shares[:, :, -1] - shares[:, :, 0],
    ]
    wanted = np.concatenate([each.reshape(3, -1) for each in wanted], axis=1)
    np.testing.assert_allclose(described(films, 14), wanted, atol=1e-6)
    assert described(films[:0], 14).shape == (0, wanted.shape[1])


def test_cells_are_told_from_pictures():
    image = kind_of("image")
    moving, still = animated_png(clip(3)), animated_png(clip(1))
    for cell, is_film in (
        (moving, True),
        (still, False),
        (clip(3), True),
        (clip(9)[..., 0], True),
        (clip(1)[0], False),
        ([clip(1)[0]] * 3, True),
    ):
        assert VIDEO.is_cell(cell) == is_film
        assert not (image.is_cell(cell) and is_film)
    assert image.is_cell(still)
    assert image.is_cell(clip(1, channels=3)[0])
