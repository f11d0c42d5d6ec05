"""What decides answers in place of the likeliest class: chosen by validation rows, and deployed."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from torch import nn

import fivefold as ff
from fivefold.codecs.rows import Rows
from fivefold.core.session import Session
from fivefold.evaluate import alongside
from fivefold.evaluate.baselines import Baseline
from fivefold.evaluate.finders.score_findings import baseline_wins
from fivefold.evaluate.folds import held_out
from fivefold.evaluate.tables import model_comparison
from fivefold.evaluate.threshold import choose, fault_of, judged_by
from fivefold.models.score import score
from fivefold.tasks.known import BINARY
from fivefold.tasks.threshold import Threshold
from fivefold.testing import check_no_leak


def some_rows(rows: int = 300):
    rng = np.random.default_rng(1)
    target = (rng.random(rows) < 0.2).astype(int)
    second = np.clip(rng.normal(0.25 + 0.25 * target, 0.2), 0.001, 0.999).round(3)
    return target, np.stack([1 - second, second], axis=1), rng.integers(0, 3, rows).astype(float)


def told_by(value, target, scores, weight):
    said = scores[:, 1] > value
    pairs = [(0, False), (0, True), (1, False), (1, True)]
    return [weight[(target == true) & (said == answer)].sum() for true, answer in pairs]


WORTHS = {
    "f1": lambda kept, alarm, missed, found: 2 * found / (2 * found + alarm + missed),
    "youden": lambda kept, alarm, missed, found: found / (found + missed) - alarm / (alarm + kept),
    "costs": lambda kept, alarm, missed, found: -(alarm + 9 * missed),
    "gains": lambda kept, alarm, missed, found: -(2 * alarm + 5 * missed - 3 * found),
}
ASKED = {
    "costs": {"fp": 1, "fn": 9},
    "gains": {"no": {"yes": 2}, "yes": {"no": 5, "yes": -3}},
}


@pytest.mark.parametrize("rule", list(WORTHS))
@pytest.mark.parametrize("weighted", [False, True])
def test_value_is_the_best_of_all_there_are(rule, weighted):
    target, scores, weight = some_rows()
    counts = weight if weighted else np.ones(len(target))
    asked = ASKED.get(rule, rule)
    found = choose(asked, ("no", "yes"), target, scores, weight if weighted else None)
    worth = WORTHS[rule]
    every = [worth(*told_by(value, target, scores, counts)) for value in np.arange(0, 1, 0.0005)]
    assert worth(*told_by(found.value, target, scores, counts)) == pytest.approx(max(every))
    assert found.rows == len(target)
    distance = np.abs(scores[:, 1] - found.value).min()
    assert distance > 1e-4  # half way between two scores, so that no door answers otherwise


def test_half_answers_as_the_likeliest_class_does():
    _, scores, _ = some_rows()
    assert np.array_equal(Threshold("a number", 0.5).marks(scores).argmax(1), scores.argmax(1))


def test_costs_of_several_classes_answer_the_least_expected_one():
    scores = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    asked = {"a": {"b": 1, "c": 9}, "b": {"a": 2}, "c": {"b": 4}}
    found = choose(asked, ("a", "b", "c"), np.zeros(0, int), np.zeros((0, 3)))
    expected = [[2 * b, a + 4 * c, 9 * a] for a, b, c in scores]
    assert found.marks(scores).argmax(1).tolist() == np.argmin(expected, axis=1).tolist()
    assert Threshold.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_one_class_among_validation_rows_is_refused():
    with pytest.raises(ff.errors.DataError, match="both classes"):
        choose("f1", ("no", "yes"), np.zeros(9, int), np.full((9, 2), 0.5))


def schema(labels, task=None):
    frame = pd.DataFrame({"a": np.arange(60.0) % 7, "y": np.resize(labels, 60)})
    return (
        ff.Pipeline([ff.Collect(frame, target="y", task=task)])
        .run(progress=False)[ff.Collected]
        .schema
    )


@pytest.mark.parametrize(
    ("asked", "labels", "task", "told"),
    [
        ("f1", ["a", "b", "c"], None, "two classes"),
        (0.3, [1.5, 2.5, 7.25], "regression", "answers are classes"),
        (0.3, [1, 2, 3], "ordinal", "answers are classes"),
        ({"a": {"z": 1}}, ["a", "b"], None, "costs by classes"),
        ({"fp": 0}, ["a", "b"], None, "costs something"),
        ({"a": {"b": 1}}, ["a", "b", "c"], None, ""),
        ({1: {0: 2}}, [0, 1], None, ""),
    ],
)
def test_what_cannot_decide_is_refused_before_the_work(asked, labels, task, told):
    fault = fault_of(asked, schema(labels, task))
    assert told in str(fault) if told else fault is None


@pytest.mark.parametrize("asked", [0.0, 1, "best", {"fp": float("nan")}, {"tp": 1}])
def test_what_is_no_threshold_is_refused_at_once(asked):
    with pytest.raises(ff.errors.ConfigError, match="threshold"):
        ff.Evaluate(threshold=asked)


def test_alarms_and_a_threshold_at_once_are_refused():
    with pytest.raises(ff.errors.ConfigError, match="both decide"):
        ff.Evaluate(threshold=0.5, false_alarms=0.1)


def test_pipelines_hold_rows_back_where_they_decide():
    stages = [ff.Collect("a.csv", target="y"), ff.Preprocess(), ff.Train()]
    for evaluate, held in (
        (ff.Evaluate(threshold="f1"), True),
        (ff.Evaluate(false_alarms=0.1), True),
        (ff.Evaluate(threshold=0.3), False),
        (ff.Evaluate(), False),
    ):
        assert ff.Pipeline([*stages, evaluate])["train"].hold_back is held
    mixed = [*stages[:2], ff.Mix([{}, {}]), ff.Evaluate(threshold="f1")]
    assert all(one.hold_back for one in ff.Pipeline(mixed)["mix"].stages)


def test_halves_of_many_rows_share_none_and_few_are_whole():
    many = Rows(inputs={}, target=np.zeros(1001), index=np.arange(1001))
    stopping, deciding = (half.index for half in many.divided())
    assert sorted([*stopping, *deciding]) == list(range(1001))
    few = many.take(slice(999))
    assert [len(half) for half in few.divided()] == [999, 999]


def made(rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=list("abc"))
    odd = frame["a"] + rng.normal(size=rows) > 1.5
    return frame.assign(y=np.where(odd, "yes", "no"))


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A run that chose by costs, in its folder, and its bundle."""
    folder = tmp_path_factory.mktemp("costs")
    pipeline = ff.Pipeline(
        [
            *(ff.Collect(made(), target="y"), ff.Preprocess(), ff.Train(linear, epochs=6, lr=0.05)),
            ff.Evaluate(threshold={"fp": 1, "fn": 6}, folds=2, baselines=("linear",)),
            ff.Deploy(folder / "model.ff"),
        ]
    )
    return pipeline.run(progress=False, directory=folder / "run"), folder


@pytest.mark.slow
def test_answers_go_by_it_through_every_door(deployed):
    result, folder = deployed
    threshold, rows = result[ff.Evaluated].threshold, made().drop(columns="y").head(60)
    model = ff.load(folder / "model.ff")
    assert model.bundle.manifest["format"] == 4
    saved = ff.Evaluated.load(folder / "run" / "evaluate" / "artifact")
    assert model.threshold == threshold == saved.threshold
    wanted = np.where(model.predict_proba(rows)[:, 1] > threshold.value, "yes", "no").tolist()
    assert wanted == model.predict(rows).tolist() == result.predict(rows).tolist()
    assert wanted != np.where(model.predict_proba(rows)[:, 1] > 0.5, "yes", "no").tolist()
    reply = model.bundle.json("parity.json")["answers"]
    assert reply["threshold"] == threshold.value
    assert reply["predictions"] == [
        "yes" if second > threshold.value else "no" for _, second in reply["probabilities"]
    ]


@pytest.mark.slow
def test_what_counts_answers_goes_by_it_and_probabilities_do_not(deployed):
    result, _ = deployed
    judged, model = result[ff.Evaluated], result[ff.Trained].model
    said, truth = judged.scores[:, 1] > judged.threshold.value, judged.target == 1
    assert result.metrics["recall"] == pytest.approx(said[truth].mean())
    assert result.metrics["accuracy"] == pytest.approx((said == truth).mean())
    cost = np.where(truth & ~said, 6, np.where(~truth & said, 1, 0)).mean()
    assert result.metrics["cost"] == pytest.approx(cost)
    usual = {metric.name: metric for metric in BINARY.metrics}
    for name in ("roc_auc", "log_loss", "brier", "average_precision"):
        assert result.metrics[name] == pytest.approx(usual[name](judged.target, judged.scores))
    before, after = result.tables["threshold"].to_dict("records")
    assert before["accuracy"] == pytest.approx((judged.scores.argmax(1) == judged.target).mean())
    assert after["cost"] == pytest.approx(cost)
    valid = result[ff.Preprocessed].valid
    again = choose({"fp": 1, "fn": 6}, ("no", "yes"), valid.target, score(model, valid.inputs))
    assert again.value == judged.threshold.value
    assert "threshold_by_few" in {one.code for one in result.findings}
    assert "Thresholds" in result.report()
    folds = result.tables["folds"]
    assert (folds["recall"] > 0.5).all()  # by 0.5 it is a third
    assert next(iter(result.metrics)) == next(iter(result[ff.Evaluated].folds)) == "cost"
    assert result[ff.Evaluated].folds["cost"] == pytest.approx(folds["cost"].mean())
    assert f"it costs {1000 * cost:.0f} for 1,000 rows" in str(result.verdict)


@pytest.mark.slow
def test_probe_sees_a_threshold_that_test_rows_reached(deployed, monkeypatch):
    result, _ = deployed
    assert "threshold" in check_no_leak(result).compared["test"]

    def by_test(self, data, trained):
        return {"threshold": Threshold("", float(data.test.target.mean()))}

    monkeypatch.setattr(ff.Evaluate, "chosen", by_test)
    with pytest.raises(ff.errors.LeakError, match="threshold"):
        check_no_leak(result)


@pytest.mark.slow
def test_nothing_learns_from_rows_that_are_held_back():
    from sklearn.linear_model import LogisticRegression

    frame = made(7000)
    read = ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess()]).run(progress=False)
    data = read[ff.Preprocessed]
    assert len(data.valid) > 1000
    _, deciding = data.valid.divided()
    worse = data.valid.take(slice(None))
    held = np.isin(worse.index, deciding.index)
    inputs = {name: values.copy() for name, values in worse.inputs.items()}
    for values in inputs.values():
        values[held] = values[held][::-1]
    spoilt = data.replace(
        valid=Rows(inputs=inputs, target=worse.target, index=worse.index, weight=worse.weight)
    )
    for model in (linear, LogisticRegression()):
        train = ff.Train(model, **({"epochs": 2} if model is linear else {}), hold_back=True)
        one, other = (train.run(rows, ff.Session()) for rows in (data, spoilt))
        assert np.array_equal(*(score(each.model, data.test.inputs) for each in (one, other)))


RISING = {"fp": 1, "fn": 3}


def beside(world, function, monkeypatch, rivals, asked):
    """The evidence of a network, with simple models that answer as these functions do."""
    evidence = world.evidence(function)
    valid, test = evidence.data.valid, evidence.data.test
    by = choose(asked, ("no", "yes"), valid.target, function(valid.inputs))
    evidence = replace(evidence, threshold=by)
    judged = evidence.judged
    evidence = replace(evidence, metrics=evidence.estimate(judged, evidence.judging))

    def fit(data, names, **more):
        for name in names:
            ask = rivals[name]
            yield Baseline(
                kind=name,
                name=name,
                scores=ask(test.inputs),
                predict=lambda rows, ask=ask: ask(rows.inputs),
            )

    monkeypatch.setattr(alongside, "fit_baselines", fit)
    return alongside.with_rivals(evidence, tuple(rivals), Session(seed=0), asked)[0]


def test_costs_lead_and_rule_with_the_threshold_of_each(numbers, sensible, monkeypatch):
    def halved(inputs):  # the same order, other probabilities: its own threshold answers alike
        second = sensible(inputs)[:, 1] / 2
        return np.stack([1 - second, second], 1)

    def knowing(inputs):
        second = truth[len(inputs["numeric"])].astype(float)
        return np.stack([1 - second, second], 1)

    def blind(inputs):
        return np.full((len(inputs["numeric"]), 2), [0.45, 0.55])

    data = numbers.data
    truth = {len(rows): rows.target for rows in (data.valid, data.test)}
    rivals = {"constant": blind, "linear": halved, "boosting": knowing}
    evidence = beside(numbers, sensible, monkeypatch, rivals, RISING)
    ruled = {rival.baseline.kind: rival.comparison.verdict for rival in evidence.rivals}
    assert ruled == {"constant": "wins", "linear": "a tie", "boosting": "loses"}
    assert evidence.rivals[0].baseline.name == "always yes"  # a false alarm is the cheaper error
    target, said = evidence.target, evidence.scores[:, 1] > evidence.threshold.value
    by_hand = np.where(said, target == 0, 3 * (target == 1)).mean()
    costs = [float(rival.metrics["cost"]) for rival in evidence.rivals]
    assert float(evidence.metrics["cost"]) == pytest.approx(by_hand)
    assert costs == pytest.approx([(target == 0).mean(), by_hand, 0])
    assert evidence.rivals[0].comparison.difference == pytest.approx(by_hand - costs[0])
    assert list(evidence.metrics)[:2] == list(evidence.rivals[0].metrics)[:2] == ["cost", "roc_auc"]
    table = model_comparison(evidence, 0.1)
    assert list(table)[:3] == ["model", "cost", "roc_auc"]
    (worse,) = baseline_wins(evidence)
    assert worse.numbers["metric"] == "cost"
    assert list(by_fold(evidence))[5:7] == ["cost", "roc_auc"]


def by_fold(evidence):
    """What a fold is told of, had it held these rows out."""
    rows = evidence.data.test
    more = {"fold": 1, "learnt": 9, "stopped": 9, "seconds": 0.1, "threshold": evidence.threshold}
    return held_out(evidence.collected, rows, evidence.scores, **more).line


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("f1", "f1"),
        ("youden", "balanced_accuracy"),
        (0.2, "roc_auc"),
        (None, "roc_auc"),
        (RISING, "cost"),
        ({"no": {"yes": 2}, "yes": {"no": 5}}, "cost"),
    ],
)
def test_what_answers_are_decided_by_leads(numbers, sensible, asked, first):
    evidence = numbers.evidence(sensible)
    valid = evidence.data.valid
    chosen = asked and choose(asked, ("no", "yes"), valid.target, sensible(valid.inputs))
    evidence = replace(evidence, threshold=chosen)
    for metrics in (evidence.judging, evidence.headlines, evidence.compared):
        names = [metric.name for metric in metrics]
        assert names[0] == evidence.headline.name == first
        assert len(names) == len(set(names))
    assert [m.name for m in judged_by(evidence.schema, asked)] == [m.name for m in evidence.judging]


def test_f1_is_beside_the_constant_answer_that_is_best_by_it(numbers, sensible, monkeypatch):
    def blind(inputs):
        return np.full((len(inputs["numeric"]), 2), [0.7, 0.3])

    evidence = beside(numbers, sensible, monkeypatch, {"constant": blind}, "f1")
    share = (evidence.target == 1).mean()
    (rival,) = evidence.rivals
    assert rival.baseline.name == "always yes"
    assert float(rival.metrics["f1"]) == pytest.approx(2 * share / (1 + share))
