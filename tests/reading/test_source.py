import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest
from PIL import Image

from fivefold.errors import DataError, PreflightError
from fivefold.reading.options import Reading
from fivefold.reading.source import check_source, describe, find_files, form_of, read

FRAME = pd.DataFrame({"n": [1, 2, 3], "s": ["a", "b", "c"]})


def as_lists(raw):
    return {name: [str(v) for v in values] for name, values in raw.columns.items()}


EXPECTED = {"n": ["1", "2", "3"], "s": ["a", "b", "c"]}


def write(folder, name):
    path = folder / name
    inner = name.removesuffix(".gz")
    kinds = {
        ".csv": lambda: FRAME.to_csv(index=False).encode(),
        ".tsv": lambda: FRAME.to_csv(index=False, sep="\t").encode(),
        ".txt": lambda: FRAME.to_csv(index=False, sep=";").encode(),
        ".parquet": lambda: FRAME.to_parquet(),
        ".jsonl": lambda: FRAME.to_json(orient="records", lines=True).encode(),
        ".json": lambda: FRAME.to_json(orient="records").encode(),
        ".xlsx": lambda: _excel(),
    }
    content = kinds[Path(inner).suffix]()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def _excel():
    stream = io.BytesIO()
    FRAME.to_excel(stream, index=False)
    return stream.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        *("a.csv", "a.tsv", "a.txt", "a.parquet", "a.jsonl", "a.json", "a.xlsx"),
        *("a.csv.gz", "a.tsv.gz", "a.parquet.gz", "a.jsonl.gz", "a.xlsx.gz", "A.CSV"),
    ],
)
def test_file_of_each_form_gives_the_same_table(tmp_path, name):
    path = write(tmp_path, name.lower()).rename(tmp_path / name)
    raw = read(path)
    assert as_lists(raw) == EXPECTED
    assert raw.files[0]["path"] == str(path)
    assert read(str(path)).files == raw.files


@pytest.mark.parametrize(
    "source",
    [
        FRAME,
        pa.table(FRAME),
        {"n": [1, 2, 3], "s": ["a", "b", "c"]},
        [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}, {"n": 3, "s": "c"}],
    ],
)
def test_memory_of_each_form_gives_the_same_table(source):
    assert as_lists(read(source)) == EXPECTED


def test_pattern_reads_files_in_order_of_names(tmp_path):
    for name, start in (("b", 3), ("a", 1)):
        (tmp_path / f"{name}.csv").write_text(f"n,s\n{start},x\n{start + 1},y\n")
    raw = read(tmp_path / "*.csv")
    assert raw.columns["n"].tolist() == ["1", "2", "3", "4"]
    assert [Path(file["path"]).name for file in raw.files] == ["a.csv", "b.csv"]
    assert read(tmp_path).columns["n"].tolist() == ["1", "2", "3", "4"]


def test_pattern_over_files_of_other_columns_names_the_odd_one(tmp_path):
    (tmp_path / "a.csv").write_text("n,s\n1,x\n2,y\n")
    (tmp_path / "b.csv").write_text("n,t\n1,x\n2,y\n")
    with pytest.raises(DataError, match=r"b.csv: expected the columns of a.csv") as caught:
        read(tmp_path / "*.csv")
    assert "Missing: `s`. Only here: `t`." in str(caught.value)


def test_brackets_in_an_existing_name_are_no_pattern(tmp_path):
    (tmp_path / "a[1].csv").write_text("n,s\n1,x\n2,y\n")
    assert find_files(tmp_path / "a[1].csv") == [tmp_path / "a[1].csv"]


def test_zip_of_one_table_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folder/a.csv", "n,s\n1,a\n2,b\n3,c\n")
        archive.writestr("readme.md", "hello")
    assert as_lists(read(tmp_path / "a.zip")) == EXPECTED


def idx(array):
    return (
        bytes([0, 0, 8, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.tobytes()
    )


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_images_find_their_labels_beside_them(tmp_path, ending):
    pack = gzip.compress if ending else bytes
    images = np.arange(3 * 16, dtype=np.uint8).reshape(3, 4, 4)
    source = tmp_path / f"toy_train-images-idx3-ubyte{ending}"
    labels = tmp_path / f"toy_train-labels-idx1-ubyte{ending}"
    source.write_bytes(pack(idx(images)))
    with pytest.raises(DataError, match="expected its labels beside it in toy_train-labels-idx1"):
        read(source)
    labels.write_bytes(pack(idx(np.array([2, 0, 1], np.uint8))))
    raw = read(source)
    assert np.array_equal(raw.columns["image"][..., 0], images)
    assert raw.columns["label"].tolist() == [2, 0, 1]
    assert len(raw.files) == 2
    assert read((source, str(labels))).columns["label"].tolist() == [2, 0, 1]


def test_image_folder_is_read(tmp_path):
    for name in ("a/1.png", "b/2.png"):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / name)
    assert form_of(tmp_path) == "folder"
    assert read(tmp_path).columns["label"].tolist() == ["a", "b"]


def test_missing_file_says_which_is_near(tmp_path):
    (tmp_path / "adult.csv").write_text("a,b\n1,2\n")
    [fault] = check_source(tmp_path / "adlt.csv")
    assert isinstance(fault, PreflightError)
    assert str(fault).startswith(f"{tmp_path / 'adlt.csv'}: expected a file or folder, found none.")
    assert fault.near == "adult.csv"
    with pytest.raises(PreflightError):
        read(tmp_path / "adlt.csv")


def test_missing_folder_empty_pattern_and_wrong_type_are_faults(tmp_path):
    assert "found no folder" in str(check_source(tmp_path / "gone" / "a.csv")[0])
    assert "found no file that matches" in str(check_source(tmp_path / "*.csv")[0])
    assert "expected a source, found int" in str(check_source(3)[0])
    assert "expected one of digits" in str(check_source("sklearn:digitz")[0])
    assert len(check_source((tmp_path / "a", tmp_path / "b"))) == 2


def test_file_of_an_unknown_ending_is_a_fault(tmp_path):
    (tmp_path / "a.sav").write_bytes(b"$FL2")
    [fault] = check_source(tmp_path / "a.sav")
    assert "found the ending '.sav'" in str(fault)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.csv", b"", "found an empty file"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-12], "found a damaged one"),
        ("a.parquet", b"PAR1 damaged", "found a damaged one"),
        ("a.zip", b"PK\x03\x04 damaged", "found a damaged one"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "found zero bytes"),
    ],
)
def test_damaged_file_is_refused(tmp_path, name, content, found):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=found):
        read(tmp_path / name)


def test_parquet_without_rows_and_with_a_name_twice_are_refused(tmp_path):
    pyarrow.parquet.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="expected rows, found none"):
        read(tmp_path / "a.parquet")
    twice = pa.table([pa.array([1]), pa.array([2])], names=["x", "x"])
    pyarrow.parquet.write_table(twice, tmp_path / "b.parquet")
    with pytest.raises(DataError, match="found `x` more than once"):
        read(tmp_path / "b.parquet")


def test_reading_as_said_reaches_the_file(tmp_path):
    (tmp_path / "a.csv").write_bytes("x;é\n1;2\n".encode("cp1252"))
    raw = read(tmp_path / "a.csv", Reading(delimiter=";", header=False, encoding="cp1252"))
    assert as_lists(raw) == {"column_0": ["x", "1"], "column_1": ["é", "2"]}


def test_sources_are_described_as_given():
    assert describe("data/*.csv") == "data/*.csv"
    assert describe(FRAME) == "DataFrame in memory"
    assert describe((np.zeros((2, 1)), [0, 1])) == "arrays in memory"
    assert describe(("i", "l")) == "i, l"


def test_unknown_encoding_is_a_fault():
    with pytest.raises(PreflightError, match="found the unknown encoding 'klingon'"):
        Reading(encoding="klingon")


@pytest.mark.parametrize(("name", "found"), [("a.xlsx", "an Excel file"), ("a.zip", "a whole zip")])
def test_garbage_is_called_damaged_not_unknown(tmp_path, name, found):
    (tmp_path / name).write_bytes(b"garbage")
    with pytest.raises(DataError, match=f"expected {found}.*, found a damaged one"):
        read(tmp_path / name)


def test_zips_with_a_stray_picture_keep_the_places_of_all_rows(tmp_path):
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for inner in ("x.png", "cat/1.png", "dog/2.png"):
                content = io.BytesIO()
                Image.new("L", (4, 4)).save(content, "PNG")
                archive.writestr(inner, content.getvalue())
    raw = read(str(tmp_path / "*.zip"))
    assert len(raw) == 4
    assert raw.places.tolist() == [0, 1, 3, 4]
    assert raw.take(slice(1, 3)).places.tolist() == [1, 3]


def test_zip_of_a_mac_and_a_zip_of_a_gzipped_table_are_read(tmp_path):
    for member, content in (
        ("t.csv", b"a,b\n1,x\n2,y\n"),
        ("t.data", b"a,b\n1,x\n2,y\n"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,x\n2,y\n")),
    ):
        with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
            archive.writestr(member, content)
            archive.writestr("__MACOSX/._t.csv", b"\0")
        assert read(tmp_path / "t.zip").columns["a"].tolist() == ["1", "2"]


def test_list_of_paths_is_read_one_after_another(tmp_path):
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text(f"a,b\n{name},1\n")
    paths = [tmp_path / "b.csv", tmp_path / "a.csv"]
    assert read(paths).columns["a"].tolist() == ["b.csv", "a.csv"]
    assert len(read([*paths, str(tmp_path / "c.csv")])) == 3


@pytest.mark.parametrize("source", ["", "~nobody-at-all/a.csv", "good " * 400])
def test_texts_that_name_no_file_are_refused(source):
    with pytest.raises(PreflightError, match="expected a file or folder"):
        read(source)


def test_cells_that_are_equal_as_keys_stay_apart_when_joined():
    from fivefold.codecs.coded import Coded, objects
    from fivefold.reading.raw import join_values

    joined = join_values([Coded.of([1]), Coded(np.array([0]), objects([True]))])
    assert [type(cell) for cell in joined.tolist()] == [int, bool]


def test_file_of_another_ending_is_a_cell_where_a_model_reads_files_alone(tmp_path):
    path = tmp_path / "recorded.amr"
    path.write_bytes(b"#!AMR")
    asked = Reading(names=("clip", "y"), inputs=("clip",), files=frozenset({"clip"}))
    assert read(path, asked).columns["clip"].tolist() == [path]
    with pytest.raises(PreflightError, match=r"found the ending '\.amr'") as caught:
        read(path)
    assert "frame" in caught.value.remedy


def test_ending_that_is_not_read_says_what_to_do(tmp_path):
    for name, told in (("a.xls", ".xlsx"), ("a.jpg", "folder"), ("a.mat", "arrays")):
        (tmp_path / name).write_bytes(b"some")
        with pytest.raises(PreflightError) as caught:
            read(tmp_path / name)
        assert told in caught.value.remedy


def test_arrays_that_are_long_or_narrow_are_series():
    y = np.arange(6) % 2
    rng = np.random.default_rng(0)
    long, wide = rng.normal(size=(6, 50, 3)), rng.normal(size=(6, 3, 50))
    assert np.array_equal(np.stack(read((long, y)).columns["series"]), long)
    assert list(read((long.astype(np.uint8), y)).columns) == ["image", "target"]
    uneven = [rng.normal(size=20 + row) for row in range(6)]
    assert read((uneven, y)).types["series"] == "steps"
    assert read(([one[:, None] for one in uneven], y)).types["series"] == "steps"
    assert [found.code for found in read((wide, y)).findings] == ["wide_pictures"]
    assert read((rng.normal(size=(6, 8, 8)), y)).findings == ()
