import gzip

import pandas as pd
import pytest

from fivefold.collect.glance import HEAD, check_names, glance
from fivefold.collect.wishes import Wishes
from fivefold.reading.files import Reading


def test_names_are_seen_without_reading_all(tmp_path):
    rows = "".join(f"{n},{'x' * 40},{n % 2}\n" for n in range(20_000))
    content = f"age,note,label\n{rows}\nragged".encode()
    assert len(content) > HEAD
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    for name in ("a.csv", "a.csv.gz"):
        assert glance(tmp_path / name, Reading()) == ["age", "note", "label"]


def test_names_of_json_and_frames_are_seen(tmp_path):
    frame = pd.DataFrame({"a": [1], "b": [2]})
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"a": 1, "b": 2}\n')
    for source in (tmp_path / "a.jsonl", frame, {"a": [1], "b": [2]}):
        assert glance(source, Reading()) == ["a", "b"]


def test_names_of_parquet_are_left_to_the_reading_as_a_look_needs_pyarrow(tmp_path):
    pd.DataFrame({"a": [1], "b": [2]}).to_parquet(tmp_path / "a.parquet")
    assert glance(tmp_path / "a.parquet", Reading()) == []


@pytest.mark.parametrize("source", ["sklearn:iris", ([[1]], [0])])
def test_sources_that_bring_a_target_are_left_to_the_reading(source):
    assert check_names(source, Reading(), Wishes()) == []


def test_wrong_target_is_a_fault_before_the_reading(tmp_path):
    (tmp_path / "a.csv").write_text("age,income\n1,2\n3,4\n")
    [fault] = check_names(tmp_path / "a.csv", Reading(), Wishes(target="incom"))
    assert fault.near == "income"
    assert check_names(tmp_path / "a.csv", Reading(), Wishes(target="income")) == []


def test_name_that_comes_twice_is_a_fault_before_the_reading(tmp_path):
    (tmp_path / "a.csv").write_text("age,age\n1,2\n3,4\n")
    [fault] = check_names(tmp_path / "a.csv", Reading(), Wishes(target="age"))
    assert "more than once" in str(fault)


@pytest.mark.parametrize("content", [b"", b"\xff\xfea\0,\0"])
def test_what_a_glance_cannot_tell_is_left_to_the_reading(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    assert check_names(tmp_path / "a.csv", Reading(), Wishes(target="zzz")) == []
