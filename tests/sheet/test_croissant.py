"""Croissant: every property is in its place, and the rows are those that were collected."""

import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

import fivefold as ff
from fivefold.errors import ConfigError

SAID = {
    "title": "Shops",
    "purpose": "To tell which shops stay open.",
    "creators": "Town of A\nTown of B",
    "published": "2026-11-27",
    "url": "https://example.org/shops",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "unfit": "Not for rents.",
}


def described(tmp_path, collect: ff.Collect, **asked: object):
    data = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    path = tmp_path / "shops.json"
    lacking = data.to_croissant(path, **asked)
    return data, json.loads(path.read_text("utf-8")), path.with_suffix(".parquet"), lacking


@pytest.fixture
def shops(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size (m2)": rng.normal(50, 9, 80),
            "floors": rng.integers(1, 4, 80),
            "cellar": rng.random(80) < 0.5,
            "since": pd.date_range("2001-01-01", periods=80, freq="D"),
            "street": rng.choice(["Main", "Mill"], 80),
            "open": rng.choice(["yes", "no"], 80),
        }
    )
    frame.loc[3, "size (m2)"] = np.nan
    return frame


def test_croissant_has_what_the_specification_requires(tmp_path, shops):
    _, told, rows, lacking = described(tmp_path, ff.Collect(shops, target="open"), answers=SAID)
    assert lacking == ()
    assert told["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert (told["@type"], told["name"], told["url"]) == ("sc:Dataset", "Shops", SAID["url"])
    assert told["description"].startswith(SAID["purpose"])
    assert [one["name"] for one in told["creator"]] == ["Town of A", "Town of B"]
    assert told["rai:dataLimitations"] == "Not for rents."
    (file,) = told["distribution"]
    assert file["sha256"] == hashlib.sha256(rows.read_bytes()).hexdigest()
    assert file["contentUrl"] == rows.name
    assert file["contentSize"] == f"{rows.stat().st_size} B"


def test_croissant_fields_are_the_columns_with_their_types(tmp_path, shops):
    _, told, rows, lacking = described(tmp_path, ff.Collect(shops, target="open"))
    assert lacking == ("licence", "url", "creators", "published")
    fields = told["recordSet"][-1]["field"]
    types = {field["name"]: field["dataType"] for field in fields}
    assert types == {
        "size (m2)": "sc:Float",
        "floors": "sc:Integer",
        "cellar": "sc:Boolean",
        "since": "sc:DateTime",
        "street": "sc:Text",
        "open": ["sc:Text", "cr:Label"],
    }
    assert fields[0]["@id"] == "rows/size%20%28m2%29"
    assert all(f["source"]["fileObject"]["@id"] == rows.name for f in fields)
    read = pd.read_parquet(rows)
    assert [f["source"]["extract"]["column"] for f in fields] == list(read.columns)
    pd.testing.assert_frame_equal(read, shops, check_dtype=False)


def test_croissant_of_pictures_and_parts_says_their_shape_and_split(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (24, 6, 5), dtype=np.uint8)
    source = {"picture": list(pictures), "kind": ["a", "b"] * 12}
    collect = ff.Collect(source, target="kind", test_source={k: v[:4] for k, v in source.items()})
    _, told, rows, _ = described(tmp_path, collect)
    splits, records = told["recordSet"]
    assert {one["splits/url"] for one in splits["data"]} == {
        "cr:TrainingSplit",
        "cr:ValidationSplit",
        "cr:TestSplit",
    }
    field, _, split = records["field"]
    assert (field["isArray"], field["arrayShape"]) == (True, "6,5,1")
    assert split["references"] == {"field": {"@id": "splits/name"}}
    table = parquet.read_table(rows).to_pydict()
    assert table["split"].count("test") == 4
    assert np.array_equal(np.array(table["picture"][0])[..., 0], pictures[0])


def test_croissant_refuses_a_day_that_is_none_and_a_name_of_the_rows(tmp_path, shops):
    data = ff.Pipeline([ff.Collect(shops, target="open")]).run(progress=False)[ff.Collected]
    with pytest.raises(ConfigError, match="soon"):
        data.to_croissant(tmp_path / "x.json", answers={"published": "soon"})
    with pytest.raises(ConfigError, match=r"\.json"):
        data.to_croissant(tmp_path / "x.parquet")
