import numpy as np
import pytest

from fivefold.codecs.intensity import Intensity, UnfitError, fit_intensity, widen


def fitted(*images):
    spans = {}
    widen(spans, images)
    return fit_intensity(spans)


def one(*values, dtype):
    return np.array(values, dtype).reshape(1, -1, 1)


BYTES = one(0, 7, 255, dtype=np.uint8)
PARTS = one(0.0, 0.25, 1.0, dtype=np.float32)
FLOATS = one(0.0, 0.25, 200.5, dtype=np.float32)
DEEP = one(100, 4_095, dtype=np.uint16)
WHOLE = one(0, 200, dtype=np.int32)
SIGNED = one(-1_000, 3_000, dtype=np.int32)


@pytest.mark.parametrize(
    ("images", "low", "high", "white"),
    [
        ([], 0, 255, 255),
        ([BYTES], 0, 255, 255),
        ([PARTS], 0, 1, 1),
        ([PARTS, FLOATS], 0, 255, 255),
        ([PARTS, BYTES], 0, 1, 1),
        ([FLOATS, BYTES], 0, 255, 255),
        ([WHOLE], 0, 255, 255),
        ([DEEP], 100, 4_095, 65_535),
        ([DEEP, BYTES], 0, 65_535, 65_535),
        ([SIGNED], -1_000, 3_000, 0),
        ([SIGNED, DEEP], -1_000, 4_095, 0),
        ([one(-3.5, -3.5, dtype=np.float32)], -3.5, -2.5, 0),
    ],
)
def test_fit_intensity_is_one_range_for_all(images, low, high, white):
    found = fitted(*images)
    assert (found.low, found.high, found.white) == (low, high, white)
    assert Intensity.from_json(found.to_json()) == found


def test_fit_intensity_of_bytes_beside_other_numbers_is_refused():
    with pytest.raises(UnfitError, match="8-bit pictures beside pixels from -1000 to 3000"):
        fitted(BYTES, SIGNED)


def test_bytes_of_8_bits_are_the_same_object():
    stack = BYTES[None]
    assert fitted(BYTES).bytes_of(stack) is stack


def test_bytes_of_a_range_are_rounded_and_clipped():
    deep = one(0, 100, 2_097, 4_095, 65_535, dtype=np.uint16)
    wanted = [0, 0, round((2_097 - 100) / 3_995 * 255), 255, 255]
    assert fitted(DEEP).bytes_of(deep[None]).ravel().tolist() == wanted
    assert fitted(SIGNED).bytes_of(SIGNED[None]).ravel().tolist() == [0, 255]
    assert fitted(PARTS).bytes_of(PARTS[None]).ravel().tolist() == [0, 64, 255]
    dark = one(0.0, 0.4, 1.0, dtype=np.float32)
    assert fitted(FLOATS).bytes_of(dark[None]).ravel().tolist() == [0, 0, 1]


def test_bytes_of_files_of_another_depth_have_white_in_common():
    every = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    deep = every.astype(np.uint16) * 257
    for images in ([DEEP, BYTES], [PARTS], [FLOATS]):
        np.testing.assert_array_equal(fitted(*images).bytes_of(every), every)
    for images in ([BYTES], [PARTS], [DEEP, BYTES], [FLOATS]):
        np.testing.assert_array_equal(fitted(*images).bytes_of(deep), every)


def test_bytes_of_whole_numbers_are_taken_as_they_are():
    """Rows of a JSON request do not say how deep they are."""
    dark = one(0, 200, dtype=np.int32)[None]
    assert fitted(BYTES).bytes_of(dark).ravel().tolist() == [0, 200]
    assert fitted(DEEP, BYTES).bytes_of(dark).ravel().tolist() == [0, 1]
    assert fitted(PARTS).bytes_of(one(0, 1, dtype=np.int32)[None]).ravel().tolist() == [0, 255]


@pytest.mark.parametrize(
    ("training", "asked", "remedy"),
    [
        (BYTES, PARTS, "Multiply the pixels by 255."),
        (WHOLE, PARTS, "Multiply the pixels by 255."),
        (DEEP, PARTS, "Multiply the pixels by 65535."),
        (PARTS, FLOATS, "Divide the pixels by their white, 255."),
        (PARTS, WHOLE, "Divide the pixels by their white, 255."),
        (BYTES, SIGNED, "Give pixels from 0 to 255."),
        (SIGNED, BYTES, "Pass the numbers themselves, not bytes."),
    ],
)
def test_bytes_of_a_picture_on_another_scale_are_refused(training, asked, remedy, monkeypatch):
    monkeypatch.setattr("fivefold.codecs.intensity.BLOCK", 1)
    stack = np.stack([np.zeros_like(asked), asked])
    with pytest.raises(UnfitError) as caught:
        fitted(training).bytes_of(stack)
    assert caught.value.remedy == remedy
    assert caught.value.row == (0 if asked is BYTES else 1)
