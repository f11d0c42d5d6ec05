import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fivefold as ff
from fivefold.codecs.steps import series_of
from fivefold.errors import DataError
from fivefold.reading.options import Reading
from fivefold.reading.source import read


def png(value):
    stream = io.BytesIO()
    Image.fromarray(np.full((6, 5, 3), value, np.uint8)).save(stream, "png")
    return stream.getvalue()


def packed(folder: Path, name: str) -> Path:
    """The folder in an archive beside it, below one folder of its name."""
    path = folder.with_name(name)
    files = [(file, f"data/{file.relative_to(folder)}") for file in sorted(folder.rglob("*"))]
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for file, inner in files:
                archive.write(file, inner)
    else:
        with tarfile.open(path, f"w:{name.rpartition('.')[2].removeprefix('t')}") as tar:
            for file, inner in files:
                tar.add(file, inner, recursive=False)
    return path


def written(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


FORMS = ["data.zip", "data.tar.gz", "data.tgz", "data.tar.bz2", "data.tar.xz"]


@pytest.mark.parametrize("name", FORMS)
def test_archives_of_class_folders_are_read_as_the_folder(tmp_path, name):
    pictures = {f"{'ab'[n % 2]}/{n}.png": png(20 * n) for n in range(6)}
    folder = written(tmp_path / "folder", {**pictures, ".hidden": "x"})
    inside, outside = read(packed(folder, name)), read(folder)
    assert np.array_equal(inside.columns["image"], outside.columns["image"])
    assert inside.columns["label"].tolist() == ["a"] * 3 + ["b"] * 3
    assert inside.files[0]["bytes"] == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("name", ["", "data.zip", "data.tar.gz"])
@pytest.mark.parametrize("written_as", ["../audio/{}.png", "{}.png", "{}"])
def test_table_beside_its_files_gives_the_target(tmp_path, name, written_as):
    rows = "".join(f"{written_as.format(f'p{n}')};{'xy'[n % 2]};{n}\n" for n in range(6))
    files = {f"audio/p{n}.png": png(20 * n) for n in range(6)}
    table = {"meta/some.csv": "name;category;other\n" + rows, "README.txt": "about\n"}
    folder = written(tmp_path / "folder", {**files, **table})
    source = packed(folder, name) if name else folder
    with pytest.raises(DataError, match="found no target=") as caught:
        ff.Pipeline([ff.Collect(source)]).run(progress=False)
    assert caught.value.facts["columns"] == ("name", "category", "other")
    raw = read(source, Reading(names=("category",)))
    collected = ff.Pipeline([ff.Collect(source, target="category")])
    assert set(raw.columns) == {"name", "category", "other"}
    assert raw.columns["category"].tolist() == [*"xyxyxy"]
    cells = raw.columns["name"].tolist()
    assert [c.read_bytes() if isinstance(c, Path) else c for c in cells] == [*files.values()]
    assert collected["collect"].target == "category"


def test_tables_in_class_folders_name_the_files_beside_them(tmp_path):
    files = {f"{c}/{n}.png": png(100 * c + n) for c in range(2) for n in range(3)}
    tables = {
        f"{c}/GT-{c}.csv": "Filename;ClassId\n" + "".join(f"{n}.png;{c}\n" for n in range(3))
        for c in range(2)
    }
    raw = read(written(tmp_path, {**files, **tables}), Reading(names=("ClassId",)))
    paths = [cell.relative_to(tmp_path).as_posix() for cell in raw.columns["Filename"].tolist()]
    assert paths == [*files]
    assert read(tmp_path).columns["label"].tolist() == [*"000111"]


def test_pictures_beside_a_table_that_names_none_are_refused_with_its_columns(tmp_path):
    files = {f"{n}.png": png(n) for n in range(3)}
    written(tmp_path, {**files, "some.csv": "file,kind\nx,a\ny,b\nz,a\n"})
    with pytest.raises(DataError, match=r"3 images beside some.csv") as caught:
        read(tmp_path, Reading(names=("kind",)))
    assert caught.value.facts["columns"] == ("file", "kind")
    assert "target=" in caught.value.remedy


@pytest.mark.parametrize("name", ["", "data.zip", "data.tgz"])
def test_texts_in_class_folders_are_a_column_of_texts(tmp_path, name):
    texts = {f"train/{c}/{n}.txt": f"this is {c}\nline {n}" for c in ("neg", "pos") for n in "12"}
    rest = {"test/pos/1": "é\n", "test/neg/9": "", "README": "about"}
    folder = written(tmp_path / "folder", {**texts, **rest})
    raw = read(packed(folder, name) if name else folder)
    assert raw.columns["text"].tolist() == ["", "é\n", *texts.values()]
    assert raw.columns["label"].tolist() == ["neg", "pos", "neg", "neg", "pos", "pos"]
    assert raw.given.tolist() == [2, 2, 0, 0, 0, 0]
    assert raw.text == {"cells": "documents"}


def test_file_of_one_series_is_answered_as_those_of_its_folder(tmp_path):
    asked = Reading(
        names=("series", "label"), inputs=("series",), files=frozenset({"series"}), loose=True
    )
    written(tmp_path, {"1.csv": "x,y\n1,2\n3,4\n", "table.csv": 'series\n"[1, 2]"\n"[3]"\n'})
    assert read(tmp_path / "1.csv", asked).columns["series"].tolist() == [tmp_path / "1.csv"]
    assert read(tmp_path / "table.csv", asked).columns["series"].tolist() == ["[1, 2]", "[3]"]


def test_file_that_is_no_text_is_left_out_with_its_reason(tmp_path):
    texts = {f"{c}/{n}.txt": f"this is {c}" for c in ("neg", "pos") for n in "12"}
    raw = read(written(tmp_path, {**texts, "pos/0.txt": bytes(range(256))}))
    assert raw.unreadable == [2]
    [found] = raw.findings
    assert found.code == "unreadable_texts"
    assert found.sentence.endswith("`pos/0.txt`. Expected text, found zero bytes.")


def test_cells_of_an_archive_are_called_by_their_paths(tmp_path):
    files = {f"{c}/{n}.csv": f"x,y\n1,{n}\n2,3\n" for c in "ab" for n in range(8)}
    folder = written(tmp_path / "folder", {**files, "a/9.csv": "x,y,z\n1,2,3\n"})
    collect = ff.Collect(packed(folder, "data.zip"))
    found = ff.Pipeline([collect]).run(progress=False)[ff.Collected].findings
    [told] = [finding for finding in found if finding.code == "unreadable_series"]
    assert told.sentence.endswith("used: `a/9.csv`. 2 channels a step are wanted, it has 3.")


def test_numbers_in_class_folders_stay_series(tmp_path):
    files = {f"{c}/{n}.txt": "1 2\n3 4\n" for c in "ab" for n in range(2)}
    raw = read(written(tmp_path, files))
    assert series_of(raw.columns["series"][0]).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("name", ["", "data.zip"])
def test_file_of_each_table_may_be_the_target(tmp_path, name):
    texts = {f"{c}.fasta": "".join(f">{c}{n}\nACGT\n" for n in range(3)) for c in ("no", "yes")}
    folder = written(tmp_path / "folder", texts)
    source = packed(folder, name) if name else folder
    assert read(source, Reading(names=("file",))).columns["file"].tolist() == [
        *["no"] * 3,
        *["yes"] * 3,
    ]
    assert "file" not in read(source).columns
    pattern = read(str(folder / "*.fasta"), Reading(names=("file",)))
    assert pattern.columns["file"].tolist() == ["no"] * 3 + ["yes"] * 3


def test_readme_beside_tables_is_no_table(tmp_path):
    texts = {"set/a.txt": "so it is\t1\n", "set/b.txt": "or not\t0\n", "set/readme.txt": "About.\n"}
    folder = written(tmp_path / "folder", texts)
    raw = read(packed(folder, "set.zip"), Reading(header=False, delimiter="\t"))
    assert raw.columns["column_0"].tolist() == ["so it is", "or not"]


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz", "a.tar", "a.zip"])
def test_damaged_archive_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b" + b"no archive at all" * 90)
    with pytest.raises(DataError, match=f"{name}: expected a whole"):
        read(path)


@pytest.mark.slow
def test_bundle_answers_folders_archives_and_single_texts(tmp_path):
    rng = np.random.default_rng(0)
    words = {"neg": ["bad", "awful", "poor"], "pos": ["good", "fine", "great"]}
    texts = {
        f"{c}/{n}.txt": " ".join([*rng.choice(words[c], 4), f"thing{n % 7}"])
        for c in words
        for n in range(40)
    }
    folder = written(tmp_path / "folder", texts)
    stages = [ff.Collect(folder), ff.Preprocess(), ff.Train("textnet", epochs=2), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(tmp_path / "m.ff")]).run(seed=0, progress=False)
    model = ff.load(tmp_path / "m.ff")
    answers = model.predict([*texts.values()]).tolist()
    assert model.predict(folder).tolist() == answers == result.predict(folder).tolist()
    assert model.predict(packed(folder, "data.tar.gz")).tolist() == answers
    assert model.predict(folder / "pos").tolist() == answers[40:]
    assert model.predict(folder / "pos/0.txt").tolist() == answers[40:41]
