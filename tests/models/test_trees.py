import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from fivefold.models.trees import Trees, join_trees, round_down


def joined(model, outputs):
    grown = [rounds[j].nodes for j in range(outputs) for rounds in model._predictors]
    sizes, arrays = join_trees(grown, np.ravel(model._baseline_prediction))
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    return trees


def by_hand(nodes, row):
    place = 0
    while not nodes[place]["is_leaf"]:
        below = row[nodes[place]["feature_idx"]] <= nodes[place]["num_threshold"]
        place = nodes[place]["left" if below else "right"]
    return nodes[place]["value"]


@pytest.mark.parametrize("classes", [2, 3])
def test_trees_of_a_classifier_give_its_raw_scores(classes):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 5)).astype(np.float32).round(1)
    y = np.digitize(x[:, 0] + x[:, 1] ** 2, np.linspace(0.3, 1.5, classes - 1))
    model = HistGradientBoostingClassifier(max_iter=20).fit(x, y)
    outputs = 1 if classes == 2 else classes
    found = joined(model, outputs)(torch.from_numpy(x)).numpy()
    wanted = np.log(model.predict_proba(x))
    wanted = wanted[:, 1:] - wanted[:, :1] if classes == 2 else wanted
    shift = 0 if classes == 2 else (found - wanted).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found - shift, wanted, atol=1e-5)


def test_trees_walk_as_a_loop_over_the_nodes_does():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 3)).astype(np.float32)
    model = HistGradientBoostingRegressor(max_iter=7).fit(x, x[:, 0] * x[:, 1])
    wanted = [sum(by_hand(rounds[0].nodes, row) for rounds in model._predictors) for row in x[:40]]
    found = joined(model, 1)(torch.from_numpy(x[:40]))[:, 0].numpy()
    np.testing.assert_allclose(found, wanted + np.ravel(model._baseline_prediction), atol=1e-6)


def test_trees_with_shares_average_their_boosters():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 2)).astype(np.float32)
    models = [HistGradientBoostingRegressor(max_iter=k).fit(x, x[:, 0]) for k in (3, 5)]
    grown = [rounds[0].nodes for model in models for rounds in model._predictors]
    bias = np.mean([np.ravel(model._baseline_prediction) for model in models], axis=0)
    sizes, arrays = join_trees(grown, bias, [0.5] * len(grown))
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    wanted = np.mean([model.predict(x) for model in models], axis=0)
    np.testing.assert_allclose(trees(torch.from_numpy(x))[:, 0], wanted, atol=1e-6)


def test_round_down_keeps_every_float32_on_its_side():
    rng = np.random.default_rng(3)
    values = rng.normal(size=2000).astype(np.float32)
    below, above = np.nextafter(values, np.float32(-9)), np.nextafter(values, np.float32(9))
    for neighbour in (below, above):
        middle = (values.astype(np.float64) + neighbour) / 2
        cut = round_down(middle)
        assert cut.dtype == np.float32
        assert ((values <= cut) == (values.astype(np.float64) <= middle)).all()
        assert ((neighbour <= cut) == (neighbour.astype(np.float64) <= middle)).all()
