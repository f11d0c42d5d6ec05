"""Scores of scikit-learn's estimators, against loops that are written with scikit-learn alone."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

import fivefold as ff
from studied import small_pipeline

EXACT = ff.Preprocess("none", outliers="keep")


def exact_frame(rows=300, seed=0):
    """Numbers that float32 holds, so that both sides read the same."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        draw.normal(size=(rows, 4)).astype(np.float32).astype(np.float64), columns=list("abcd")
    )
    frame["y"] = np.where(frame["a"] - frame["b"] + draw.logistic(size=rows) > 0, "yes", "no")
    return frame


def folded(frame, estimator, **settings):
    stages = [ff.Collect(frame, target="y"), EXACT, ff.Train(estimator)]
    return ff.cross_validate(ff.Pipeline(stages), folds=5, seed=2, progress=False, **settings)


def loop(found, frame, fit_and_score):
    """The metrics of each fold by a loop of scikit-learn's over the same rows."""
    x, y = frame[list("abcd")].to_numpy(), frame["y"].to_numpy()
    everything, lines = np.sort(found.predictions["row"]), []
    for _, fold in found.predictions.groupby("fold"):
        held = fold["row"].to_numpy()
        learn = np.setdiff1d(everything, held)
        lines.append(fit_and_score(x[learn], y[learn], x[held], y[held]))
    return pd.DataFrame(lines)


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(C=0.5), HistGradientBoostingClassifier(max_iter=15, random_state=0)],
    ids=["logistic", "boosting"],
)
def test_cross_validated_classifier_scores_are_those_of_a_scikit_learn_loop(estimator):
    from sklearn.base import clone

    def fit_and_score(x, y, x_held, y_held):
        shares = clone(estimator).fit(x, y).predict_proba(x_held)
        positive = y_held == "yes"
        return {
            "roc_auc": roc_auc_score(positive, shares[:, 1]),
            "log_loss": log_loss(y_held, shares, labels=["no", "yes"]),
            "brier": brier_score_loss(positive, shares[:, 1]),
            "accuracy": accuracy_score(y_held, np.where(shares[:, 1] > 0.5, "yes", "no")),
        }

    frame = exact_frame()
    found = folded(frame, estimator)
    wanted = loop(found, frame, fit_and_score)
    assert_allclose(found.scores[wanted.columns], wanted, rtol=0, atol=1e-9)
    for name in wanted:
        assert_allclose(float(found.metrics[name]), wanted[name].mean(), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "estimator", [Ridge(), RandomForestRegressor(10, random_state=0)], ids=["ridge", "forest"]
)
def test_cross_validated_regressor_scores_are_those_of_a_scikit_learn_loop(estimator):
    from sklearn.base import clone

    def fit_and_score(x, y, x_held, y_held):
        made = clone(estimator).fit(x, y).predict(x_held)
        return {
            "rmse": root_mean_squared_error(y_held, made),
            "mae": mean_absolute_error(y_held, made),
            "r2": r2_score(y_held, made),
        }

    frame = exact_frame()
    frame["y"] = (frame["a"] * 2 + frame["b"] ** 2).astype(np.float32).astype(np.float64)
    found = folded(frame, estimator)
    wanted = loop(found, frame, fit_and_score)
    assert_allclose(found.scores[wanted.columns], wanted, rtol=0, atol=1e-9)


def test_compared_estimators_stand_in_the_first_pipeline_beside_it():
    frame = exact_frame()
    found = ff.compare(
        {"net": small_pipeline(frame), "logistic": LogisticRegression(C=0.5)},
        folds=2,
        seed=1,
        progress=False,
    )
    assert list(found.table["model"]) == ["net", "logistic"]
    alone = small_pipeline(frame).replace("train", ff.Train(LogisticRegression(C=0.5)))
    wanted = ff.cross_validate(alone, folds=2, seed=1, progress=False)
    here = found.scores[found.scores["model"] == "logistic"].reset_index(drop=True)
    assert here["log_loss"].equals(wanted.scores["log_loss"])


def test_rows_that_an_estimator_learnt_from_are_told_beside_its_scores():
    frame = exact_frame(400)
    pipeline = small_pipeline(frame).replace("train", ff.Train(LogisticRegression()))
    found = ff.cross_validate(pipeline, folds=4, progress=False).scores
    assert set(found["train_rows"] + found["held_out_rows"]) == {320}  # all but test rows
    assert set(found["valid_rows"]) == {0}
    result = pipeline.replace("evaluate", ff.Evaluate(folds=4)).run(progress=False)
    folds = result.tables["folds"]
    assert set(folds["train_rows"] + folds["held_out_rows"]) == {320}
    model = result.tables["model_comparison"].iloc[0]
    assert model["rows_fitted"] == 320
    assert model["note"] == "learnt from 64 validation rows"


def test_tuned_estimator_is_judged_by_validation_rows_that_it_has_not_learnt_from():
    from sklearn.tree import DecisionTreeClassifier

    frame = exact_frame(400)
    pipeline = small_pipeline(frame).replace("preprocess", EXACT)
    model = DecisionTreeClassifier(random_state=0)
    space = {"train.threads": ff.choice(1, 2)}
    pipeline = pipeline.replace("train", ff.Train(model))
    found = ff.tune(pipeline, space, trials=1, seed=1, progress=False)
    division = pipeline.run(seed=1, until="preprocess", progress=False)[ff.Partition]
    x, y = frame[list("abcd")].to_numpy(), frame["y"].to_numpy()
    shares = model.fit(x[division.train], y[division.train]).predict_proba(x[division.valid])
    wanted = roc_auc_score(y[division.valid] == "yes", shares[:, 1])
    assert_allclose(found.trials["score"], [wanted], atol=1e-9)
