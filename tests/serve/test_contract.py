import json

import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec
from fivefold.serve.contract import Contract, contract_of


def fitted(settings: Settings | None = None) -> tuple[Codec, Columns]:
    draw = np.random.default_rng(0)
    table = Columns(
        {
            "x": draw.normal(10, 1, 1000),
            "seconds": 1.6e9 + np.rint(draw.normal(0, 50, 1000)),
            "when": (
                np.datetime64("2020-01-01", "us") + draw.integers(0, 365, 1000) * 86_400_000_000
            ),
            "on": draw.integers(0, 2, 1000).astype(float),
            "c": np.array(["b", "a"] * 500, object),
            "t": np.array(["good day"] * 1000, object),
            "y": draw.normal(size=1000),
        }
    )
    kinds = ["numeric", "numeric", "datetime", "boolean", "categorical", "text"]
    columns = [Column(name=n, kind=k) for n, k in zip(table.names, kinds, strict=False)]
    target = Column(name="y", kind="numeric", role="target")
    schema = Schema(columns=(*columns, target), targets=("y",), task="regression")
    return Codec.fit(table, schema, np.arange(1000), settings), table


def test_contract_survives_json():
    codec, table = fitted()
    contract = contract_of(codec, codec.encode(table))
    assert Contract.from_json(json.loads(json.dumps(contract.to_json()))) == contract


def test_contract_usual_range_is_the_middle_99_percent_in_the_columns_unit():
    codec, table = fitted()
    fields = {f.name: f for f in contract_of(codec, codec.encode(table)).fields}
    for name in ("x", "seconds"):
        wanted = np.quantile(table.column(name), [0.005, 0.995])
        np.testing.assert_allclose(fields[name].usual, wanted, rtol=1e-4 if name == "x" else 1e-9)
        assert fields[name].low < fields[name].usual[0]
        assert fields[name].high > fields[name].usual[1]
    assert contract_of(codec).fields[0].usual == ()


@pytest.mark.parametrize(("outliers", "bounded"), [("clip", True), ("drop", True), ("keep", False)])
def test_contract_says_what_happens_beyond_the_range(outliers, bounded):
    field = contract_of(fitted(Settings(outliers=outliers))[0]).fields[0]
    assert (field.low is not None) == bounded
    assert ("pulled in" in field.policy["out_of_range"]) == bounded


def test_contract_examples_are_plausible():
    fields = {f.name: f.example for f in contract_of(fitted()[0]).fields}
    assert fields["x"] == pytest.approx(10, abs=0.2)
    assert fields["seconds"] == pytest.approx(1.6e9, abs=10)
    assert fields["when"][:4] == "2020"
    assert fields["c"] == "a"
    assert set(fields["t"].split()) == {"good", "day"}
