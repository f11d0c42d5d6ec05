"""Tables that name files, beside them: by path, name, stem and number, of files of every kind."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fivefold as ff
from fivefold.codecs.wav import wav_bytes
from fivefold.errors import DataError
from fivefold.reading.options import Reading
from fivefold.reading.source import read

ROWS = 30


def png(row):
    stream = io.BytesIO()
    pixels = np.random.default_rng(row).integers(0, 255, (6, 5, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def wav(row):
    return wav_bytes(np.random.default_rng(row).integers(-999, 999, 400).astype(np.int16), 8_000)


def steps(row):
    numbers = np.random.default_rng(row).normal(size=(9 + row % 3, 2)).round(3)
    return "\n".join(["#x, y", *(f"{a}, {b}" for a, b in numbers.tolist()), ""]).encode()


CELLS = {"series": (steps, "csv"), "image": (png, "png"), "audio": (wav, "wav")}
ABOUT = {"README.txt": b"About.\n", "setup.jpg": png(99), "description.txt": b"What, it says.\n"}


def archive(tmp_path, files):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(f"set/{name}", content)
    return path


def folder(tmp_path, files):
    for name, content in files.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "folder"


def collected(source, **asked):
    return ff.Pipeline([ff.Collect(source, **asked)]).run(progress=False)[ff.Collected]


def table(keys, name="#id, class_label", label=lambda row: "ab"[row % 2]):
    return "\n".join([name, *(f"{key},{label(row)}" for row, key in enumerate(keys)), ""]).encode()


FORMS = {
    "by number": ("rec_{}", range(1, ROWS + 1)),
    "by number with zeros": ("rec_{:04}", range(1, ROWS + 1)),
    "by stem": ("rec_{}", [f"rec_{n}" for n in range(1, ROWS + 1)]),
    "by stem that is a number": ("{}", range(1, ROWS + 1)),
    "by name": ("rec_{}", [f"rec_{n}.EXT" for n in range(1, ROWS + 1)]),
    "by path": ("rec_{}", [f"data/rec_{n}.EXT" for n in range(1, ROWS + 1)]),
    "by path of Windows": ("rec_{}", [f"data\\rec_{n}.EXT" for n in range(1, ROWS + 1)]),
}


PLACES = ("data/targets.csv", "targets.csv", "meta/about/targets.txt")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", CELLS)
def test_table_of_targets_names_files(tmp_path, kind, form):
    make, ending = CELLS[kind]
    where = PLACES[([*FORMS].index(form) + [*CELLS].index(kind)) % len(PLACES)]
    called, keys = FORMS[form]
    files = {f"data/{called.format(n)}.{ending}": make(n) for n in range(1, ROWS + 1)}
    keys = [str(key).replace("EXT", ending) for key in keys]
    source = archive(tmp_path, {**ABOUT, where: table(keys), **files})
    data = collected(source, target="class_label")
    assert [column.kind for column in data.schema.inputs] == [kind]
    assert data.table.column("class_label").tolist() == ["ab"[row % 2] for row in range(ROWS)]
    assert data.usable.all()
    [name] = [column.name for column in data.schema.inputs]
    alone = collected(folder(tmp_path, by_class(files)))
    [other] = [column.name for column in alone.schema.inputs]
    mine, theirs = data.table.column(name), alone.table.column(other)
    assert all(np.array_equal(*pair) for pair in zip(mine, theirs, strict=True))


def by_class(files):
    """The same files in two class folders, of which the order is that of the table."""
    paths = [*files]
    return {f"{'a' if n < 15 else 'b'}/{n:03}.{p[-3:]}": files[p] for n, p in enumerate(paths)}


def test_tables_without_the_target_are_told_with_the_columns_of_each(tmp_path):
    files = {f"data/rec_{n}.csv": steps(n) for n in range(ROWS)}
    tables = {"data/labels.csv": table(range(ROWS)), "groups/who.csv": table(range(ROWS), "id,who")}
    for source in (archive(tmp_path, ABOUT | files | tables), folder(tmp_path, files | tables)):
        for asked in ({"target": "label"}, {}):
            with pytest.raises(DataError, match="a table that names the files") as caught:
                collected(source, **asked)
            assert "data/labels.csv names 30 files; its columns: `#id`" in str(caught.value)
            assert "groups/who.csv names 30 files" in str(caught.value)
            assert ("class_label" in caught.value.remedy) == bool(asked)


def test_group_of_another_table_of_the_files_is_taken_from_it(tmp_path):
    files = {f"data/rec_{n}.csv": steps(n) for n in range(ROWS)}
    order = np.random.default_rng(0).permutation(ROWS)
    who = table(order, "id,who", lambda row: f"p{order[row] % 5}")
    source = archive(tmp_path, {**files, "data/y.csv": table(range(ROWS)), "groups/who.csv": who})
    data = collected(source, target="class_label", group="who")
    assert data.table.column("who").tolist() == [f"p{row % 5}" for row in range(ROWS)]


@pytest.mark.parametrize("ending", ["tsv", "xlsx", "parquet", "jsonl", "json", "csv.gz"])
def test_table_of_targets_may_end_otherwise(tmp_path, ending):
    files = {f"data/rec_{n}.csv": steps(n) for n in range(ROWS)}
    frame = pd.DataFrame({"number": range(ROWS), "y": ["ab"[row % 2] for row in range(ROWS)]})
    path = tmp_path / f"y.{ending}"
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
        frame.to_excel(path, index=False)
    elif ending == "parquet":
        frame.to_parquet(path)
    elif ending.startswith("json"):
        frame.to_json(path, orient="records", lines=ending == "jsonl")
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    data = collected(archive(tmp_path, {**files, path.name: path.read_bytes()}), target="y")
    assert [column.kind for column in data.schema.inputs] == ["series"]
    assert data.table.column("y").tolist() == frame["y"].tolist()


def test_files_that_two_runs_of_names_share_a_number_are_not_guessed(tmp_path):
    files = {f"{k}_{n}.csv": steps(n) for k in ("left", "right") for n in range(ROWS)}
    source = archive(tmp_path, {**files, "y.csv": table(range(ROWS))})
    with pytest.raises(DataError):
        collected(source, target="class_label")


def test_picture_beside_a_table_is_left_out_with_a_finding(tmp_path):
    rows = table([n * n % 97 / 10 for n in range(100)], "x,y")
    for inner in ("", "data/"):
        source = archive(tmp_path, {**ABOUT, f"{inner}data.csv": rows})
        data = collected(source, target="y")
        assert len(data.table) == 100
        told = {finding.code: finding.numbers for finding in data.findings}
        [left] = told["other_files"]["files"]
        assert left.endswith("setup.jpg")


@pytest.mark.parametrize("make", [steps, lambda row: f"It is {row}, or so they say.".encode()])
def test_picture_beside_class_folders_of_texts_or_series_is_left_out(tmp_path, make):
    files = {f"{'ab'[n % 2]}/{n}.txt": make(n) for n in range(ROWS)}
    data = collected(archive(tmp_path, {**files, "setup.png": png(0)}))
    assert len(data.table) == ROWS
    told = {finding.code: finding.numbers for finding in data.findings}
    assert told["other_files"]["files"] == ["setup.png"]


@pytest.mark.parametrize(("one", "other"), [("audio", "image"), ("series", "audio")])
def test_class_folders_of_two_kinds_are_refused_with_what_they_hold(tmp_path, one, other):
    (make, ending), (make_other, ending_other) = CELLS[one], CELLS[other]
    files = {f"a/{n}.{ending}": make(n) for n in range(20)}
    files |= {f"b/{n}.{ending_other}": make_other(n) for n in range(20)}
    with pytest.raises(DataError, match="Files of one kind are wanted in every class folder"):
        collected(folder(tmp_path, files))


def test_form_of_answers_beside_the_table_is_no_rows(tmp_path):
    files = {f"train/{n}.png": png(n) for n in range(20)}
    files |= {f"test/{n}.png": png(n) for n in range(20, 40)}
    tables = {"train.csv": table(range(20), "id,y"), "test.csv": b"id\n20\n21\n"}
    form = {"sample_submission.csv": table(range(20, 40), "id,y", lambda _: "a")}
    data = collected(archive(tmp_path, {**files, **tables, **form}), target="y")
    assert (len(data.table), data.schema["id"].kind) == (20, "image")


@pytest.mark.parametrize("key", ["{}", "p{}", "p{}.png"])
def test_table_called_as_one_of_two_folders_names_the_files_of_that_one(tmp_path, key):
    files = {f"train_photos/p{n}.png": png(n) for n in range(20)}
    files |= {f"test_photos/p{n}.png": png(n + 50) for n in range(20)}
    keys = [key.format(n) for n in range(20)]
    data = collected(archive(tmp_path, {**files, "train.csv": table(keys, "id,y")}), target="y")
    first = collected(folder(tmp_path, {f"{'ab'[n % 2]}/{n:02}.png": png(n) for n in range(20)}))
    assert np.array_equal(data.table.column("id")[0], first.table.column("image")[0])


def test_long_table_beside_pictures_in_class_folders_is_passed_over(tmp_path):
    files = {f"{'ab'[n % 2]}/{n}.png": png(n) for n in range(20)}
    boxes = table([n % 20 for n in range(90)], "picture,box", lambda row: row * 7 % 31)
    data = collected(archive(tmp_path, {**files, "boxes.csv": boxes}))
    assert (len(data.table), data.schema["image"].kind) == (20, "image")


def test_columns_of_steps_name_no_files(tmp_path):
    lines = "\n".join(["t,x", *(f"{t},{t % 7}" for t in range(ROWS)), ""]).encode()
    files = {f"{'ab'[n % 2]}/{n}.csv": lines for n in range(ROWS)}
    data = collected(archive(tmp_path, files))
    assert [column.kind for column in data.schema.inputs] == ["series"]
    assert data.schema.targets == ("label",)


@pytest.mark.slow
def test_bundle_answers_an_archive_of_numbered_files(tmp_path):
    files = {f"data/rec_{n}.csv": steps(n) for n in range(ROWS * 2)}
    source = archive(tmp_path, {**ABOUT, **files, "data/y.csv": table(range(ROWS * 2))})
    stages = [ff.Collect(source, target="class_label"), ff.Preprocess(), ff.Train(epochs=2)]
    pipeline = ff.Pipeline([*stages, ff.Evaluate(), ff.Deploy(tmp_path / "m.ff")])
    result = pipeline.run(seed=0, progress=False)
    model = ff.load(tmp_path / "m.ff")
    answers = model.predict(source).tolist()
    assert answers == result.predict(source).tolist()
    assert model.predict(folder(tmp_path, {"setup.jpg": png(99), **files})).tolist() == [
        answers[n] for n in sorted(range(ROWS * 2), key=lambda n: f"rec_{n}.csv")
    ]


@pytest.mark.parametrize("tables", [1, 2])
def test_parts_are_said_by_tables_or_by_the_folders_of_their_files(tmp_path, tables):
    rows = {
        part: [(f"{part}/{n}.png", "xy"[n % 2]) for n in range(4)] for part in ("test", "train")
    }
    lines = {part: "".join(f"{name},{label}\n" for name, label in of) for part, of in rows.items()}
    for n, (name, _) in enumerate(rows["test"] + rows["train"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(png(n))
    texts = lines if tables == 2 else {"all": lines["train"] + lines["test"]}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(f"file,label\n{text}")
    raw = read(tmp_path, Reading(names=("label",)))
    assert raw.given.tolist() == [0] * 4 + [2] * 4


def test_table_of_test_pictures_without_labels_is_left_out_with_a_word(tmp_path):
    for part, label in (("train", ",label"), ("test", "")):
        (tmp_path / part).mkdir()
        for n in range(4):
            (tmp_path / part / f"{n}.png").write_bytes(png(n))
        rows = "".join(f"{part}/{n}.png{',x' * bool(label)}\n" for n in range(4))
        (tmp_path / f"{part}.csv").write_text(f"file{label}\n{rows}")
    raw = read(tmp_path, Reading(names=("label",)))
    assert len(raw) == 4
    assert [f.numbers["columns"] for f in raw.findings if f.code == "files_without_target"] == [
        ["label"]
    ]


def test_rows_to_answer_are_those_of_the_table_with_the_target_and_no_table_of_groups(tmp_path):
    for n in range(6):
        (tmp_path / f"{n}.png").write_bytes(png(n))
    for name, column in (("a_groups", "who"), ("truth", "label"), ("z_paths", "path")):
        lines = "".join(f"{n}.png,{column}{n % 2}\n" for n in range(6))
        (tmp_path / f"{name}.csv").write_text(f"id,{column}\n{lines}")
    asked = Reading(
        names=("id", "label"),
        targets=("label",),
        inputs=("id",),
        files=frozenset({"id"}),
        text={"cells": "beside"},
    )
    raw = read(tmp_path, asked)
    assert [cell.name for cell in raw.columns["id"]] == [f"{n}.png" for n in range(6)]
