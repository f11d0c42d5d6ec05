"""What kinds of a user's own say of raw columns."""

import json
from datetime import date

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.infer import guess_kind
from fivefold.collect.tabulate import tabulate
from fivefold.errors import DataError
from fivefold.kinds.block import Block
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, of_file
from fivefold.kinds.numeric import Numeric
from fivefold.reading.images import read_classes
from fivefold.reading.options import Reading
from fivefold.reading.packed import members_of
from fivefold.reading.raw import Raw
from fivefold.reading.records import read_json
from fivefold.reading.source import read
from own_kinds import Colour, Route

COLOURS = [f"#{40 * n:06x}" for n in range(60)]


class Vectors(Block):
    name = "vectors of ours"
    dtype = "float32"

    def shape(self, columns):
        return (2,)


class Vector(Kind):
    name = "a vector of ours"
    wanted = "pairs of numbers"
    block = Vectors()
    depth = 1

    def reader(self, column):
        return lambda cell: None if cell is None else np.asarray(cell, np.float64).reshape(2)

    def encode(self, values, column, state):
        return np.array([*values], np.float32)


class Sure(Colour):
    name = "a sure colour"

    def recognise(self, sample):
        return 0.99 if all(len(text) == 7 and text[0] == "#" for text in sample.texts) else 0.0


class Amount(Numeric):
    name = "an amount of ours"


class Sound(Vector):
    name, plural = "sound", "sounds"
    depth = 0
    suffixes = frozenset({".snd"})
    spoils = True

    def reader(self, column):
        def read(cell):
            return cell if isinstance(cell, np.ndarray) else np.array(json.loads(cell), float)

        return read


@pytest.fixture(autouse=True)
def adopted(monkeypatch):
    monkeypatch.setattr(KINDS, "_own", {})
    for kind in (Colour, Route, Vector, Amount, Sound):
        KINDS.adopt(kind)


def raw(**columns):
    return Raw(name="t", columns={name: objects(cells) for name, cells in columns.items()})


def test_own_kinds_are_not_guessed_and_leave_the_others_alone():
    assert guess_kind(objects(COLOURS)).kind == "categorical"
    assert guess_kind(objects([str(n) for n in range(60)])).kind == "numeric"
    assert guess_kind(objects([[1.0, 2.0], [3.0, 4.0]])).nested
    torn = [f"{n}.5" for n in range(60)] + ["thirty"] * 40
    assert [finding.code for finding in guess_kind(objects(torn)).findings] == ["number_like"]


def test_own_kind_that_is_sure_is_guessed():
    own = [KINDS.adopt(Sure)]
    assert guess_kind(objects(COLOURS), own=own).kind == "a sure colour"
    assert guess_kind(objects([*COLOURS, "red"]), own=own).kind == "categorical"
    assert guess_kind(objects(COLOURS)).kind == "categorical"  # where it was not handed over
    source = raw(c=COLOURS, d=[*reversed(COLOURS)], y=["a", "b"] * (len(COLOURS) // 2))
    table = tabulate(source, targets=("y",), kinds={"c": Sure.name})
    assert table.columns["d"].kind == "a sure colour"


def test_kind_that_is_asked_for_is_not_overruled_by_the_cells():
    days = objects([date(2024, 1, day) for day in range(1, 20)])
    assert guess_kind(days).kind == "datetime"
    assert guess_kind(days, declared="numeric").kind == "numeric"
    assert guess_kind(days, declared="datetime").kind == "datetime"


def test_own_kind_that_is_asked_for_is_read_by_its_reader():
    source = raw(c=["#FF8000", "ff8000", "NA", "?", None, "orange"], y=["a", "b"] * 3)
    table = tabulate(source, targets=("y",), kinds={"c": Colour.name})
    assert table.values["c"].tolist() == ["#ff8000", "#ff8000", None, None, None, None]
    assert table.columns["c"].missing == ("NA", "?")
    [bad] = [finding for finding in table.findings if finding.code == "bad_cells"]
    assert bad.numbers["samples"] == ["'orange'"]
    with pytest.raises(DataError, match="expected colours like #ff8000, found 'orange'"):
        tabulate(source, targets=("y",), kinds={"c": Colour.name}, on_bad="error")


def test_lists_of_an_own_kind_are_its_cells():
    routes = [[[1, 2], [3, 4]], None, [[5, 6]]]
    source = raw(r=routes, t=[json.dumps(route) for route in routes], y=["a", "b", "a"])
    asked = {"r": Route.name, "t": Route.name}
    table = tabulate(source, targets=("y",), kinds=asked)
    assert table.columns["r"].role == table.columns["t"].role == "input"
    assert [v if v is None else v.tolist() for v in table.values["r"]] == routes


def test_matrix_holds_the_cells_of_a_kind_of_one_list():
    values = np.arange(8.0).reshape(4, 2)
    assert guess_kind(values, declared=Vector.name).why_unfit == ""
    assert guess_kind(values, declared=Route.name).nested
    assert guess_kind(values).nested


@pytest.mark.parametrize(
    ("depth", "cell"), [(1, [1, 2]), (2, [[1, 2], [3, 4]]), (3, [[[1], [2]], [[3], [4]]])]
)
def test_object_with_a_cell_that_is_a_list_is_one_row(depth, cell):
    reading = Reading(names=("r", "x"), inputs=("r", "x"), lists={"r": depth})
    row = read_json(json.dumps({"r": cell, "x": 5}).encode(), "one.json", reading)
    assert (len(row), row.columns["r"][0]) == (1, cell)
    rows = json.dumps({"r": [cell, cell, cell], "x": [5, 6, 7]}).encode()
    assert len(read_json(rows, "three.json", reading)) == 3


def test_files_of_an_own_kind_in_class_folders_are_its_cells(tmp_path):
    for place in range(12):
        folder = tmp_path / "ab"[place % 2]
        folder.mkdir(exist_ok=True)
        (folder / f"{place}.snd").write_text("broken" if place == 3 else f"[{place}, 1]")
    assert of_file("a/1.SND") is KINDS["sound"]
    found = read_classes(members_of(tmp_path), "noises")
    assert [*found.columns] == ["sound", "label"]
    assert [finding.code for finding in found.findings] == ["unreadable_sounds"]
    assert found.unreadable == [8]
    table = tabulate(read(tmp_path), targets=("label",), kinds={"sound": "sound"})
    assert table.unreadable == {8}
    assert table.values["sound"][0].tolist() == [0.0, 1.0]
