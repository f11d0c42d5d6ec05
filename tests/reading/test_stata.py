import numpy as np
import pandas as pd
import pytest

from fivefold.errors import DataError
from fivefold.reading.source import read

FRAME = pd.DataFrame(
    {
        "income": np.arange(200) / 4,
        "region": pd.Categorical(["north", "south"] * 100),
        "name": [f"row {row}" for row in range(200)],
        "born": pd.date_range("1990-01-01", periods=200),
    }
)


@pytest.mark.parametrize("version", [114, 117, 118])
def test_stata_holds_the_cells_of_the_frame(tmp_path, version):
    FRAME.to_stata(
        tmp_path / "a.dta", write_index=False, version=version, convert_dates={"born": "td"}
    )
    raw = read(tmp_path / "a.dta")
    assert raw.column("income").tolist() == FRAME["income"].tolist()
    assert raw.column("region").tolist() == FRAME["region"].tolist()
    assert raw.column("name").tolist() == FRAME["name"].tolist()
    assert raw.column("born").astype("M8[D]").tolist() == FRAME["born"].dt.date.tolist()
    assert raw.types["region"] == "levels"  # value labels are no order


def test_file_that_is_cut_off_is_told_by_its_first_row_that_is_not_whole(tmp_path):
    FRAME.drop(columns="region").to_stata(tmp_path / "a.dta", write_index=False, version=114)
    content = (tmp_path / "a.dta").read_bytes()
    width = 8 + 7 + 8
    (tmp_path / "a.dta").write_bytes(content[: -width * 50 - 3])
    with pytest.raises(DataError, match="row 149"):
        read(tmp_path / "a.dta")
    (tmp_path / "a.dta").write_bytes(content[:40])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / "a.dta")


def test_text_of_another_encoding_is_read_and_told(tmp_path):
    FRAME.assign(name="café").to_stata(tmp_path / "a.dta", write_index=False, version=118)
    content = (tmp_path / "a.dta").read_bytes()
    (tmp_path / "a.dta").write_bytes(content.replace("café".encode(), b"caf\xe9 "))
    raw = read(tmp_path / "a.dta")
    assert raw.column("name")[0].strip() == "café"
    assert [finding.code for finding in raw.findings] == ["damaged_text"]


def test_texts_of_levels_that_are_cut_off_name_no_row(tmp_path):
    FRAME.to_stata(tmp_path / "a.dta", write_index=False, version=118)
    content = (tmp_path / "a.dta").read_bytes()
    (tmp_path / "a.dta").write_bytes(content[:-40])
    with pytest.raises(DataError, match=r"^a\.dta: expected a whole file of Stata"):
        read(tmp_path / "a.dta")
