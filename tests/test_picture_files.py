"""A folder of every common format, with what is damaged, and what is no picture."""

import io

import numpy as np
import pytest
from PIL import Image

import fivefold as ff
from fivefold.core.events import Measured
from fivefold.errors import DataError
from fivefold.preprocess.encode import summarise


def as_file(image, form, **more):
    stream = io.BytesIO()
    image.save(stream, form, **more)
    return stream.getvalue()


def good():
    """Files by name, each red on its upper half as a viewer shows it, all but grey ones."""
    pixels = np.full((40, 30, 3), 255, np.uint8)
    pixels[:20] = (250, 10, 10)
    red = Image.fromarray(pixels)
    turned, exif = red.transpose(Image.Transpose.ROTATE_90), Image.Exif()
    exif[0x0112] = 6
    clear = red.convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 20, 30, 40))  # transparent black, which is seen white
    deep = (np.asarray(red.convert("L")).astype(np.uint16)) * 257
    return {
        "plain.png": as_file(red, "PNG"),
        "plain.jpg": as_file(red, "JPEG", quality=95, subsampling=0),
        "turned.jpg": as_file(turned, "JPEG", quality=95, subsampling=0, exif=exif),
        "four.jpg": as_file(red.convert("CMYK"), "JPEG", quality=95, subsampling=0),
        "palette.gif": as_file(red, "GIF"),
        "palette.png": as_file(red.quantize(8), "PNG"),
        "plain.bmp": as_file(red, "BMP"),
        "plain.webp": as_file(red, "WEBP", lossless=True),
        "plain.tiff": as_file(red, "TIFF"),
        "clear.png": as_file(clear, "PNG"),
        "deep.png": as_file(Image.fromarray(deep), "PNG"),
        "large.jpg": as_file(red.resize((3840, 5120)), "JPEG", quality=95),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("photos")
    files = good()
    half = files["plain.jpg"]
    bad = {"cut.jpg": half[: len(half) // 2], "empty.png": b"", "text.jpg": b"<html>"}
    other = {"notes.wav": b"RIFF", "notes.txt": b"no picture"}
    for label in ("a", "b"):
        (place / label).mkdir()
        for name, content in {**files, **(bad if label == "a" else other)}.items():
            (place / label / name).write_bytes(content)
    return place


def test_every_format_is_seen_as_a_viewer_shows_it(folder):
    result = ff.Pipeline([ff.Collect(folder)]).run(seed=0, progress=False)
    collected = result[ff.Collected]
    usable = collected.table.column("image")[collected.usable]
    names = sorted(good())
    assert len(usable) == 2 * len(names)
    for name, picture in zip(names * 2, usable, strict=True):
        upper, lower = (half.mean(axis=(0, 1)) for half in np.array_split(picture, 2))
        if name == "deep.png":
            assert picture.dtype == np.uint16
            continue
        assert picture.shape == ((512, 384, 3) if name == "large.jpg" else (40, 30, 3)), name
        assert np.abs(upper - (250, 10, 10)).max() < 30, name
        assert lower.min() > 240, name


def test_what_is_damaged_and_what_is_no_picture_is_counted(folder):
    notes = []
    result = ff.Pipeline([ff.Collect(folder)]).run(
        seed=0, progress=False, observers=[lambda event: notes.append(event)]
    )
    found = {finding.code: finding.numbers for finding in result[ff.Collected].findings}
    assert found["unreadable_images"]["files"] == ["a/cut.jpg", "a/empty.png", "a/text.jpg"]
    assert found["other_files"]["count"] == 1  # the sound; texts are no cells of any kind
    assert result[ff.Collected].decoded["image"] > 0


def test_damaged_picture_is_an_error_with_its_reason_where_asked(folder):
    pipeline = ff.Pipeline([ff.Collect(folder, on_bad_value="error")])
    with pytest.raises(DataError, match=r"3 of 27 images cannot be read: a/cut\.jpg"):
        pipeline.run(seed=0, progress=False)


@pytest.mark.parametrize(("fit", "size"), [("pad", (16, 8)), ("crop", (8, 16))])
def test_pictures_of_every_size_are_fitted_as_asked(folder, fit, size):
    encoded = {}
    for how in ("resize", fit):
        stages = [ff.Collect(folder), ff.Preprocess(image_size=size, image_fit=how)]
        data = ff.Pipeline(stages).run(seed=0, progress=False)[ff.Preprocessed]
        encoded[how] = data.train.inputs["image"].astype(int)
        assert encoded[how].shape[1:] == (3, *size)
        [finding] = [f for f in data.findings if f.code == "mixed_sizes"]
        assert finding.numbers["size"] == [*size]
        changed = finding.numbers["changed"]
        told = {"resize": "resized", "pad": "padded", "crop": "cropped"}[how]
        assert f"({size[0]}x{size[1]} RGB, {changed} {told})" in summarise(data.codec, 1)
    assert not np.array_equal(encoded["resize"], encoded[fit])


def test_many_files_say_how_fast_they_were_decoded():
    draw = np.random.default_rng(0)
    told = []
    files = [
        as_file(Image.fromarray(p), "PNG") for p in draw.integers(0, 255, (120, 6, 6), np.uint8)
    ]
    source = {"photo": files, "label": ["a", "b"] * 60}
    pipeline = ff.Pipeline([ff.Collect(source, target="label")])
    result = pipeline.run(seed=0, progress=False, observers=[told.append])
    [event] = [event for event in told if isinstance(event, Measured)]
    rate = result[ff.Collected].decoded["photo"]
    assert event.text.startswith("Decoded 120 images of `photo` in ")
    assert f"{rate:,.0f} a second" in event.text


def test_arrays_are_not_decoded():
    pictures = np.random.default_rng(0).integers(0, 255, (120, 6, 6), np.uint8)
    pipeline = ff.Pipeline([ff.Collect((pictures, np.arange(120) % 2))])
    assert pipeline.run(seed=0, progress=False)[ff.Collected].decoded == {}
