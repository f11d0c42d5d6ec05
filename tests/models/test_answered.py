"""Answers that are no numbers: refused wherever a model is judged, by the rows that lack one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from torch import nn

import fivefold as ff
from fivefold.codecs.rows import Rows
from fivefold.errors import ModelError
from fivefold.models.answered import check_answers

HELD = 7.0
"""What stands in column `b` of rows that no network answers, and no estimator."""


def frame(regression=True, rows=200):
    draw = np.random.default_rng(0)
    made = pd.DataFrame({"a": draw.normal(size=rows), "b": draw.normal(size=rows).clip(-3, 3)})
    made["y"] = 2 * made["a"] if regression else np.where(made["a"] > 0, "yes", "no")
    return made


class Holed(BaseEstimator):
    """Answers nothing, or too much, where the second number is 7."""

    def __init__(self, hole=np.nan):
        self.hole = hole

    def fit(self, matrix, target):
        self.classes_ = np.unique(target)
        return self


class HoledRegressor(RegressorMixin, Holed):
    def predict(self, matrix):
        return np.where(matrix[:, 1] == HELD, self.hole, matrix[:, 0])


class HoledClassifier(ClassifierMixin, Holed):
    def predict(self, matrix):
        return self.classes_[self.predict_proba(matrix).argmax(1)]

    def predict_proba(self, matrix):
        share = np.where(matrix[:, 1] == HELD, self.hole, 0.4)
        return np.stack([share, 1 - share], axis=1)


class HoledNetwork(nn.Module):
    def __init__(self, hole=float("nan")):
        super().__init__()
        self.inner, self.hole = nn.Linear(2, 1), hole

    def forward(self, table):
        return torch.where(table[:, 1:2] == HELD, self.hole, self.inner(table))


def pipeline(model, source, **settings):
    plain = ff.Preprocess("none", outliers="keep")
    train = ff.Train(model, **settings)
    return ff.Pipeline([ff.Collect(source, target="y"), plain, train, ff.Evaluate()])


CASES = {
    "regressor": (HoledRegressor(), True, {}),
    "infinite regressor": (HoledRegressor(np.inf), True, {}),
    "classifier": (HoledClassifier(), False, {}),
    "regression network": (HoledNetwork(), True, {"epochs": 1}),
    "infinite network": (HoledNetwork(float("-inf")), True, {"epochs": 1}),
    "class network": (HoledNetwork(), False, {"epochs": 1}),
}


@pytest.mark.parametrize("case", CASES)
def test_test_rows_without_a_number_are_named_by_a_run(case):
    model, regression, settings = CASES[case]
    source = frame(regression)
    division = pipeline(model, source, **settings).run(until="preprocess", progress=False)
    places = np.sort(division[ff.Partition].test)[[1, 4]]
    source.loc[places, "b"] = HELD
    source["b"] = source["b"].astype("float64")
    with pytest.raises(ModelError, match="found NaN or infinity for 2") as caught:
        pipeline(model, source, **settings).run(progress=False)
    assert sorted(caught.value.rows) == places.tolist()
    name = type(model).__name__
    assert f"Evaluate: expected a finite number from {name} for each of 40 rows" in str(
        caught.value
    )
    assert f"counted from 0: {places[0]} and {places[1]}." in str(caught.value)
    assert name in caught.value.remedy


@pytest.mark.parametrize("model", [HoledRegressor(), HoledRegressor(-np.inf)])
def test_rows_without_a_number_fail_the_folds_of_a_study_that_hold_them_out(model):
    source = frame()
    source.loc[0, "b"] = HELD
    found = ff.compare(
        {"holed": pipeline(model, source), "ridge": _ridge()}, folds=3, seed=1, progress=False
    )
    assert found.best == "ridge"
    why = found.table.set_index("model").loc["holed", "why"]
    assert "HoledRegressor" in why
    assert "from 0: 0." in why


def _ridge():
    from sklearn.linear_model import Ridge

    return Ridge()


def test_training_rows_without_a_number_are_named_before_anything_is_judged():
    source = frame()
    whole = pipeline(HoledRegressor(), source)
    place = whole.run(until="preprocess", progress=False)[ff.Partition].train[3]
    source.loc[place, "b"] = HELD
    with pytest.raises(ModelError, match="Train: expected a finite number") as caught:
        pipeline(HoledRegressor(), source).run(until="train", progress=False)
    assert caught.value.rows == (place,)


class Steps:
    """Cuts scores to as many positions as rows have."""

    def cut(self, scores, arrays):
        beyond = np.arange(scores.shape[1]) >= arrays["lengths"][:, None]
        return np.where(beyond[..., None], np.nan, scores)


def test_positions_that_a_row_does_not_have_need_no_number():
    lengths, network = np.array([3, 1]), SimpleNamespace(body=nn.Identity())
    rows = Rows(inputs={"lengths": lengths}, target=np.zeros((2, 3)), index=np.array([4, 9]))
    found = np.zeros((2, 3, 2))
    found[1, 1:] = np.nan
    check_answers(network, found, rows, Steps(), "Evaluate")
    found[1, 0, 1] = np.inf
    with pytest.raises(ModelError, match="found NaN or infinity for 1") as caught:
        check_answers(network, found, rows, Steps(), "Evaluate")
    assert caught.value.rows == (9,)
