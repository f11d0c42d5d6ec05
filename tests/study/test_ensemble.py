"""Ensembles: chosen greedily, judged by other rows, trained and served as one network."""

from itertools import combinations_with_replacement
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.metrics.metric import ACCURACY, LOG_LOSS, RMSE
from fivefold.models.score import score
from fivefold.study.candidate import refuse_unmixed
from fivefold.study.ensemble import _Answers
from fivefold.study.tune import tune
from fivefold.tasks.known import (
    ANOMALY,
    BINARY,
    COUNT,
    MULTILABEL,
    ORDINAL,
    REGRESSION,
    SEVERAL,
    TAGGING,
)
from studied import small_frame, small_pipeline


def answers(scores, target, metric):
    scores = np.asarray(scores, float)
    return _Answers(
        names=range(len(scores)),
        scores=scores,
        target=np.asarray(target),
        weight=None,
        metric=metric,
    )


def test_selection_adds_the_models_that_correct_one_another():
    target = np.array([0.0, 0.0, 0.0])
    found = answers([[1, 1, 1], [-2, -2, -2], [5, -5, 5]], target, RMSE)
    assert sorted(found.select(3)) == [0, 0, 1]  # two of 1 and one of -2 are 0
    assert found.score(found.mean([0, 0, 1])) == 0


def test_selection_is_as_good_as_every_pair_for_two_steps():
    draw = np.random.default_rng(0)
    target = draw.integers(0, 2, 60)
    shares = np.clip(target * 0.3 + 0.35 + draw.normal(0, 0.3, (6, 60)), 0.01, 0.99)
    found = answers(np.stack([1 - shares, shares], axis=2), target, LOG_LOSS)
    first = found.select(1)[0]
    pairs = [pair for pair in combinations_with_replacement(range(6), 2) if first in pair]
    best = min(found.score(found.mean(pair)) for pair in pairs)
    assert found.score(found.mean(found.select(2))) == pytest.approx(
        min(best, found.singles[first])
    )


def test_halves_judge_models_of_chance_as_chance():
    draw = np.random.default_rng(1)
    target = draw.integers(0, 2, 200)
    shares = draw.random((30, 200))
    found = answers(np.stack([1 - shares, shares], axis=2), target, ACCURACY)
    picked = found.select(15)
    assert found.score(found.mean(picked)) > 0.6
    mixtures, singles = found.judged(15)
    assert abs(mixtures - 0.5) < 0.06
    assert abs(singles - 0.5) < 0.06


@pytest.fixture
def study():
    pipeline = small_pipeline(epochs=ff.integer(1, 3))
    space = {
        "train.lr": ff.log_uniform(1e-3, 1e-1),
        "preprocess.scale": ff.choice("none", "robust"),
    }
    return tune(pipeline, space, trials=8, folds=2, prune=False, seed=2, progress=False)


def test_ensemble_is_one_pipeline_of_members_that_share_their_rows(study):
    found = ff.ensemble(study, size=6)
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.score >= found.single
    scales = study.trials.set_index("trial")["preprocess.scale"]
    assert {scales[number] for number in found.weights} == {found.pipeline["preprocess"].scale}
    assert found.candidates + found.left_out == 8
    assert 0 < found.candidates < 8
    assert "with other preprocessing left out" in repr(found)
    assert list(found.members["trial"]) == list(found.weights)
    members = found.pipeline["mix"].members
    assert [one["lr"] for one in members] == list(found.members["train.lr"])
    result = found.pipeline.run(seed=1, progress=False)
    assert result[ff.Trained].settings.network == f"mix of {len(members)}"
    assert "roc_auc" in result.metrics


def test_what_is_no_study_is_refused(study):
    with pytest.raises(ConfigError, match=r"expected a study of .* over folds, found 3"):
        ff.ensemble(3)
    with pytest.raises(ConfigError, match="size of 1 or more"):
        ff.ensemble(study, 0)


@pytest.mark.parametrize(
    ("target", "loss"), [("two", None), ("three", None), ("numbers", None), ("numbers", "poisson")]
)
def test_scores_of_a_mix_are_the_mean_of_those_of_its_members(target, loss):
    frame = small_frame(90)
    if target == "three":
        frame["y"] = np.digitize(frame["a"], [-0.5, 0.5]).astype(str)
    if target == "numbers":
        frame["y"] = np.exp(frame["a"])
    shared = {"batch": 16, "threads": 1, "loss": loss}
    members = [{"model": "mlp", "epochs": 1, **shared}, {"model": "mlp", "epochs": 3, **shared}]
    pipeline = ff.Pipeline(
        [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Mix(members, weights=(3, 1))]
    )
    result = pipeline.run(progress=False)
    model, inputs = result[ff.Trained].model, result[ff.Preprocessed].test.inputs
    mixed, kept, alone = score(model, inputs), model.body.weights.clone(), []
    np.testing.assert_allclose(kept, [0.75, 0.25])
    for member in model.body.networks:
        from fivefold.models.assemble import Assembled

        alone.append(score(Assembled(model.fixed, member, model.head).eval(), inputs))
    np.testing.assert_allclose(mixed, 0.75 * alone[0] + 0.25 * alone[1], rtol=1e-5, atol=1e-6)
    assert not np.allclose(alone[0], alone[1])


def test_members_that_do_not_go_together_are_refused():
    with pytest.raises(ConfigError, match="did you mean `lr`"):
        ff.Mix([{"lrr": 1}])
    with pytest.raises(ConfigError, match="2 `members` have 1 `weights`"):
        ff.Mix([{}, {"epochs": 2}], weights=[1])
    text = ff.Pipeline(
        [ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Mix([{"lr": 0.1}, {}], weights=[1, 2])]
    ).to_json()
    assert ff.Pipeline.from_json(text).to_json() == text


@pytest.mark.slow
def test_mix_is_served_as_one_graph_saved_and_each_member_told(tmp_path):
    shared = {"batch": 16, "threads": 1, "epochs": 2}
    members = [
        {"model": "mlp", **shared},
        {"quality": "fast", **shared},
        {"model": "mlp", **shared},
    ]
    collect, preprocess, _, evaluate = small_pipeline().stages
    pipeline = ff.Pipeline(
        [collect, preprocess, ff.Mix(members), evaluate, ff.Deploy(tmp_path / "mix.ff")]
    )
    result = pipeline.run(directory=tmp_path / "run", progress=False)
    frame = small_frame()
    served = ff.load(tmp_path / "mix.ff").predict_proba(frame)
    np.testing.assert_allclose(served, result.predict_proba(frame), atol=1e-5)
    again = pipeline.run(directory=tmp_path / "run", resume=True, progress=False, until="evaluate")
    np.testing.assert_array_equal(again.predict_proba(frame), result.predict_proba(frame))
    assert torch.equal(again[ff.Trained].model.body.weights, result[ff.Trained].model.body.weights)
    rows = list(result.tables["model_comparison"]["model"])
    assert rows[1:4] == ["its mlp 1 (33%)", "its blend (33%)", "its mlp 2 (33%)"]


def test_models_that_were_compared_are_mixed_by_their_names():
    base = small_pipeline()
    models = {
        "one": base.replace("train", lr=0.05),
        "two": base.replace("train", lr=0.01, epochs=4),
        "forest": RandomForestClassifier(10, random_state=0),
        "scaled": base.replace("preprocess", scale="robust"),
    }
    study = ff.compare(models, folds=3, repeats=2, seed=2, progress=False)
    found = ff.ensemble(study, size=4)
    assert (found.candidates, found.left_out) in ((3, 1), (1, 3))
    assert sum(found.weights.values()) == pytest.approx(1)
    assert set(found.weights) < set(models)
    assert found.members["model"].tolist() == list(found.weights)
    assert found.score >= found.single
    chosen = [study.models[name] for name in found.weights]
    rows = [np.concatenate([fold.index for fold in each.outcomes]) for each in chosen]
    assert all(np.array_equal(one, rows[0]) for one in rows)
    assert len(np.unique(rows[0])) == len(rows[0])
    assert ff.Trained in found.pipeline.run(seed=0, progress=False, until="mix")
    with pytest.raises(ConfigError, match="a comparison over folds, found one of folds"):
        ff.ensemble(study.replace(models={}))


def _hits(target, scores):
    return float((scores.argmax(1) == target).mean())


def test_models_compared_by_an_own_metric_are_chosen_by_it():
    one = small_pipeline(small_frame(100)).replace("evaluate", metrics={"hits": _hits})
    models = {"one": one, "long": one.replace("train", epochs=5)}
    compared = ff.compare(models, folds=3, metric="hits", seed=1, progress=False)
    found = ff.ensemble(compared, size=3)
    assert found.metric.name == "hits"
    whole = {name: float(score) for name, score in zip(models, compared.table["hits"], strict=True)}
    assert found.single == pytest.approx(max(whole.values()), abs=0.02)  # folds are of other sizes


@pytest.mark.parametrize("task", [MULTILABEL, ORDINAL, SEVERAL, TAGGING, ANOMALY])
def test_tasks_whose_answers_are_no_means_are_refused_before_anything_is_chosen(task):
    """They were refused once the ensemble was run."""
    models = {1: SimpleNamespace(task=task)}
    with pytest.raises(ConfigError, match=r"scores are the mean of .*Train\(members=5\)|\n"):
        refuse_unmixed(models)
    for other in (COUNT, REGRESSION, BINARY):
        refuse_unmixed({1: SimpleNamespace(task=other)})
