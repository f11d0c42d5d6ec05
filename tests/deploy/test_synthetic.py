import json

import numpy as np

from fivefold.codecs.codec import Codec
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.deploy.synthetic import draw_rows
from fivefold.serve.contract import contract_of
from fivefold.serve.requests import read


def test_drawn_rows_are_json_that_the_doors_take(mixed):
    codec = mixed.data.codec
    rows = draw_rows(codec, contract_of(codec), rows=200, seed=1)
    assert rows == json.loads(json.dumps(rows))
    assert rows == draw_rows(codec, contract_of(codec), rows=200, seed=1)
    assert rows != draw_rows(codec, contract_of(codec), rows=200, seed=2)
    columns = read(rows, codec.schema)
    assert len(columns) == 200
    encoded = codec.encode(columns)
    assert {0, 1, 2} <= set(encoded["codes"].ravel().tolist())  # missing, unseen, known
    assert np.isnan(encoded["numeric"]).any()


def test_drawn_rows_cover_dates_texts_and_pictures():
    table = Columns(
        {
            "when": np.arange("2020-01-01", "2020-01-11", dtype="M8[D]").astype("M8[us]"),
            "text": np.array(["some words here"] * 10, object),
            "picture": np.random.default_rng(0).integers(0, 256, (10, 9, 7, 3), np.uint8),
            "constant": np.full(10, 5.0),
            "y": np.arange(10.0),
        }
    )
    kinds = ["datetime", "text", "image", "numeric"]
    schema = Schema(
        columns=(
            *(Column(name=n, kind=k) for n, k in zip(table.names, kinds, strict=False)),
            Column(name="y", kind="numeric", role="target"),
        ),
        target="y",
        task="regression",
    )
    codec = Codec.fit(table, schema, np.arange(10))
    columns = read(draw_rows(codec, contract_of(codec)), schema)
    assert columns.column("picture")[0].shape == (9, 7, 3)
    assert codec.encode(columns)["picture"].shape == (16, 3, 9, 7)
    assert {w for t in columns.column("text") if t for w in t.split()} <= {"some", "words", "here"}
