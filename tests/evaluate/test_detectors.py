import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

import fivefold as ff
from fivefold.decided import Decided
from fivefold.evaluate.baselines import fit_baselines


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(0)
    rows = {f"x{k}": draw.normal(size=400) for k in range(3)}
    rows["odd"] = np.arange(400) % 20 == 0
    for k in range(3):
        rows[f"x{k}"][rows["odd"]] += 6
    stages = [ff.Collect(rows, target="odd", task="anomaly"), ff.Preprocess()]
    return ff.Pipeline(stages).run(seed=0, progress=False)[ff.Preprocessed]


def test_simple_models_of_odd_rows_are_a_distance_and_a_forest(data):
    constant, distance, forest = fit_baselines(data, seed=7)
    assert (distance.name, forest.name) == ("Mahalanobis' distance", "isolation forest")
    assert not constant.scores.argmax(1).any()
    plain = data.train.inputs["numeric"]
    centre, spread = plain.mean(0), plain.std(0)
    model = IsolationForest(n_estimators=200, random_state=7).fit((plain - centre) / spread)
    wanted = -model.score_samples((data.test.inputs["numeric"] - centre) / spread)
    np.testing.assert_allclose(forest.scores[:, 1], wanted, atol=1e-6)


def test_simple_models_raise_the_alarms_that_are_stated_in_usual_validation_rows(data):
    _, distance, forest = fit_baselines(data, beside=Decided(false_alarms=0.1))
    usual = data.valid.take(data.valid.target == 0)
    for model in (distance, forest):
        assert model.predict(usual).argmax(1).mean() == pytest.approx(0.1, abs=0.02)


def test_simple_models_learn_from_usual_rows_where_the_model_does(data):
    rows = [model.rows_fitted for model in fit_baselines(data, beside=Decided(clean=True))]
    assert rows == [int((data.train.target == 0).sum())] * 3
