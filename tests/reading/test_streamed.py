import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fivefold.codecs.coded import objects
from fivefold.codecs.rendering import cells_of as plain
from fivefold.codecs.schema import Column
from fivefold.errors import DataError, FivefoldError
from fivefold.kinds.canonical import canonical_column
from fivefold.reading import delimited, streamed
from fivefold.reading.files import file_pieces
from fivefold.reading.options import Reading
from fivefold.reading.raw import listed

ASKED = Reading(names=("a", "b", "y"), targets=("y",), inputs=("a", "b"))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Files of a few bytes are large."""
    monkeypatch.setattr(streamed, "LARGE", 0)
    monkeypatch.setattr(streamed, "HEAD", 24)
    monkeypatch.setattr(streamed, "_LINES", 1)
    monkeypatch.setattr(streamed, "BLOCK", 7)
    monkeypatch.setattr(delimited, "_BLOCK", 16)


def read(path, rows, reading=ASKED):
    """All cells of a file, or its fault; and in how many pieces it came."""
    try:
        pieces = list(file_pieces(path, reading, rows))
    except FivefoldError as fault:
        return str(fault), 0
    names = list(pieces[0].columns)
    cells = {name: [c for raw in pieces for c in listed(raw.columns[name])] for name in names}
    held = pieces[0].kept
    kept = {name: [c for raw in pieces for c in plain(raw.kept[name])] for name in held}
    return (cells, kept), len(pieces)


FIELDS = ["1", "", "x y", '"p,q"', '"n\nl"', '"d""q"', "é", '5"', "\\", '\\"', " ", '"', "#"]
FIELD = st.sampled_from(FIELDS)
ROW = st.lists(FIELD, min_size=2, max_size=2).map(",".join)
ODD = st.sampled_from(["", "1,2,3", "a\rb,1"])
LINES = st.lists(st.one_of(ROW, ROW, ROW, ROW, ODD), max_size=9)
TOLD = [{}, {"encoding": "cp1252"}, {"quotes": "letters"}, {"quotes": "escaped"}]
SLOWLY = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=100, **SLOWLY)
@given(
    lines=LINES,
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    above=st.sampled_from(["", "\ufeff", "# made\n", "sep=,\n"]),
    told=st.sampled_from(TOLD),
    rows=st.integers(1, 4),
    arrow=st.booleans(),
)
def test_texts_are_read_in_pieces_as_they_are_whole(
    tmp_path_factory, monkeypatch, lines, end, last, above, told, rows, arrow
):
    path = tmp_path_factory.mktemp("texts") / "rows.csv"
    text = above + end.join(["a,b", *lines]) + end * last
    path.write_bytes(text.encode())
    reading = Reading(names=("a", "b"), inputs=("a", "b"), text=told, keep=("b",))
    monkeypatch.setattr(delimited, "has_pyarrow", lambda: arrow)
    assert read(path, rows, reading)[0] == read(path, None, reading)[0]


def test_clean_texts_come_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read as a whole"))
    rows = [f"{n},n{n % 3}" for n in range(50)]
    for packed in (False, True):
        path = tmp_path / ("rows.csv.gz" if packed else "rows.csv")
        content = "\n".join(["b,a", *rows, ""]).encode()
        path.write_bytes(gzip.compress(content) if packed else content)
        pieces = list(file_pieces(path, ASKED, 20))
        assert [len(raw) for raw in pieces] == [20, 20, 10]
        assert {raw.whole for raw in pieces} == {50}
        assert [c for raw in pieces for c in listed(raw.columns["b"])] == list(map(str, range(50)))


def test_a_text_that_changes_meanwhile_is_told(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 200)
    pieces = file_pieces(path, ASKED, 10)
    next(pieces)
    path.write_text("a,b\n" + "1,2\n" * 20 + "1,2,3\n" * 180)
    with pytest.raises(DataError, match="found it changed"):
        list(pieces)


VALUE = st.sampled_from([1, 2.5, None, "x", True, [1, 2]])
OBJECT = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUE, max_size=3)


@settings(max_examples=100, **SLOWLY)
@given(
    values=st.lists(st.one_of(OBJECT, OBJECT, OBJECT, st.just([1])), min_size=1, max_size=8),
    blank=st.booleans(),
    rows=st.integers(1, 4),
)
def test_json_lines_are_read_in_pieces_as_they_are_whole(tmp_path_factory, values, blank, rows):
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    path.write_text(("\n\n" if blank else "\n").join(map(json.dumps, values)) + "\n")
    reading = Reading(names=("a", "b"), inputs=("a", "b"), keep=("c",))
    pieces, whole = read(path, rows, reading)[0], read(path, None, reading)[0]
    if isinstance(whole, str) or isinstance(pieces, str):
        assert pieces == whole
        return
    assert pieces[1] == whole[1]
    assert canonical(pieces[0]) == canonical(whole[0])


def canonical(cells):
    """Cells of the inputs as a model reads them: 1 and 1.0 are one category."""
    return {
        name: canonical_column(
            objects(cells[name]), Column(name=name, kind="categorical"), on_bad="missing"
        )[0].tolist()
        for name in ("a", "b")
        if name in cells
    }


def test_parquet_is_read_in_pieces_and_only_what_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read as a whole"))
    path = tmp_path / "rows.parquet"
    cells = {"a": list(range(50)), "big": ["x"] * 50, "b": [None, "y"] * 25, "id": list(range(50))}
    parquet.write_table(pa.table(cells), path, row_group_size=15)
    reading = Reading(names=("a", "b"), inputs=("a", "b"), keep=("id",))
    pieces = list(file_pieces(path, reading, 20))
    assert [len(raw) for raw in pieces] == [20, 20, 10]
    assert [*pieces[0].columns] == ["a", "b", "id"]
    assert pieces[0].others == ("big",)
    assert [c for raw in pieces for c in raw.kept["id"].to_pylist()] == list(range(50))
    assert [c for raw in pieces for c in listed(raw.columns["b"])] == [None, "y"] * 25
