"""Settings of estimators are searched: by address, inline, within pipelines of them."""

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, SplineTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import fivefold as ff
from fivefold.core.parameters import parameters_of
from fivefold.errors import ConfigError, PreflightError
from fivefold.models.exact import matrix_of
from fivefold.study.search import Search
from fivefold.study.tune import tune
from studied import small_frame, small_pipeline

C = ff.log_uniform(1e-4, 1e2)


def fitted(model):
    return small_pipeline(small_frame(200)).replace("train", ff.Train(model))


def quiet(pipeline, space=None, **settings):
    return tune(pipeline, space, progress=False, **{"trials": 3, "seed": 1, **settings})


def addresses(pipeline, space=None):
    return [at for at, _ in Search.of(pipeline, space).spaces()]


def test_parameter_of_an_estimator_is_searched_by_its_address():
    found = quiet(fitted(LogisticRegression()), {"train.model.C": C}, trials=4)
    tried = found.trials["train.model.C"]
    assert tried.between(1e-4, 1e2).all()
    assert tried.nunique() == 4
    best = found.pipeline["train"].model
    assert (type(best), best.C) == (LogisticRegression, found.best["train.model.C"])
    run = found.pipeline.run(seed=1, progress=False, until="train")
    rows = (run[ff.Preprocessed].train, run[ff.Preprocessed].valid)
    train, valid = (matrix_of(run[ff.Trained].model, part.inputs).astype(float) for part in rows)
    alone = LogisticRegression(C=best.C).fit(train, rows[0].target)
    scores = alone.predict_proba(valid)[:, 1]
    assert found.winner.score == pytest.approx(roc_auc_score(rows[1].target, scores))


def test_space_within_an_estimator_is_searched_as_if_by_its_address():
    given = LogisticRegression(C=C)
    inline = fitted(given)
    given.set_params(C=5.0)  # a stage keeps what it was made with
    by_address = quiet(fitted(LogisticRegression()), {"train.model.C": C})
    found = quiet(inline)
    assert [dict(t.values) for t in found.tried] == [dict(t.values) for t in by_address.tried]
    assert [t.score for t in found.tried] == [t.score for t in by_address.tried]
    with pytest.raises(PreflightError, match=r"one value for `model\.C`, found log_uniform"):
        inline.run(progress=False)


def test_parameters_of_a_pipeline_have_the_names_that_scikit_learn_gives_them():
    steps = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    space = {"train.model.decisiontreeclassifier__max_depth": ff.integer(1, 4)}
    found = quiet(fitted(steps), space)
    depths = {
        t.number: found.pipelines[t.number]["train"].model.steps[-1][1].max_depth
        for t in found.tried
    }
    assert depths == {t.number: t.values[next(iter(space))] for t in found.tried}
    assert steps.get_params()["decisiontreeclassifier__max_depth"] is None


def test_steps_and_what_is_in_them_are_chosen_together():
    scale = ff.choice(MinMaxScaler(), SplineTransformer(n_knots=ff.integer(2, 5)))
    model = ff.choice(LogisticRegression(C=C), CalibratedClassifierCV(SVC(C=C), cv=2))
    pipeline = fitted(Pipeline([("scale", scale), ("model", model)]))
    assert sorted(addresses(pipeline)) == [
        "train.model.model",
        "train.model.model[0].C",
        "train.model.model[1].estimator__C",
        "train.model.scale",
        "train.model.scale[1].n_knots",
    ]
    found = quiet(pipeline, trials=5)
    assert (found.trials["state"] == "complete").all()
    kinds = [type(p["train"].model.named_steps["model"]) for p in found.pipelines.values()]
    assert set(kinds) == {LogisticRegression, CalibratedClassifierCV}


def test_estimators_with_spaces_are_options_beside_networks():
    pipeline = small_pipeline(small_frame(100), epochs=1)
    options = ff.choice({"lr": 0.01}, ff.Train(LogisticRegression(C=C)))
    found = quiet(pipeline, {"train": options}, trials=5)
    assert (found.trials["state"] == "complete").all()
    assert 0 < found.trials["train[1].model.C"].notna().sum() < 5


def test_each_parameter_stands_once():
    inner = LogisticRegression(C=C)
    outer = Pipeline([("scale", StandardScaler()), ("model", inner)])
    assert [n for n, value in parameters_of(outer).items() if value is C] == ["model__C"]
    assert "steps" not in parameters_of(outer)


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"train.model.c": C}, "a parameter of LogisticRegression, found 'c'"),
        ({"train.model.penalti": C}, "Write 'train.model.penalty'."),
        ({"train.C": C}, "Write 'train.model.C'."),
        ({"train.quality.C": C}, "expected an estimator as 'train.quality', found 'balanced'"),
        ({"preprocess.scale.C": C}, "expected an estimator as 'preprocess.scale'"),
        ({"train.model": ff.choice(SVC(), SVC(C=2)), "train.model.C": C}, "into the options"),
        ({"train.model.C": 1.0}, "expected a space, found 1.0 at 'train.model.C'"),
    ],
)
def test_address_that_is_no_parameter_is_refused(space, said):
    with pytest.raises(ConfigError) as caught:
        Search.of(fitted(LogisticRegression()), space)
    assert said in str(caught.value)


def test_parameter_that_cannot_be_is_refused_before_a_trial():
    with pytest.raises((ConfigError, PreflightError), match=r"'C' parameter of LogisticRegression"):
        quiet(fitted(LogisticRegression()), {"train.model.C": ff.uniform(-2, -1)})
