"""Pictures of any depth from the source to the bundle: one answer at every door."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import fivefold as ff
from fivefold.errors import DataError, RequestError
from fivefold.serve.requests import read

ROWS = 80
LABELS = np.arange(ROWS) % 2


def patches() -> np.ndarray:
    """Whole numbers of 8 bits; class 1 is lighter above, and picture 5 is nearly black."""
    pixels = np.random.default_rng(0).integers(0, 90, (ROWS, 8, 8))
    pixels[LABELS == 1, :4] += 110
    pixels[5] //= 120
    return pixels


SLOW = {"16 bits", "floats", "alpha", "floats to 255", "signed", "alpha in floats"}


def forms() -> dict[str, np.ndarray]:
    pixels = patches()
    alpha = np.random.default_rng(1).integers(0, 256, pixels.shape)
    rgba = np.stack([pixels, pixels, pixels // 2, alpha], axis=-1)
    return {
        "8 bits": pixels.astype(np.uint8),
        "16 bits": (pixels * 20).astype(np.uint16),
        "floats": pixels / 255.0,
        "floats to 255": pixels * 0.9,
        "signed": (pixels * 7 - 500).astype(np.int16),
        "alpha": rgba.astype(np.uint8),
        "alpha in floats": rgba / 255.0,
    }


def trained(source: object, path: Path) -> tuple[ff.Result, ff.Predictor]:
    stages = [ff.Collect(source), ff.Preprocess(), ff.Train(epochs=1, quality="fast")]
    result = ff.Pipeline([*stages, ff.Deploy(path)]).run(seed=0, progress=False)
    return result, ff.load(path)


@pytest.mark.parametrize(
    "form", [pytest.param(f, marks=[pytest.mark.slow] * (f in SLOW)) for f in forms()]
)
def test_pictures_of_arrays_are_answered_alike_by_the_run_and_the_bundle(form, tmp_path):
    stack = forms()[form]
    result, model = trained((stack, LABELS), tmp_path / "m.ff")
    wanted = result.predict_proba(stack)
    np.testing.assert_allclose(model.predict_proba(stack), wanted, atol=1e-5)
    for row in (0, 5):  # alone, as in the stack
        alone = stack[row : row + 1]
        rows = [{"image": alone[0].tolist()}]
        for data in (alone, rows, {"image": [str(alone[0].tolist())]}):
            for answers in (model.predict_proba(data), result.predict_proba(data)):
                np.testing.assert_allclose(answers[0], wanted[row], atol=1e-5)
    parity = result[ff.Deployed].parity
    assert max(parity[door] for door in ("frame", "csv", "json", "synthetic")) < 1e-5


def saved(folder: Path, pixels: list[np.ndarray], ending: str) -> list[Path]:
    paths = []
    for row, values in enumerate(pixels):
        place = folder / "ab"[LABELS[row]]
        place.mkdir(parents=True, exist_ok=True)
        paths.append(place / f"{row}.{ending}")
        Image.fromarray(values).save(paths[-1])
    return paths


@pytest.mark.slow
@pytest.mark.parametrize("form", ["8 bits", "16 bits", "alpha", "floats", "two depths"])
def test_pictures_of_files_are_answered_alike_by_the_run_and_the_bundle(form, tmp_path):
    folder = tmp_path / "pictures"
    if form == "two depths":
        pixels = list(patches().astype(np.uint8))
        pixels[::3] = [picture.astype(np.uint16) * 257 for picture in pixels[::3]]
    else:
        pixels = list(forms()[form].astype(np.float32) if form == "floats" else forms()[form])
    paths = saved(folder, pixels, "tif" if form == "floats" else "png")
    result, model = trained(folder, tmp_path / "m.ff")
    wanted = result.predict_proba(paths)
    np.testing.assert_allclose(model.predict_proba(paths), wanted, atol=1e-5)
    contents = [path.read_bytes() for path in paths]
    np.testing.assert_allclose(model.predict_proba(contents), wanted, atol=1e-5)
    if form != "two depths":  # an array of numbers does not say where its white is
        np.testing.assert_allclose(model.predict_proba(pixels), wanted, atol=1e-5)
        return
    plain = patches().astype(np.uint8)
    encoded = result[ff.Preprocessed].codec.encode(result[ff.Collected].table)["image"]
    order = np.argsort([str(path) for path in paths])
    np.testing.assert_array_equal(encoded[:, 0], plain[order])


@pytest.mark.slow
def test_picture_of_parts_asked_of_a_model_of_bytes_is_refused_with_its_row(tmp_path):
    stack = forms()["8 bits"]
    result, model = trained((stack, LABELS), tmp_path / "m.ff")
    for ask in (model.predict, result.predict):
        with pytest.raises(RequestError, match=r"row 1, .*from 0 to 255") as caught:
            ask([np.zeros((8, 8)), stack[0] / 255.0])
        assert (caught.value.row, caught.value.column) == (1, "image")
        assert caught.value.remedy == "Multiply the pixels by 255."
    many = np.zeros((300, 8, 8))  # in pieces
    many[280] = 0.5
    with pytest.raises(RequestError, match="row 280"):
        model.predict(many)


@pytest.mark.slow
def test_picture_of_a_file_asked_of_a_model_of_parts_is_seen_by_its_white(tmp_path):
    stack = forms()["floats"]
    _, model = trained((stack, LABELS), tmp_path / "m.ff")
    wanted = model.predict_proba(stack)
    files = []
    for pixels in patches().astype(np.uint8):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG")
        files.append(stream.getvalue())
    np.testing.assert_allclose(model.predict_proba(files), wanted, atol=1e-5)
    assert model.contract.to_json()["inputs"][0]["range"] == [0, 1]
    with pytest.raises(RequestError, match="from 0 to 1, as in training"):
        model.predict(patches()[:1])


def test_pictures_of_any_depth_let_no_row_leak():
    from fivefold.testing import check_no_leak

    for form in ("16 bits", "floats"):
        stages = [ff.Collect((forms()[form], LABELS)), ff.Preprocess()]
        check_no_leak(ff.Pipeline([*stages, ff.Train(epochs=1, quality="fast")]))


def palettes() -> list[Image.Image]:
    """Pictures whose numbers are places in a palette of their own."""
    pictures = []
    for pixels in patches().astype(np.uint8):
        picture = Image.fromarray(np.stack([pixels, pixels // 2, 255 - pixels], axis=-1))
        pictures.append(picture.convert("P", palette=Image.Palette.ADAPTIVE))
    return pictures


def collected(source: object) -> ff.Collected:
    return ff.Pipeline([ff.Collect(source)]).run(seed=0, progress=False)[ff.Collected]


def test_list_of_pictures_beside_labels_is_what_a_viewer_shows():
    found = collected((palettes(), LABELS))
    wanted = np.stack([np.asarray(picture.convert("RGB")) for picture in palettes()])
    np.testing.assert_array_equal(found.table.column("image"), wanted)
    columns = read((palettes(), LABELS.tolist()), found.schema)
    np.testing.assert_array_equal(np.stack(list(columns.column("image"))), wanted)


def test_list_of_pictures_of_several_sizes_is_read_alike_at_both_ends():
    ragged = [pixels[:, : 8 - row % 2] for row, pixels in enumerate(forms()["8 bits"])]
    found = collected((ragged, LABELS))
    for cells in (
        found.table.column("image"),
        read(ragged, found.schema).column("image"),
        read((ragged, LABELS.tolist()), found.schema).column("image"),
    ):
        assert all(
            np.array_equal(cell[:, :, 0], one) for cell, one in zip(cells, ragged, strict=True)
        )


def test_tensors_in_rows_are_read_whatever_they_keep():
    pixels = np.eye(8)
    schema = collected((forms()["floats"], LABELS)).schema
    for tensor in (torch.eye(8).bfloat16(), torch.eye(8, requires_grad=True)):
        for data in ([tensor], [{"image": tensor}], {"image": [tensor]}):
            np.testing.assert_array_equal(read(data, schema).column("image")[0][:, :, 0], pixels)


def test_pictures_as_hugging_face_keeps_them_are_read_from_rows_and_never_by_their_path():
    schema = collected((forms()["8 bits"], LABELS)).schema
    stream = io.BytesIO()
    Image.fromarray(forms()["8 bits"][0]).save(stream, "PNG")
    cell = {"bytes": stream.getvalue(), "path": "/etc/hostname"}
    for data in ([{"image": cell}], {"image": [cell]}, pd.DataFrame({"image": [cell]})):
        found = read(data, schema).column("image")[0][:, :, 0]
        np.testing.assert_array_equal(found, forms()["8 bits"][0])
    for content in (None, "/etc/hostname"):
        with pytest.raises(RequestError, match="dict is no image"):
            read([{"image": {"bytes": content, "path": "/etc/hostname"}}], schema)


def test_one_picture_alone_is_no_table():
    schema = collected((forms()["8 bits"], LABELS)).schema
    with pytest.raises(RequestError, match="found Image"):
        read(palettes()[0], schema)


def test_stack_with_channels_first_is_told_how_to_turn():
    with pytest.raises(DataError, match=r"numpy.moveaxis\(pictures, -3, -1\)") as caught:
        collected((np.zeros((20, 3, 6, 9), np.uint8), LABELS[:20]))
    assert "PNG" not in caught.value.remedy
