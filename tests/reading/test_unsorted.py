"""Files that are rows, all in one folder: what is said helps, as it is said."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.io import wavfile

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading.unsorted import label_in

CLASSES, TAKES = ("cat", "dog"), 25


def picture(path, draw):
    Image.fromarray(draw.integers(0, 255, (8, 8, 3), np.uint8)).save(path.with_suffix(".png"))


def sound(path, draw):
    wavfile.write(path.with_suffix(".wav"), 8000, draw.integers(-99, 99, 400).astype(np.int16))


def steps(path, draw):
    np.save(path.with_suffix(".npy"), draw.normal(size=(20, 2)))


def table(path, draw):
    pd.DataFrame(draw.normal(size=(20, 2))).to_csv(path.with_suffix(".csv"), index=False)


def text(path, draw):
    words = draw.choice(["a", "story", "told", "again", "of", "some", "days,", 'a "night"'], 30)
    path.with_suffix(".txt").write_text("A text.\n" + " ".join(words))


def fill(folder, write, form="{label}_{take}"):
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    for label in CLASSES:
        for take in range(TAKES):
            write(folder / form.format(label=label, take=take), draw)


def refused(source):
    with pytest.raises(DataError) as caught:
        ff.Pipeline([ff.Collect(str(source))]).run(until="collect", progress=False)
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())])


@pytest.mark.parametrize("write", [picture, sound, steps, table, text])
@pytest.mark.parametrize(("inner", "above"), [("", "."), ("all", "data"), ("a/b", "/")])
def test_files_in_one_folder_are_learnt_by_the_line_that_the_error_tells(
    write, inner, above, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "rows" if above == "/" else Path(above) / "rows"
    fill(source / inner, write)
    told = refused(source)
    assert "Choose another target" not in told
    assert "folder named after its class" in told
    line = re.search(r"pd\.DataFrame\(.*index=False\)", told)[0]
    exec(line, {"pd": pd, "Path": Path})
    (file,) = tmp_path.rglob("files.csv")
    made = ff.Pipeline([ff.Collect(file, target="label")]).run(progress=False)
    schema = made[ff.Collected].schema
    wanted = {picture: "image", sound: "audio", text: "text"}.get(write, "series")
    assert [column.kind for column in schema.inputs] == [wanted]
    assert (schema.classes, len(made[ff.Collected].table)) == (CLASSES, len(CLASSES) * TAKES)


def test_files_in_one_folder_of_a_zip_file_are_to_be_unpacked(tmp_path):
    fill(tmp_path / "rows", sound, "{take}-{label}-x")
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
        for path in sorted((tmp_path / "rows").iterdir()):
            archive.write(path, f"recordings/{path.name}")
    told = refused(tmp_path / "rows.zip")
    assert "found only 'recordings'" in told
    assert "unpack it to rows" in told
    assert 'path.stem.split("-")[1]) for path in sorted(Path("rows").rglob("*.wav"))' in told


@pytest.mark.parametrize(
    ("stems", "found"),
    [
        ([f"{d}_{who}_{k}" for d in range(9) for who in "ab" for k in range(50)], 'split("_")[0]'),
        ([f"{k:03}-{who}" for who in "ab" for k in range(50)], 'split("-")[1]'),
        ([f"{who}{k}" for who in ("cat", "dog") for k in range(50)], 'rstrip("0123456789")'),
        ([f"IMG_{k}" for k in range(50)], ""),
        (["one", "two", "three"], ""),
    ],
)
def test_label_in_names_is_the_part_that_repeats(stems, found):
    assert label_in(stems) == (f"stem.{found}" if found else "")


def test_names_without_labels_promise_none(tmp_path):
    fill(tmp_path / "rows", picture, "{label}")
    assert "pd.DataFrame" not in refused(tmp_path / "rows")
