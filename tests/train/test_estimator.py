import copy
import dataclasses
import json
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import log_loss
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from fivefold.artifacts import Trained
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.core.events import Noted
from fivefold.core.identity import identify, known_by_name
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.session import Session
from fivefold.core.wiring import place
from fivefold.errors import ConfigError, ModelError, RecipeError, StoreError
from fivefold.evaluate.features import LinearFeatures
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import assemble, digest
from fivefold.models.estimated import Estimated
from fivefold.models.exact import exact_scores, matrix_of
from fivefold.models.score import score
from fivefold.train.clone import cloned
from fivefold.train.misfits import find_misfits
from fivefold.train.train import Train

CLASSIFIERS = [
    LogisticRegression(),
    RandomForestClassifier(8, random_state=0),
    HistGradientBoostingClassifier(max_iter=8, random_state=0),
    GradientBoostingClassifier(n_estimators=5, random_state=0),
    KNeighborsClassifier(),
    make_pipeline(StandardScaler(), MLPClassifier(4, max_iter=2000, tol=1e-3, random_state=0)),
    CalibratedClassifierCV(LinearSVC(random_state=0)),
]
REGRESSORS = [
    Ridge(),
    RandomForestRegressor(8, random_state=0),
    HistGradientBoostingRegressor(max_iter=8, random_state=0),
    HistGradientBoostingRegressor(loss="poisson", max_iter=8, random_state=0),
]


def run(data, model, *, seed=0, events=None, **settings):
    observers = () if events is None else (events.append,)
    session = Session(seed=seed, observers=observers, device="cpu")
    return Train(model, **settings).run(data=data, session=session)


def by_hand(estimator, trained, data, *, labels=True):
    """The raw estimator, fitted on the same encoded rows, asked for test rows."""
    learnt = data.train.joined(data.valid)
    rows, test = (matrix_of(trained.model, part.inputs) for part in (learnt, data.test))
    classes = np.array(data.codec.schema.classes)
    target = classes[learnt.target] if labels else learnt.target
    fitted = clone(estimator).fit(rows.astype(np.float64), target)
    if not labels:
        return fitted.predict(test.astype(np.float64))
    order = [list(fitted.classes_).index(label) for label in classes]
    return fitted.predict_proba(test.astype(np.float64))[:, order]


def with_gaps(data):
    """The same rows, some of their numbers missing; they are filled as the codec says."""
    for part in (data.train, data.valid, data.test):
        part.inputs["numeric"][::7, 0] = np.nan
    return data


def spelt(data, classes):
    """The same rows with classes of other names."""
    codec = copy.copy(data.codec)
    codec.schema = dataclasses.replace(data.codec.schema, classes=classes)
    return data.replace(codec=codec)


@pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classifier_gives_what_the_raw_one_gives_on_the_same_rows(make_data, model, task):
    data = with_gaps(make_data("numeric", task=task))
    trained = run(data, model)
    wanted = by_hand(model, trained, data)
    np.testing.assert_allclose(exact_scores(trained.model, data.test.inputs), wanted, atol=1e-9)
    np.testing.assert_allclose(score(trained.model, data.test.inputs), wanted, atol=1e-5)
    assert trained.settings.exported


@pytest.mark.parametrize("model", REGRESSORS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_regressor_gives_what_the_raw_one_gives_of_large_targets_too(make_data, model, offset):
    data = make_data("numeric", task="regression")
    for part in (data.train, data.valid, data.test):
        part.target[:] += offset + np.arange(len(part.target)) % 7
    trained = run(data, model)
    wanted = by_hand(model, trained, data, labels=False)
    spread = data.train.target.std()
    np.testing.assert_allclose(exact_scores(trained.model, data.test.inputs), wanted, rtol=1e-12)
    gaps = (score(trained.model, data.test.inputs) - wanted) / spread
    assert abs(gaps).max() < 1e-5


@pytest.mark.parametrize("mode", ["onehot", "embed"])
def test_matrix_of_an_estimator_is_that_of_the_linear_baseline_but_for_its_scale(mode):
    codec, encoded = encoded_table(mode)
    network = assemble(codec, lambda inputs, outputs: Estimated(inputs, outputs))
    ours, wanted = matrix_of(network, encoded), LinearFeatures(codec).fit(encoded).toarray()
    spread = np.where(ours.std(0) > 1e-9, ours.std(0), 1.0)
    scaled = (ours - ours.mean(0)) / spread
    dense = wanted.shape[1] - 5  # three categories, missing and unseen
    np.testing.assert_allclose(scaled[:, :dense], wanted[:, :dense], atol=1e-5)
    np.testing.assert_array_equal(ours[:, dense:], wanted[:, dense:])


@pytest.mark.parametrize("holder", ["pipeline", "votes", "stack"])
def test_histogram_trees_inside_others_have_a_graph_too(make_data, holder):
    trees = HistGradientBoostingClassifier(max_iter=4, random_state=0)
    both = [("one", LogisticRegression()), ("two", trees)]
    model = {
        "pipeline": make_pipeline(StandardScaler(), trees),
        "votes": VotingClassifier(both, voting="soft"),
        "stack": StackingClassifier(both, cv=2),
    }[holder]
    data = make_data("numeric", task="multiclass")
    trained = run(data, model)
    assert trained.settings.exported
    wanted = by_hand(model, trained, data)
    np.testing.assert_allclose(score(trained.model, data.test.inputs), wanted, atol=1e-5)


def test_classes_that_a_fold_lacks_get_probability_0_and_labels_may_come_in_any_order(make_data):
    data = spelt(make_data("numeric", task="multiclass", valid=0), (7, 3, 5))
    kept = np.flatnonzero(data.train.target != 1)
    data = data.replace(train=data.train.take(kept))
    for model in (LogisticRegression(), HistGradientBoostingClassifier(max_iter=5)):
        trained = run(data, model)
        exact, served = (
            exact_scores(trained.model, data.test.inputs),
            score(trained.model, data.test.inputs),
        )
        assert not exact[:, 1].any()
        assert not served[:, 1].any()
        assert np.mean(exact.argmax(1) == data.test.target) > 0.4
        assert set(trained.model.body.live.estimator.classes_) == {5, 7}


def test_weights_of_rows_count_as_repeated_rows_do_and_are_told_where_they_do_not(make_data):
    data = make_data("numeric", valid=0)
    weights = np.arange(len(data.train)) % 3
    rows = dataclasses.replace(data.train, weight=weights.astype(np.float64))
    one = run(data.replace(train=rows), LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000))
    matrix = matrix_of(one.model, data.train.inputs).astype(np.float64)
    repeated = np.repeat(np.arange(len(matrix)), weights)
    twin = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    twin.fit(matrix[repeated], data.train.target[repeated])
    wanted = twin.predict_proba(matrix_of(one.model, data.test.inputs).astype(np.float64))
    np.testing.assert_allclose(exact_scores(one.model, data.test.inputs), wanted, atol=1e-5)
    assert not one.findings
    (told,) = run(data.replace(train=rows), KNeighborsClassifier()).findings
    assert "takes no weights" in told.sentence


def test_parts_of_a_pipeline_take_weights_through_its_last_step(make_data):
    data = make_data("numeric", valid=0)
    weights = np.where(data.train.target, 1.0, 9.0)
    rows = dataclasses.replace(data.train, weight=weights)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    plain, weighted = run(data, model), run(data.replace(train=rows), model)
    of = [exact_scores(one.model, data.test.inputs)[:, 0].mean() for one in (plain, weighted)]
    assert of[1] > of[0] + 0.01
    assert not weighted.findings


def test_estimator_is_cloned_when_built_and_for_each_fit(make_data):
    model, data = LogisticRegression(), make_data("numeric")
    stage = Train(model)
    model.set_params(C=1e-9)
    trained = [stage.run(data=data, session=Session(device="cpu")) for _ in range(2)]
    fitted = [one.model.body.live.estimator for one in trained]
    assert fitted[0] is not fitted[1]
    assert [one.C for one in fitted] == [1.0, 1.0]
    assert not hasattr(stage.model, "coef_")
    assert not hasattr(model, "coef_")


def test_estimator_without_a_random_state_gives_the_same_twice_by_the_seed_of_the_run(make_data):
    data, model = make_data("numeric"), RandomForestClassifier(4)
    first, again, other = (run(data, model, seed=seed) for seed in (0, 0, 1))
    scores = [exact_scores(one.model, data.test.inputs) for one in (first, again, other)]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()
    assert first.first_digest == other.first_digest


def test_warnings_of_a_fit_are_findings_and_go_nowhere_else(make_data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained = run(make_data("numeric"), MLPClassifier(4, max_iter=2))
    (told,) = trained.findings
    assert told.severity == "warning"
    assert told.sentence.startswith("MLPClassifier says: ")


def test_estimator_that_no_graph_answers_as_works_and_says_so_once(make_data, tmp_path):
    events = []
    trained = run(make_data("numeric"), Unknown(), events=events)
    told = [event.text for event in events if isinstance(event, Noted)]
    assert sum("has no graph" in text for text in told) == 1
    assert not trained.settings.exported
    with pytest.raises(StoreError, match="without pickle"):
        trained.save(tmp_path / "trained")


@pytest.mark.parametrize("model", CLASSIFIERS[:3], ids=lambda model: type(model).__name__)
def test_estimator_answers_by_its_graph_after_it_was_saved(make_data, model, tmp_path):
    data = make_data("numeric", task="multiclass")
    trained = run(data, model)
    trained.save(tmp_path / "trained")
    again = Trained.load(tmp_path / "trained")
    wanted = score(trained.model, data.test.inputs)
    np.testing.assert_array_equal(score(again.model, data.test.inputs), wanted)
    np.testing.assert_array_equal(exact_scores(again.model, data.test.inputs), wanted)
    assert again.settings == trained.settings
    assert again.settings.network == type(model).__name__
    assert len(again.history) == 1
    assert digest(again.model) == digest(trained.model)


def test_trees_have_a_graph_where_skl2onnx_is_not_installed_and_others_say_what_to_do(
    make_data, monkeypatch
):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    data = make_data("numeric")
    assert run(data, RandomForestClassifier(3)).settings.exported
    other = run(data, KNeighborsClassifier())
    assert not other.settings.exported
    assert 'install "fivefold[estimators]"' in other.model.body.refusal


def test_loss_of_the_one_row_of_history_is_that_of_all_rows_that_were_learnt(make_data):
    data = make_data("numeric", train=4500, valid=50)
    trained = run(data, LogisticRegression())
    (row,) = trained.history.to_dict("records")
    learnt = data.train.joined(data.valid)
    wanted = log_loss(learnt.target, exact_scores(trained.model, learnt.inputs))
    assert row["train_loss"] == pytest.approx(wanted, rel=1e-5)
    assert np.isnan(row["valid_loss"])  # they were learnt too


def test_estimator_learns_from_validation_rows_and_says_so(make_data):
    events, data = [], make_data("numeric")
    trained = run(data, KNeighborsClassifier(1), events=events)
    fitted = trained.model.body.live.estimator
    assert fitted.n_samples_fit_ == len(data.train) + len(data.valid) == trained.settings.rows
    told = [event.text for event in events if isinstance(event, Noted)]
    assert "160 rows of 2 numbers, 40 of them for validation, as it stops by none" in told[0]
    shares = exact_scores(trained.model, data.valid.inputs)
    assert (shares.argmax(1) == data.valid.target).all()  # its nearest row is itself


@pytest.mark.parametrize(
    ("model", "settings", "wanted"),
    [
        (LogisticRegression(), {}, 1),
        (LogisticRegression(), {"threads": 2}, 2),
        (RandomForestClassifier(3, n_jobs=2), {}, 2),
        (make_pipeline(StandardScaler(), RandomForestClassifier(3, n_jobs=3)), {}, 3),
    ],
)
def test_threads_that_are_told_are_those_of_the_fit(make_data, model, settings, wanted):
    assert run(make_data("numeric"), model, **settings).settings.threads == wanted


def test_settings_of_networks_are_refused_for_an_estimator():
    with pytest.raises(ConfigError, match="`epochs`, `lr` have no effect on an estimator"):
        Train(LogisticRegression(), epochs=3, lr=0.1, members=None)
    with pytest.raises(ConfigError, match=r"not its class; pass LogisticRegression\(\)"):
        Train(LogisticRegression)
    assert repr(Train(RandomForestClassifier())) == "Train(model=<RandomForestClassifier>)"


@pytest.mark.parametrize(
    ("model", "task", "kind", "said"),
    [
        (LinearSVC(), "binary", "numeric", "Wrap it: CalibratedClassifierCV(LinearSVC(...))"),
        (Ridge(), "binary", "numeric", "expected a classifier for binary, found Ridge"),
        (LogisticRegression(), "regression", "numeric", "expected a regressor for regression"),
        (LogisticRegression(), "binary", "text", "found 'note', which is text"),
    ],
)
def test_estimator_that_does_not_suit_the_data_is_refused(make_data, model, task, kind, said):
    schema = make_data(kind, task=task).codec.schema
    (fault,) = find_misfits(Train(model), schema)
    assert said in str(fault)
    assert not list(find_misfits(Train(RandomForestClassifier()), make_data("image").codec.schema))


def test_parameters_of_an_estimator_are_part_of_what_is_compared():
    def key(model):
        return identify(place([Train(model)]), Session())

    one, other = key(SGDClassifier(alpha=0.1)), key(SGDClassifier(alpha=0.2))
    assert one["settings"] != other["settings"]
    assert one == key(SGDClassifier(alpha=0.1))
    assert known_by_name(one) == []
    nested = key(make_pipeline(StandardScaler(), RandomForestClassifier(max_depth=3)))
    assert known_by_name(nested) == []
    assert nested != key(make_pipeline(StandardScaler(), RandomForestClassifier(max_depth=4)))
    assert known_by_name(key(make_pipeline(FunctionTransformer(abs), Ridge()))) == ["train.model"]


def test_recipe_notes_an_estimator_and_builds_none():
    with pytest.raises(RecipeError, match=r"LogisticRegression in Train\.model"):
        write_recipe([Train(LogisticRegression())])
    text = write_recipe([Train(LogisticRegression(C=2.0))], strict=False)
    note = json.loads(text)["stages"][0]["with"]["model"]
    assert note["$object"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert note["parameters"]["C"] == 2.0
    with pytest.raises(RecipeError, match="a note of sklearn"):
        read_recipe(text)


def test_clone_keeps_what_has_a_random_state_and_seeds_the_rest():
    model = make_pipeline(StandardScaler(), RandomForestClassifier(random_state=3))
    assert cloned(model, 0)[-1].random_state == 3
    assert cloned(RandomForestClassifier(), 0).random_state is not None


class Unknown(ClassifierMixin, BaseEstimator):
    """Gives the shares of the classes; skl2onnx does not know it."""

    def fit(self, rows, target):
        self.classes_, counts = np.unique(target, return_counts=True)
        self.shares_ = counts / len(target)
        return self

    def predict_proba(self, rows):
        return np.tile(self.shares_, (len(rows), 1))

    def predict(self, rows):
        return np.repeat(self.classes_[self.shares_.argmax()], len(rows))


def encoded_table(mode):
    """Sixty rows of numbers with gaps and categories, and their codec."""
    rng = np.random.default_rng(0)
    listed = [Column(name=name, kind="numeric") for name in "xz"]
    listed.append(Column(name="c", kind="categorical"))
    listed.append(Column(name="y", kind="categorical", role="target"))
    classes = ("no", "yes")
    schema = Schema(columns=tuple(listed), targets=("y",), task="binary", classes=classes)
    table = Columns(
        {
            "x": np.where(rng.random(60) < 0.2, np.nan, rng.normal(size=60)),
            "z": rng.normal(size=60),
            "c": np.array(["a", "b", "c"], object)[rng.integers(0, 3, 60)],
            "y": np.array(classes, object)[np.arange(60) % 2],
        }
    )
    codec = Codec.fit(table, schema, np.arange(60), Settings(categories=mode))
    return codec, codec.encode(table)


class Partial(LogisticRegression):
    """Gives one column for two classes, or no number for a row."""

    def __init__(self, column=False):
        super().__init__()
        self.column = column

    def predict_proba(self, X):  # noqa: N803
        shares = super().predict_proba(X)
        if self.column:
            return shares[:, :1]
        shares[0] = np.nan
        return shares


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (True, r"an array \(\d+, 1\)"),
        (False, r"finite number from Partial for each of \d+ rows, found NaN or infinity for 1"),
    ],
)
def test_estimator_that_gives_no_probabilities_is_refused(column, told, make_data):
    with pytest.raises(ModelError, match=told):
        run(make_data(), Partial(column))
