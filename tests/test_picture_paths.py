"""Texts that name pictures are followed below one folder, and by no stranger's word."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import DataError, RequestError
from fivefold.reading.paths import _leads_out

pytestmark = pytest.mark.unrehearsed

ROWS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures in a folder below that of their table, bright where the label is `day`."""
    place = tmp_path_factory.mktemp("shop")
    (place / "photos").mkdir()
    draw = np.random.default_rng(0)
    rows = []
    for number in range(ROWS):
        bright = number % 2
        pixels = draw.integers(0, 100, (8, 8)) + 150 * bright
        Image.fromarray(pixels.astype(np.uint8)).save(place / "photos" / f"{number}.png")
        rows.append({"photo": f"photos/{number}.png", "label": "day" if bright else "night"})
    pd.DataFrame(rows).to_csv(place / "table.csv", index=False)
    (place / "secret.png").write_bytes((place / "photos" / "1.png").read_bytes())
    return place


@pytest.fixture(scope="module")
def result(folder):
    stages = [
        ff.Collect(folder / "table.csv", target="label", kinds={"photo": "image"}),
        ff.Preprocess(),
        ff.Train(epochs=2, threads=1),
        ff.Evaluate(),
        ff.Deploy(folder / "model.ff"),
    ]
    return ff.Pipeline(stages).run(seed=0, progress=False)


def frame_of(folder):
    return pd.read_csv(folder / "table.csv")


def test_table_of_paths_answers_alike_from_file_and_frame(folder, result):
    model = ff.load(folder / "model.ff")
    wanted = result.predict_proba(folder / "table.csv")
    assert wanted.std() > 0
    for answer in (
        result.predict_proba(frame_of(folder), root=folder),
        model.predict_proba(folder / "table.csv"),
        model.predict_proba(frame_of(folder), root=folder),
    ):
        np.testing.assert_allclose(answer, wanted, atol=1e-5)


def test_table_of_paths_is_replayed_from_its_own_file(result):
    parity = result[ff.Deployed].parity
    assert parity["source"] < 1e-5
    assert (parity["source_rows"], parity["source_process"]) == (8, "fresh")


def test_pictures_that_a_table_names_are_part_of_its_provenance(folder, result):
    files = result[ff.Collected].provenance["files"]
    assert [file["path"] for file in files][1] == "pictures of photo"
    assert files[1]["files"] == ROWS
    before = result[ff.Collected].provenance["sha256"]
    picture = folder / "photos" / "0.png"
    kept = picture.read_bytes()
    Image.fromarray(np.full((8, 8), 9, np.uint8)).save(picture)
    try:
        again = ff.Pipeline(
            [ff.Collect(folder / "table.csv", target="label", kinds={"photo": "image"})]
        ).run(seed=0, progress=False)
    finally:
        picture.write_bytes(kept)
    assert again[ff.Collected].provenance["sha256"] != before


def test_frame_without_root_follows_no_text(folder, result):
    with pytest.raises(RequestError) as caught:
        result.predict(frame_of(folder))
    assert (caught.value.row, caught.value.column) == (0, "photo")


@pytest.mark.parametrize("form", ["dicts", "columns", "body"])
def test_texts_of_a_stranger_are_never_paths(folder, result, form, ask):
    model = ff.load(folder / "model.ff")
    path = "photos/1.png"
    if form == "body":
        for text in (str(folder / path), path):
            body = {"instances": [{"photo": text}]}
            assert ask(model, "POST", "/predict", json=body).status_code == 422
        return
    data = [{"photo": path}] if form == "dicts" else {"photo": [path]}
    for predict in (result.predict, model.predict):
        with pytest.raises(RequestError):
            predict(data, root=folder)


@pytest.mark.parametrize(
    "text", ["/etc/hostname", "../x", "photos/../../x.png", "link.png", "linked/0.png", "~/x.png"]
)
def test_text_that_leads_out_of_the_folder_is_refused_by_every_door(
    folder, result, tmp_path, text, capsys
):
    inside = tmp_path / "inside"
    (inside / "photos").mkdir(parents=True)
    (tmp_path / "x").write_bytes((folder / "secret.png").read_bytes())
    (tmp_path / "x.png").write_bytes((folder / "secret.png").read_bytes())
    (inside / "link.png").symlink_to(folder / "secret.png")
    (inside / "linked").symlink_to(folder / "photos")
    labels = ["day", "night"] * 10
    frame = pd.DataFrame({"photo": [text] * 20, "label": labels})
    frame.to_csv(inside / "t.csv", index=False)
    with (inside / "t.jsonl").open("w") as file:
        file.writelines(json.dumps({"photo": text, "label": label}) + "\n" for label in labels)
    frame.to_parquet(inside / "t.parquet")
    model = ff.load(folder / "model.ff")
    for name in ("t.csv", "t.jsonl", "t.parquet"):
        with pytest.raises(DataError, match="expected files below") as caught:
            ff.Pipeline([ff.Collect(inside / name, target="label", kinds={"photo": "image"})]).run(
                seed=0, progress=False
            )
        assert caught.value.column == "photo"
        for predict in (result.predict, model.predict):
            with pytest.raises(RequestError, match="expected files below"):
                predict(inside / name)
        assert main(["predict", str(folder / "model.ff"), str(inside / name)]) == 2
        assert "expected files below" in capsys.readouterr().err
    with pytest.raises(DataError, match="expected files below"):
        ff.Pipeline([ff.Collect(frame, target="label", kinds={"photo": "image"}, root=inside)]).run(
            seed=0, progress=False
        )
    for predict in (result.predict, model.predict):
        with pytest.raises(RequestError, match="expected files below"):
            predict(frame, root=inside)
        with pytest.raises(RequestError):
            predict([{"photo": text}])


def test_link_that_stays_inside_is_followed(folder, result, tmp_path):
    (tmp_path / "a.png").write_bytes((folder / "photos" / "1.png").read_bytes())
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    answers = result.predict_proba(pd.DataFrame({"photo": ["a.png", "b.png"]}), root=tmp_path)
    np.testing.assert_array_equal(answers[0], answers[1])


def test_shell_takes_the_folder_of_the_pictures(folder, result, tmp_path, capsys):
    frame_of(folder).to_csv(tmp_path / "t.csv", index=False)
    bundle = str(folder / "model.ff")
    assert main(["predict", bundle, str(tmp_path / "t.csv")]) == 2
    assert main(["predict", bundle, str(tmp_path / "t.csv"), "--root", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == ROWS + 1


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("a.png", False),
        ("b/c.png", False),
        ("..hidden.png", False),
        ("/a.png", True),
        ("C:\\a.png", True),
        ("\\\\server\\a.png", True),
        ("b\\..\\..\\a.png", True),
        ("../a.png", True),
    ],
)
def test_paths_of_every_system_are_known(text, out):
    assert _leads_out(text) is out


def test_frame_beside_its_labels_is_followed_below_root(folder, result):
    frame = frame_of(folder)
    source = (frame[["photo"]], frame["label"])
    collect = ff.Collect(source, kinds={"photo": "image"}, root=folder)
    found = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected].table.column("photo")
    np.testing.assert_array_equal(found, result[ff.Collected].table.column("photo"))


def test_table_written_on_windows_names_the_same_pictures(folder, result):
    frame = frame_of(folder)
    windows = frame.assign(photo=frame["photo"].str.replace("/", "\\"))
    answers = result.predict_proba(windows, root=folder)
    np.testing.assert_array_equal(answers, result.predict_proba(frame, root=folder))


def test_root_that_is_no_folder_is_named(folder, result):
    with pytest.raises(RequestError, match=r"found no folder .*nowhere"):
        result.predict(frame_of(folder), root=folder / "nowhere")


@pytest.mark.parametrize("text", ["file:///etc/hostname", "photos%2F1.png", "a\0.png", "photos"])
def test_text_that_names_no_file_is_followed_nowhere(folder, result, text):
    for data in (pd.DataFrame({"photo": [text]}), [{"photo": text}], {"photo": [text]}):
        with pytest.raises(RequestError, match="expected images"):
            result.predict(data, root=folder)


def test_picture_that_is_not_there_is_told_as_missing(folder):
    rows = frame_of(folder)
    rows.loc[3, "photo"] = "photos/gone.png"
    collect = ff.Collect(rows, target="label", root=folder)
    collected = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    [told] = [found for found in collected.findings if found.code == "unreadable_images"]
    assert told.numbers["files"] == ["'photos/gone.png' in row 3"]
    assert "nor, in a table or frame, the path of a file below root=" in told.numbers["reason"]
    assert collected.usable.sum() == ROWS - 1
