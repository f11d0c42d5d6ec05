"""The face of scikit-learn: its own checks, its searches, and what a pickle carries."""

import pickle  # noqa: TID251 - as scikit-learn copies models
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import fivefold as ff
from fivefold.sklearn import FivefoldClassifier, FivefoldRegressor

QUICK = {"model": "mlp", "epochs": 12, "lr": 0.02, "random_state": 0}
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "repeated rows make other batches",
    "check_methods_subset_invariance": "float32 rounds a row otherwise among other rows",
}


@pytest.mark.slow
def test_face_passes_the_checks_of_scikit_learn_but_for_two_in_three_minutes():
    began = time.process_time()
    for kind in (FivefoldClassifier, FivefoldRegressor):
        one = kind("mlp", epochs=60, lr=0.02, random_state=0)
        found = check_estimator(one, expected_failed_checks=EXPECTED, on_fail=None, on_skip=None)
        failed = {each["check_name"]: each["exception"] for each in found}
        wrong = {n: e for n, e in failed.items() if e is not None and n not in EXPECTED}
        wrong.pop("check_array_api_input", None)  # skipped
        assert wrong == {}
        assert sum(each["status"] == "passed" for each in found) >= len(found) - 3
    assert time.process_time() - began < 180


@pytest.fixture(scope="module")
def iris():
    rows, labels = load_iris(return_X_y=True)
    return rows, np.array(["setosa", "versicolor", "virginica"])[labels]


@pytest.fixture(scope="module")
def flowers(iris):
    return FivefoldClassifier(**QUICK).fit(*iris)


def test_classifier_gives_labels_and_probabilities_in_the_order_of_classes(iris, flowers):
    rows, labels = iris
    shares = flowers.predict_proba(rows)
    assert flowers.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert flowers.n_features_in_ == 4
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(flowers.predict(rows), flowers.classes_[shares.argmax(1)])
    assert flowers.score(rows, labels) == np.mean(flowers.predict(rows) == labels) > 0.8


@pytest.mark.slow
def test_pickle_carries_the_bytes_of_a_bundle_and_answers_to_the_bit(iris, flowers, tmp_path):
    state = flowers.__getstate__()
    kinds = {type(value) for value in state.values()}
    assert kinds <= {str, int, float, bool, bytes, type(None), np.ndarray}
    again = pickle.loads(pickle.dumps(flowers))
    np.testing.assert_array_equal(again.predict_proba(iris[0]), flowers.predict_proba(iris[0]))
    assert not hasattr(again, "result_")
    (tmp_path / "flowers.ff").write_bytes(state["_bundle"])
    columns = {f"x{place}": column for place, column in enumerate(iris[0].T)}
    served = ff.load(tmp_path / "flowers.ff")
    assert (served.predict(columns) == flowers.predict(iris[0])).all()
    with pytest.raises(ValueError, match="fit it in this process"):
        again.deploy(tmp_path / "other.ff")


def test_labels_that_read_as_missing_or_alike_are_told_apart(iris):
    rows = iris[0][:100]
    for pair in (["NA", "no"], ["a", "A "], [True, False], [2.0, 7.0]):
        labels = np.array(pair, dtype=object if isinstance(pair[0], str) else None)
        target = labels[np.arange(100) // 50]
        found = FivefoldClassifier(**QUICK).fit(rows, target)
        assert set(found.classes_.tolist()) == set(pair)
        assert found.score(rows, target) > 0.8


def test_frames_keep_kinds_names_and_gaps_and_may_come_from_polars():
    rng = np.random.default_rng(0)
    colour = rng.choice(["red", "green"], 120)
    frame = pd.DataFrame({"size": rng.normal(size=120), "colour": colour})
    frame.loc[::9, "size"] = np.nan
    target = (colour == "red") * 10.0 + rng.normal(0, 0.1, 120)
    model = FivefoldRegressor(**{**QUICK, "epochs": 40, "batch": 16}).fit(frame, target)
    assert model.feature_names_in_.tolist() == ["size", "colour"]
    assert model.score(frame, target) > 0.9
    if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (
        1,
        9,
    ):  # before, it knows no names of polars 2
        other = model.predict(pl.DataFrame({"size": frame["size"].to_numpy(), "colour": colour}))
        np.testing.assert_array_equal(other, model.predict(frame))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["colour", "size"]])


def test_weights_of_rows_move_what_is_learnt():
    rows = np.zeros((200, 1)) + np.arange(200)[:, None] % 2
    target = np.arange(200) % 4 // 2  # independent of the rows
    heavy = np.where(target == 1, 9.0, 1.0)
    plain = FivefoldClassifier(**QUICK).fit(rows, target).predict_proba(rows)[:, 1].mean()
    weighted = FivefoldClassifier(**QUICK).fit(rows, target, sample_weight=heavy)
    assert weighted.predict_proba(rows)[:, 1].mean() > plain + 0.2


@pytest.mark.slow
def test_face_takes_an_estimator_as_its_model(iris):
    model = FivefoldClassifier(LogisticRegression(), random_state=0).fit(*iris)
    assert model.score(*iris) > 0.9
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(iris[0]), model.predict_proba(iris[0]))


def test_what_cannot_be_fitted_says_why_as_scikit_learn_does(iris):
    rows, labels = iris
    with pytest.raises(NotFittedError):
        FivefoldClassifier().predict(rows)
    with pytest.raises(ValueError, match="one class"):
        FivefoldClassifier().fit(rows, np.zeros(150))
    with pytest.raises(ValueError, match="at least 10 rows"):
        FivefoldClassifier().fit(rows[::30], labels[::30])
    with pytest.raises(ValueError, match="infinity"):  # as it could not answer such rows
        FivefoldClassifier().fit(np.where(rows > 7, np.inf, rows), labels)
    with pytest.raises(ValueError, match="quality"):
        FivefoldClassifier(quality="finest").fit(rows, labels)


@pytest.mark.slow
def test_search_finds_the_setting_that_learns_and_its_best_is_refitted(iris):
    rows, labels = iris
    model = FivefoldClassifier("mlp", epochs=20, random_state=0)
    search = GridSearchCV(model, {"lr": [1e-7, 0.02]}, cv=2).fit(rows, labels)
    assert search.best_params_ == {"lr": 0.02}
    assert search.score(rows, labels) > 0.85


@pytest.mark.slow
def test_face_can_be_cloned_cross_validated_calibrated_and_piped(iris, flowers):
    rows, labels = iris
    again = clone(flowers)
    assert again.get_params() == flowers.get_params()
    assert not hasattr(again, "classes_")
    piped = make_pipeline(StandardScaler(), again)
    assert cross_val_score(piped, rows, labels, cv=3).mean() > 0.8
    calibrated = CalibratedClassifierCV(again, cv=2).fit(rows, labels)
    np.testing.assert_allclose(calibrated.predict_proba(rows).sum(1), 1)
    scores = cross_val_score(FivefoldRegressor(**QUICK), *load_diabetes(return_X_y=True), cv=2)
    assert scores.mean() > 0.2


@pytest.mark.slow
def test_deployed_face_answers_as_it_does_here(iris, flowers, tmp_path):
    deployed = flowers.deploy(tmp_path / "flowers.ff")
    assert max(deployed.parity[door] for door in ("frame", "csv", "json")) < 1e-5
    columns = {f"x{place}": column for place, column in enumerate(iris[0].T)}
    assert (ff.load(deployed.path).predict(columns) == flowers.predict(iris[0])).all()


@pytest.mark.slow
def test_bytes_of_a_bundle_load_as_its_file_does(flowers):
    content = flowers.__getstate__()["_bundle"]
    assert ff.load(content).classes == ("setosa", "versicolor", "virginica")
