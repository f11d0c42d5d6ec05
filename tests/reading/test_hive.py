import pyarrow as pa
import pyarrow.dataset
import pytest
from pyarrow import parquet

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading.source import read


def lists(raw):
    return {name: raw.column(name).tolist() for name in raw.columns}


@pytest.fixture
def sales(tmp_path):
    table = pa.table(
        {
            "size": [float(row) for row in range(60)],
            "y": ["ab"[row % 2] for row in range(60)],
            "year": [2023 + row % 2 for row in range(60)],
            "shop": [["a/b", "süd", None][row % 3] for row in range(60)],
        }
    )
    pyarrow.dataset.write_dataset(
        table,
        tmp_path / "sales",
        format="parquet",
        partitioning=["year", "shop"],
        partitioning_flavor="hive",
    )
    return tmp_path / "sales", table


def test_folders_are_columns_as_arrow_wrote_them(sales):
    folder, table = sales
    raw = read(folder)
    found = sorted(map(str, zip(*lists(raw).values(), strict=True)))
    wanted = zip(*(table.column(name).to_pylist() for name in raw.columns), strict=True)
    assert found == sorted(map(str, wanted))
    assert list(raw.columns) == ["size", "y", "year", "shop"]
    assert raw.columns["year"].dtype == int


def test_codes_with_zeros_in_front_stay_texts(tmp_path):
    for zone in ("01", "02", "10"):
        (tmp_path / f"zone={zone}").mkdir()
        (tmp_path / f"zone={zone}" / "rows.csv").write_text("x,y\n1,a\n2,b\n")
    assert read(tmp_path).column("zone").tolist() == ["01", "01", "02", "02", "10", "10"]


def test_folders_called_train_and_test_are_parts_and_no_column(tmp_path):
    for split in ("train", "test"):
        (tmp_path / f"split={split}").mkdir()
        (tmp_path / f"split={split}" / "rows.csv").write_text("x,y\n1,a\n2,b\n")
    raw = read(tmp_path)
    assert list(raw.columns) == ["x", "y"]
    assert raw.given.tolist() == [0, 0, 2, 2]


def test_row_of_another_folder_is_told_by_row_and_column(sales):
    folder, _ = sales
    path = next(folder.rglob("year=2023/*/*.parquet"))
    table = parquet.read_table(path, partitioning=None)
    years = [2023] * (len(table) - 1) + [2022]
    parquet.write_table(table.append_column("year", pa.array(years)), path)
    with pytest.raises(DataError, match=rf"column `year`, row {len(table) - 1}: expected '2023'"):
        read(folder)


def test_folder_is_collected_and_answered(sales):
    folder, _ = sales
    result = ff.Pipeline(
        [ff.Collect(folder, target="y"), ff.Preprocess(), ff.Train("mlp", epochs=1)]
    ).run(seed=0, progress=False)
    inputs = [column.name for column in result[ff.Collected].schema.inputs]
    assert {"year", "shop"} & set(inputs)
    assert len(result.predict(folder)) == 60
