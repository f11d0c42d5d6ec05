"""Odd rows from data to served answers: what labels choose, what is judged, what is told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import RequestError
from fivefold.tasks.known import ANOMALY
from fivefold.testing import check_no_leak, check_task
from fivefold.train.known_odd import many_odd


def cards(rows=600, odd=30, seed=0):
    draw = np.random.default_rng(seed)
    mixed = draw.normal(size=(rows, 4)) @ draw.normal(size=(4, 4))
    mixed[:odd] = 4 * draw.normal(size=(odd, 4))
    frame = pd.DataFrame(mixed, columns=list("abcd"))
    frame["shop"] = draw.choice(["x", "y", "z"], rows)
    frame["kind"] = np.where(np.arange(rows) < odd, draw.choice(["smurf", "back"], rows), "normal")
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


def pipeline(frame, **train):
    collect = ff.Collect(frame, target="kind", task="anomaly")
    return ff.Pipeline(
        [collect, ff.Preprocess(), ff.Train(epochs=4, threads=1, **train), ff.Evaluate()]
    )


@pytest.fixture(scope="module")
def result():
    return pipeline(cards(), false_alarms=0.05).run(seed=0, progress=False)


def test_odd_rows_are_found_beside_a_forest_and_a_distance(result):
    assert result.metrics["recall"] > 0.7
    alarms = result.metrics["false_alarm_rate"]
    assert alarms.method == "wilson"
    assert alarms.low < 0.05 < alarms.high
    names = list(result.tables["model_comparison"]["model"])
    assert {"no alarm", "Mahalanobis' distance", "isolation forest"} <= set(names)
    assert any(name.startswith("its forest") for name in names)


def test_validation_rows_that_are_usual_raise_the_alarms_that_are_stated(result):
    from fivefold.models.score import score

    valid = result[ff.Preprocessed].valid
    usual = valid.take(np.flatnonzero(valid.target == 0))
    scores = score(result[ff.Trained].model, usual.inputs)
    assert scores.argmax(1).mean() == pytest.approx(0.05, abs=1 / len(usual))


def test_labels_of_training_rows_choose_nothing_unless_training_is_clean():
    frame = cards(300, 20)
    first = pipeline(frame)
    stages = [first["collect"], first["preprocess"]]
    data = ff.Pipeline(stages).run(seed=0, progress=False)[ff.Preprocessed]
    turned = data.replace(train=with_target(data.train, 1 - data.train.target))
    one, other, clean = (digests(*asked) for asked in ((data, {}), (turned, {}), (data, CLEAN)))
    assert one == other != clean


CLEAN = {"clean": True}


def with_target(rows, target):
    return ff.Rows(inputs=rows.inputs, target=target, index=rows.index, weight=rows.weight)


def digests(data, asked):
    from fivefold.core.session import Session
    from fivefold.models.assemble import digest

    stage = ff.Train(epochs=1, threads=1, **asked)
    return digest(stage.run(data, Session(seed=0, device="cpu")).model)


def test_the_report_draws_surprise_and_tells_what_was_missed(result, tmp_path):
    result.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Found at how many false alarms" in page
    assert ">Surprise<" in page


@pytest.mark.slow
def test_a_bundle_answers_with_surprise_and_online_is_as_offline(tmp_path, ask):
    frame, bundle = cards(), tmp_path / "odd.ff"
    made = ff.Pipeline([*pipeline(frame), ff.Deploy(bundle)]).run(seed=0, progress=False)
    assert max(made[ff.Deployed].parity[door] for door in ("frame", "csv", "json", "raw")) < 1e-5
    model = ff.load(bundle)
    rows = json.loads(frame.drop(columns="kind").head(20).to_json(orient="records"))
    told = ask(model, "POST", "/predict", json={"instances": rows}).json()
    assert told["predictions"] == model.predict(frame.head(20)).tolist()
    told_offline = model.scores(frame.head(20))[:, 1]
    assert told["surprise"] == pytest.approx(told_offline.tolist(), abs=1e-5)
    assert told["threshold"] == 2.0
    alarms = np.array(told["surprise"]) > 2
    assert [bool(why) for why in told["reasons"]] == alarms.tolist()
    with pytest.raises(RequestError):
        model.predict_proba(frame.head(3))


def linked(rows=400):
    """Two columns that go together, one that goes alone, and categories."""
    draw = np.random.default_rng(0)
    a = draw.normal(size=rows)
    table = {"a": a, "b": a + 0.1 * draw.normal(size=rows), "c": draw.normal(size=rows)}
    return pd.DataFrame({**table, "k": draw.choice(["x", "y"], rows)})


@pytest.mark.unrehearsed
def test_reasons_are_the_columns_that_were_made_odd(tmp_path, ask):
    bundle = tmp_path / "linked.ff"
    stages = [ff.Collect(linked(), task="anomaly"), ff.Preprocess()]
    stages += [ff.Train(epochs=3, clean=True, threads=1), ff.Deploy(bundle)]
    ff.Pipeline(stages).run(seed=0, progress=False)
    model, usual = ff.load(bundle), {"a": 0.0, "b": 0.0, "c": 0.0, "k": "x"}
    rows = [usual, usual | {"c": 9.0}, usual | {"a": 2.0, "b": -2.0}]
    none, one, two = ({why["column"] for why in told} for told in model.reasons(rows))
    assert (none, one) == (set(), {"c"})
    assert two == {"a", "b"}  # each is usual alone
    wide = usual | {"a": 8.0, "b": 8.0, "c": 9.0}  # one of them would be enough
    [told] = model.reasons([wide], most=2)
    assert len(told) == 2
    assert min(why["surprise"] for why in told) > 0.5
    reply = ask(model, "POST", "/predict", json={"instances": rows}).json()
    assert reply["reasons"][1:] == model.reasons(rows[1:])
    assert reply["reasons"][0] == []


def test_reasons_of_a_model_of_classes_are_refused():
    model = ff.load(Path(__file__).parent / "bundles" / "two_classes.ff")
    asked = json.loads(bytes(model.bundle["parity.json"]))["requests"]["instances"]
    with pytest.raises(RequestError, match="reasons: expected a model of odd rows"):
        model.reasons(asked)


def test_without_a_target_the_answer_is_a_column_that_says_of_no_row_that_it_is_odd():
    frame = cards(100).drop(columns="kind").assign(odd=1.0)
    found = ff.Pipeline([ff.Collect(frame, task="anomaly")]).run(progress=False)[ff.Collected]
    assert (found.schema.task, found.schema.targets) == ("unlabelled", ("odd_",))
    assert found.schema.classes == (False, True)
    assert not [one for one in found.findings if one.code == "sorted_by_target"]


@pytest.mark.slow
def test_without_a_target_nothing_is_looked_for_that_gives_it_away():
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.integers(0, 9, (900, 8)).astype(float)).add_prefix("c")
    frame["kind"] = draw.choice(["a", "b"], 900)
    frame.loc[::3, "c0"] = np.nan
    found = ff.Pipeline([ff.Collect(frame, task="anomaly")]).run(seed=0, progress=False)
    codes = {finding.code for finding in found[ff.Collected].findings}
    assert found[ff.Collected].schema.task == "unlabelled"
    assert not any("leak" in code or "difficult" in code for code in codes)


@pytest.mark.slow
def test_without_a_target_test_rows_are_judged_by_the_share_of_alarms(tmp_path):
    source, bundle = tmp_path / "logs.csv", tmp_path / "logs.ff"
    cards(400).drop(columns="kind").to_csv(source, index=False)
    stages = [ff.Collect(source, task="anomaly"), ff.Preprocess(), ff.Train(epochs=2)]
    made = ff.Pipeline([*stages, ff.Evaluate(folds=2), ff.Deploy(bundle)])
    result = made.run(seed=0, progress=False)
    alarms = result.metrics["alarm_rate"]
    assert float(alarms) == pytest.approx(result[ff.Evaluated].scores.argmax(1).mean())
    assert list(result.tables["model_comparison"]["model"]) == ["model"]
    assert result[ff.Deployed].parity["source_rows"] == alarms.n
    result.report(tmp_path / "report.html")
    answers = ff.load(bundle).predict(source)
    assert answers.dtype == bool
    assert 0 < answers.mean() < 0.3


@pytest.mark.slow
def test_no_row_behind_the_training_rows_is_learnt_from():
    check_no_leak(pipeline(cards(240, 24)))


@pytest.mark.slow
@pytest.mark.rehearsed
def test_the_task_keeps_to_what_tasks_keep():
    frame = cards(120, 20)
    sound = check_task(
        ANOMALY,
        {"kind": frame["kind"].tolist()},
        inputs={n: frame[n].tolist() for n in ("a", "b", "c", "shop")},
    )
    assert sound


def test_a_threshold_that_few_rows_have_set_is_told(result):
    assert "coarse_threshold" not in {one.code for one in result.findings}
    few = pipeline(cards(200), false_alarms=0.01).run(seed=0, progress=False)
    [told] = [one for one in few.findings if one.code == "coarse_threshold"]
    assert told.numbers["rows"] == int((few[ff.Preprocessed].valid.target == 0).sum())


def test_more_known_odd_rows_than_are_left_out_are_told():
    """Of connections nearly half were attacks, which an unlabelled model learnt as usual."""
    collect = ff.Collect(cards(400, odd=160), target="kind", task="anomaly")
    data = ff.Pipeline([collect, ff.Preprocess()]).run(seed=0, progress=False)[ff.Preprocessed]
    [told] = many_odd(data, clean=False)
    assert told.code == "many_odd"
    assert told.numbers["share"] == pytest.approx(0.4, abs=0.05)
    assert not [*many_odd(data, clean=True)]
    few = ff.Collect(cards(), target="kind", task="anomaly")
    data = ff.Pipeline([few, ff.Preprocess()]).run(seed=0, progress=False)[ff.Preprocessed]
    assert not [*many_odd(data, clean=False)]
