import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fivefold.evaluate import baselines as module
from fivefold.evaluate import simple
from fivefold.evaluate.baselines import fit_baselines
from fivefold.metrics.classification import accuracy
from fivefold.metrics.curves import roc_auc
from fivefold.metrics.regression import rmse


def _by_kind(data, names=("constant", "linear", "boosting"), seed=0):
    return {baseline.kind: baseline for baseline in fit_baselines(data, names, seed=seed)}


def _both(data):
    numeric = np.vstack([data.train.inputs["numeric"], data.valid.inputs["numeric"]]).astype(float)
    codes = np.vstack([data.train.inputs["codes"], data.valid.inputs["codes"]])
    return numeric, codes, np.append(data.train.target, data.valid.target)


def test_baselines_give_the_class_shares_of_training_and_validation_rows(numbers):
    data = numbers.data
    made = _by_kind(data, ("constant",))["constant"]
    share = _both(data)[2].mean()
    assert_allclose(made.scores, np.tile([1 - share, share], (200, 1)))
    assert made.rows_fitted == 800
    assert made.name == "majority class"


def test_baselines_take_a_column_without_any_training_value_for_a_constant(numbers):
    fits = {name: made.scores for name, made in _by_kind(numbers.data).items()}
    rows = len(numbers.target)
    numbers.columns["none"] = np.where(np.arange(rows) < 0.8 * rows, np.nan, 1.0)
    numbers.kinds["none"] = "numeric"
    assert_allclose(_by_kind(numbers.data)["boosting"].scores, fits["boosting"], atol=1e-12)


def test_baselines_fit_the_logistic_regression_of_scikit_learn(numbers):
    data = numbers.data
    numeric, codes, target = _both(data)
    scaler = StandardScaler().fit(numeric)
    encoder = OneHotEncoder(categories=[range(5)], sparse_output=False).fit(codes)

    def matrix(numeric, codes):
        return np.hstack([scaler.transform(numeric), encoder.transform(codes)])

    expected = LogisticRegression().fit(matrix(numeric, codes), target)
    test = matrix(data.test.inputs["numeric"].astype(float), data.test.inputs["codes"])
    made = _by_kind(data, ("linear",))["linear"]
    assert_allclose(made.scores, expected.predict_proba(test), atol=1e-3)
    assert made.fit_seconds > 0
    assert made.milliseconds_per_row > 0


def test_baselines_for_numbers_are_mean_ridge_and_boosting(numbers):
    numbers.task = "regression"
    numbers.target = 3 * numbers.columns["first"] + 100
    data = numbers.data
    numeric, codes, target = _both(data)
    made = _by_kind(data)
    assert_allclose(made["constant"].scores, target.mean())
    assert made["linear"].name == "ridge regression"
    scaler = StandardScaler().fit(numeric)
    hot = np.eye(5)
    ridge = Ridge().fit(np.hstack([scaler.transform(numeric), hot[codes[:, 0]]]), target)
    test = np.hstack(
        [scaler.transform(data.test.inputs["numeric"]), hot[data.test.inputs["codes"][:, 0]]]
    )
    assert_allclose(made["linear"].scores, ridge.predict(test), rtol=1e-4)
    errors = {kind: rmse(data.test.target, b.scores) for kind, b in made.items()}
    assert errors["linear"] < errors["boosting"] < errors["constant"]


def test_boosting_finds_what_a_linear_model_cannot(numbers):
    first, second = numbers.columns["first"], numbers.columns["second"]
    numbers.target = (first * second > 0).astype(int)
    data = numbers.data
    made = _by_kind(data, ("linear", "boosting"))
    area = {kind: roc_auc(data.test.target, b.scores) for kind, b in made.items()}
    assert area["linear"] < 0.65
    assert area["boosting"] > 0.95


def test_baselines_with_one_seed_are_equal(numbers):
    one, same = (_by_kind(numbers.data) for _ in range(2))
    for kind, baseline in one.items():
        assert (baseline.scores == same[kind].scores).all()


def test_baselines_give_no_probability_to_a_class_never_trained(numbers):
    numbers.classes = ("no", "yes", "never")
    numbers.task = "multiclass"
    numbers.target[-5:] = 2
    made = _by_kind(numbers.data)
    for baseline in made.values():
        assert baseline.scores.shape == (200, 3)
        assert (baseline.scores[:, 2] == 0).all()
        assert_allclose(baseline.scores.sum(1), 1)


def test_baselines_of_one_class_say_why_they_were_not_fitted(numbers):
    numbers.target = np.zeros(1000, int)
    made = _by_kind(numbers.data)
    assert made["constant"].scores is not None
    for kind in ("linear", "boosting"):
        assert made[kind].scores is None
        assert made[kind].note == "the training rows have one class"


def test_baselines_of_texts_are_tf_idf_and_no_boosting(world):
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 300)
    words = np.array([["good", "fine"], ["bad", "poor"]])
    texts = [f"{words[k, random.integers(2)]} thing {random.integers(9)}" for k in target]
    made = _by_kind(world({"t": np.array(texts, object)}, {"t": "text"}, target).data)
    assert made["linear"].name == "TF-IDF and logistic regression"
    assert accuracy(target[240:], made["linear"].scores) == 1
    assert made["boosting"].scores is None
    assert made["boosting"].note == "the inputs are texts only"


def test_baselines_of_images_see_their_pixels(world):
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 200)
    pixels = random.integers(0, 100, (200, 20, 20, 1)).astype(np.uint8)
    pixels[target == 1, :10] += 60
    made = _by_kind(world({"i": pixels}, {"i": "image"}, target).data)
    assert accuracy(target[160:], made["linear"].scores) == 1
    assert accuracy(target[160:], made["boosting"].scores) > 0.9
    assert made["linear"].note == "images pooled to 14 pixels a side, 1 thread"
    assert made["boosting"].note == "images pooled to 8 pixels a side, 1 thread"


def test_baselines_of_many_rows_learn_from_a_sample_and_say_so(numbers, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 300)
    monkeypatch.setattr(module, "MOST_ROWS_OF_MANY", 100)
    made = _by_kind(numbers.data)
    assert made["constant"].rows_fitted == 800
    for kind in ("linear", "boosting"):
        assert made[kind].rows_fitted == 300
        assert "a sample of 300 of 800 rows" in made[kind].note


def test_baselines_that_do_not_converge_say_so_without_a_warning(numbers, monkeypatch):
    monkeypatch.setattr(simple, "STEPS", 1)
    made = _by_kind(numbers.data, ("linear",))["linear"]
    assert made.note == "stopped after 1 steps, 1 thread"


@pytest.mark.parametrize("kind", ["constant", "linear", "boosting"])
def test_baselines_without_test_rows_give_no_scores(numbers, kind):
    numbers.parts = (np.arange(500), np.arange(500, 1000), np.zeros(0, int))
    assert len(_by_kind(numbers.data, (kind,))[kind].scores) == 0


def test_baselines_leave_the_threads_of_torch_as_they_were(numbers):
    before = torch.get_num_threads()
    _by_kind(numbers.data)
    assert torch.get_num_threads() == before


def _weighted(world, weight):
    world.columns["w"] = np.asarray(weight, float)
    world.kinds["w"], world.roles["w"] = "numeric", "weight"
    return world.data


WHOLE = np.random.default_rng(1).integers(0, 4, 1000)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_baselines_of_weighted_rows_are_those_of_scikit_learn(numbers, task):
    numbers.task = task
    if task == "regression":
        numbers.target = 3 * numbers.columns["first"] + 100
    data = _weighted(numbers, WHOLE)
    numeric, codes, target = _both(data)
    weight = np.append(data.train.weight, data.valid.weight)
    kept = weight > 0
    share = weight[kept] / weight[kept].mean()
    scaler = StandardScaler().fit(numeric[kept])
    test = np.hstack(
        [
            scaler.transform(data.test.inputs["numeric"].astype(float)),
            np.eye(5)[data.test.inputs["codes"][:, 0]],
        ]
    )
    matrix = np.hstack([scaler.transform(numeric), np.eye(5)[codes[:, 0]]])[kept]
    made = _by_kind(data)
    mean = np.repeat(target, weight.astype(int)).mean()
    if task == "regression":
        assert_allclose(made["constant"].scores, mean)
        ridge = Ridge().fit(matrix, target[kept], sample_weight=share)
        assert_allclose(made["linear"].scores, ridge.predict(test), rtol=1e-4)
        again = np.repeat(np.arange(kept.sum()), weight[kept].astype(int))
        alone = Ridge(alpha=weight[kept].mean()).fit(matrix[again], target[kept][again])
        assert_allclose(made["linear"].scores, alone.predict(test), rtol=1e-4)
    else:
        assert_allclose(made["constant"].scores, np.tile([1 - mean, mean], (200, 1)))
        logistic = LogisticRegression().fit(matrix, target[kept], sample_weight=share)
        assert_allclose(made["linear"].scores, logistic.predict_proba(test), atol=1e-3)
    assert {b.rows_fitted for b in made.values()} == {int(kept.sum())}


def test_baselines_do_not_change_with_the_unit_of_weights_or_with_rows_of_weight_zero(numbers):
    weight = np.where(np.arange(1000) % 3, WHOLE / 8, 0)
    made = _by_kind(_weighted(numbers, weight))
    spoilt = np.where(weight == 0, 1 - numbers.target, numbers.target)
    spoilt[800:] = numbers.target[800:]
    numbers.target = spoilt
    again = _by_kind(_weighted(numbers, 1024 * weight))
    for kind, baseline in made.items():
        assert_allclose(again[kind].scores, baseline.scores, rtol=1e-12)


def test_boosting_follows_the_weights(numbers):
    lean = np.where(numbers.target == 1, 9.0, 1.0)
    plain = _by_kind(numbers.data)["boosting"].scores
    assert (_by_kind(_weighted(numbers, lean))["boosting"].scores - plain)[:, 1].mean() > 0.1
