"""Joined sources from Collect to the server: with and without history, never of the future."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from tests.joined_sources import Shop, shop

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import DataError, LeakError, RequestError
from fivefold.leak import JOINED, check_no_leak
from fivefold.serve.app import create_app
from fivefold.travel.lookup import Lookup

JOIN = {
    "people": {"customer_id": "id"},
    "visits": ff.Join("customer_id", time={"ordered": "at"}, aggregates=True),
}


def pipeline_of(made: Shop, **asked: Any) -> ff.Pipeline:
    sources = {"orders": made.orders, "people": made.customers, "visits": made.visits}
    return ff.Pipeline([
        ff.Collect(sources, join=JOIN, target="returned", **asked),
        ff.Preprocess(),
        ff.Train("mlp", epochs=12),
        ff.Evaluate(),
    ])  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Shop:
    return shop()


@pytest.fixture(scope="module")
def result(made: Shop, tmp_path_factory: pytest.TempPathFactory) -> ff.Result:
    path = tmp_path_factory.mktemp("joined") / "orders.ff"
    return ff.Pipeline([*pipeline_of(made), ff.Deploy(path)]).run(progress=False)


@pytest.fixture(scope="module")
def model(result: ff.Result) -> ff.Predictor:
    return ff.load(result[ff.Deployed].path)


@pytest.mark.slow
def test_bundle_answers_as_was_evaluated_by_every_door(result):
    parity = result[ff.Deployed].parity
    assert parity["fresh_process"]
    doors = [parity[door] for door in ("frame", "csv", "json", "source", "synthetic")]
    assert max(doors) < 1e-5
    assert parity["rows"] > 50


@pytest.mark.slow
def test_bundle_asks_for_key_and_time_and_not_for_what_is_joined(model):
    assert model.contract.names == ("customer_id", "ordered", "price")
    assert model.contract.fields[0].categories == ()
    page = TestClient(create_app(model)).get("/").text
    assert 'id="field-0" data-control="menu" type="text"' in page
    assert "DataFrame in memory, 150 rows." in model.datasheet


@pytest.mark.slow
def test_rows_with_and_without_history_are_answered(model, made):
    seen = made.visits["customer_id"].iloc[0]
    row = {"customer_id": seen, "ordered": "2024-12-01", "price": 20.0}
    early, nobody = {**row, "ordered": "2023-01-01"}, {**row, "customer_id": "nobody"}
    none = {**row, "customer_id": None}
    scores = model.predict_proba([row, early, nobody, none])
    assert np.isfinite(scores).all()
    assert scores[0, 1] > scores[1, 1] + 0.01
    assert scores[2].tolist() == scores[3].tolist()
    alone = [model.predict_proba([one])[0] for one in (row, early, nobody, none)]
    np.testing.assert_array_equal(scores, alone)
    reply = TestClient(create_app(model)).post("/predict", json={"instances": [row, early]})
    assert reply.status_code == 200
    assert reply.json()["predictions"] == model.predict([row, early]).tolist()


@pytest.mark.slow
def test_same_mapping_of_sources_answers_and_fresher_ones_count(model, result, made, tmp_path):
    rows = made.orders.tail(40)
    known = model.predict_proba(rows)
    sources = {"orders": rows, "people": made.customers, "visits": made.visits}
    np.testing.assert_array_equal(model.predict_proba(sources), known)
    np.testing.assert_allclose(result.predict_proba(sources), known, atol=1e-6)
    for form in (rows, rows.to_dict("records"), rows.to_dict("list")):
        np.testing.assert_array_equal(model.predict_proba({"orders": form}), known)
    made.visits.iloc[:0].to_csv(tmp_path / "visits.csv", index=False)
    empty = {"orders": rows, "visits": tmp_path / "visits.csv"}
    fresh = model.predict_proba(empty)
    assert (fresh[:, 1] <= known[:, 1] + 1e-6).all()
    assert (fresh[:, 1] < known[:, 1] - 0.01).any()
    np.testing.assert_array_equal(result.predict_proba(empty).shape, fresh.shape)
    np.testing.assert_array_equal(
        model.joining({"visits": tmp_path / "visits.csv"}).predict_proba(rows), fresh
    )
    with pytest.raises(RequestError, match='Write "visits"'):
        model.joining({"visit": made.visits})
    with pytest.raises(RequestError, match=r"visits.*'pages'"):
        model.predict({"orders": rows, "visits": made.visits.drop(columns="pages")})


@pytest.mark.slow
def test_planted_future_value_is_never_read(made, monkeypatch):
    told = check_no_leak(pipeline_of(made))
    assert told.rows[JOINED] > 500
    span = Lookup.span

    def looks_ahead(self: Lookup, columns: Any) -> Any:
        low, high = span(self, columns)
        if self.time is None:
            return low, high
        places = self.history.places([columns.column(own) for own, _ in self.on])
        return low, np.where(places < 0, high, self.history.starts[places + 1])

    monkeypatch.setattr(Lookup, "span", looks_ahead)
    with pytest.raises(LeakError, match="visits_count"):
        check_no_leak(pipeline_of(made))


@pytest.mark.slow
def test_shell_joins_and_predicts_with_fresher_sources(tmp_path, made, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, frame in made._asdict().items():
        frame.to_csv(f"{name}.csv", index=False)
    people = "people=customers.csv:customer_id=id"
    visits = "visits=visits.csv:customer_id@ordered=at"
    options = ["--target", "returned", "--epochs", "1", "--quality", "fast", "--to", "orders.ff"]
    joins = ["--join", people, "--join", visits, "--aggregate", "visits"]
    assert main(["run", "orders.csv", *joins, *options]) == 0
    recipe = json.loads(ff.load(tmp_path / "orders.ff").bundle.text("recipe.json"))
    assert recipe["stages"][0]["with"]["source"]["people"] == "customers.csv"
    predict, fresh = ["predict", "orders.ff", "orders.csv"], ["--join", "visits=visits.csv"]
    assert main([*predict, *fresh, "--to", "out.csv"]) == 0
    assert main([*predict, "--to", "own.csv"]) == 0
    assert Path(tmp_path / "out.csv").read_text() == Path(tmp_path / "own.csv").read_text()


@pytest.mark.slow
def test_run_of_joined_sources_is_resumed_and_explained(tmp_path, made):
    made.orders.to_csv(tmp_path / "orders.csv", index=False)
    made.visits.to_csv(tmp_path / "visits.csv", index=False)
    sources = {"orders": tmp_path / "orders.csv", "visits": tmp_path / "visits.csv"}
    join = {"visits": JOIN["visits"]}
    stages = [ff.Collect(sources, join=join, target="returned"), ff.Preprocess()]
    first = ff.Pipeline(stages).run(progress=False, cache=tmp_path / "cache")
    again = ff.Pipeline(stages).run(progress=False, cache=tmp_path / "cache")
    assert "cache" in again.why("collect")
    for name in first[ff.Collected].table.names:
        np.testing.assert_array_equal(
            again[ff.Collected].table.column(name), first[ff.Collected].table.column(name)
        )
    assert isinstance(again[ff.Collected].changes.steps[0], Lookup)
    pd.concat([made.visits, made.visits[:1]]).to_csv(tmp_path / "visits.csv", index=False)
    third = ff.Pipeline(stages).run(progress=False, cache=tmp_path / "cache")
    assert "visits" in third.why("collect")


@pytest.mark.slow
def test_reproduced_run_finds_its_sources_and_is_refused_where_one_changed(
    tmp_path, made, monkeypatch
):
    there = tmp_path / "there"
    there.mkdir()
    made.orders.to_csv(there / "orders.csv", index=False)
    made.customers.to_csv(there / "people.csv", index=False)
    monkeypatch.chdir(there)
    sources = {"orders": "orders.csv", "people": "people.csv"}
    stages = [
        ff.Collect(sources, join={"people": JOIN["people"]}, target="returned"),
        ff.Preprocess(),
        ff.Train("mlp", epochs=1),
        ff.Evaluate(baselines=()),
    ]
    ff.Pipeline(stages).run(directory="run", progress=False)
    monkeypatch.chdir(tmp_path)
    assert ff.reproduce("there/run", progress=False).is_exact
    made.customers.assign(age=30.0).to_csv(there / "people.csv", index=False)
    with pytest.raises(DataError, match="found"):
        ff.reproduce("there/run", progress=False)


@pytest.mark.slow
def test_windows_and_series_are_joined_by_every_door(tmp_path):
    days = pd.date_range("2024-01-01", periods=40)
    sold = np.arange(40.0) % 7 + np.sin(np.arange(40.0) * 9)
    steps = pd.concat(
        [pd.DataFrame({"shop": one, "day": days, "sold": sold + n}) for n, one in enumerate("ab")],
        ignore_index=True,
    )
    later = pd.date_range("2024-01-01", periods=60)
    prices = pd.DataFrame({"shop": "a", "since": later, "index": np.cos(np.arange(60.0))})
    by = {"prices": ff.Join("shop", time={"day": "since"})}
    ahead = ff.Collect(
        {"steps": steps, "prices": prices},
        **{"join": by, "target": "sold", "time": "day", "horizon": 2, "history": 6},
        series_id="shop",
    )
    patients = [f"p{n}" for n in range(60)]
    long = pd.concat(
        [
            pd.DataFrame({"patient": one, "t": range(12), "pulse": np.sin(np.arange(12) + n % 2)})
            for n, one in enumerate(patients)
        ]
    )
    long["sick"] = np.where(long["patient"].str[1:].astype(int) % 2, "yes", "no")
    people = pd.DataFrame({"patient": patients, "age": np.arange(60.0) % 7})
    whole = ff.Collect(
        {"long": long, "people": people},
        **{"join": {"people": "patient"}, "target": "sick", "series_id": "patient", "step": "t"},
    )
    for collect, asked in ((ahead, ("sold", "day", "shop")), (whole, ("patient", "series"))):
        path = tmp_path / "m.ff"
        stages = [collect, ff.Preprocess(), ff.Train(epochs=1), ff.Deploy(path)]
        parity = ff.Pipeline(stages).run(progress=False)[ff.Deployed].parity
        assert max(parity[door] for door in ("frame", "csv", "json", "source")) < 1e-4
        assert ff.load(path).contract.names == asked
        if collect is whole:
            alone = {"patient": "p3", "series": long.loc[long["patient"] == "p3", ["pulse"]].values}
            model = ff.load(path)
            one = model.predict_proba([{**alone, "series": alone["series"].tolist()}])
            np.testing.assert_allclose(one[0], model.predict_proba(long)[3], atol=1e-6)
        else:
            model = ff.load(path)
            known = model.predict(steps)
            worse = prices.assign(index=np.where(prices["since"] > days[-1], 1e6, prices["index"]))
            np.testing.assert_array_equal(model.predict({"rows": steps, "prices": worse}), known)
