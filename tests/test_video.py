"""Clips from a folder to the bundle: one answer at every door."""

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import DataError, RequestError
from fivefold.testing import check_no_leak

EACH, SIDE = 22, 12


def drift(rng: np.random.Generator, step: int, count: int) -> np.ndarray:
    """A patch that drifts sideways and comes in again: `(time, height, width)`."""
    frames = np.zeros((count, SIDE, SIDE), np.uint8)
    place, top = rng.integers(0, SIDE), rng.integers(0, SIDE - 4)
    patch = rng.integers(90, 256, (4, 4))
    for moment in range(count):
        frames[moment, top : top + 4, (place + step * moment + np.arange(4)) % SIDE] = patch
    return frames


def drifts() -> tuple[list[np.ndarray], list[str]]:
    rng = np.random.default_rng(0)
    labels = ["left", "right"] * EACH
    counts = rng.integers(6, 9, len(labels))
    steps = {"left": -1, "right": 1}
    return [drift(rng, steps[y], n) for y, n in zip(labels, counts, strict=True)], labels


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "drifts"
    for number, (frames, label) in enumerate(zip(*drifts(), strict=True)):
        file = path / label / f"{number:02}.gif"
        file.parent.mkdir(parents=True, exist_ok=True)
        first, *others = map(Image.fromarray, frames)
        first.save(file, save_all=True, append_images=others, duration=50)
    return path


@pytest.fixture(scope="module")
def served(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "drifts.ff"
    stages = [ff.Collect(folder), ff.Preprocess(), ff.Train(epochs=10, batch=8), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(path)]).run(seed=0, progress=False)
    return result, ff.load(path), path


def collected(source, **more):
    return ff.Pipeline([ff.Collect(source, **more)]).run(progress=False)[ff.Collected]


def test_damaged_files_of_a_folder_are_left_out_with_a_count(folder, tmp_path):
    for path in folder.rglob("*.gif"):
        copy = tmp_path / path.parent.name / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    whole = (tmp_path / "left" / "00.gif").read_bytes()
    (tmp_path / "left" / "cut.gif").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "right" / "empty.gif").write_bytes(b"")
    (tmp_path / "right" / "words.gif").write_text("no clip")
    found = collected(tmp_path)
    assert (found.schema.inputs[0].name, found.schema.inputs[0].kind) == ("video", "video")
    told = {finding.code: finding.numbers for finding in found.findings}
    assert told["unreadable_videos"]["count"] == 3
    with pytest.raises(DataError, match=r"3 of 47 videos cannot be read: left/cut\.gif"):
        collected(tmp_path, on_bad_value="error")


def test_arrays_lists_and_tensors_are_clips():
    import torch

    clips, labels = drifts()
    stack = np.stack([clip[:6] for clip in clips])
    for cells in (
        stack,
        stack[..., None],
        torch.from_numpy(stack),
        torch.from_numpy(stack)[:, None],
        torch.from_numpy(stack)[:, :, None],
        [clip[:6] for clip in clips],
    ):
        found = collected((cells, np.array(labels)))
        assert found.schema.inputs[0].kind == "video"
        assert np.array_equal(found.table.column("video")[3], stack[3][..., None])
    found = collected((clips, np.array(labels)))
    assert found.schema.inputs[0].kind == "video"
    assert found.table.column("video")[4].shape == (len(clips[4]), SIDE, SIDE, 1)


def test_paths_in_a_table_name_clips(folder, tmp_path):
    files = sorted(folder.rglob("*.gif"))
    named = [str(path.relative_to(folder)) for path in files]
    frame = pd.DataFrame({"file": named, "y": [path.parent.name for path in files]})
    assert collected(frame, target="y", root=folder).schema.inputs[0].kind == "video"
    assert collected(frame.assign(file=files), target="y").schema.inputs[0].kind == "video"
    contents = frame.assign(file=[path.read_bytes() for path in files])
    assert collected(contents, target="y").schema.inputs[0].kind == "video"
    asked = collected(frame, target="y", root=folder, kinds={"file": "image"})
    assert asked.table.column("file")[0].shape[:2] == (SIDE, SIDE)


@pytest.mark.slow
def test_motion_is_learnt_and_a_single_frame_says_nothing(served):
    result, _, _ = served
    assert result[ff.Trained].settings.network == "videonet"
    assert result.metrics["accuracy"] > 0.85
    table = result.tables["model_comparison"].set_index("model")
    assert table.loc["logistic regression of the middle frame alone", "accuracy"].high > 0.5
    assert {"logistic regression", "gradient boosting"} <= {*table.index}


@pytest.mark.slow
def test_bundle_answers_as_the_run_at_every_door(served, folder, tmp_path, ask):
    result, model, path = served
    wanted = result.predict_proba(folder)
    np.testing.assert_allclose(model.predict_proba(folder), wanted, atol=1e-5)
    assert result[ff.Deployed].parity["source"] < 1e-5
    files = sorted(folder.rglob("*.gif"))[:3]
    texts = [base64.b64encode(file.read_bytes()).decode() for file in files]
    asked = {"instances": [{"video": text} for text in texts]}
    found = ask(model, "POST", "/predict", json=asked)
    assert found.status_code == 200
    parts = [("video", (file.name, file.read_bytes(), "image/gif")) for file in files]
    assert found.json() == ask(model, "POST", "/predict", files=parts).json()
    clips = [result[ff.Collected].table.column("video")[row] for row in range(3)]
    nested = [{"video": clip[..., 0].tolist()} for clip in clips]
    assert ask(model, "POST", "/predict", json={"instances": nested}).json() == found.json()
    answers = tmp_path / "answers.csv"
    assert main(["predict", str(path), str(folder), "--to", str(answers)]) == 0
    told, every = pd.read_csv(answers), sorted(folder.rglob("*.gif"))
    assert [Path(name).name for name in told["file"]] == [file.name for file in every]
    assert told["prediction"].tolist() == result.predict(folder).tolist()
    with pytest.raises(RequestError, match=r"cut|ends before"):
        model.predict([{"video": files[0].read_bytes()[:-200]}])


@pytest.mark.slow
def test_contract_page_and_report_tell_of_clips(served, ask, tmp_path):
    result, model, _ = served
    [field] = ask(model, "GET", "/schema").json()["inputs"]
    assert field["shape"] == [1, 8, SIDE, SIDE]
    assert field["policy"]["too_short"] == "the last frame stands again"
    assert len(model.predict([{"video": field["example"]}])) == 1
    assert 'data-control="film"' in ask(model, "GET", "/").text
    report = tmp_path / "report.html"
    result.report(report)
    assert "Examples of video" in report.read_text()
    json.dumps(model.contract.to_json())


@pytest.mark.slow
def test_nothing_of_test_rows_leaks():
    clips, labels = drifts()
    stages = [ff.Collect((clips, np.array(labels))), ff.Preprocess(), ff.Train(epochs=2)]
    checked = check_no_leak(ff.Pipeline([*stages, ff.Evaluate(baselines=())]))
    assert checked.rows["test"] > 0


@pytest.mark.slow
def test_clips_go_with_a_table_and_may_be_missing_there(tmp_path):
    clips, labels = drifts()
    rng = np.random.default_rng(1)
    size = rng.normal(size=len(clips))
    told = [
        y if x > 0 else {"left": "right", "right": "left"}[y]
        for x, y in zip(size, labels, strict=True)
    ]
    rows = {"clip": [*clips[:-1], None], "size": size, "way": told}
    stages = [ff.Collect(rows, target="way"), ff.Preprocess(), ff.Train(epochs=2), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(tmp_path / "both.ff")]).run(seed=0, progress=False)
    assert result[ff.Trained].settings.network == "mixblend"
    model = ff.load(tmp_path / "both.ff")
    given = {"clip": clips[:4], "size": size[:4]}
    np.testing.assert_allclose(model.predict_proba(given), result.predict_proba(given), atol=1e-5)
    assert len(model.predict([{"clip": None, "size": 0.5}])) == 1
