import json

import numpy as np

from fivefold.codecs.picture import picture
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.deploy.replayed import draw_rows
from fivefold.kinds.codec import Codec
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
        targets=("y",),
        task="regression",
    )
    codec = Codec.fit(table, schema, np.arange(10))
    columns = read(draw_rows(codec, contract_of(codec)), schema)
    assert columns.column("picture")[0].shape == (9, 7, 3)
    assert codec.encode(columns)["picture"].shape == (16, 3, 9, 7)
    assert {w for t in columns.column("text") if t for w in t.split()} <= {"some", "words", "here"}


def test_rows_of_pictures_lie_in_the_range_of_training():
    stacks = {
        "deep": np.linspace(100, 4_095, 6 * 90).reshape(6, 9, 10).astype(np.uint16),
        "parts": np.linspace(0, 1, 6 * 90).reshape(6, 9, 10),
        "signed": np.linspace(-1_000, 3_000, 6 * 40 * 41).reshape(6, 40, 41).astype(np.int16),
    }
    columns = tuple(Column(name=name, kind="image") for name in stacks)
    target = Column(name="y", kind="categorical", role="target")
    schema = Schema(columns=(*columns, target), targets=("y",), task="binary", classes=("a", "b"))
    codec = Codec.fit(Columns(stacks), schema, np.arange(6))
    rows = draw_rows(codec, contract_of(codec), rows=8)
    deep = np.concatenate([picture(row["deep"]).ravel() for row in rows if row["deep"] is not None])
    assert any(row["parts"] is None for row in draw_rows(codec, contract_of(codec), rows=200))
    assert (deep.dtype, deep.min() >= 100, deep.max() <= 4_095) == (np.uint16, True, True)
    assert np.ptp(deep) > 2_000
    parts, signed = (
        next(picture(row[name]) for row in rows if row[name] is not None)
        for name in ("parts", "signed")
    )
    assert parts.dtype == np.uint8
    assert (signed.shape, signed.min() >= -1_000, signed.max() <= 3_000) == (
        (16, 16, 1),
        True,
        True,
    )
    assert codec.encode(read(rows, schema))["signed"].shape == (8, 1, 40, 41)
