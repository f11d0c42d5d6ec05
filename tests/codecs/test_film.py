import io
import sys

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs.animation import animated_png, is_animation
from fivefold.codecs.film import FRAMES, SIDE, as_cell, as_file, film, film_stack
from fivefold.codecs.thinning import lengthened, spread

RNG = np.random.default_rng(0)


def clip(frames=6, height=10, width=12, channels=3):
    return RNG.integers(0, 256, (frames, height, width, channels)).astype(np.uint8)


def moving(frames, form, **more):
    file = io.BytesIO()
    first, *others = (Image.fromarray(f[..., 0] if f.shape[2] == 1 else f) for f in frames)
    first.save(file, form, save_all=True, append_images=others, duration=60, **more)
    return file.getvalue()


def footage(frames, form="mp4", codec="mpeg4"):
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
def test_clip_written_as_cell_is_read_as_it_was(channels):
    frames = clip(channels=channels)
    frames[3] = frames[2]  # which Pillow would leave out
    content = animated_png(frames)
    assert np.array_equal(film(as_cell(frames)), frames)
    assert np.array_equal(film(as_file(as_cell(frames))), frames)
    with Image.open(io.BytesIO(content)) as image:  # an independent reader
        assert image.n_frames == 6
        image.seek(3)
        assert np.array_equal(np.asarray(image).reshape(frames[3].shape), frames[3])


@pytest.mark.parametrize("dtype", [np.float32, np.uint16, np.int32])
def test_deep_clip_written_as_cell_is_read_as_it_was(dtype):
    frames = (clip(channels=1) * 3).astype(dtype)
    read = film(as_cell(film(frames)))
    assert read.dtype == dtype
    assert np.array_equal(read, frames)


@pytest.mark.parametrize("form", ["WEBP", "PNG", "GIF"])
def test_file_that_moves_is_all_its_frames(form):
    frames = np.repeat(clip(channels=1), 3, axis=3)
    content = moving(frames, form, **({"lossless": True} if form == "WEBP" else {}))
    assert is_animation(content)
    assert np.array_equal(film(content), frames[..., :1])  # grey in every frame


def test_frames_of_a_file_are_seen_as_a_viewer_shows_them():
    frames = np.zeros((4, 8, 8, 3), np.uint8)
    for moment in range(4):  # GIF holds what changes, laid over what was
        frames[moment, 2:4, moment : moment + 2] = (200, 40, 90)
    assert np.array_equal(film(moving(frames, "GIF")), frames)


@pytest.mark.parametrize("form", ["WEBP", "PNG", "GIF"])
@pytest.mark.parametrize("left", [0.3, 0.6, 0.95])
def test_file_that_was_cut_short_is_refused(form, left):
    content = moving(clip(), form)
    with pytest.raises(ValueError, match=r"ends before|damaged"):
        film(content[: int(left * len(content))])


def test_picture_that_stands_still_is_a_clip_of_one_frame():
    frame = clip(1)[0]
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG")
    assert not is_animation(file.getvalue())
    assert np.array_equal(film(file.getvalue()), frame[None])


def test_long_and_large_clips_are_bounded_where_they_are_read():
    read = film(clip(100, 20, 300))
    assert read.shape == (FRAMES, 7, SIDE, 3)
    frames = clip(100, 4, 4)
    assert np.array_equal(film(frames), frames[spread(100, FRAMES)])


def test_folder_of_frames_is_read_in_the_order_of_its_numbers(tmp_path):
    frames = clip(12)
    for number, frame in enumerate(frames):
        Image.fromarray(frame).save(tmp_path / f"f{number}.png")
    (tmp_path / "notes.txt").write_text("none")
    assert np.array_equal(film(tmp_path), frames)
    (tmp_path / "f3.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"f3\.png is empty"):
        film(tmp_path)


def test_lists_of_pictures_and_of_numbers_are_clips():
    frames = clip(3, channels=1)
    files = [moving(frame[None], "PNG") for frame in frames]
    assert np.array_equal(film(files), frames)
    assert np.array_equal(film(frames[..., 0].tolist()), frames)
    assert np.array_equal(film(str(frames[..., 0].tolist())), frames)
    assert np.array_equal(film([frame[..., 0] for frame in frames]), frames)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (b"", "empty"),
        (b"so it is", "no image"),
        (np.zeros((8, 8)), "is not"),
        (np.zeros((8, 8, 3)), "is a picture"),
        (np.zeros((5, 3, 8, 8)), "moveaxis"),
        (np.full((3, 5, 5), np.nan), "finite"),
        ([np.zeros((4, 4)), np.zeros((5, 5))], "several sizes"),
        ("[1, 2", "begins as a list"),
        ("no file!", "neither base64"),
        ({}, "no clip"),
    ],
)
def test_what_is_no_clip_is_refused_in_a_few_words(cell, told):
    with pytest.raises(ValueError, match=told):
        film(cell)


def test_stack_is_what_its_clips_are_one_by_one():
    stack = clip(6 * 4).reshape(4, 6, 10, 12, 3)
    assert np.array_equal(film_stack(stack), np.stack([film(each) for each in stack]))
    assert np.array_equal(film_stack(stack[..., 0]), stack[..., :1])
    assert film_stack(np.zeros((2, 4, 200, 9))) is None


@pytest.mark.parametrize("form", ["mp4", "avi", "matroska", "mov"])
def test_container_is_read_and_refused_where_it_was_cut(form):
    frames = np.zeros((40, 32, 48, 3), np.uint8)
    for moment in range(40):
        frames[moment, 8:24, moment : moment + 8] = (220, 30, 30)
    content = footage(frames, form)
    read = film(content)
    assert read.shape == (FRAMES, 32, 48, 3)
    error = np.abs(read.astype(int) - frames[spread(40, FRAMES)]).mean()
    assert error < 6  # frames of other moments are 15 and more apart
    for left in (0.3, 0.6):
        with pytest.raises(ValueError, match=r"ends before|damaged|cut short"):
            film(content[: int(left * len(content))])


def test_container_without_its_decoder_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr("fivefold.codecs.footage.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"fivefold\[video\]"):
        film(b"\0\0\0\x18ftypmp42" + bytes(99))


def test_frames_are_spread_evenly():
    places = spread(1000, 7)
    assert len(places) == 7
    assert np.ptp(np.diff(places)) <= 1
    assert (places[0], places[-1]) == (71, 928)
    assert lengthened(np.arange(3), 5).tolist() == [0, 1, 2, 2, 2]
