import base64
import io
import struct
import zlib
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs import picture as module
from fivefold.codecs.picture import picture
from fivefold.codecs.resizing import resized

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def test_picture_grey_array_gets_one_channel():
    assert picture(PIXELS[:, :, 0]).shape == (5, 7, 1)


def test_picture_numbers_stay_as_they_are():
    for value, dtype in [
        ([[0.0, 0.5], [1.0, 0.25]], np.float32),
        ([[0.0, 200.5]], np.float32),
        ([[0, 1]], np.int32),
        (np.array([[-5, 3]], np.int16), np.int32),
        (np.array([[5, 3]], np.uint8), np.uint8),
        (np.array([[5, 3]], ">u2"), np.uint16),
        (np.array([[5, 3]], np.float16), np.float32),
        (np.array([[2**40, 3]]), np.float32),
    ]:
        found = picture(value)
        assert found.dtype == dtype
        assert found[:, :, 0].tolist() == np.asarray(value).tolist()
    assert picture(np.array([[True, False]]))[:, :, 0].tolist() == [[255, 0]]


def test_picture_nearly_black_is_not_scaled():
    dark = np.zeros((8, 8))
    dark[0, 0] = 1.0
    assert picture(dark).max() == 1
    assert picture(dark, rules=1).max() == 255  # as bundles of the first rules were trained


def test_picture_by_the_first_rules_is_as_it_is_stored():
    rgba = np.dstack([PIXELS, PIXELS[:, :, 0]])
    np.testing.assert_array_equal(picture(encoded(Image.fromarray(rgba)), 1), PIXELS)
    np.testing.assert_array_equal(picture(rgba, 1), PIXELS)
    wide = np.array([[0, 256, 4_095, 65_535]], dtype=np.uint16)
    assert picture(encoded(Image.fromarray(wide)), 1).ravel().tolist() == [0, 1, 15, 255]
    assert picture(turned(Image.fromarray(PIXELS), "PNG", 6), 1).shape == (5, 7, 3)
    with pytest.raises(ValueError, match="between 0 and 255"):
        picture(wide, 1)


def test_picture_opaque_is_its_colours():
    rgba = np.dstack([PIXELS, np.full((5, 7), 255, np.uint8)])
    np.testing.assert_array_equal(picture(encoded(Image.fromarray(rgba))), PIXELS)
    np.testing.assert_array_equal(picture(rgba), PIXELS)


def turned(image: Image.Image, form: str, orientation: int, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    image.save(stream, form, exif=exif, **options)
    return stream.getvalue()


UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a[:, ::-1].swapaxes(0, 1),
}
"""The rows and columns of EXIF 2.3, section 4.6.4 A, tag 0112: where the first ones stand."""


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "JPEG"])
def test_picture_with_an_orientation_is_upright(form, orientation):
    flat = np.kron(PIXELS[:3, :2], np.ones((16, 16, 1), np.uint8))  # blocks that JPEG keeps
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    found = picture(turned(Image.fromarray(flat), form, orientation, **options.get(form, {})))
    wanted = UPRIGHT[orientation](flat)
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).max() <= (3 if form == "JPEG" else 0)


def test_picture_with_an_orientation_handed_over_by_pillow_is_upright():
    content = turned(Image.new("RGB", (40, 20)), "JPEG", 6)
    assert picture(Image.open(io.BytesIO(content))).shape == (40, 20, 3)
    assert picture(turned(Image.new("L", (40, 20)), "PNG", 77)).shape == (20, 40, 1)


def on_white(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """By hand, in floats."""
    share = alpha[:, :, None] / 255
    return np.rint(colour * share + 255 * (1 - share))


def test_picture_with_alpha_is_laid_over_white():
    alpha = (np.arange(35).reshape(5, 7) * 7).astype(np.uint8)
    rgba, grey = np.dstack([PIXELS, alpha]), np.dstack([PIXELS[:, :, 0], alpha])
    wanted = on_white(PIXELS, alpha)
    for value in (rgba, rgba.tolist(), encoded(Image.fromarray(rgba)), Image.fromarray(rgba)):
        np.testing.assert_array_equal(picture(value), wanted)
    np.testing.assert_array_equal(picture(encoded(Image.fromarray(rgba), "TIFF")), wanted)
    for value in (grey, encoded(Image.fromarray(grey)), Image.fromarray(grey)):
        np.testing.assert_array_equal(picture(value), wanted[:, :, :1])
    hidden = encoded(Image.new("RGBA", (8, 8), (0, 255, 0, 0)))
    assert picture(hidden).min() == 255
    assert np.abs(picture(Image.fromarray(rgba).convert("RGBa")) - wanted)[alpha > 200].max() < 3


def test_picture_with_alpha_of_floats_has_the_white_of_its_numbers():
    rgba = np.array([[[0.0, 1.0, 0.0, 0.0], [0.2, 0.4, 0.6, 1.0], [0.0, 0.0, 0.0, 0.5]]])
    wanted = np.array([[[1, 1, 1], [0.2, 0.4, 0.6], [0.5, 0.5, 0.5]]])
    np.testing.assert_allclose(picture(rgba), wanted, rtol=1e-6)
    np.testing.assert_allclose(picture(rgba * 255.0), wanted * 255, rtol=1e-6)
    deep = np.array([[[9, 9, 9, 0], [9, 8, 7, 65_535]]], np.uint16)
    assert picture(deep).tolist() == [[[65_535] * 3, [9, 8, 7]]]
    assert picture(np.zeros((2, 2, 4))).tolist() == np.full((2, 2, 3), 255).tolist()
    with pytest.raises(ValueError, match="alpha must lie"):
        picture(np.array([[[-1.0, 0.5]]]))


def test_picture_with_one_clear_colour_shows_white_there():
    grey = np.array([[0, 40, 80]], np.uint8)
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG", transparency=40)
    assert picture(stream.getvalue())[:, :, 0].tolist() == [[0, 255, 80]]
    stream = io.BytesIO()
    Image.fromarray(np.dstack([grey] * 3)).save(stream, "PNG", transparency=(40, 40, 40))
    assert picture(stream.getvalue())[0].tolist() == [[0] * 3, [255] * 3, [80] * 3]
    stream = io.BytesIO()
    Image.fromarray(grey > 50).save(stream, "PNG", transparency=0)
    assert picture(stream.getvalue())[:, :, 0].tolist() == [[255, 255, 255]]
    stream = io.BytesIO()
    Image.fromarray(grey.astype(np.uint16) * 100).save(stream, "PNG", transparency=4_000)
    assert picture(stream.getvalue())[:, :, 0].tolist() == [[0, 65_535, 8_000]]


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_picture_of_a_palette_with_clear_entries_shows_white_there(form):
    image = Image.new("P", (3, 1))
    image.putpalette([0, 255, 0, 255, 0, 0, 0, 0, 255])
    image.putdata([0, 1, 2])
    stream = io.BytesIO()
    image.save(stream, form, transparency=0)
    assert picture(stream.getvalue()).tolist() == [[[255, 255, 255], [255, 0, 0], [0, 0, 255]]]
    if form == "PNG":
        stream = io.BytesIO()
        image.save(stream, form, transparency=bytes([255, 0, 51]))
        assert picture(stream.getvalue())[0].tolist() == [[0, 255, 0], [255] * 3, [204, 204, 255]]


def png(width: int, bits: int, colour: int, row: bytes, clear: bytes = b"") -> bytes:
    """A PNG of one row, put together by hand."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, 1, bits, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"tRNS", clear) if clear else b""]
    parts += [chunk(b"IDAT", zlib.compress(b"\0" + row)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_picture_of_deep_colour_has_the_high_bytes():
    row = struct.pack(">6H", 0x1234, 0xFFFF, 0x00FF, 0, 0, 5)
    clear = struct.pack(">3H", 0x1234, 0xFFFF, 0x00FF)
    assert picture(png(2, 16, 2, row))[0].tolist() == [[0x12, 255, 0], [0, 0, 0]]
    assert picture(png(2, 16, 2, row, clear))[0].tolist() == [[255] * 3, [0, 0, 0]]
    grey = struct.pack(">4H", 0x1234, 0xFFFF, 0x8000, 0)
    assert picture(png(2, 16, 4, grey))[:, :, 0].tolist() == [[0x12, 255]]


def test_picture_of_16_bits_keeps_them_all():
    wide = np.linspace(0, 4_095, 64).reshape(8, 8).astype(np.uint16)
    for form in ("PNG", "TIFF"):
        found = picture(encoded(Image.fromarray(wide), form))
        assert found.dtype == np.uint16
        np.testing.assert_array_equal(found[:, :, 0], wide)
    swapped = encoded(Image.fromarray(wide.astype(">u2")), "TIFF")
    assert Image.open(io.BytesIO(swapped)).mode == "I;16B"
    np.testing.assert_array_equal(picture(swapped)[:, :, 0], wide)
    pgm = b"P5 2 1 65535\n" + struct.pack(">2H", 4_095, 1)
    assert picture(pgm)[:, :, 0].tolist() == [[4_095, 1]]


def test_picture_of_32_bits_keeps_its_numbers():
    for pixels, dtype in [
        (np.array([[-5, 70_000]], np.int32), np.int32),
        (np.array([[-1.5, 2.25]], np.float32), np.float32),
    ]:
        found = picture(encoded(Image.fromarray(pixels), "TIFF"))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found[:, :, 0], pixels)


def test_picture_text_of_rows_is_their_numbers():
    assert picture(" [[0, 7], [8, 9]]")[:, :, 0].tolist() == [[0, 7], [8, 9]]
    assert picture("[[[0.5, 0.25, 1.0]]]").tolist() == [[[0.5, 0.25, 1.0]]]
    assert module.pixels_of("[[0, 7], [8, 9]]") >= 4


def test_picture_stack_is_each_picture():
    draw = np.random.default_rng(1)
    for stack in (
        draw.integers(0, 256, (4, 3, 5, 4), np.uint8),
        draw.integers(0, 65_536, (4, 3, 5), np.uint16),
        draw.normal(size=(4, 3, 5, 3)),
        draw.integers(-9, 9, (4, 3, 5, 1)),
        draw.random((4, 3, 5, 2)),
    ):
        found = module.picture_stack(stack)
        for one, value in zip(found, stack, strict=True):
            np.testing.assert_array_equal(one, picture(value))
            assert one.dtype == picture(value).dtype


def test_picture_of_many_modes_has_one_or_three_channels():
    image = Image.fromarray(PIXELS)
    for mode, channels in [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("CMYK", 3)]:
        form = "TIFF" if mode == "CMYK" else "PNG"
        assert picture(encoded(image.convert(mode), form)).shape == (5, 7, channels)


def test_picture_jpeg_is_what_pillow_decodes():
    content = encoded(Image.fromarray(PIXELS), "JPEG")
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(picture(content), expected)
    np.testing.assert_array_equal(picture(Image.open(io.BytesIO(content))), expected)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        [[[1, 2, 3, 4, 5]]],
        [[float("nan")]],
        [[float("inf")]],
        [[1e300]],
        [[10**400]],
        [["a"]],
        [[]],
        "not base64!",
        "[[1, 2], [3]]",
        "[[NaN]]",
        "[1, 2",
        "[" * 100_000,
        '[["a"]]',
        "aGVsbG8=",
        b"hello",
        b"",
        7,
    ],
)
def test_picture_of_something_else_is_refused(value):
    with pytest.raises(ValueError, match=r"image|array|pixels|base64|is empty"):
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


def test_picture_of_base64_in_any_writing_is_the_same():
    content = encoded(Image.fromarray(np.arange(240, dtype=np.uint8).reshape(4, 20, 3)))
    plain = base64.b64encode(content).decode()
    for text in (
        plain.rstrip("="),
        base64.urlsafe_b64encode(content).decode(),
        base64.encodebytes(content).decode(),
        f"  data:image/png;base64,{plain}\n",
        f"DATA:image/png;BASE64,{plain}",
        "data:image/png;base64," + quote(plain, safe=""),
    ):
        np.testing.assert_array_equal(picture(text), picture(content))


def test_picture_with_channels_first_is_told_how_to_turn():
    with pytest.raises(ValueError, match=r"\(3, 6, 9\) is not .*moveaxis"):
        picture(np.zeros((3, 6, 9), np.uint8))


def test_picture_of_an_open_file_is_refused_by_its_type():
    with pytest.raises(ValueError, match="BytesIO is no image"):
        picture(io.BytesIO(b"..."))
