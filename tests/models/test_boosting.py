from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from fivefold.models import boosting
from fivefold.models.boosting import Boosting, fit_trees


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 4)).astype(np.float32)
    return x, x[:, 0] + np.sin(3 * x[:, 1])


SETTINGS = {
    "learning_rate": 0.1,
    "max_leaf_nodes": 16,
    "max_depth": 10,
    "min_samples_leaf": 10,
    "l2_regularization": 1.0,
    "early_stopping": False,
}


def test_one_booster_is_the_booster_of_scikit_learn_with_the_best_number_of_rounds(rows):
    x, y = rows
    trees = fit_trees(
        (x[:400], y[:400]),
        (x[400:], y[400:]),
        "number",
        1,
        boosting=Boosting(boosters=1, lr=0.1, columns=1.0, rounds=60),
    )
    model = HistGradientBoostingRegressor(max_iter=60, random_state=0, **SETTINGS)
    answers = list(model.fit(x[:400], y[:400]).staged_predict(x[400:]))
    losses = [((answer - y[400:]) ** 2).mean() for answer in answers]
    best = int(np.argmin(losses))
    assert trees.trees == best + 1
    found = trees(torch.from_numpy(x[400:]))[:, 0]
    np.testing.assert_allclose(found, answers[best], atol=1e-5)


def test_several_classes_come_out_in_their_order(rows):
    x, y = rows
    classes = np.digitize(y, [-0.5, 0.5])
    halves = (x[:400], classes[:400]), (x[400:], classes[400:])
    trees = fit_trees(*halves, "class", 3, boosting=Boosting(lr=0.1, rounds=60))
    found = trees(torch.from_numpy(x[400:])).argmax(dim=1).numpy()
    model = HistGradientBoostingClassifier(random_state=0).fit(x[:400], classes[:400])
    assert found.shape == (200,)
    wanted = model.score(x[400:], classes[400:])
    assert (found == classes[400:]).mean() > wanted - 0.03


def test_two_classes_of_a_multiclass_task_are_the_booster_of_scikit_learn(rows):
    x, y = rows
    classes = (y > 0).astype(np.int64)
    train, valid = (x[:400], classes[:400]), (x[400:], classes[400:])
    boosting = Boosting(boosters=1, lr=0.1, columns=1.0, rounds=10, patience=20)
    trees = fit_trees(train, valid, "class", 2, boosting=boosting)
    rounds = trees.trees // 2
    model = HistGradientBoostingClassifier(max_iter=rounds, random_state=0, **SETTINGS)
    wanted = model.fit(*train).predict_proba(valid[0])
    found = torch.softmax(trees(torch.from_numpy(valid[0])), dim=1)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_two_fits_with_one_seed_are_equal_and_with_another_differ(rows):
    x, y = rows
    fits = [
        fit_trees(
            (x[:400], y[:400]),
            (x[400:], y[400:]),
            "number",
            1,
            seed=seed,
            boosting=Boosting(rounds=20),
        )
        for seed in (3, 3, 4)
    ]
    first, second, third = (fit(torch.from_numpy(x)) for fit in fits)
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_rows_that_trees_cannot_learn_from_give_none(rows):
    x, y = rows
    ones = np.ones(600, dtype=np.int64)
    assert fit_trees((x, ones), (x, ones), "class", 1) is None
    assert fit_trees((x, y), (x[:0], y[:0]), "number", 1) is None
    assert fit_trees((x[:, :0], y), (x[:, :0], y), "number", 1) is None


@pytest.mark.parametrize("learn", ["number", "class"])
def test_trees_of_weighted_rows_are_those_of_scikit_learn(rows, learn):
    x, y = rows
    y = y if learn == "number" else (y > 0).astype(np.int64)
    weight = np.random.default_rng(0).integers(0, 4, 600)
    spoilt = np.where(weight == 0, 1 - y, y)
    train, valid = (x[:400], spoilt[:400]), (x[400:], spoilt[400:])
    boosting = Boosting(boosters=1, lr=0.1, columns=1.0, rounds=60, patience=10)
    trees = fit_trees(
        train, valid, learn, 1, weights=(weight[:400], 7 * weight[400:]), boosting=boosting
    )
    kind = HistGradientBoostingRegressor if learn == "number" else HistGradientBoostingClassifier
    kept = weight > 0
    model = kind(max_iter=trees.trees, random_state=0, **SETTINGS)
    first = np.arange(600) < 400
    counts = weight[kept & first] / weight[kept & first].mean()
    model.fit(x[kept & first], y[kept & first], sample_weight=counts)
    wanted = model.predict(x) if learn == "number" else model.decision_function(x)
    np.testing.assert_allclose(trees(torch.from_numpy(x))[:, 0], wanted, atol=1e-4)
    losses = [
        np.average(loss, weights=weight[400:]) for loss in staged_losses(model, x[400:], y[400:])
    ]
    assert losses[-1] == min(losses)


def staged_losses(model, x, y):
    """What rows cost after each round."""
    if hasattr(model, "classes_"):
        for scores in model.staged_decision_function(x):
            yield np.logaddexp(0, -scores.ravel() * (2 * y - 1))
    else:
        for values in model.staged_predict(x):
            yield (values - y) ** 2


@pytest.mark.parametrize(
    ("round_seconds", "trees"),
    [(0.0, 3 * 60), (0.02, 2 * 60), (0.1, 30), (2.0, 2), (5.0, 1)],
)
def test_trees_keep_to_their_seconds(rows, monkeypatch, round_seconds, trees):
    """A round of each booster is looked at by a clock that a loss moves on."""
    clock = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(
        boosting, "time", SimpleNamespace(perf_counter=lambda: round(clock.seconds, 6))
    )
    usual = HistGradientBoostingRegressor._check_early_stopping_loss

    def slow(self, *args, **kwargs):
        clock.seconds += round_seconds * bool(self._predictors)
        return usual(self, *args, **kwargs)

    monkeypatch.setattr(HistGradientBoostingRegressor, "_check_early_stopping_loss", slow)
    x, y = rows
    halves = (x[:400], y[:400]), (x[400:], y[400:])
    how = Boosting(boosters=3, rounds=60, patience=60)
    found = fit_trees(*halves, "number", 1, boosting=how, seconds=3.0)
    whole = fit_trees(*halves, "number", 1, boosting=how)
    assert found.trees <= trees
    assert found.trees > trees * 0.8
    if not round_seconds:
        given = torch.from_numpy(x)
        assert torch.equal(found(given), whole(given))
