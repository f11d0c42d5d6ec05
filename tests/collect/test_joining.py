"""Sources joined to the rows by Collect."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.joined_sources import Shop, shop

import fivefold as ff
from fivefold.artifacts import Collected
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError, FivefoldError
from fivefold.leak import check_joins
from fivefold.partition import Partition

VISITS = ff.Join(
    "customer_id", time={"ordered": "at"}, aggregates={"pages": ("mean", "max", "last")}
)


@pytest.fixture(scope="module")
def made() -> Shop:
    return shop()


def collected(sources: Mapping[str, Any], **asked: Any) -> Collected:
    return ff.Collect(dict(sources), **{"target": "returned", **asked}).run(Session())


def codes(found: Collected) -> dict[str, str]:
    return {one.code: one.severity for one in found.findings}


def test_source_with_a_row_a_key_is_joined_as_pandas_merges(made):
    found = collected(
        {"orders": made.orders, "customers": made.customers},
        join={"customers": {"customer_id": "id"}},
    )
    wanted = made.orders.merge(
        made.customers, left_on="customer_id", right_on="id", how="left", validate="m:1"
    )
    assert found.table.column("customers_age").tolist() == wanted["age"].tolist()
    assert found.table.column("customers_town").tolist() == wanted["town"].tolist()
    assert found.schema["customers_town"].kind == "categorical"
    assert found.schema["customer_id"].reason == "key"
    assert {"joined", "join_key"} <= codes(found).keys()
    record = found.provenance["joined"]["customers"]
    assert record["rows"] == 150
    assert len(record["sha256"]) == 64
    assert record["on"] == {"customer_id": "id"}


def test_key_of_numbers_meets_its_words_whatever_the_source(tmp_path, made):
    left = made.orders.assign(customer_id=made.orders["customer_id"].str[1:].astype(int))
    people = made.customers.assign(id=made.customers["id"].str[1:].astype(int))
    left.to_csv(tmp_path / "orders.csv", index=False)
    people.astype({"id": float}).to_parquet(tmp_path / "people.parquet")
    sources = {"orders": left, "people": people}
    frames = collected(sources, join={"people": {"customer_id": "id"}})
    files = collected(
        {"orders": tmp_path / "orders.csv", "people": tmp_path / "people.parquet"},
        join={"people": {"customer_id": "id"}},
    )
    ages = frames.table.column("people_age")
    assert not np.isnan(ages).any()
    assert files.table.column("people_age").tolist() == ages.tolist()


def test_aggregates_are_of_what_was_known_and_never_later(made):
    sources = {"orders": made.orders, "visits": made.visits}
    found = collected(sources, join={"visits": VISITS})
    later = made.visits.assign(pages=1e9, at=made.visits["at"].max() + pd.Timedelta(days=1))
    planted = pd.concat([made.visits, later])
    again = collected({**sources, "visits": planted}, join={"visits": VISITS})
    counts = [
        ((made.visits["customer_id"] == key) & (made.visits["at"] < at)).sum()
        for key, at in zip(made.orders["customer_id"], made.orders["ordered"], strict=True)
    ]
    assert found.table.column("visits_count").tolist() == counts
    for name in found.schema.by_name:
        np.testing.assert_array_equal(found.table.column(name), again.table.column(name))
    assert codes(found)["unmatched_keys"] == "note"
    none = np.array(counts) == 0
    assert np.isnan(found.table.column("visits_days_since_last")[none]).all()


def test_rows_of_the_very_moment_are_joined_only_with_a_delay_of_zero(made):
    prices = pd.DataFrame({"ordered": made.orders["ordered"], "index": made.orders["price"]})
    sources = {"orders": made.orders.assign(one="a"), "prices": prices.assign(one="a")}
    by: dict[str, Any] = {"on": "one", "time": "ordered"}
    strict = collected(sources, join={"prices": by})
    same = collected(sources, join={"prices": {**by, "delay": 0}})
    assert same.table.column("prices_index").tolist() == made.orders["price"].tolist()
    assert (strict.table.column("prices_index") != made.orders["price"]).sum() > 395
    assert "same_moment" in codes(strict)
    assert "same_moment" not in codes(same)


def test_one_key_joins_all_sources_to_the_first(made):
    people = made.customers.rename(columns={"id": "customer_id"})
    sources = {"orders": made.orders, "people": people, "people_2": people}
    found = collected(sources, join="customer_id", drop=("people_2_age",))
    names = {"people_age", "people_town", "people_2_town"}
    assert {name for name in found.schema.by_name if name.startswith("people")} == names


def test_sources_are_joined_to_what_was_joined_before(made):
    towns = pd.DataFrame({"town": ["Ulm", "Bern", "Graz"], "size": [1.0, 2.0, 3.0]})
    found = collected(
        {"orders": made.orders, "people": made.customers, "towns": towns},
        join={"people": {"customer_id": "id"}, "towns": {"people_town": "town"}},
    )
    size = towns.set_index("town")["size"]
    wanted = [size[town] for town in found.table.column("people_town")]
    assert found.table.column("towns_size").tolist() == wanted


def test_settings_of_joined_columns_go_by_their_new_names(made):
    people = made.customers.assign(age=made.customers["age"].replace(20.0, -1.0))
    found = collected(
        {"orders": made.orders, "people": people},
        join={"people": {"customer_id": "id"}},
        drop=("people_town",),
        missing={"people_age": -1},
        kinds={"customer_id": "categorical"},
    )
    assert "people_town" not in found.schema.by_name
    assert np.isnan(found.table.column("people_age")).any()
    assert found.schema["customer_id"].role == "input"


def test_repeated_rows_are_told_and_rows_that_differ_refused(made):
    twice = pd.concat([made.customers, made.customers[:3]])
    sources = {"orders": made.orders, "people": twice}
    found = collected(sources, join={"people": {"customer_id": "id"}})
    assert codes(found)["duplicate_keys"] == "note"
    twice.iloc[-1, 1] += 1
    with pytest.raises(DataError) as caught:
        collected(sources, join={"people": {"customer_id": "id"}})
    assert caught.value.facts["rows"] == (2, 152)
    assert "expected one row for each `id`, found 2 for 'c0002'" in str(caught.value)


def test_rows_of_one_key_and_moment_are_told_and_the_last_is_joined(made):
    index = made.orders["price"]
    prices = pd.DataFrame({"ordered": made.orders["ordered"], "index": index, "one": "a"})
    twice = pd.concat([prices, prices[:5].assign(index=-1.0)])
    found = collected(
        {"orders": made.orders.assign(one="a"), "prices": twice},
        join={"prices": ff.Join("one", time="ordered", delay=0)},
    )
    [told] = [one for one in found.findings if one.code == "duplicate_keys"]
    assert told.numbers["rows"] == 5
    assert found.table.column("prices_index").tolist() == [-1.0] * 5 + index.tolist()[5:]


def test_target_of_a_joined_source_is_left_out(made):
    found = collected(
        {"orders": made.orders, "past": made.orders},
        join={"past": ff.Join("customer_id", time="ordered")},
    )
    assert "past_returned" not in found.schema.by_name
    assert codes(found)["target_not_joined"] == "warning"


def test_source_without_time_whose_dates_lie_after_the_rows_is_told(made):
    people = made.customers.assign(moved=made.orders["ordered"].max())
    found = collected(
        {"orders": made.orders, "people": people},
        join={"people": {"customer_id": "id"}},
        time="ordered",
        kinds={"people_moved": "datetime"},
    )
    assert codes(found)["joined_later"] == "warning"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "key of the rows": ({"people": {"customer": "id"}}, 'Write "customer_id" instead'),
    "key of the source": ({"people": {"customer_id": "idd"}}, 'Write "id" instead'),
    "name": ({"peopel": "id"}, 'Write "people"'),
    "no rows": ({"people": "id", "orders": "id"}, "found none"),
    "time": ({"people": ff.Join({"customer_id": "id"}, time="a")}, "'a'"),
    "target": ({"people": {"returned": "town"}}, "the target `returned`"),
    "times": ({"people": {"on": {"customer_id": "id"}, "time": {"ordered": "age"}}}, "dates"),
    "no aggregate": (
        {"people": {"on": {"customer_id": "id"}, "aggregates": {"id": "last"}}},
        "`id`, which is left out: joined by it",
    ),
    "numbers": (
        {"people": {"on": {"customer_id": "id"}, "aggregates": {"town": "mean"}}},
        "expected numbers, found categorical values",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_join_that_cannot_be_is_refused_with_its_remedy(made, name):
    join, told = WRONG[name]
    with pytest.raises(FivefoldError) as caught:
        collected({"orders": made.orders, "people": made.customers}, join=join)
    assert told in str(caught.value)


def test_sources_by_name_without_a_join_are_no_columns(made):
    for sources in (
        {"orders": made.orders, "people": made.customers},
        {"a": "a.csv", "b": "b.csv"},
    ):
        [fault] = ff.Collect(sources, target="returned").preflight(Session(), ff.Context())
        assert "expected columns, or join= beside sources" in str(fault)
    with pytest.raises(DataError, match="found `price` in the rows already"):
        collected(
            {"orders": made.orders, "price": made.customers}, join={"price": {"customer_id": "id"}}
        )


def test_name_that_no_joined_column_has_is_refused(made):
    with pytest.raises(DataError, match='Write "people_town"'):
        collected(
            {"orders": made.orders, "people": made.customers},
            join={"people": {"customer_id": "id"}},
            drop=("people_twon",),
        )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"on": ""}, "a column"),
        ({"on": "a", "delay": "2d"}, "`time` beside `delay`"),
        ({"on": "a", "time": "t", "within": "soon"}, "a length of time"),
        ({"on": "a", "time": "t", "within": 0}, "a length of time"),
        ({"on": "a", "aggregates": {"x": "meen"}}, 'Write "mean"'),
        ({"on": "a", "aggregate": True}, "Write aggregates"),
    ],
)
def test_join_setting_that_cannot_be_is_refused(asked, told):
    with pytest.raises(ConfigError, match=told):
        ff.Collect({"a": "a.csv", "b": "b.csv"}, join={"b": asked})


def test_join_stands_in_a_recipe_and_comes_back():
    asked = {"visits": VISITS, "people": {"customer_id": "id"}, "towns": ("town", "land")}
    sources = dict.fromkeys(["orders", *asked], "x.csv")
    pipeline = ff.Pipeline([ff.Collect(sources, join=asked, target="returned")])
    text = pipeline.to_json()
    told = json.loads(text)["stages"][0]["with"]["join"]
    assert told["towns"] == {"on": ["town", "land"]}
    assert told["visits"]["aggregates"] == {"pages": ["mean", "max", "last"]}
    again = ff.Pipeline.from_json(text)
    assert again.to_json() == text
    assert again[0].join["visits"].keys_on == (("customer_id", "customer_id"),)


def test_names_are_looked_at_before_anything_is_read(tmp_path, made):
    made.orders.to_csv(tmp_path / "orders.csv", index=False)
    made.customers.to_csv(tmp_path / "people.csv", index=False)
    stage = ff.Collect(
        {"orders": tmp_path / "orders.csv", "people": tmp_path / "people.csv"},
        join={"people": {"customer_id": "key"}},
        target="returned",
    )
    told = [str(fault) for fault in stage.preflight(Session(), ff.Context())]
    assert len(told) == 1
    assert "'key'" in told[0]
    gone = ff.Collect({"o": "no.csv", "p": "none.csv"}, join={"p": "a"}, target="b")
    assert len(gone.preflight(Session(), ff.Context())) == 2


def household(made: Shop) -> pd.DataFrame:
    number = np.arange(len(made.customers))
    return made.customers.assign(
        house=number // 3 + 2**53,  # ids that floats would make equal
        since=np.datetime64("2024-01-01", "us") + number.astype("m8[D]"),
        counts=1.0 + number % 4,
    )


def test_group_time_and_weight_may_be_columns_of_a_joined_source(made):
    people = household(made)
    sources = {"orders": made.orders, "people": people}
    join = {"people": {"customer_id": "id"}}
    roles = {"group": "people_house", "time": "people_since", "weight": "people_counts"}
    found = collected(sources, join=join, **roles)
    wanted = made.orders.merge(people, left_on="customer_id", right_on="id", how="left")
    assert {role: found.schema.named(role) for role in roles} == roles
    assert not {*roles.values()} & {column.name for column in found.schema.inputs}
    assert found.table.column("people_house").tolist() == wanted["house"].astype(str).tolist()
    assert found.table.column("people_counts").tolist() == wanted["counts"].tolist()
    part = Partition.derive(collected(sources, join=join, group="people_house"), Session())
    houses = [set(wanted["house"].iloc[rows]) for rows in (part.train, part.valid, part.test)]
    assert not houses[0] & (houses[1] | houses[2])
    part = Partition.derive(collected(sources, join=join, time="people_since"), Session())
    assert wanted["since"].iloc[part.train].max() < wanted["since"].iloc[part.test].min()


def test_role_of_a_joined_source_does_not_travel(made):
    found = collected(
        {"orders": made.orders, "people": household(made), "visits": made.visits},
        join={"people": {"customer_id": "id"}, "visits": VISITS},
        group="people_house",
        drop=("people_since",),
    )
    assert found.changes is not None
    [people, visits] = found.changes.serving(found.schema).steps
    assert set(people.columns) == {"people_age", "people_town", "people_counts"}
    assert set(people.pack()[1]) >= {"cells/people_age"}
    assert "cells/people_house" not in people.pack()[1]
    assert visits.digest() == found.changes.steps[1].digest()
    alone = found.schema.replace("people_age", role="ignored")
    for name in ("people_town", "people_counts"):
        alone = alone.replace(name, role="ignored")
    assert [step.source for step in found.changes.serving(alone).steps] == ["visits"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"group": "people_hous"}, r"people: expected a column 'people_hous' \(group=\)"),
        ({"weight": "people_town"}, "column `people_town`.*expected|numbers"),
        ({"time": "people_town"}, "expected dates or numbers for time="),
        ({"exposure": "people_age"}, r"columns of the rows in exposure=, found `people_age`"),
        ({"target": "people_age"}, r"columns of the rows in target=, found `people_age`"),
        ({"time": "ordered", "until": "people_since"}, "time= and until= of one source"),
    ],
)
def test_role_that_a_joined_column_cannot_have_is_refused(made, asked, told):
    sources = {"orders": made.orders, "people": household(made)}
    with pytest.raises(FivefoldError, match=told):
        collected(sources, join={"people": {"customer_id": "id"}}, **asked)


def test_weight_that_a_joined_source_lacks_names_the_row(made):
    people = household(made)
    few = people[people["id"] != made.orders["customer_id"].iloc[7]]
    with pytest.raises(DataError, match=r"column `people_counts`, rows? .*7.*weight of 0 or more"):
        collected(
            {"orders": made.orders, "people": few},
            join={"people": {"customer_id": "id"}},
            weight="people_counts",
        )


def test_names_that_joins_cannot_have_are_refused_before_anything_is_read(made):
    sources = {"orders": made.orders, "people": household(made)}
    join = {"people": {"customer_id": "id"}}
    for asked, told in (
        ({"group": "people_hous"}, 'Write "people_house"'),
        ({"exposure": "people_age"}, "Merge what it names into the rows"),
        ({"target": "people_age"}, "Merge what it names into the rows"),
    ):
        stage = ff.Collect(sources, **{"join": join, "target": "returned", **asked})
        with pytest.raises(FivefoldError, match=told):
            ff.Pipeline([stage]).check()


def steps() -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=50)
    tables = [
        pd.DataFrame({"shop": shop, "day": days, "sold": np.arange(50.0) % 7 + size})
        for shop, size in (("a", 3.0), ("b", 9.0))
    ]
    return pd.concat(tables, ignore_index=True)


def test_windows_are_joined_as_of_their_origin(made):
    shops = pd.DataFrame({"shop": ["a", "b"], "size": [80.0, 120.0]})
    days = pd.date_range("2024-01-01", periods=90)  # prices of days that are to be forecast too
    prices = pd.DataFrame({"shop": "a", "since": days, "index": np.arange(90.0) * 1.5})
    found = collected(
        {"steps": steps(), "shops": shops, "prices": prices},
        join={"shops": "shop", "prices": ff.Join("shop", time={"day": "since"})},
        **{"target": "sold", "time": "day", "horizon": 3, "history": 8, "series_id": "shop"},
    )
    table = found.table
    own = table.column("shop") == "a"
    assert table.column("shops_size").tolist() == np.where(own, 80.0, 120.0).tolist()
    origins = table.column("day")  # the moment of the first step ahead
    before = (origins - np.datetime64("2024-01-01")).astype("m8[D]").astype(float) - 1
    before = before * 1.5
    np.testing.assert_array_equal(table.column("prices_index"), np.where(own, before, np.nan))
    assert check_joins(found) > 50
    with pytest.raises(FivefoldError, match=r"columns of the rows in known=, found `prices_index`"):
        ff.Pipeline([
            ff.Collect(
                {"steps": steps(), "prices": prices}, join={"prices": "shop"},
                target="sold", time="day", horizon=3, series_id="shop", known=("prices_index",),
            )
        ]).check()  # fmt: skip
    with pytest.raises(DataError, match="each an origin"):  # which varies in a series
        collected(
            {"steps": steps().assign(n=range(100)), "prices": prices.assign(n=0)},
            join={"prices": "n"},
            **{"target": "sold", "time": "day", "horizon": 3, "series_id": "shop"},
        )


def test_series_are_joined_by_their_id(made):
    long = steps().rename(columns={"shop": "patient", "sold": "pulse"})
    long["sick"] = np.where(long["patient"] == "a", "yes", "no")
    long = pd.concat([long.assign(patient=long["patient"] + str(n)) for n in range(6)])
    people = pd.DataFrame({"patient": long["patient"].unique(), "age": range(12)})
    found = collected(
        {"long": long.drop(columns="day"), "people": people},
        join={"people": "patient"},
        **{"target": "sick", "series_id": "patient"},
    )
    assert found.table.column("people_age").tolist() == list(range(12))
    assert found.schema["patient"].role == "ignored"
