"""Every form of picture at every door: Collect, predict of the run and of the bundle, HTTP."""

import base64
import io
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fivefold as ff
from fivefold.errors import FivefoldError, RequestError

SIDE = 16


def as_file(image, form="PNG", **more):
    stream = io.BytesIO()
    image.save(stream, form, **more)
    return stream.getvalue()


def half(height=32, width=32):
    """Dark above, light below, as a viewer shows it."""
    pixels = np.full((height, width), 40, np.uint8)
    pixels[height // 2 :] = 220
    return Image.fromarray(pixels)


def turned(picture, orientation=6):
    """The same, stored on its side with a word about it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture.transpose(Image.Transpose.ROTATE_90)
    return as_file(stored, "JPEG", quality=95, exif=exif)


def see_through():
    """Its light half is black that nobody sees, on what is white."""
    dark = np.full((32, 32), 40, np.uint8)
    alpha = np.full((32, 32), 255, np.uint8)
    dark[16:], alpha[16:] = 0, 36  # 255 - 36 / 255 * 255, nearly 220
    return Image.merge("LA", (Image.fromarray(dark), Image.fromarray(alpha)))


def forms():
    """Files of one picture by what is odd of them; each is the grey picture of `half`, nearly."""
    plain, opposite = half(), half().transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    deep = np.asarray(plain).astype(np.uint16) * 257
    return {
        "plain": as_file(plain),
        "JPEG": as_file(plain, "JPEG", quality=95),
        "on its side": turned(plain),
        "CMYK": as_file(plain.convert("CMYK"), "JPEG", quality=95),
        "16 bits": as_file(Image.fromarray(deep)),
        "grey and alpha": as_file(see_through()),
        "moving": as_file(plain, "GIF", save_all=True, append_images=[opposite], duration=50),
        "palette": as_file(plain.quantize(4)),
        "3,000 pixels": as_file(half(3000, 3000), "JPEG", quality=95),
        "4 K": as_file(half(2160, 3840), "JPEG", quality=95),
        "tall": as_file(half(60, 20)),
    }


def damaged():
    whole = as_file(Image.effect_noise((64, 64), 90), "JPEG", quality=95)
    return {"cut": whole[: len(whole) // 2], "empty": b"", "text": b"<html>"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small pictures, dark above or below, one of every form, and damaged ones."""
    folder, draw = tmp_path_factory.mktemp("doors"), np.random.default_rng(0)
    for number in range(60):
        pixels = draw.normal(np.asarray(half()), 12).clip(0, 255).astype(np.uint8)
        label = "ab"[number % 2]
        place = folder / label / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels if label == "a" else pixels[::-1]).save(place)
    for name, content in forms().items():
        (folder / "a" / f"odd {name}.png").write_bytes(content)
    for name, content in damaged().items():
        (folder / "b" / f"bad {name}.jpg").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def collected(folder):
    return ff.Pipeline([ff.Collect(folder)]).run(seed=0, progress=False)[ff.Collected]


@pytest.fixture(scope="module")
def learnt(folder, tmp_path_factory):
    """A model that tells which half is dark."""
    path = tmp_path_factory.mktemp("model") / "m.ff"
    stages = [
        ff.Collect(folder),
        ff.Preprocess(image_size=SIDE),
        ff.Train("convnet", epochs=4, lr=0.01),
        ff.Deploy(path),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    return result, ff.load(path)


def test_every_form_is_collected_as_one_picture(collected):
    pictures = collected.table.column("image")
    odd = pictures[30 : 30 + len(forms())]  # behind those with a number for a name
    for name, picture in zip(sorted(forms()), odd, strict=True):
        assert max(picture.shape) <= 512, name
        white = 65_535 if picture.dtype == np.uint16 else 255
        above, below = (part.mean() / white for part in np.array_split(picture, 2))
        assert abs(above - 40 / 255) < 0.03, name
        assert abs(below - 220 / 255) < 0.03, name


def test_what_is_damaged_is_left_out_and_counted(collected):
    [found] = [f for f in collected.findings if f.code == "unreadable_images"]
    assert found.numbers["files"] == [f"b/bad {name}.jpg" for name in sorted(damaged())]
    assert (~collected.usable).sum() == len(damaged())


@pytest.mark.slow
@pytest.mark.parametrize("form", list(forms()))
def test_every_form_is_answered_alike_at_every_door(form, folder, learnt, ask):
    result, model = learnt
    content = forms()[form]
    wanted = result.predict_proba([content])[0]
    assert wanted[0] > 0.5  # it is dark above
    path = folder / "a" / f"odd {form}.png"
    for door in ([content], [path], [{"image": content}]):
        np.testing.assert_allclose(model.predict_proba(door)[0], wanted, atol=1e-5)
        np.testing.assert_allclose(result.predict_proba(door)[0], wanted, atol=1e-5)
    text = base64.b64encode(content).decode()
    for cell in (text, f"data:image/png;base64,{text}"):
        reply = ask(model, "POST", "/predict", json={"instances": [{"image": cell}]})
        assert reply.status_code == 200
        np.testing.assert_allclose(reply.json()["probabilities"][0], wanted, atol=1e-5)
    reply = ask(model, "POST", "/predict", files={"image": ("a.jpg", content)})
    np.testing.assert_allclose(reply.json()["probabilities"][0], wanted, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("form", list(damaged()))
def test_what_is_damaged_is_refused_with_its_row_at_every_door(form, learnt, ask):
    result, model = learnt
    content, good = damaged()[form], forms()["plain"]
    for who in (model, result):
        with pytest.raises(RequestError, match="row 1, column 'image': expected images"):
            who.predict([good, content])
    rows = [{"image": base64.b64encode(each).decode()} for each in (good, content)]
    reply = ask(model, "POST", "/predict", json={"instances": rows})
    assert reply.status_code == 422
    assert "row 1" in reply.text
    assert "image" in reply.text


@pytest.mark.slow
def test_picture_that_unfolds_to_too_much_is_refused_at_every_door(learnt, ask):
    _, model = learnt
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        large = as_file(Image.new("1", (9000, 9000)))  # a few kilobytes, 81,000,000 pixels
    with pytest.raises(FivefoldError, match="64,000,000 pixels"):
        model.predict([large])
    row = {"image": base64.b64encode(large).decode()}
    reply = ask(model, "POST", "/predict", json={"instances": [row]})
    assert reply.status_code == 422
    assert "64,000,000 pixels" in reply.text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="reads what the system counted")
def test_many_pictures_and_some_large_ones_take_less_than_a_gigabyte():
    script = Path(__file__).parent / "benchmarks" / "pictures.py"
    command = [sys.executable, script, "--pictures", "800", "--large", "10"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "800 pictures of 100 x 100, 10 of them of 3000 x 3000: peak " in done.stdout
