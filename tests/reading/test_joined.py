import gzip
import shutil
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import DataError
from fivefold.partition import draw
from fivefold.reading.options import Reading
from fivefold.reading.source import read


def frame(rows: int, seed: int) -> pd.DataFrame:
    a = np.random.default_rng(seed).normal(size=rows)
    return pd.DataFrame({"a": a, "b": ["uvw"[n % 3] for n in range(rows)], "y": a > 0})


def written(folder: Path, files: dict[str, pd.DataFrame]) -> Path:
    for name, table in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path) if name.endswith("t") else table.to_csv(path, index=False)
    return folder


def codes(raw):
    return [-1] * len(raw) if raw.given is None else raw.given.tolist()


TRAIN, VALID, TEST = frame(40, 0), frame(12, 1), frame(15, 2)
PAIRS = [
    {"train.csv": TRAIN, "test.csv": TEST},
    {"adult_train.csv": TRAIN, "adult_test.csv": TEST},
    {"train/rows.csv": TRAIN, "test/rows.csv": TEST},
    {"KDDTrain+.csv": TRAIN, "KDDTest+.csv": TEST},
    {"data/train-00000-of-00001.parquet": TRAIN, "data/test-00000-of-00001.parquet": TEST},
]


@pytest.mark.parametrize("files", PAIRS, ids=lambda files: next(iter(files)))
def test_parts_that_names_of_tables_say_are_kept(tmp_path, files):
    folder = written(tmp_path / "rows", files)
    collect = ff.Collect(folder, target="y")
    collected = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    parts = draw(collected, seed=0)
    values = collected.table.column("a")
    assert sorted(values[parts.test]) == sorted(TEST["a"])
    assert len(parts.train) == 32
    assert len(parts.valid) == 8
    assert parts.how.endswith("train and test given by the source")
    [told] = [f for f in collected.findings if f.code == "parts_by_name"]
    assert list(told.numbers["files"].values()) == [40, 15]


def test_parts_of_archives_patterns_and_lists_are_those_of_the_folder(tmp_path):
    files = {"train.csv": TRAIN, "dev.csv": VALID, "test.csv": TEST}
    folder = written(tmp_path / "rows", files)
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    want = [1] * 12 + [0] * 40 + [2] * 15
    for source in (
        folder,
        archive,
        str(folder / "*.csv"),
        [folder / name for name in sorted(files)],
    ):
        assert codes(read(source)) == want


@pytest.mark.parametrize("names", [("test_1", "test_2"), ("a", "b"), ("trains", "test")])
def test_names_that_divide_nothing_give_no_part(tmp_path, names):
    folder = written(tmp_path / "test", {f"{name}.csv": TRAIN for name in names})
    assert read(folder).given is None


def test_file_called_as_another_but_for_its_part_is_given(tmp_path):
    folder = written(tmp_path / "rows", {"iris.csv": TRAIN, "iris_test.csv": TEST})
    assert codes(read(folder)) == [-1] * 40 + [2] * 15


def test_file_of_each_class_is_no_part_though_it_is_called_train(tmp_path):
    folder = written(tmp_path / "rows", {"train.csv": TRAIN, "test.csv": TEST})
    raw = read(folder, Reading(names=("file",)))
    assert raw.given is None
    assert set(raw.columns["file"].tolist()) == {"train", "test"}


@pytest.mark.parametrize("form", ["", "*.csv"])
def test_test_file_without_target_is_left_out_with_a_word(tmp_path, form):
    files = {"train.csv": TRAIN, "test.csv": TEST.drop(columns="y")}
    folder = written(tmp_path / "rows", files)
    source = str(folder / form) if form else folder
    raw = read(source, Reading(names=("y",)))
    assert len(raw) == 40
    assert raw.given is None
    [told] = [f for f in raw.findings if f.code == "files_without_target"]
    assert told.numbers["files"] == ["test.csv"]
    assert "test.csv of" in told.sentence
    assert "(15 rows) lacks `y`" in told.sentence


def test_form_of_answers_beside_train_and_test_is_left_out(tmp_path):
    answers = pd.DataFrame({"row": range(15), "y": [True] * 15})
    files = {"a_form.csv": answers, "train.csv": TRAIN, "test.csv": TEST.drop(columns="y")}
    folder = written(tmp_path / "rows", files)
    raw = read(folder, Reading(names=("y",)))
    assert len(raw) == 40
    assert [f.numbers["files"] for f in raw.findings if f.code == "other_files"] == [["a_form.csv"]]
    asked = Reading(names=("a", "b", "y"), targets=("y",), inputs=("a", "b"))
    rows = read(folder, asked)
    assert rows.columns["a"].tolist() == [*map(str, TRAIN["a"]), *map(str, TEST["a"])]


def test_target_that_nobody_named_is_told_by_what_the_test_file_lacks(tmp_path):
    folder = written(tmp_path, {"train.csv": TRAIN, "test.csv": TEST.drop(columns="y")})
    with pytest.raises(DataError, match="found no target=") as caught:
        ff.Pipeline([ff.Collect(folder)]).run(progress=False)
    assert "Only train.csv has `y`, which test.csv lacks." in caught.value.__notes__


def test_test_file_that_lacks_an_input_is_refused(tmp_path):
    folder = written(tmp_path, {"train.csv": TRAIN, "test.csv": TEST.drop(columns="a")})
    with pytest.raises(DataError, match="expected the columns of train"):
        read(folder, Reading(names=("y",)))


def test_series_that_are_counted_anew_in_each_part_are_not_joined(tmp_path):
    def steps(series: int, seed: int) -> pd.DataFrame:
        x = np.random.default_rng(seed).normal(size=(series, 5)).round(3)
        rows = {"id": np.repeat(range(series), 5), "x": x.ravel()}
        return pd.DataFrame({**rows, "y": np.repeat([*"abababab"][:series], 5)})

    folder = written(tmp_path, {"train.csv": steps(8, 0), "test.csv": steps(6, 1)})
    collect = ff.Collect(folder, target="y", series_id="id")
    collected = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    assert collected.given.tolist() == [0] * 8 + [2] * 6


def test_windows_belong_to_the_part_of_their_first_step_ahead(tmp_path):
    when = pd.date_range("2024-01-01", periods=240, freq="h")
    table = pd.DataFrame({"when": when, "sold": np.sin(np.arange(240))})
    folder = written(tmp_path, {"train.csv": table[:180], "test.csv": table[180:]})
    collect = ff.Collect(folder, target="sold", time="when", horizon=3, history=12)
    collected = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    starts = collected.table.column("forecast from")
    late = starts >= np.datetime64(when[180])
    assert np.array_equal(collected.given == 2, late)
    assert set(collected.given[~late]) == {0}
    parts = draw(collected, seed=0)
    assert collected.table.column("forecast until")[parts.train].max() < starts[parts.test].min()


def test_stacks_of_pictures_of_a_folder_are_train_and_test(tmp_path):
    def idx(array: np.ndarray) -> bytes:
        return (
            bytes([0, 0, 8, array.ndim])
            + struct.pack(f">{array.ndim}I", *array.shape)
            + bytes(array)
        )

    for name, rows in (("train", 6), ("t10k", 4)):
        pixels, labels = np.full((rows, 5, 5), rows, np.uint8), np.arange(rows, dtype=np.uint8)
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pixels)))
        (tmp_path / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    for source in (tmp_path, tmp_path / "*-ubyte.gz", sorted(tmp_path.iterdir(), reverse=True)):
        raw = read(source)
        rows = np.argsort(raw.given, kind="stable")
        assert raw.given[rows].tolist() == [0] * 6 + [2] * 4
        assert raw.columns["image"].shape == (10, 5, 5, 1)
        assert raw.columns["label"][rows].tolist() == [*range(6), *range(4)]
