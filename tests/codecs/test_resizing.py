import io

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs import picture as module
from fivefold.codecs.picture import picture
from fivefold.codecs.resizing import reduced, resized, usual_size

RNG = np.random.default_rng(0)


def smooth(height, width, channels=3):
    small = RNG.integers(0, 256, (4, 4, channels)).astype(np.uint8)
    size = (width, height)
    layers = [
        np.asarray(Image.fromarray(small[:, :, place]).resize(size, Image.Resampling.BICUBIC))
        for place in range(channels)
    ]
    return np.stack(layers, axis=2)


def as_file(pixels, form="JPEG", **more):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, **more)
    return stream.getvalue()


def test_large_picture_is_kept_in_its_proportions_and_looks_alike():
    whole = smooth(1500, 3000)
    found = picture(as_file(whole, quality=95))
    assert found.shape == (256, 512, 3)
    wanted = np.asarray(Image.fromarray(whole).resize((512, 256), Image.Resampling.BOX))
    assert np.abs(found.astype(int) - wanted).mean() < 2
    np.testing.assert_array_equal(picture(found), found)  # a second pass changes nothing


def test_large_picture_turned_by_exif_is_reduced_as_it_is_seen():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = picture(as_file(smooth(600, 1200), exif=exif))
    assert found.shape == (512, 256, 3)


def test_bundles_of_older_rules_read_large_pictures_whole():
    assert picture(as_file(smooth(600, 700)), rules=2).shape == (600, 700, 3)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_large_arrays_of_any_depth_keep_their_scale(dtype):
    deep = np.repeat(smooth(40, 1040, 1), 1, axis=2).astype(dtype) * 100
    found = picture(deep)
    assert (found.dtype, found.shape) == (dtype, (20, 512, 1))
    assert abs(float(found.mean()) - float(deep.mean())) < 0.01 * deep.max()


def test_picture_of_too_many_pixels_is_refused_by_its_head(monkeypatch):
    monkeypatch.setattr(module, "MAX_PIXELS", 99)
    with pytest.raises(ValueError, match="more than 99 pixels"):
        picture(as_file(smooth(10, 10)))


def test_padding_keeps_all_of_a_picture_and_cropping_its_middle():
    wide = np.zeros((10, 30, 1), np.uint8)
    wide[:, :10], wide[:, 20:] = 100, 200
    padded = resized(wide, 30, 30, 1, "pad")[:, :, 0]
    np.testing.assert_array_equal(padded, np.repeat(wide[:1, :, 0], 30, axis=0))
    assert (resized(wide, 10, 10, 1, "crop") == 0).all()
    assert resized(wide, 10, 10, 3, "resize").shape == (10, 10, 3)


def test_usual_size_is_that_of_half_or_the_median_and_never_large():
    assert usual_size({(30, 30): 50, (90, 20): 49}) == (30, 30)
    assert usual_size({(17, 17): 3, (41, 60): 3, (70, 90): 3}) == (40, 64)
    assert usual_size({(2000, 1000): 5}) == (128, 64)
    assert usual_size({}) == (1, 1)


def test_reduced_leaves_small_pictures_alone():
    small = smooth(20, 30)
    assert reduced(small, 30) is small
