import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from fivefold.collect.randomtrees import out_of_bag


def test_forest_is_as_good_as_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 6)).astype(np.float32)
    x[:, 3:5] = rng.integers(0, 4, (1500, 2))
    truth = (x[:, 0] * x[:, 1] + (x[:, 3] > 1) + 0.4 * rng.normal(size=1500) > 0.5).astype(int)
    said = out_of_bag(x, truth, trees=30, features=6, rows=750, seed=0)
    theirs = ExtraTreesClassifier(
        30,
        min_samples_leaf=3,
        max_features=6,
        max_samples=0.5,
        bootstrap=True,
        oob_score=True,
        random_state=0,
    ).fit(x, truth)
    assert abs((said == truth).mean() - theirs.oob_score_) < 0.03
    assert theirs.oob_score_ > 0.8


def test_rows_are_judged_by_trees_that_have_not_drawn_them():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 400)
    noise = rng.normal(size=(400, 3)).astype(np.float32)
    said = out_of_bag(noise, truth, trees=30, features=2, rows=300, seed=0)
    assert 0.4 < (said == truth).mean() < 0.6


def test_columns_that_say_nothing_give_the_commoner_class():
    truth = np.array([1, 1, 1, 0] * 25)
    same = np.zeros((100, 2), np.float32)
    assert out_of_bag(same, truth, trees=30, features=9, rows=50, seed=0).tolist() == [1] * 100
