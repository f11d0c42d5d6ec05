import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from fivefold.codecs.coded import Coded
from fivefold.errors import DataError
from fivefold.serve.asked import Answered
from fivefold.serve.writers import writer_of


def model(classes=("no", "yes"), task="binary"):
    def answers(scores):
        if task == "regression":
            return scores.astype(np.float64)
        return np.array(classes)[scores.argmax(axis=1)]

    schema = SimpleNamespace(targets=("y",), classes=classes)
    return SimpleNamespace(
        task=task, classes=classes, answers=answers, schema=schema, conformal=None
    )


def piece(rows=2, total=0, **carried):
    shares = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    return Answered(scores=shares[np.arange(rows) % 2], carried=carried, total=total)


def write(path: Path, *pieces: Answered, of=None) -> Path:
    with writer_of(path.suffix, path, of or model()) as writer:
        for each in pieces:
            writer.write(each)
    return path


def test_csv_numbers_read_back_as_the_float32_they_were(tmp_path):
    values = np.random.default_rng(0).normal(size=500).astype(np.float32) * 1e-3
    path = write(tmp_path / "a.csv", Answered(scores=values), of=model((), "regression"))
    told = path.read_text().split()
    assert told[0] == "prediction"
    assert np.array(list(map(float, told[1:]))).astype(np.float32).tolist() == values.tolist()


def test_csv_labels_of_any_type_stay_as_they_are(tmp_path):
    labels = (0.1234567890123, 2.5)
    path = write(tmp_path / "a.csv", piece(), of=model(labels))
    assert path.read_text().splitlines()[1:] == ["0.1234567890123,0.9,0.1", "2.5,0.2,0.8"]


def test_json_lines_hold_what_json_holds(tmp_path):
    cells = [date(2024, 5, 17), math.nan]
    path = write(tmp_path / "a.jsonl", piece(when=cells, data=[b"ab", {"a": math.inf}]))
    assert path.read_text().splitlines() == [
        '{"when": "2024-05-17", "data": "YWI=", "prediction": "no", '
        '"probabilities": {"no": 0.8999999761581421, "yes": 0.10000000149011612}}',
        '{"when": null, "data": {"a": null}, "prediction": "yes", '
        '"probabilities": {"no": 0.20000000298023224, "yes": 0.800000011920929}}',
    ]


def test_parquet_keeps_the_types_of_arrow(tmp_path):
    when = pa.chunked_array([pa.array([1, None], pa.timestamp("ns", "Europe/Berlin"))])
    cost = pa.chunked_array([pa.array([Decimal("1.50"), None])])
    table = parquet.read_table(write(tmp_path / "a.parquet", piece(when=when, cost=cost)))
    assert table.schema.field("when").type == pa.timestamp("ns", "Europe/Berlin")
    assert table.column("cost").to_pylist() == [Decimal("1.50"), None]
    assert table.schema.names[2:] == ["prediction", "probability of no", "probability of yes"]
    assert table.schema.types[2:] == [pa.string(), pa.float32(), pa.float32()]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([[None, None], [1, 2], [None, 3]], [None, None, 1, 2, None, 3]),
        ([[1, None], [0.5, 2]], [1.0, None, 0.5, 2.0]),
        ([[1, 2], ["a", None]], ["1", "2", "a", None]),
        ([[1, "a"], [2, 3]], ["1", "a", "2", "3"]),
    ],
)
def test_parquet_finds_one_type_for_cells_that_come_untyped(tmp_path, pieces, found):
    told = [piece(c=cells) for cells in pieces]
    table = parquet.read_table(write(tmp_path / "a.parquet", *told))
    assert table.column("c").to_pylist() == found
    assert table.column("prediction").to_pylist() == ["no", "yes"] * len(pieces)
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_parquet_refuses_types_without_a_common_one(tmp_path):
    with pytest.raises(DataError, match="expected cells that fit in one type a column"):
        write(tmp_path / "a.parquet", piece(c=[1, 2]), piece(c=[[1], [2]]))


def test_excel_texts_stay_texts(tmp_path):
    texts = Coded.of(["=1+1", "007"])
    values = [10**17, datetime(2024, 5, 17, 12)]
    control = ["a\x01", None]
    path = write(tmp_path / "a.xlsx", piece(t=texts, v=values, c=control))
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]][:4] == ["t", "v", "c", "prediction"]
    assert [cell.value for cell in rows[1]][:2] == ["=1+1", str(10**17)]
    assert rows[1][0].data_type != "f"
    assert [cell.value for cell in rows[2]][:4] == ["007", datetime(2024, 5, 17, 12), None, "yes"]
    assert rows[1][4].value == pytest.approx(0.9)


def test_excel_stops_where_a_sheet_ends(tmp_path):
    write(tmp_path / "full.xlsx", piece(total=1_048_575))
    with pytest.raises(DataError, match=r"at most 1,048,575 rows .* found 1,048,576 rows"):
        write(tmp_path / "a.xlsx", piece(total=1_048_576))
    with pytest.raises(DataError, match="found 32,768 letters in row 1, column 't'"):
        write(tmp_path / "b.xlsx", piece(t=["a", "x" * 32_768]))


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_no_rows_give_a_file_all_the_same(tmp_path, suffix):
    empty = Answered(scores=np.empty((0, 2), np.float32), carried={"id": []})
    assert write(tmp_path / f"a{suffix}", empty).exists()
