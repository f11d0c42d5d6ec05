"""Every argument of every study, given what it cannot be: one error that names it, before work."""

import inspect

import pandas as pd
import pytest
from sklearn.model_selection import KFold

import fivefold as ff
from fivefold.errors import ConfigError, PreflightError
from fivefold.study.conduct import Conduct

ODD = {
    "a fraction": 2.5,
    "minus three": -3,
    "a text": "yes",
    "no text": "",
    "a list": [1],
    "a dict": {1: 2},
    "an object": object(),
    "a function": print,
    "folds of scikit-learn": KFold(3),
    "a frame": pd.DataFrame({"a": [1]}),
    "true": True,
    "none": None,
}
TAKES = {
    "seed": (),
    "device": ("a text", "no text"),
    "n_jobs": (),
    "directory": ("a text", "none"),
    "resume": ("true",),
    "cache": ("a text", "true"),
    "progress": ("true",),
    "observers": (),
    "folds": (),
    "repeats": (),
    "by": (),
    "metric": ("a text", "no text", "none"),
    "test": ("true",),
    "base": ("none",),
    "data": ("none",),
    "inner": ("a function", "none"),
    "what": ("none",),
    "groups": ("none",),
    "fractions": (),
    "quick": ("true",),
    "to": ("a text", "none"),
    "tables": ("none",),
    "space": ("a dict", "a function", "none"),
    "trials": (),
    "nested": (),
    "seconds": ("a fraction", "none"),
    "latency": ("a fraction", "none"),
    "prune": ("true",),
    "warm": ("a text", "no text", "a frame"),
    "pipeline": (),
    "models": (),
    "study": (),
    "permutations": (),
    "size": (),
    "run": ("a text",),
    "one": ("a text",),
    "other": ("a text",),
    "anyway": ("true",),
    "stages": (),
    "kinds": (),
    "tasks": (),
    "callbacks": (),
    "estimators": (),
    "folder": ("a text",),
    "until": ("none",),
    "given": (),
}
"""What of these an argument may be; a name of a metric is looked up once the task is known, and
addresses and earlier studies are told of by themselves."""

STUDIES = (
    *(
        ff.cross_validate,
        ff.compare,
        ff.ablate,
        ff.learning_curve,
        ff.investigate,
        ff.permutation_test,
    ),
    ff.tune,
)


def pipeline():
    """One whose rows are not there, so that any work fails with another error."""
    return ff.Pipeline([ff.Collect("no such file.csv"), ff.Preprocess(), ff.Train("mlp")])


def arguments(study):
    own = [name for name in inspect.signature(study).parameters if name != "conduct"]
    return [*own, *Conduct.__annotations__]


def wrong(study, name):
    """Values that an argument cannot be, by what they are."""
    absent = ((ff.investigate, "folds"), (ff.reproduce, "pipeline"))
    takes = TAKES[name] + (("none",) if (study, name) in absent else ())
    return {found: value for found, value in ODD.items() if found not in takes}


@pytest.mark.parametrize(
    ("study", "name"), [(study, name) for study in STUDIES for name in arguments(study)]
)
def test_argument_of_a_wrong_kind_is_refused_by_its_name_before_work(study, name, tmp_path):
    given = {"models": {"a": pipeline(), "b": ff.Train("mlp", lr=0.1)}, "pipeline": pipeline()}
    kept = {n: value for n, value in given.items() if n in inspect.signature(study).parameters}
    for found, value in wrong(study, name).items():
        with pytest.raises(ConfigError) as caught:
            study(**{**kept, "directory": tmp_path / "study", "progress": False, name: value})
        summary = caught.value.summary
        assert summary.startswith(f"{study.__name__}: expected "), found
        assert name in summary or name == "what", found
        assert caught.value.remedy, found
        assert not (tmp_path / "study").exists(), found


COMPARISON = ff.Compared(
    metric="m", rows="folds", table=pd.DataFrame(), pairs=pd.DataFrame(), scores=pd.DataFrame(),
    test={}, models={"a": None},
)  # fmt: skip
OTHERS = {
    ff.ensemble: {"study": COMPARISON},
    ff.reproduce: {"run": "no such folder", "progress": False},
    ff.compare_runs: {"one": "no such folder", "other": "nor this"},
    ff.runs: {},
}
"""Functions that are no studies, with what any work would fail by."""


@pytest.mark.parametrize(
    ("function", "name"), [(each, n) for each in OTHERS for n in inspect.signature(each).parameters]
)
def test_argument_of_what_is_made_of_runs_and_studies_is_refused_by_its_name(function, name):
    for found, value in wrong(function, name).items():
        with pytest.raises(ConfigError) as caught:
            function(**{**OTHERS[function], name: value})
        assert caught.value.summary.startswith(f"{function.__name__}: expected "), found
        assert name in caught.value.summary, found
        assert caught.value.remedy, found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("path", 3), ("path", ""), ("sha256", 3), ("factory", 3), ("threads", "one")),
        *(("threads", -1), ("kinds", 3), ("tasks", "mine"), ("stages", ff.Change)),
    ],
)
def test_argument_of_load_is_refused_by_its_name(name, value):
    with pytest.raises(ConfigError, match=f"^load: expected .*{name}.*found"):
        ff.load(**{"path": "no such bundle.ff", name: value})


def test_arguments_of_wrong_kinds_are_told_at_once():
    with pytest.raises(PreflightError, match="found 4 faults") as caught:
        ff.compare([pipeline()], folds=2.5, resume="yes", observers=print)
    assert "observers=[print]" in str(caught.value)


def test_unknown_word_that_is_like_an_argument_of_the_study_is_told_that():
    with pytest.raises(ConfigError, match=r"'fold'(.|\n)*Write folds="):
        ff.cross_validate(pipeline(), fold=3)
    with pytest.raises(ConfigError, match=r"'metrics'(.|\n)*Write metric="):
        ff.compare({"a": pipeline(), "b": pipeline()}, metrics="roc_auc")


def test_numbers_of_numpy_are_numbers(tmp_path):
    with pytest.raises(PreflightError, match="no such file"):
        ff.cross_validate(
            pipeline(), folds=pd.Series([3])[0], seed=pd.Series([1])[0], directory=tmp_path / "s"
        )


@pytest.mark.parametrize(
    "name", [n for n in inspect.signature(ff.Pipeline.run).parameters if n != "self"]
)
def test_run_refuses_arguments_of_wrong_kinds_by_their_names(name, tmp_path):
    for found, value in wrong(None, name).items():
        with pytest.raises(ConfigError) as caught:
            pipeline().run(**{"directory": tmp_path / "run", "progress": False, name: value})
        assert caught.value.summary.startswith("Pipeline.run: expected "), found
        assert name in caught.value.summary, found
        assert not (tmp_path / "run").exists(), found


@pytest.mark.parametrize(
    "given",
    [ff.Collected, [ff.Collected], {"collect": 1}, {ff.Collected: "rows"}, {(ff.Collected, 2): 3}],
)
def test_run_refuses_what_is_no_artifact_and_stands_at_no_address(given):
    with pytest.raises(ConfigError, match="expected given as a result, or as artifacts"):
        pipeline().run(given=given, progress=False)


def test_run_until_a_stage_that_there_is_not_names_the_nearest():
    with pytest.raises(ConfigError, match=r'until as one of "collect"(.|\n)*Write until="train"'):
        pipeline().run(until="trian", progress=False)
