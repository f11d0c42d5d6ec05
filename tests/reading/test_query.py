import json

import pytest

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.reading.addresses import check_address, with_secrets, without_secrets
from fivefold.reading.query import Query, names_in, query_of, rewritten


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@host/shop",
        "postgresql://ann:s3/cr:et@host:5432/shop?sslmode=require",
        "mysql+pymysql://ann:s3cret@host/shop",
        "s3://KEY:s3cret@bucket/rows.parquet",
        "zip://rows.csv::https://ann:s3cret@host/a.zip",
        "https://ann:s3cret@host/a.csv",
        "https://host/a.csv?day=3&X-Amz-Signature=s3cret",
        "https://host/a.csv?api_key=s3cret",
        "postgresql://ann@host/shop?password=s3cret",
    ],
)
def test_password_in_an_address_is_refused_and_never_shown(address):
    with pytest.raises(ConfigError) as caught:
        ff.Collect(address, target="y")
    assert "env:NAME" in str(caught.value)
    assert "s3" not in str(caught.value).replace("s3://", "")
    assert "s3" not in without_secrets(address).replace("s3://", "")


def test_password_of_a_query_is_refused_when_it_is_made():
    with pytest.raises(ConfigError) as caught:
        Query("postgresql://ann:s3cret@host/shop", "select 1")
    assert "s3cret" not in str(caught.value)


def test_signature_of_an_address_is_not_shown():
    address = "https://host/a.csv?X-Amz-Signature=abc&X-Amz-Date=1&sig=def&day=3"
    assert without_secrets(address) == (
        "https://host/a.csv?X-Amz-Signature=***&X-Amz-Date=1&sig=***&day=3"
    )


def test_variable_in_an_address_is_filled_in_where_it_is_asked(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "a/b@c")
    address = "postgresql://ann:env:SHOP_PASSWORD@host/shop"
    assert with_secrets(address) == "postgresql://ann:a%2Fb%40c@host/shop"
    assert without_secrets(address) == address
    assert check_address(address) == []
    monkeypatch.delenv("SHOP_PASSWORD")
    assert "SHOP_PASSWORD" in str(check_address(address)[0])


def test_names_are_those_outside_texts_comments_and_casts():
    query = """select a::int, ':b', "c:d" -- :e
    from t /* :f */ where g > :g and h = :h and t = '12:30'"""
    assert names_in(query) == ["g", "h"]
    assert rewritten("x = :a or y = ':a'", lambda name: "?") == "x = ? or y = ':a'"


def test_parameters_and_names_of_a_query_must_be_the_same():
    asked = Query("a.db", "select * from t where x > :low", {"lo": 3})
    told = [str(fault) for fault in asked.faults()]
    assert "low" in told[0]
    assert "lo" in told[1]
    assert "list" in str(Query("a.db", "select :x", {"x": [1]}).faults()[0])


def test_query_in_a_recipe_is_the_same_query():
    test = Query("b.db", "select * from t where x < :top", {"top": 5})
    pipeline = ff.Pipeline(
        [ff.Collect("a.db", query="orders", target="y", test_source=test), ff.Preprocess()]
    )
    text = pipeline.to_json()
    again = ff.Pipeline.from_json(text)["collect"]
    assert (again.query, repr(again.test_source)) == ("orders", repr(test))
    with_it = json.loads(text)["stages"][0]["with"]["test_source"]
    assert with_it == {"address": "b.db", "query": test.query, "parameters": {"top": 5}}


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"parameters": {"a": 1}}, "without `query`"), ({"query": "t", "source": [1]}, "`query`")],
    ids=["alone", "no database"],
)
def test_query_where_there_is_none_to_ask_is_refused(settings, said):
    with pytest.raises(ConfigError, match=said):
        ff.Collect(**{"source": "a.db", **settings})


def test_mapping_of_columns_is_no_query():
    assert query_of({"address": ["a", "b"], "query": [1, 2]}) is None
    assert query_of({"x": [1]}) is None
