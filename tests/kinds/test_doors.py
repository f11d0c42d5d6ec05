import csv
import json

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.deploy.doors import write_doors
from fivefold.deploy.raw import raw_refusal
from fivefold.deploy.replayed import draw_rows
from fivefold.errors import ConfigError, RequestError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.codec import Codec
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.kinds.numbers import NUMBERS
from fivefold.serve.contract import Contract, contract_of
from fivefold.serve.replay import read_frame
from fivefold.serve.requests import read
from own_kinds import Colour, Route

ROUTES = [[[0, 1], [2.5, 3]], None, [[4, 5]], [[1, 1], [2, 2], [3, 3]]]


@pytest.fixture
def own() -> tuple[Codec, Columns]:
    """A codec of two kinds that fivefold does not know, and the canonical rows it was fitted on."""
    KINDS.adopt(Colour)
    KINDS.adopt(Route)
    table = Columns(
        {
            "paint": np.array(["#FF8000", "00ff00", None, "#000000"], object),
            "path": objects(ROUTES),
            "y": np.array(["a", "b", "a", "b"], object),
        }
    )
    schema = Schema(
        columns=(
            Column(name="paint", kind=Colour.name),
            Column(name="path", kind=Route.name),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary",
        classes=("a", "b"),
    )
    read = {c.name: canonical_column(table.column(c.name), c)[0] for c in schema.columns}
    return Codec.fit(table, schema, np.arange(4)), Columns(read)


def test_doors_of_own_kinds_lose_nothing(own, tmp_path):
    codec, table = own
    write_doors(table, codec.schema, tmp_path)
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == ROUTES
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8-sig") as file:
        texts = list(csv.DictReader(file))
    assert [row["paint"] for row in texts] == ["#ff8000", "#00ff00", "", "#000000"]
    assert [row["path"] and json.loads(row["path"]) for row in texts] == [
        route or "" for route in ROUTES
    ]
    wanted = codec.encode(table)
    assert wanted["numeric"][0].tolist() == [255, 128, 0]
    for data in (read_frame(tmp_path), tmp_path / "rows.csv", list(map(json.loads, lines))):
        found = codec.encode(read(data, codec.schema))
        for name, array in wanted.items():
            np.testing.assert_array_equal(found[name], array)


def test_synthetic_rows_of_own_kinds_are_taken(own):
    codec, _ = own
    rows = draw_rows(codec, contract_of(codec), rows=100)
    assert rows == json.loads(json.dumps(rows))
    missing = [row["path"] is None for row in rows]
    assert 0 < sum(missing) < 50
    encoded = codec.encode(read(rows, codec.schema))
    np.testing.assert_array_equal(np.isnan(encoded["path"][:, 0, 0]), missing)


def test_contract_of_own_kinds_names_their_controls_and_survives_json(own):
    codec, table = own
    contract = contract_of(codec, codec.encode(table))
    told = contract.to_json()["inputs"]
    assert [field["control"] for field in told] == ["colour", "lines"]
    assert [field["form"] for field in told] == ["colours like #ff8000", "lists of points"]
    assert all(field["policy"] == {"null": "filled in as in training"} for field in told)
    assert Contract.from_json(json.loads(json.dumps(contract.to_json()))) == contract


def test_raw_graph_is_refused_for_own_kinds(own):
    assert raw_refusal(own[0]) == (
        "no raw graph: 'paint' (a colour of ours), 'path' (a route of ours) are beyond it"
    )


def test_corrupted_cells_of_own_kinds_are_cells_of_theirs(own):
    codec, table = own
    some, few = np.array([True, True, False, False]), np.array([False, False, False, True])
    for column in codec.schema.inputs:
        kind, values = codec.columns[column.name].kind, table.column(column.name)
        worse = kind.corrupt(values.copy(), some, few)
        assert worse[3] is None
        kind.encode(worse, column, codec.columns[column.name].state)


def test_kind_with_a_control_that_is_not_the_pages_is_refused():
    with pytest.raises(ConfigError, match="expected a control of the page, found '<b>'"):

        class Bold(Kind):
            control = "<b>"


def test_cell_that_must_not_be_missing_is_refused_in_the_kinds_words(own):
    class Sure(Colour):
        name = "a sure colour"
        nullable = False
        item = "a colour"

    KINDS.adopt(Sure)
    schema = own[0].schema.replace("paint", kind=Sure.name)
    rows = [{"paint": "#000000", "path": None}, {"paint": None, "path": None}]
    with pytest.raises(RequestError) as caught:
        read(rows, schema)
    assert (caught.value.row, caught.value.column) == (1, "paint")
    assert "expected colours like #ff8000, found null" in str(caught.value)
    assert "Give a colour in every row." in str(caught.value)


def test_large_cells_are_read_a_few_at_a_time(own, monkeypatch):
    from fivefold.serve.requests import read_chunks

    class Heavy(Colour):
        name = "a heavy colour"
        chunk = 10

        def weight(self, cell):
            return 30

    KINDS.adopt(Heavy)
    monkeypatch.setattr("fivefold.serve.requests.NUMBERS", 100)
    schema = own[0].schema.replace("paint", kind=Heavy.name)
    rows = [{"paint": "#000000", "path": None}] * 7
    assert [len(piece) for piece in read_chunks(rows, schema)] == [3, 3, 1]


def test_numbers_of_one_column_are_found_among_those_of_others():
    """The usual range of a number that does not stand first in its block."""
    KINDS.adopt(Colour)
    x = np.linspace(10, 20, 201)
    table = Columns({"paint": np.array(["#102030"] * 201, object), "x": x, "y": np.arange(201.0)})
    schema = Schema(
        columns=(
            Column(name="paint", kind=Colour.name),
            Column(name="x", kind="numeric"),
            Column(name="y", kind="numeric", role="target"),
        ),
        targets=("y",),
        task="regression",
    )
    codec = Codec.fit(table, schema, np.arange(201))
    assert codec.columns["x"].kind.block is NUMBERS
    field = contract_of(codec, codec.encode(table)).fields[1]
    np.testing.assert_allclose(field.usual, np.quantile(x, [0.005, 0.995]), rtol=1e-4)
    assert field.example == 15
