"""A class for each pixel, from the source to the answers of a bundle."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.errors import DataError
from fivefold.tasks.known import SEGMENTATION
from fivefold.testing import check_no_leak, check_task


def shapes(rows, side=24, seed=0):
    """Discs (1) and squares (2) on noise, each of a colour of its own."""
    rng = np.random.default_rng(seed)
    down, right = np.mgrid[:side, :side]
    found = []
    for _ in range(rows):
        mask = np.zeros((side, side), np.uint8)
        picture = 90 + rng.normal(0, 12, (side, side, 3))
        for kind in (1, 2):
            middle, size = rng.uniform(5, side - 5, 2), rng.uniform(3, 5)
            apart = np.abs(np.stack([down - middle[0], right - middle[1]]))
            inside = (apart**2).sum(0) < size**2 if kind == 1 else apart.max(0) < size
            mask[inside] = kind
            picture[inside] = rng.integers(130, 220, 3) + rng.normal(0, 12, (inside.sum(), 3))
        found.append({"photo": picture.clip(0, 255).astype(np.uint8), "mask": mask})
    return found


def steps(source, *more, epochs=2, **settings):
    train = ff.Train(epochs=epochs)
    return ff.Pipeline([ff.Collect(source, **settings), ff.Preprocess(), train, *more])


def read(source, **settings):
    pipeline = ff.Pipeline([ff.Collect(source, **settings), ff.Preprocess()])
    result = pipeline.run(seed=0, progress=False)
    return result[Collected], result[Preprocessed]


def codes(found):
    return {finding.code for finding in found.findings}


def png(mask, mode="L", palette=None):
    file = io.BytesIO()
    image = Image.frombytes(mode, mask.shape[1::-1], np.ascontiguousarray(mask).tobytes())
    if palette is not None:
        image.putpalette(palette)
    image.save(file, "PNG")
    return file.getvalue()


def test_masks_as_arrays_grey_palettes_and_colours_are_one_target():
    rows = shapes(40)
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)
    forms = {
        "array": lambda mask: mask,
        "lists": lambda mask: mask.tolist(),
        "grey": png,
        "palette": lambda mask: png(mask, "P", colours.tobytes()),
        "colours": lambda mask: png(colours[mask], "RGB"),
    }
    targets = {}
    for name, form in forms.items():
        table = [{"photo": row["photo"], "mask": form(row["mask"])} for row in rows]
        found, data = read(table, target="mask", task="segmentation")
        targets[name] = data.train.target
        wanted = (0, "#0000ff", "#ff0000") if name == "colours" else (0, 1, 2)
        assert found.schema.classes == wanted
    same = targets.pop("array")
    swapped = np.array([0, 2, 1])[targets.pop("colours")]
    assert np.array_equal(swapped, same)
    assert all(np.array_equal(target, same) for target in targets.values())


def test_names_are_given_and_ids_without_one_are_ignored():
    rows = shapes(40)
    found, data = read(rows, target="mask", classes={0: "back", 1: "disc", 7: "bird"})
    assert found.schema.classes == ("back", "disc")
    [told] = [f for f in found.findings if f.code == "unknown_ids"]
    assert told.numbers["ids"] == [2]
    assert told.numbers["absent"] == ["bird"]
    index = data.train.index
    own = np.stack([rows[row]["mask"] for row in index]).astype(int)
    assert np.array_equal(data.train.target, np.where(own == 2, -1, own))


def test_255_is_ignored_beside_counted_ids_and_a_class_beside_0():
    rows = shapes(40)
    for row in rows:
        row["mask"] = np.where(row["mask"] == 2, 255, row["mask"]).astype(np.uint8)
    found, data = read(rows, target="mask")
    assert found.schema.classes == (0, 1)
    assert (data.train.target < 0).any()
    binary = [{**row, "mask": np.where(row["mask"] == 1, 255, 0).astype(np.uint8)} for row in rows]
    assert read(binary, target="mask")[0].schema.classes == (0, 255)


def test_masks_of_other_sizes_and_empty_ones_are_told_and_left_out():
    rows = shapes(40)
    rows[3]["mask"] = rows[3]["mask"][:12]  # of other proportions
    rows[4]["mask"] = rows[4]["mask"].repeat(2, 0).repeat(2, 1)  # twice as large
    rows[5]["mask"] = np.full((24, 24), 255, np.uint8)
    rows[6]["mask"] = np.zeros((24, 24), np.uint8)
    found, _ = read(rows, target="mask")
    by_code = {}
    for finding in found.findings:
        by_code.setdefault(finding.code, []).append(finding)
    assert {f.severity: f.numbers["rows"] for f in by_code["mask_sizes"]} == {
        "warning": [3],
        "note": [4],
    }
    assert {f.severity: f.numbers["rows"] for f in by_code["empty_masks"]} == {
        "warning": [5],
        "note": [6],
    }
    assert np.flatnonzero(~found.usable).tolist() == [3, 5]


def test_pictures_of_unequal_sizes_bring_their_masks_along():
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(40):
        height, width = (int(side) for side in rng.integers(16, 40, 2))
        mask = np.zeros((height, width), np.uint8)
        mask[: height // 2, : width // 2] = 1
        rows.append({"photo": np.repeat(mask[:, :, None] * 200, 3, 2), "mask": mask})
    for fit in ("resize", "pad", "crop"):
        stages = [
            ff.Collect(rows, target="mask"),
            ff.Preprocess(image_size=(20, 20), image_fit=fit),
        ]
        data = ff.Pipeline(stages).run(seed=0, progress=False)[Preprocessed].train
        seen = next(iter(data.inputs.values()))[:, 0] > 100
        judged = data.target >= 0
        assert (seen == (data.target == 1))[judged].mean() > 0.97
        assert judged.all() == (fit != "pad")


def test_levels_of_a_photograph_and_a_jpeg_are_refused():
    rows = shapes(20)
    blurred = [{**row, "mask": row["photo"] @ np.array([1, 256, 0])} for row in rows]
    with pytest.raises(DataError, match="at most 200 class ids"):
        read(blurred, target="mask")
    file = io.BytesIO()
    Image.fromarray(rows[0]["mask"] * 100).save(file, "JPEG")
    with pytest.raises(DataError, match="JPEG blurs"):
        read([{**row, "mask": file.getvalue()} for row in rows], target="mask")
    with pytest.raises(DataError, match="goes by classes="):
        read([{"x": n, "y": n % 2} for n in range(40)], target="y", classes=("a", "b"))


@pytest.mark.parametrize("form", ["images/{}.png masks/{}.png", "{}.jpg {}_mask.png"])
def test_folders_of_pictures_and_masks_are_paired_by_name(tmp_path, form):
    one, other = form.split()
    for n, row in enumerate(shapes(24)):
        for name, array in ((one, row["photo"]), (other, row["mask"])):
            path = tmp_path / name.format(n)
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(array).save(path)
    (tmp_path / one.format(99)).write_bytes((tmp_path / one.format(3)).read_bytes())
    found, data = read(tmp_path)
    assert found.schema.task == "segmentation"
    assert len(found.table) == 24
    assert "unpaired" in codes(found)
    assert data.codec.schema.classes == (0, 1, 2)


def test_table_of_paths_names_pictures_and_masks(tmp_path):
    lines = ["photo,mask"]
    for n, row in enumerate(shapes(24)):
        Image.fromarray(row["photo"]).save(tmp_path / f"p{n}.png")
        Image.fromarray(row["mask"]).save(tmp_path / f"m{n}.png")
        lines.append(f"p{n}.png,m{n}.png")
    (tmp_path / "table.csv").write_text("\n".join(lines))
    found, _ = read(tmp_path / "table.csv", target="mask")
    assert found.schema.task == "segmentation"
    assert found.schema.classes == (0, 1, 2)


def test_changes_move_picture_and_mask_alike():
    import torch

    from fivefold.models.fixed import Fixed
    from fivefold.train.augmentation import make_moves

    rows = shapes(20)
    rows = [{**row, "photo": np.repeat((row["mask"] * 100)[..., None], 3, 2)} for row in rows]
    _, data = read(rows, target="mask")
    entries = Fixed(data.codec).entries
    blocks = {name: torch.from_numpy(array) for name, array in data.train.inputs.items()}
    target = torch.from_numpy(data.train.target)
    for change in ("shift", "flip", "rotate", "crop"):
        moved, planes = make_moves([change], entries)(blocks, target)
        seen = (next(iter(moved.values()))[:, 0].float() / 100).round().long()
        edges = 0.06 if change in ("rotate", "crop") else 0.0  # where colours are mixed
        assert (seen != planes).float().mean() <= edges
        assert (planes != target).any()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("segmentation") / "shapes.ff"
    pipeline = steps(shapes(160), ff.Evaluate(), ff.Deploy(str(path)), target="mask", epochs=14)
    result = pipeline.run(seed=0, progress=False)
    return result, ff.load(path)


@pytest.mark.slow
def test_shapes_are_found_and_told_by_class(model):
    result, _ = model
    table = result.tables["model_comparison"].set_index("model")
    assert result.metrics["mean_iou"] > 0.8
    assert table.loc["model", "mean_iou"] > table.loc["boosted trees of pixels", "mean_iou"]
    assert {"iou of 0", "iou of 1", "iou of 2", "mean_dice"} <= set(result.metrics)
    estimate = result.metrics["mean_iou"]
    assert estimate.low < estimate < estimate.high
    assert estimate.n == 32
    assert "Pixels, the worst first" in result.report()


@pytest.mark.slow
def test_masks_are_answered_at_their_own_size_through_all_doors(model, ask):
    result, bundle = model
    rows = [row["photo"] for row in shapes(4, seed=1)]
    rows.append(np.kron(rows[0], np.ones((2, 3, 1), np.uint8)))
    listed = [{"photo": picture} for picture in rows]
    online = bundle.predict(listed)
    offline = result.predict(listed)
    assert [mask.shape for mask in online] == [picture.shape[:2] for picture in rows]
    assert all(map(np.array_equal, online, offline))
    files = [base64.b64encode(png(picture, "RGB")).decode() for picture in rows]
    asked = {"instances": [{"photo": file} for file in files]}
    reply = ask(bundle, "POST", "/predict", {}, json=asked).json()
    for told, mask in zip(reply["predictions"], online, strict=True):
        drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(told["png"]))))
        assert np.array_equal(drawn, mask)
        assert (told["height"], told["width"]) == mask.shape
    assert np.allclose(np.sum(reply["fractions"], axis=1), 1)
    assert bundle.predict(pd.DataFrame(listed))[4].shape == (48, 72)
    page = ask(bundle, "GET", "/", {}).text
    assert "for each pixel" in page
    assert "answer.colours" in page
    json.dumps(reply)


@pytest.mark.slow
def test_rare_classes_are_learnt_by_overlap_too():
    rows = shapes(60)
    for row in rows:
        row["mask"] = np.where(row["mask"] == 2, 0, row["mask"])
        row["mask"][:3, :3] = 3
    losses = {
        steps(source, target="mask", epochs=1).run(seed=0, progress=False)[Trained].settings.loss
        for source in (rows, shapes(60))
    }
    assert losses == {"cross-entropy and Dice", "cross-entropy"}


@pytest.mark.slow
@pytest.mark.rehearsed
def test_task_keeps_to_what_every_task_must():
    rows = shapes(40, side=16)
    inputs, masks = ([row[name].tolist() for row in rows] for name in ("photo", "mask"))
    kinds = {"photo": "image", "mask": "mask"}
    check_task(type(SEGMENTATION), {"mask": masks}, inputs={"photo": inputs}, kinds=kinds)


@pytest.mark.slow
def test_nothing_of_test_rows_reaches_the_network():
    check_no_leak(steps(shapes(60), target="mask", epochs=1))


@pytest.mark.slow
def test_files_are_answered_in_a_table(model, tmp_path):
    from fivefold.cli import main

    _, bundle = model
    for n, row in enumerate(shapes(3, seed=2)):
        picture = np.repeat(row["photo"], n + 1, axis=0)
        Image.fromarray(picture).save(tmp_path / f"p{n}.png")
    out = tmp_path / "out.csv"
    assert main(["predict", str(bundle.bundle.path), str(tmp_path), "--to", str(out)]) == 0
    table = pd.read_csv(out)
    wanted = bundle.predict(sorted(tmp_path.glob("*.png")))
    for file, mask, n in zip(table["prediction"], wanted, range(3), strict=True):
        drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(file))))
        assert drawn.shape == (24 * (n + 1), 24)
        assert np.array_equal(drawn, mask)
    assert np.allclose(table.filter(like="fraction of").sum(axis=1), 1)


@pytest.mark.slow
def test_folds_judge_pictures_too():
    result = steps(shapes(60), ff.Evaluate(folds=2, baselines=()), target="mask", epochs=1).run(
        seed=0, progress=False
    )
    assert 0 < result[ff.Evaluated].folds["mean_iou"] < 1
