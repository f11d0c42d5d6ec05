"""Several targets at once: each as it would be alone, side by side in one model."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, r2_score

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.errors import DataError
from fivefold.models.heads import head_from, make_head
from fivefold.models.losses import mean_of
from fivefold.report.headline import headlines
from fivefold.tasks.known import COUNT, REGRESSION, SEVERAL, task_of
from fivefold.testing import check_no_leak, check_task

pytestmark = pytest.mark.few_trees

ORDER = ("low", "mid", "high")
TARGETS = ("price", "sold", "grade", "visits", "tags")


def shop(rows=300, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    has = x[:, :2] + random.normal(size=(rows, 2)) * 0.3 > 0.4
    return {
        "a": x[:, 0],
        "b": x[:, 1],
        "c": x[:, 2],
        "price": 100 + 20 * x[:, 0] + 3 * random.normal(size=rows),
        "sold": np.where(x[:, 1] + random.normal(size=rows) / 2 > 0, "yes", "no"),
        "grade": np.array(ORDER)[np.digitize(x[:, 2] + random.normal(size=rows) / 3, [-0.5, 0.5])],
        "visits": random.poisson(np.exp(1 + x[:, 0] / 2)),
        "tags": objects([n for n, h in zip("pq", row, strict=True) if h] for row in has),
    }


def collect(targets=TARGETS, **more):
    asked = {"task": {"visits": "count"}, "order": {"grade": ORDER}, **more}
    return ff.Collect(shop(), target=targets, **asked)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("several") / "shop.ff"
    train = ff.Train("mlp", epochs=30, threads=1)
    stages = [collect(), ff.Preprocess(), train, ff.Evaluate(), ff.Deploy(path)]
    return ff.Pipeline(stages).run(seed=0, progress=False), path


def test_several_targets_are_each_what_they_would_be_alone(run):
    result, _ = run
    schema = result[ff.Collected].schema
    told = {one.name: one.task.name for one in task_of(schema.task).parts}
    wanted = ("regression", "binary", "ordinal", "count", "multilabel")
    assert told == dict(zip(TARGETS, wanted, strict=True))
    assert schema.each == ((), ("no", "yes"), ORDER, (), ("p", "q"))
    assert Schema.from_json(schema.to_json()) == schema


def test_two_columns_of_numbers_and_two_of_truth_values_are_told_apart():
    table = shop()
    numbers = ff.Collect(table, target=("price", "visits"))
    schema = ff.Pipeline([numbers]).run(progress=False)[ff.Collected].schema
    assert schema.task.startswith("several {")
    truths = {**table, "s": table["sold"] == "yes", "t": table["a"] > 0}
    schema = ff.Pipeline([ff.Collect(truths, target=("s", "t"))]).run(progress=False)[ff.Collected]
    assert schema.schema.task == "multilabel"
    with pytest.raises(DataError, match="expected one of several targets"):
        ff.Pipeline([ff.Collect(table, target="price", task="several")]).run(progress=False)


@pytest.mark.parametrize("said", [{"task": {"a": "count"}}, {"order": {"a": ORDER}}])
def test_what_is_said_of_a_column_that_is_no_target_is_refused(said):
    with pytest.raises(DataError, match='expected targets, found "a"'):
        ff.Pipeline([collect(**said)]).run(progress=False)


def test_several_scores_are_those_of_each_target(run):
    """The metrics by target are those of its own answers; what is explained of a number is R²."""
    result, _ = run
    evaluated, table = result[ff.Evaluated], shop()
    rows = evaluated.index
    answers = result.predict({name: table[name][rows] for name in "abc"})
    price = np.array([one["price"] for one in answers])
    error = np.sqrt(np.mean((price - table["price"][rows]) ** 2))
    assert float(result.metrics["rmse_price"]) == pytest.approx(error, rel=1e-6)
    sold = [one["sold"] for one in answers]
    wanted = accuracy_score(table["sold"][rows], sold)
    assert float(result.metrics["accuracy_sold"]) == pytest.approx(wanted)
    task = task_of(result[ff.Collected].schema.task)
    own = [
        (given.sum(), blind.sum())
        for given, blind in (one.losses(evaluated.target, evaluated.scores) for one in task.parts)
    ]
    wanted = np.mean([1 - given / blind for given, blind in own])
    assert float(result.metrics["explained"]) == pytest.approx(wanted)
    first = 1 - own[0][0] / own[0][1]
    assert first == pytest.approx(r2_score(table["price"][rows], price), abs=1e-6)


def test_several_targets_stand_beside_models_of_each(run):
    result, _ = run
    table = result.tables["model_comparison"].set_index("model")
    assert table.index[-3:].tolist() == ["constants", "linear models", "gradient boosting"]
    assert float(table.loc["constants", "explained"]) < 0.05
    assert float(table.loc["model", "explained"]) > 0.3
    assert float(table.loc["linear models", "rmse_price"]) < 5


def test_summary_of_several_targets_shows_a_score_for_each(run):
    shown = [line.name for line in headlines(run[0][ff.Evaluated], run[0][ff.Collected].schema)]
    assert len(shown) == 1 + len(TARGETS)
    assert shown[0] == "share explained"
    assert all(any(name.endswith(target) for name in shown[1:]) for target in TARGETS)


def test_targets_of_no_rows_have_their_width(run):
    collected = run[0][ff.Collected]
    schema, task = collected.schema, task_of(collected.schema)
    columns = [collected.table.column(name) for name in schema.targets]
    wide = task.encode(columns, schema).shape[1]
    nothing = [column[:0] for column in columns]
    assert task.encode(nothing, schema).shape == (0, wide)  # as studies have no test rows


def test_several_answers_are_alike_by_every_door(run, ask, tmp_path):
    result, path = run
    model = ff.load(path)
    rows = [{"a": 1.0, "b": -1.0, "c": 2.0}, {"a": -1.0, "b": 2.0, "c": -2.0}]
    answers = model.predict(rows).tolist()
    assert [list(one) for one in answers] == [list(TARGETS)] * 2
    assert (answers[0]["sold"], answers[1]["grade"]) == ("no", "low")
    reply = ask(model, "POST", "/predict", json={"instances": rows}).json()
    assert reply["predictions"] == answers
    assert reply["targets"]["grade"]["classes"] == list(ORDER)
    assert len(reply["targets"]["visits"]["intervals"]) == 2
    assert "5 targets, from what you enter" in ask(model, "GET", "/").text
    result.report(tmp_path / "report.html")
    assert "grade: Test rows by true class" in (tmp_path / "report.html").read_text()


def test_head_of_several_has_the_losses_of_its_heads_beside_those_of_constants():
    task = SEVERAL.named('several {"x": ["regression", 0], "n": ["count", 0]}')
    random = np.random.default_rng(0)
    target = np.stack([random.normal(5, 3, 60), random.poisson(4.0, 60)], axis=1)
    head = make_head(task, (2,))
    head.fit(target)
    outputs = torch.zeros(60, 2)
    cost = mean_of(head.loss("balanced")(outputs, head.targets(target)))
    assert float(cost) == pytest.approx(1.0, abs=1e-3)  # outputs of 0 are constants
    again = head_from(head.description)
    again.load_state_dict(head.state_dict())
    scores = again.scores(outputs)
    assert scores.shape == (60, 3)
    number, count = make_head(REGRESSION, (1,)), make_head(COUNT, (1,))
    number.fit(target[:, 0])
    count.fit(target[:, 1])
    torch.testing.assert_close(scores[:, 0], number.scores(outputs[:, :1]))
    torch.testing.assert_close(scores[:, 1:], count.scores(outputs[:, 1:]))


def test_trees_of_several_targets_answer_each_in_its_own_way():
    result = ff.Pipeline(
        [
            collect(("price", "sold", "visits"), order=None),
            ff.Preprocess(),
            ff.Train(epochs=3, threads=1),
            ff.Evaluate(baselines=("boosting",)),
        ]
    ).run(seed=0, progress=False)
    table = result.tables["model_comparison"].set_index("model")
    alone = [name for name in table.index if name.startswith("its trees")]
    trees = alone[0] if alone else "model"
    assert "trees" in result[ff.Trained].settings
    boosting = table.loc["gradient boosting"]
    assert float(table.loc[trees, "rmse_price"]) < 1.5 * float(boosting["rmse_price"])
    assert float(table.loc[trees, "roc_auc_sold"]) > float(boosting["roc_auc_sold"]) - 0.1
    deviance = "poisson_deviance_visits"
    assert float(table.loc[trees, deviance]) < 1.2 * float(boosting[deviance])


@pytest.mark.slow
@pytest.mark.rehearsed
def test_several_targets_keep_the_rules_of_tasks_and_do_not_leak():
    check_task(SEVERAL, {"y": np.random.default_rng(0).normal(size=60), "z": ["no", "yes"] * 30})
    train = ff.Train(epochs=2, threads=1)
    stages = [collect(), ff.Preprocess(), train, ff.Evaluate()]
    assert set(check_no_leak(ff.Pipeline(stages)).compared) == {"validation and test", "test"}
