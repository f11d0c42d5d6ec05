import io

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs import picture as module
from fivefold.codecs.picture import picture, resized

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def test_picture_grey_array_gets_one_channel():
    assert picture(PIXELS[:, :, 0]).shape == (5, 7, 1)


def test_picture_fractions_become_bytes():
    assert picture([[0.0, 0.5], [1.0, 0.25]])[:, :, 0].tolist() == [[0, 128], [255, 64]]
    assert picture([[0.0, 200.4]])[:, :, 0].tolist() == [[0, 200]]
    assert picture(np.array([[True, False]]))[:, :, 0].tolist() == [[255, 0]]
    assert picture([[0, 1]])[:, :, 0].tolist() == [[0, 1]]


def test_picture_with_alpha_loses_it():
    rgba = np.dstack([PIXELS, np.full((5, 7), 255, np.uint8)])
    np.testing.assert_array_equal(picture(encoded(Image.fromarray(rgba))), PIXELS)
    np.testing.assert_array_equal(picture(rgba), PIXELS)


def test_picture_of_many_modes_has_one_or_three_channels():
    image = Image.fromarray(PIXELS)
    for mode, channels in [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("CMYK", 3)]:
        form = "TIFF" if mode == "CMYK" else "PNG"
        assert picture(encoded(image.convert(mode), form)).shape == (5, 7, channels)


def test_picture_of_16_bits_keeps_the_high_byte():
    wide = np.array([[0, 256, 65_535]], dtype=np.uint16)
    assert picture(encoded(Image.fromarray(wide))).ravel().tolist() == [0, 1, 255]


def test_picture_jpeg_is_what_pillow_decodes():
    content = encoded(Image.fromarray(PIXELS), "JPEG")
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(picture(content), expected)
    np.testing.assert_array_equal(picture(Image.open(io.BytesIO(content))), expected)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        [[[1, 2]]],
        [[-1, 2]],
        [[256]],
        [[float("nan")]],
        [["a"]],
        [[]],
        "not base64!",
        "aGVsbG8=",
        b"hello",
        b"",
        7,
    ],
)
def test_picture_of_something_else_is_refused(value):
    with pytest.raises(ValueError, match=r"image|array|pixels|base64"):
        picture(value)


def test_picture_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_PIXELS", 10)
    with pytest.raises(ValueError, match="more than 10 pixels"):
        picture(encoded(Image.fromarray(PIXELS)))
    with pytest.raises(ValueError, match="more than 10 pixels"):
        picture(PIXELS)


def test_resized_to_its_own_size_is_the_same_object():
    assert resized(PIXELS, 5, 7, 3) is PIXELS


def test_resized_is_what_pillow_gives():
    expected = np.asarray(Image.fromarray(PIXELS).resize((4, 3), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(resized(PIXELS, 3, 4, 3), expected)
    grey = resized(PIXELS[:, :, :1], 3, 4, 1)
    np.testing.assert_array_equal(grey[:, :, 0], expected[:, :, 0])


def test_resized_between_grey_and_colour_weighs_luminance():
    assert resized(np.full((1, 1, 1), 9, np.uint8), 1, 1, 3).ravel().tolist() == [9, 9, 9]
    red = np.array([[[255, 0, 0]]], np.uint8)
    assert resized(red, 1, 1, 1).ravel().tolist() == [76]


def test_picture_of_a_format_that_starts_another_program_is_refused(monkeypatch):
    started = []
    monkeypatch.setattr("subprocess.Popen", lambda *args, **kwargs: started.append(args))
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"
    with pytest.raises(ValueError, match="no image of a known kind"):
        picture(postscript)
    assert started == []


def test_pixels_of_bytes_are_read_from_the_head():
    content = encoded(Image.new("L", (30, 20)))
    assert module.pixels_of(content) == 600
    assert module.pixels_of(b"nonsense") == 0
