"""Estimators of scikit-learn from a frame to a bundle."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

import fivefold as ff
from fivefold.deploy.export import export_onnx
from fivefold.errors import ModelError
from fivefold.metrics.metric import R2, RMSE
from fivefold.models.exact import exact_scores, matrix_of
from fivefold.models.score import score
from fivefold.serve.graph import Graph
from fivefold.tasks.known import TASKS

MODELS = {
    "binary": [
        LogisticRegression(class_weight="balanced"),
        RandomForestClassifier(8, random_state=0),
        HistGradientBoostingClassifier(max_iter=8, random_state=0),
        KNeighborsClassifier(),
        make_pipeline(StandardScaler(), MLPClassifier(4, max_iter=2000, random_state=0)),
        CalibratedClassifierCV(SVC(random_state=0), ensemble=False),
        VotingClassifier(
            [("one", LogisticRegression()), ("two", DecisionTreeClassifier(random_state=0))],
            voting="soft",
        ),
        StackingClassifier([("one", LogisticRegression())], cv=3),
    ],
    "multiclass": [
        RandomForestClassifier(8, random_state=0),
        HistGradientBoostingClassifier(max_iter=8, random_state=0),
    ],
    "regression": [
        Ridge(),
        HistGradientBoostingRegressor(max_iter=8, random_state=0),
    ],
}
CASES = [(task, model) for task, models in MODELS.items() for model in models]


@pytest.fixture(scope="module")
def frames():
    """Rows with gaps and categories, by what is to be predicted of them."""
    rng = np.random.default_rng(0)
    rows = 240
    x, z, c = rng.normal(size=rows), rng.normal(size=rows), rng.choice(["a", "b", "c"], rows)
    signal = x + (c == "b") - 0.5 * z + rng.normal(0, 0.5, rows)
    plain = pd.DataFrame(
        {
            "x": np.where(rng.random(rows) < 0.1, np.nan, x),
            "z": z,
            "c": np.where(rng.random(rows) < 0.1, None, c),
        }
    )
    targets = {
        "binary": np.where(signal > 0, "no", "yes"),
        "multiclass": np.array(["u", "v", "w"])[(signal > 0) * 1 + (signal > 1)],
        "regression": 1e9 + signal,
    }
    return {task: plain.assign(y=target) for task, target in targets.items()}


def pipeline(frame, model, *more):
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(model)]
    return ff.Pipeline([*stages, ff.Evaluate(baselines=()), *more])


def learnt_by(data):
    """The rows that an estimator learns from, in their order in the table."""
    rows = data.train.joined(data.valid)
    return rows.take(np.argsort(rows.index))


@pytest.mark.slow
@pytest.mark.parametrize(("task", "model"), CASES, ids=lambda one: type(one).__name__)
def test_bundle_of_an_estimator_answers_as_the_raw_one_does(frames, task, model, tmp_path):
    frame = frames[task]
    result = pipeline(frame, model, ff.Deploy(tmp_path / "model.ff")).run(progress=False)
    data, trained = result[ff.Preprocessed], result[ff.Trained]
    classes = np.array(data.codec.schema.classes)
    learnt = learnt_by(data)
    rows, test = (
        matrix_of(trained.model, part.inputs).astype(np.float64) for part in (learnt, data.test)
    )
    target = classes[learnt.target] if len(classes) else learnt.target
    raw = clone(model).fit(rows, target)
    wanted = raw.predict_proba(test) if len(classes) else raw.predict(test)
    if len(classes):
        wanted = wanted[:, [list(raw.classes_).index(label) for label in classes]]
    exact = exact_scores(trained.model, data.test.inputs)
    np.testing.assert_allclose(exact, wanted, rtol=1e-12, atol=1e-9)
    bundle = ff.load(tmp_path / "model.ff")
    unseen = frame.drop(columns="y").iloc[data.test.index]
    served = bundle.predict_proba(unseen) if len(classes) else bundle.predict(unseen)
    spread = 1.0 if len(classes) else data.train.target.std()
    assert abs(served - wanted).max() / spread < 1e-5
    assert (bundle.predict(unseen) == result.predict(unseen)).all()


def test_estimator_becomes_a_part_of_one_graph_that_answers_as_it_does(frames):
    result = pipeline(frames["multiclass"], RandomForestClassifier(4)).run(
        progress=False, until="train"
    )
    model, inputs = result[ff.Trained].model, result[ff.Preprocessed].test.inputs
    graph = Graph(export_onnx(model, inputs))
    np.testing.assert_allclose(graph(inputs), score(model, inputs), atol=1e-6)


class Both(ff.Quantity):
    """Two numbers a row."""

    name = "both"
    metrics = (RMSE, R2)


@pytest.fixture
def two_numbers(frames, monkeypatch):
    """A frame of two targets, and the task for them."""
    monkeypatch.setattr(TASKS, "_own", {})
    frame = frames["regression"]
    return frame.assign(w=np.where(frame["c"] == "b", 5.0, 1.0) + frame["z"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [Ridge(), RandomForestRegressor(4, random_state=0), MultiOutputRegressor(Ridge())],
    ids=lambda model: type(model).__name__,
)
def test_estimator_of_several_targets_gives_all_of_them(two_numbers, model):
    stages = [ff.Collect(two_numbers, target=("y", "w"), task=Both), ff.Preprocess()]
    result = ff.Pipeline([*stages, ff.Train(model)]).run(progress=False)
    data, trained = result[ff.Preprocessed], result[ff.Trained]
    learnt = learnt_by(data)
    rows, test = (
        matrix_of(trained.model, part.inputs).astype(np.float64) for part in (learnt, data.test)
    )
    wanted = clone(model).fit(rows, learnt.target).predict(test)
    np.testing.assert_allclose(exact_scores(trained.model, data.test.inputs), wanted, rtol=1e-12)
    assert trained.settings.exported
    gaps = (score(trained.model, data.test.inputs) - wanted) / data.train.target.std(0)
    assert abs(gaps).max() < 1e-5


def test_estimator_of_one_target_is_refused_for_several(two_numbers):
    stages = [ff.Collect(two_numbers, target=("y", "w"), task=Both), ff.Preprocess()]
    with pytest.raises(ff.errors.PreflightError, match="MultiOutputRegressor"):
        ff.Pipeline([*stages, ff.Train(HistGradientBoostingRegressor())]).run(progress=False)


class Unknown(ClassifierMixin, BaseEstimator):
    """Gives the shares of the classes; skl2onnx does not know it."""

    fits: list = []  # noqa: RUF012

    def fit(self, rows, target):
        self.fits.append(len(rows))
        self.classes_, counts = np.unique(target, return_counts=True)
        self.shares_ = counts / len(target)
        return self

    def predict_proba(self, rows):
        return np.tile(self.shares_, (len(rows), 1))

    def predict(self, rows):
        return np.repeat(self.classes_[self.shares_.argmax()], len(rows))


def test_estimator_that_does_not_export_is_refused_before_it_is_fitted(frames, tmp_path):
    frame = pd.concat([frames["binary"]] * 2, ignore_index=True)
    Unknown.fits.clear()
    with pytest.raises(ModelError, match="that exports to ONNX, found Unknown") as refused:
        pipeline(frame, Unknown(), ff.Deploy(tmp_path / "model.ff")).run(progress=False)
    assert "skl2onnx says" in str(refused.value)
    assert max(Unknown.fits) <= 200 < 0.6 * len(frame)  # a trial
    assert not list(tmp_path.iterdir())
    result = pipeline(frame, Unknown()).run(progress=False)
    assert result.metrics["accuracy"] > 0.4
    assert len(result.predict(frame.head())) == 5


@pytest.mark.slow
@pytest.mark.rehearsed
def test_estimator_that_needs_more_rows_than_a_trial_has_is_not_refused(frames, tmp_path):
    frame = pd.concat([frames["multiclass"]] * 2, ignore_index=True)
    model = KNeighborsClassifier(n_neighbors=250)
    deploy = ff.Deploy(tmp_path / "model.ff")
    result = pipeline(frame, model, deploy).run(progress=False)
    assert result[ff.Deployed].parity["frame"] < 1e-5


def test_weights_of_an_estimator_are_not_written_without_its_graph(frames, tmp_path):
    deploy = ff.Deploy(tmp_path / "model.ff", format="torch")
    with pytest.raises(ModelError, match="a network for format='torch', found Ridge"):
        pipeline(frames["regression"], Ridge(), deploy).run(progress=False)


def test_stages_of_an_estimator_are_kept_and_taken_by_a_run_that_goes_on(frames, tmp_path):
    chain = pipeline(frames["binary"], LogisticRegression())
    first = chain.run(progress=False, directory=tmp_path / "run")
    again = chain.run(progress=False, directory=tmp_path / "run", resume=True)
    np.testing.assert_array_equal(first[ff.Evaluated].scores, again[ff.Evaluated].scores)
    assert len(again[ff.Trained].history) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", [KNeighborsClassifier(), Unknown()], ids=lambda model: type(model).__name__
)
def test_estimators_see_no_held_out_rows(frames, model):
    ff.Pipeline(pipeline(frames["binary"], model).stages[:-1]).check(leak=True)


def test_estimator_with_decisions_alone_is_refused_with_what_helps(frames):
    with pytest.raises(ff.errors.PreflightError, match=r"CalibratedClassifierCV\(LinearSVC"):
        pipeline(frames["binary"], LinearSVC()).run(progress=False)
