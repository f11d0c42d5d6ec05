"""Intervals and sets that hold the truth as often as is asked for: fitted, told, deployed."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient
from torch import nn

import fivefold as ff
from fivefold.cli import main
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.evaluate.conformal import _of_classes, coverage_fault
from fivefold.metrics.conformal import limit
from fivefold.models.score import score
from fivefold.serve.app import create_app
from fivefold.tasks.conformal import Conformal, bounds_told
from fivefold.tasks.known import BINARY, MULTICLASS, REGRESSION
from fivefold.testing import check_no_leak


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


def made(rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=list("abc"))
    noise = rng.normal(size=(2, rows))
    value = 5 + 2 * frame["a"] + np.exp(frame["a"]) * noise[0]
    rank = np.digitize(frame["a"] + frame["b"] + noise[1], [-0.5, 1.5])
    return frame.assign(value=value, rank=np.array(["low", "mid", "high"])[rank])


def test_parts_of_numbers_and_classes_go_by_their_own_limits():
    wide = Conformal(0.9, (1.0, 4.0, None), (9, 9, 3), (0.0, 10.0))
    number = (Column(name="y", kind="numeric", role="target"),)
    schema = Schema(columns=number, targets=("y",), task="regression")
    scores = np.array([-1.0, 0.0, 9.0, 10.0])
    told = bounds_told(REGRESSION, scores, scores, schema, wide)
    assert told["intervals"] == [[-2.0, 0.0], [-4.0, 4.0], [5.0, 13.0], [None, None]]
    shares = np.array([[0.7, 0.2, 0.1], [0.3, 0.36, 0.34]])
    held = Conformal(0.9, (0.8, 0.65, None), (9, 9, 1)).sets(MULTICLASS, shares, shares)
    assert held.tolist() == [[True, False, True], [True, True, True]]
    none = Conformal(0.9, (0.1, 0.1), (9, 9)).sets(BINARY, shares[:, :2], shares[:, 1::-1])
    assert none.tolist() == [[False, True], [True, False]]  # the answer, whatever it is decided by


def test_rare_classes_share_a_limit():
    counts = np.array([500.0, 20.0, 460.0, 20.0])
    assert _of_classes(counts, 200, 0.9, alone=False).tolist() == [0, 2, 1, 2]
    assert _of_classes(counts, 200, 0.9, alone=True).tolist() == [0, 0, 0, 0]


def test_rows_are_kept_for_it_however_few_there_are():
    few = Rows(inputs={}, target=np.zeros(9), index=np.arange(9))
    stopping, kept = few.divided(always=True)
    assert sorted([*stopping.index, *kept.index]) == list(range(9))
    stages = [ff.Collect(made(60), target="value"), ff.Preprocess(), ff.Train()]
    train = ff.Pipeline([*stages, ff.Evaluate(coverage=0.9)])["train"]
    assert train.hold_back
    assert train.hold_half
    assert not ff.Pipeline([*stages, ff.Evaluate()])["train"].hold_half


def test_tasks_without_one_number_or_class_a_row_are_refused():
    classes = Schema(columns=(), targets=("y",), task="multiclass", classes=("a", "b", "c"))
    assert coverage_fault(0.9, classes) is None
    for other in ("tagging", "multilabel", "forecast", "anomaly"):
        fault = coverage_fault(0.9, replace(classes, task=other))
        assert "coverage=0.9 expects a task of one number or one class a row" in str(fault)
        assert "quantiles" in str(fault) or other != "forecast"


def run(target: str, folder, **settings):
    frame = made().drop(columns={"value": "rank", "rank": "value"}[target])
    asked = {"baselines": (), "coverage": 0.9} | settings
    pipeline = ff.Pipeline(
        [
            *(ff.Collect(frame, target=target), ff.Preprocess()),
            *(ff.Train(linear, epochs=6, lr=0.05), ff.Evaluate(**asked)),
            ff.Deploy(folder / f"{target}.ff", parity_rows=50),
        ]
    )
    return pipeline.run(progress=False, directory=folder / target), frame.drop(columns=target)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbers")
    return *run("value", folder, folds=2), folder


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    return *run("rank", folder), folder


@pytest.mark.slow
def test_limit_of_numbers_is_that_of_the_kept_half_alone(numbers):
    result, _, folder = numbers
    judged, data = result[ff.Evaluated], result[ff.Preprocessed]
    stopping, kept = data.valid.divided(always=True)
    assert len(stopping) == len(kept) == 120
    assert not {*stopping.index} & {*kept.index}
    answers = score(result[ff.Trained].model, kept.inputs)
    wanted = float(limit(np.abs(answers - kept.target), 0.9))
    assert judged.conformal == Conformal(0.9, (pytest.approx(wanted),), (120,))
    inside = np.abs(judged.scores - judged.target) <= wanted
    cover = result.metrics["coverage"]
    assert cover == pytest.approx(inside.mean())
    assert cover.low < cover < cover.high
    assert result.metrics["interval_width"] == pytest.approx(2 * wanted)
    folds = result.tables["folds"]
    assert folds["interval_width"].nunique() == 2  # each by rows of its own
    assert judged.folds["coverage"] == pytest.approx(folds["coverage"].mean())
    saved = ff.Evaluated.load(folder / "value" / "evaluate" / "artifact")
    assert saved.conformal == judged.conformal


@pytest.mark.slow
@pytest.mark.parametrize("form", ["intervals", "sets"])
def test_every_door_says_the_same(form, request, tmp_path):
    result, rows, folder = request.getfixturevalue(
        {"intervals": "numbers", "sets": "classes"}[form]
    )
    name = "value" if form == "intervals" else "rank"
    model, some = ff.load(folder / f"{name}.ff"), rows.head(40)
    assert model.bundle.manifest["format"] == 5
    assert model.conformal == result[ff.Evaluated].conformal
    instances = {"instances": some.to_dict("records")}
    with TestClient(create_app(model)) as client:
        told = client.post("/predict", json=instances).json()
    assert told["level"] == 0.9
    assert model.bundle.json("parity.json")["answers"].keys() >= {form, "level"}
    some.to_csv(tmp_path / "new.csv", index=False)
    words = [
        str(folder / f"{name}.ff"),
        str(tmp_path / "new.csv"),
        "--to",
        str(tmp_path / "o.jsonl"),
    ]
    assert main(["predict", *words]) == 0
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    if form == "sets":
        sets = model.predict_set(some)
        assert sets.tolist() == result.predict_set(some).tolist() == told["sets"]
        assert [line["set"] for line in lines] == told["sets"]
        assert all(said in held for said, held in zip(told["predictions"], sets, strict=True))
        with pytest.raises(ff.errors.RequestError, match="with intervals, found one with sets"):
            model.predict_interval(some)
        return
    ends = model.predict_interval(some)
    np.testing.assert_allclose(ends, result.predict_interval(some), rtol=1e-4)
    np.testing.assert_allclose(ends, told["intervals"])
    np.testing.assert_allclose([[line["low"], line["high"]] for line in lines], ends)


@pytest.mark.slow
def test_sets_hold_classes_as_often_as_wanted_and_report_shows_it(classes):
    result, *_ = classes
    judged, table = result[ff.Evaluated], result.tables["coverage"]
    sets = judged.conformal.sets(MULTICLASS, judged.scores, judged.scores)
    inside = sets[np.arange(len(sets)), judged.target]
    assert table["rows_of"].tolist() == ["all", "high", "low", "mid"]
    assert float(table["coverage"][0]) == pytest.approx(inside.mean())
    for place, cover in enumerate(table["coverage"][1:]):
        assert float(cover) == pytest.approx(inside[judged.target == place].mean())
    assert result.metrics["set_size"] == pytest.approx(sets.sum(1).mean())
    assert "low_coverage" not in {one.code for one in result.findings}
    page = result.report()
    assert "Coverage" in page
    assert "share of test rows whose truth was held" in page


@pytest.mark.slow
def test_probe_sees_limits_that_test_rows_reached(numbers, monkeypatch):
    result, *_ = numbers
    assert "conformal" in check_no_leak(result).compared["test"]

    def by_test(self, data, trained):
        return {"conformal": Conformal(0.9, (float(data.test.target.mean()),), (9,))}

    monkeypatch.setattr(ff.Evaluate, "chosen", by_test)
    with pytest.raises(ff.errors.LeakError, match="conformal"):
        check_no_leak(result)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["time", "group"])
def test_nothing_is_promised_of_later_rows_and_groups_count_one_each(by):
    from sklearn.linear_model import LinearRegression

    frame = made(1200).drop(columns="rank")
    days = pd.date_range("2024-01-01", periods=1200, freq="D")
    frame = frame.assign(
        day=days, site=np.arange(1200) // 8, value=frame["value"] + np.arange(1200) / 100
    )
    drop = {"time": "site", "group": "day"}[by]
    roles = {"time": {"time": "day"}, "group": {"group": "site"}}[by]
    stages = [
        *(ff.Collect(frame.drop(columns=drop), target="value", **roles), ff.Preprocess()),
        *(ff.Train(LinearRegression()), ff.Evaluate(coverage=0.9, baselines=())),
    ]
    result = ff.Pipeline(stages).run(progress=False)
    conformal, table = result[ff.Evaluated].conformal, result.tables["coverage"]
    codes = {one.code for one in result.findings}
    if by == "group":
        assert conformal.unit == "group"
        assert conformal.promised
        assert "coverage_over_time" not in codes
        assert "coverage_anew" not in table
        return
    assert not conformal.promised
    assert "coverage_over_time" in codes
    assert len(table) == 7
    assert table["rows"][1:].sum() == table["rows"][0]
    assert table["rows_of"][1].startswith("2026")
    assert (table["coverage"][1:].astype(float) < 1).any()
    anew, shares = table["coverage_anew"].astype(float), table["rows"][1:] / table["rows"][0]
    assert anew[0] == pytest.approx((anew[1:] * shares).sum())  # each row by the limit of its time
    assert anew[1] == table["coverage"][1]  # the first period has the limit of the kept rows
    assert anew[0] > table["coverage"][0] + 0.05  # what drifts is followed
    assert table["interval_width_anew"][6] > table["interval_width"][6]


@pytest.mark.slow
def test_too_few_rows_are_told():
    stages = [ff.Collect(made(60), target="value", drop=["rank"]), ff.Preprocess()]
    stages += [ff.Train(linear, epochs=1), ff.Evaluate(coverage=0.95, baselines=())]
    result = ff.Pipeline(stages).run(progress=False)
    [told] = [one for one in result.findings if one.code == "coverage_by_few"]
    assert "needs 19 rows at least: intervals have no end" in told.sentence
    ends = result.predict_interval(made(3).drop(columns="value"))
    assert np.isinf(ends).all()
    assert result.metrics["coverage"] == 1.0
