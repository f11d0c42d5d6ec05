from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds import image as module
from fivefold.kinds.block import Fitted
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.codec import cells_of, encode_cells
from fivefold.kinds.known import kind_of

COLUMN = Column(name="i", kind="image")
IMAGE = kind_of("image")
RNG = np.random.default_rng(0)


def stack(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def fit_images(images, column, settings):
    return IMAGE.fit(cells_of(Columns({"i": images}), column), column, settings)


def encode_images(images, column, state):
    cells = cells_of(Columns({"i": images}), column)
    return encode_cells(cells, Fitted(column, IMAGE, state))


def objects(*values):
    array = np.empty(len(values), object)
    for row, value in enumerate(values):
        array[row] = value
    return array


@pytest.mark.parametrize("chunk", [2, 1024])
def test_fit_images_statistics_are_those_of_the_pixels(chunk, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", chunk)
    monkeypatch.setattr(module.Image, "chunk", chunk)
    images = stack(9, 4, 6, 3)
    state = fit_images(images, COLUMN, Settings())
    assert state.shape == (3, 4, 6)
    np.testing.assert_allclose(state.mean, images.mean(axis=(0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(state.std, images.std(axis=(0, 1, 2)), rtol=1e-6)
    assert state.mean.dtype == state.std.dtype == np.float32


def test_fit_images_takes_the_commonest_size_and_colour_if_any():
    images = objects(stack(4, 4), stack(4, 4), stack(8, 8, 3), None)
    assert fit_images(images, COLUMN, Settings()).shape == (3, 4, 4)
    assert fit_images(images[:2], COLUMN, Settings()).shape == (1, 4, 4)
    assert fit_images(images, COLUMN, Settings(image_size=(2, 3))).shape == (3, 2, 3)


def test_fit_images_all_missing_or_black_stay_finite():
    state = fit_images(objects(None, None), COLUMN, Settings())
    assert (state.shape, state.std.tolist()) == ((1, 1, 1), [1.0])
    black = fit_images(np.zeros((3, 2, 2), np.uint8), COLUMN, Settings())
    assert (black.mean.tolist(), black.std.tolist()) == ([0.0], [1.0])


def test_fit_images_of_many_takes_evenly_spaced_ones(monkeypatch):
    monkeypatch.setattr(module, "EXACT", 5)
    images = np.repeat(np.arange(10, dtype=np.uint8), 4).reshape(10, 2, 2)
    state = fit_images(images, COLUMN, Settings())
    assert state.mean.tolist() == [4.0]  # 0, 2, 4, 6, 8


@pytest.mark.parametrize("chunk", [2, 1024])
def test_encode_images_puts_channels_first_and_fills_missing_with_the_mean(chunk, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", chunk)
    monkeypatch.setattr(module.Image, "chunk", chunk)
    images = stack(5, 4, 6, 3)
    state = fit_images(images, COLUMN, Settings())
    found = encode_images(images, COLUMN, state)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, images.transpose(0, 3, 1, 2))
    mixed = objects(images[0], None, images[2])
    found = encode_images(mixed, COLUMN, state)
    np.testing.assert_array_equal(found[2], images[2].transpose(2, 0, 1))
    expected = np.broadcast_to(np.rint(state.mean)[:, None, None], (3, 4, 6))
    np.testing.assert_array_equal(found[1], expected)


def test_encode_images_reads_files_like_arrays(tmp_path: Path):
    images = stack(3, 4, 4)
    paths = [tmp_path / f"{n}.png" for n in range(3)]
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(image).save(path)
    state = fit_images(objects(*paths), COLUMN, Settings())
    found = encode_images(objects(*paths), COLUMN, state)
    np.testing.assert_array_equal(found, encode_images(images, COLUMN, state))


def test_fit_images_absent_file_is_a_data_error(tmp_path: Path):
    with pytest.raises(DataError, match="No such file"):
        fit_images(objects(tmp_path / "absent.png"), COLUMN, Settings())


def test_encode_images_of_floats_have_one_scale():
    stack = RNG.random((6, 4, 4)) * 255
    stack[3] /= 255  # nearly black
    state = fit_images(stack, COLUMN, Settings())
    found = encode_images(stack, COLUMN, state)
    np.testing.assert_array_equal(found[:, 0], np.rint(stack.astype(np.float32)))
    np.testing.assert_array_equal(encode_images(stack[3:4], COLUMN, state), found[3:4])
    parts = fit_images(stack / 255, COLUMN, Settings())
    assert np.abs(encode_images(stack / 255, COLUMN, parts).astype(int) - found).max() <= 1


def test_encode_images_16_bits_take_the_range_of_training_before_they_are_resized():
    stack = RNG.integers(0, 4_096, (5, 6, 6), np.uint16)
    stack[0, 0, :2] = 0, 4_095
    state = fit_images(stack, COLUMN, Settings(image_size=(3, 3)))
    scaled = np.rint(stack / 4_095 * 255).astype(np.uint8)
    wanted = np.stack(
        [np.asarray(Image.fromarray(a).resize((3, 3), Image.Resampling.BILINEAR)) for a in scaled]
    )
    np.testing.assert_array_equal(encode_images(stack, COLUMN, state)[:, 0], wanted)


def test_encode_images_on_another_scale_name_column_and_row(monkeypatch):
    monkeypatch.setattr(module.Image, "chunk", 2)
    state = fit_images(stack(4, 3, 3), COLUMN, Settings())
    for asked in (stack(5, 3, 3) / 255.0, objects(*(stack(5, 3, 3) / 255.0))):
        for row in range(3):
            asked[row] = np.zeros((3, 3))
        with pytest.raises(DataError, match=r"`i`.*from 0 to 255.*from 0 to 1") as caught:
            encode_images(asked, COLUMN, state)
        assert (caught.value.column, caught.value.rows) == ("i", (3,))
        assert caught.value.remedy == "Multiply the pixels by 255."


def test_settling_grey_arrays_gives_one_stack_of_one_channel():
    cells = objects(np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8))
    column = Column(name="photo", kind="image")
    images, bad = canonical_column(cells, column, on_bad="missing")
    assert kind_of("image").settle(images).shape == (2, 4, 4, 1)
    assert len(bad) == 0


def test_fit_images_of_several_sizes_say_what_becomes_of_them():
    images = objects(stack(4, 4), stack(4, 4), stack(4, 9), stack(2, 2))
    state = fit_images(images, COLUMN, Settings(image_fit="pad"))
    [finding] = IMAGE.remarks(COLUMN, state)
    assert finding.code == "mixed_sizes"
    assert (finding.numbers["changed"], finding.numbers["pictures"]) == (2, 4)
    assert "2x2 to 4x9" in finding.sentence
    assert "filled up" in finding.sentence
    assert IMAGE.remarks(COLUMN, fit_images(images[:2], COLUMN, Settings())) == ()
    values, arrays = IMAGE.pack(state)
    assert IMAGE.unpack(values, arrays, COLUMN).fit == "pad"


def test_many_cells_read_by_all_cores_are_those_read_by_one(monkeypatch, tmp_path: Path):
    from fivefold.kinds import canonical

    cells = objects(*(np.full((2, 2), n, np.uint8) for n in range(100)), "no picture", None)
    for n in range(40):
        path = tmp_path / f"{n}.png"
        Image.fromarray(np.full((3, 2), n, np.uint8)).save(path)
        cells[n] = path
    alone, bad = canonical_column(cells, COLUMN, on_bad="missing")
    monkeypatch.setattr(canonical, "cores", lambda: 3)
    monkeypatch.setattr(canonical, "SHARE", 7)
    together, wrong = canonical_column(cells, COLUMN, on_bad="missing")
    assert bad.tolist() == wrong.tolist() == [100]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pictures_are_compared_by_size_brightness_and_contrast():
    dark, bright = np.zeros((4, 6, 3), np.uint8), np.full((2, 2, 1), 200, np.uint8)
    bright[0] = 100
    cells = np.empty(3, object)
    cells[:] = [dark, None, bright]
    found = kind_of("image").compared(cells, Column(name="p", kind="image"))
    assert found["brightness"][[0, 2]].tolist() == [0, 150]
    assert found["contrast"][[0, 2]].tolist() == [0, 50]
    assert all(np.isnan(numbers[1]) for numbers in found.values())
    assert set(found) > {"brightness", "contrast"}
