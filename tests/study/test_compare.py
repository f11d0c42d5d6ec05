import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge

import fivefold as ff
from fivefold.errors import ConfigError, DataError, PreflightError, ResumeError, SpentError
from studied import small_frame, small_pipeline, with_test_rows


def quiet(models, **settings):
    return ff.compare(models, progress=False, **{"folds": 3, "seed": 1, **settings})


@pytest.fixture(scope="module")
def models():
    """A pipeline, the same again, one that learns longer, and one that does not learn."""
    one = small_pipeline(small_frame(240))
    return {
        "one": one,
        "same": one.replace("train", one["train"].replace()),
        "long": one.replace("train", epochs=8, lr=0.02),
        "idle": one.replace("train", lr=1e-12),
    }


@pytest.fixture(scope="module")
def found(models):
    return quiet(models, repeats=2, test=True)


def test_compared_p_values_are_those_of_a_hand_computation(found):
    scores = found.scores.pivot(index=["repeat", "fold"], columns="model", values="roc_auc")
    first = found.scores[found.scores["model"] == "one"]
    ratio = (first["held_out_rows"] / first["train_rows"]).mean()
    for _, pair in found.pairs.iterrows():
        gaps = (scores[pair["one"]] - scores[pair["other"]]).to_numpy()
        if pair["one"] == "one" and pair["other"] == "same":
            assert pair["p"] == 1.0
            assert (gaps == 0).all()
            continue
        half = np.sqrt(gaps.var(ddof=1) * (1 / 6 + ratio))
        assert_allclose(pair["p"], 2 * stats.t.sf(abs(gaps.mean() / half), 5), rtol=1e-9)
        made = pair["difference"]
        wanted = gaps.mean() + half * stats.t.ppf(0.975, 5) * np.array([0, -1, 1])
        assert_allclose([made, made.low, made.high], wanted)
    assert_allclose(found.pairs["p_holm"], np.minimum(1, _holm(found.pairs["p"])))


def _holm(p):
    """The definition of the paper, step by step."""
    made = {}
    largest = 0.0
    for step, place in enumerate(np.argsort(p, kind="stable")):
        largest = max(largest, (len(p) - step) * p[place])
        made[place] = largest
    return [made[place] for place in range(len(p))]


def test_compared_best_ties_and_worse_ones_are_told(found):
    assert found.best == "long"
    verdicts = dict(zip(found.table["model"], found.table["verdict"], strict=True))
    assert verdicts["long"] == "the reference"
    assert verdicts["one"] == verdicts["same"]
    assert set(found.ties) == {m for m, said in verdicts.items() if said == "a tie"}
    assert "the best" in repr(found)
    assert ">long</td>" in found._repr_html_()
    assert found.markdown().startswith("| model | ROC-AUC |")


def test_compared_scores_are_those_of_cross_validation(found, models):
    alone = ff.cross_validate(models["long"], folds=3, repeats=2, seed=1, progress=False)
    here = found.scores[found.scores["model"] == "long"].reset_index(drop=True)
    assert here["log_loss"].equals(alone.scores["log_loss"])


def test_compared_test_rows_are_those_of_plain_runs_with_mcnemar_by_hand(found, models):
    results = {n: models[n].run(seed=1, progress=False) for n in ("one", "long")}
    table = found.test["table"].set_index("model")
    for name, result in results.items():
        assert float(table.loc[name, "accuracy"]) == float(result.metrics["accuracy"])
    right = {
        n: r[ff.Evaluated].scores.argmax(1) == r[ff.Evaluated].target for n, r in results.items()
    }
    alone = [
        int((right["one"] & ~right["long"]).sum()),
        int((right["long"] & ~right["one"]).sum()),
    ]
    pairs = found.test["pairs"].set_index(["one", "other"])
    pair = pairs.loc[("one", "long")]
    assert [pair["one_alone"], pair["other_alone"]] == alone
    wanted = stats.binomtest(alone[0], sum(alone)).pvalue if sum(alone) else 1.0
    assert_allclose(pair["p_mcnemar"], wanted)
    two = ff.compare(results)
    assert (two.rows, two.pairs["test"][0]) == ("test rows", "delong")
    assert_allclose(two.pairs["p_mcnemar"], [wanted])
    counted = ff.compare(results, metric="accuracy").pairs.iloc[0]
    assert_allclose(counted["p"], wanted)
    assert counted["test"] == "mcnemar, exact"
    gap = two.pairs["difference"][0]
    assert_allclose(gap, results["one"].metrics["roc_auc"] - results["long"].metrics["roc_auc"])
    assert gap.low < gap < gap.high


def test_compared_verdicts_on_test_rows_are_those_of_the_corrected_p_values(found):
    pairs = found.test["pairs"]
    assert_allclose(pairs["p_holm"], np.minimum(1, _holm(pairs["p"])))
    for frame in (pairs, found.test["table"].iloc[1:], found.pairs):
        told = ~frame["verdict"].isin(["a tie", "not measured", "the reference"])
        assert (told == (frame["p_holm"] < 0.05)).all()
    same = pairs.set_index(["one", "other"]).loc[("one", "same")]
    assert (same["verdict"], same["p"], same["one_alone"]) == ("a tie", 1.0, 0)


def test_compared_over_two_folds_gives_no_verdict_and_says_why(models):
    made = quiet({n: models[n] for n in ("one", "idle", "long")}, folds=2)
    others = made.table[made.table["verdict"] != "the reference"]
    assert set(others["verdict"]) == {"not measured"}
    assert others["p_holm"].isna().all()
    assert {gap.method for gap in others["difference"]} == {"too few folds"}
    assert "(too few folds)" in repr(made)


def test_compared_results_of_other_rows_are_refused(models):
    results = {str(s): models["one"].run(seed=s, progress=False) for s in (1, 2)}
    with pytest.raises(DataError, match="the same test rows as '1'"):
        ff.compare(results)


def test_compared_pipelines_of_other_rows_are_refused(models):
    with pytest.raises(DataError, match="the rows and the division of 'one'"):
        quiet({"one": models["one"], "two": small_pipeline(small_frame(240, seed=5))})


def test_compared_pipelines_of_other_targets_are_refused_and_gaps_in_them_are_not(frame):
    frame = frame.assign(much=frame["a"].mask(np.arange(len(frame)) == 3), y=frame["b"])
    first = ff.Collect(frame, target="much")
    pipeline = ff.Pipeline([first, ff.Preprocess(), ff.Train(Ridge())])
    with pytest.raises(DataError, match="the rows and the division of 'one'"):
        quiet({"one": pipeline, "two": pipeline.replace("collect", target="y")})
    again = pipeline.replace("collect", drop=["y"])
    found = quiet({"one": pipeline, "two": again}, folds=3)
    assert len(found.scores) == 6


def test_compared_stages_stand_in_the_first_pipeline(models):
    made = quiet({"one": models["one"], "robust": ff.Preprocess(scale="robust")}, folds=2)
    alone = models["one"].replace("preprocess", scale="robust")
    wanted = ff.cross_validate(alone, folds=2, seed=1, progress=False)
    here = made.scores[made.scores["model"] == "robust"].reset_index(drop=True)
    assert here["log_loss"].equals(wanted.scores["log_loss"])


def test_model_added_to_a_kept_comparison_is_all_that_is_fitted(models, tmp_path):
    one, two = {"one": models["one"]}, {"two": models["long"]}
    other = ff.Pipeline([models["one"].stages[0], ff.Clean(), *models["one"].stages[1:]])
    kept = {"directory": tmp_path / "study", "folds": 2, "resume": True}
    before, events = quiet({**one, **two}, **kept), []
    after = quiet({"cleaned": other, **one, **two}, **kept, observers=[events.append])
    assert {e.path[1] for e in events if len(e.path) > 2} == {"fold-1 cleaned", "fold-2 cleaned"}
    for name in ("one", "two"):
        scores = [found.scores[found.scores["model"] == name] for found in (before, after)]
        assert scores[0].reset_index(drop=True).equals(scores[1].reset_index(drop=True))
    with pytest.raises(ResumeError, match=r"train\.epochs"):
        quiet({"one": models["one"].replace("train", epochs=3), **two}, **kept)


def test_comparison_refuses_what_it_cannot_do(models):
    with pytest.raises(ConfigError, match="a dict of models, two at least"):
        quiet({"one": models["one"]})
    with pytest.raises(ConfigError, match="found int as 'two'"):
        quiet({"one": models["one"], "two": 2})
    with pytest.raises(ConfigError, match=r"the class Ridge.\nPass Ridge\(\)"):
        quiet({"one": models["one"], "two": Ridge})
    with pytest.raises(ConfigError, match="one of roc_auc"):
        quiet({"one": models["one"], "two": models["long"]}, metric="auc")
    with pytest.raises(ConfigError, match="a pipeline to put 'a' into"):
        quiet({"a": ff.Train(), "b": ff.Train(epochs=2)})
    stages = models["one"].stages
    untested = ff.Pipeline([stages[0], ff.Split(test=0), *stages[1:3]])
    with pytest.raises(DataError, match="test rows to look at"):
        quiet({"one": untested, "idle": ff.Train(lr=1e-9)}, test=True)


def test_comparison_looks_at_no_test_row(tmp_path):
    made = [
        quiet({"a": each, "b": each.replace("train", epochs=4)})
        for each in with_test_rows(tmp_path)
    ]
    scores = [each.scores.drop(columns="seconds") for each in made]
    assert scores[0].equals(scores[1])


def test_comparison_of_regression_has_intervals_a_test_of_swaps_and_no_mcnemar(frame):
    frame["y"] = frame["a"] * 2 + frame["b"]
    one = small_pipeline(frame)
    found = quiet({"one": one, "long": one.replace("train", epochs=9)}, folds=2, test=True)
    pair = found.test["pairs"].iloc[0]
    assert np.isnan(pair["p_mcnemar"])
    assert (pair["test"], 0 < pair["p"] <= 1) == ("swaps", True)
    assert pair["difference"].low < pair["difference"].high
    assert found.metric == "rmse"


def test_comparison_on_test_rows_counts_its_looks_and_no_other_does(tmp_path):
    from fivefold.core.ledger import known_looks
    from fivefold.looks import digest_of_test_rows

    one = small_pipeline(small_frame(200, seed=9))
    two, folder = one.replace("train", epochs=5), tmp_path / "study"
    result = one.run(seed=1, until="collect", progress=False)
    collected, test = result[ff.Collected], one.run(seed=1, progress=False)[ff.Partition].test
    digest = digest_of_test_rows(collected, test)
    before = len(known_looks(digest))
    quiet({"one": one, "two": two}, folds=2)
    assert len(known_looks(digest)) == before == 1
    found = quiet({"one": one, "two": two}, folds=2, test=True, directory=folder)
    assert len(known_looks(digest)) == 2  # that of `one` was known: a plain run answers alike
    assert found.findings[0].code == "looks"
    quiet({"one": one, "two": two}, folds=2, test=True, directory=folder, resume=True)
    assert len(known_looks(digest)) == 2


def test_comparison_tells_the_faults_of_all_models_before_the_first_fit():
    from sklearn.cluster import KMeans
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.svm import SVC

    frame, heard = small_frame(120, seed=30), []
    one = small_pipeline(frame)
    rivals = {"svc": SVC(), "means": KMeans(2), "fine": LogisticRegression(), "ridge": Ridge()}
    with pytest.raises(PreflightError, match="found 3 that cannot") as caught:
        quiet({"one": one, **rivals, "long": ff.Train(epochs=3)}, observers=[heard.append])
    told = str(caught.value)
    assert told.index("'svc': Train: ") < told.index("'means': ") < told.index("'ridge': ")
    assert len(caught.value.faults) == 3
    assert not [event for event in heard if getattr(event, "unit", "") in ("refit", "epoch")]
    frame["y"] = frame["a"]
    for wrong in (LogisticRegression(), KMeans(2)):
        with pytest.raises(PreflightError, match=type(wrong).__name__) as caught:
            quiet({"one": small_pipeline(frame), "wrong": wrong})
        assert caught.value.__notes__ == ["in 'wrong' of compare"]


def _spent(pipeline):
    """The looks at its test rows so far, before anything is run."""
    from fivefold.core.ledger import known_looks
    from fivefold.looks import digest_of_test_rows

    made = pipeline.run(seed=1, until="preprocess", progress=False)
    rows = digest_of_test_rows(made[ff.Collected], made[ff.Partition].test)
    return lambda: len(known_looks(rows))


@pytest.mark.parametrize(("limit", "fitted"), [(1, 0), (2, 2)])
def test_comparison_beyond_the_limit_of_looks_is_refused_before_a_fold_and_costs_none(
    limit, fitted
):
    one = small_pipeline(small_frame(200, seed=10 + limit))
    looks, heard = _spent(one), []
    one.run(seed=1, progress=False)
    limited = one.replace("evaluate", looks=limit)
    models = {"long": one.replace("train", epochs=5), "limited": limited.replace("train", epochs=6)}
    with pytest.raises(SpentError, match="2 more models to score"):
        quiet(models, test=True, observers=[heard.append])
    assert looks() == 1
    done = [event for event in heard if getattr(event, "unit", "") == "refit"]
    assert len(done) == fitted
    twice = one.replace("evaluate", looks=2)
    found = quiet({"one": twice, "long": models["long"]}, test=True)
    assert looks() == 2  # what was scored already may be scored again
    assert len(found.test["table"]) == 2


def test_estimator_scored_by_a_run_and_by_a_study_is_one_look():
    from sklearn.ensemble import HistGradientBoostingClassifier

    one = small_pipeline(small_frame(200, seed=20)).replace(
        "train", ff.Train(HistGradientBoostingClassifier(max_iter=5, random_state=0))
    )
    looks = _spent(one)
    result = one.run(seed=1, progress=False)
    assert looks() == 1
    found = quiet({"one": one, "long": ff.Train("mlp", epochs=2, threads=1)}, folds=3, test=True)
    assert looks() == 2
    score = found.test["table"].set_index("model").loc["one", "log_loss"]
    assert float(score) == float(result.metrics["log_loss"])


def _cost(target, scores):
    return float(np.mean((target == 1) * scores[:, 0] * 5 + (target == 0) * scores[:, 1]))


def _profit(target, scores):
    return -_cost(target, scores)


_cost.greater = False


def test_comparison_by_an_own_metric_knows_which_way_is_better(frame):
    evaluate = ff.Evaluate(metrics={"cost": _cost, "profit": _profit}, baselines=())
    one = small_pipeline(frame).replace("evaluate", evaluate)
    models = {"idle": one.replace("train", lr=1e-9), "learns": one.replace("train", epochs=8)}
    for name, sign in (("cost", -1), ("profit", 1)):
        found = quiet(models, metric=name)
        assert (found.best, found.metric) == ("learns", name)
        assert sign * float(found.table["difference"].iloc[0]) < 0
        means = found.scores.groupby("model")[name].mean()
        assert_allclose(found.table[name].map(float), means[["idle", "learns"]])
    results = {n: each.run(seed=1, progress=False) for n, each in models.items()}
    two = ff.compare(results, metric="cost")
    line = two.pairs.iloc[0]
    wanted = [result.metrics["cost"] for result in results.values()]
    assert_allclose(float(line["difference"]), wanted[0] - wanted[1])
    assert (line["verdict"], line["test"], line["p"] < 0.05) == ("loses", "swaps", True)


class Silent(RegressorMixin, BaseEstimator):
    """Answers no number where it is asked for the hardest rows."""

    def fit(self, X, y):  # noqa: N803
        self.line = Ridge().fit(X, y)
        return self

    def predict(self, X):  # noqa: N803
        answers = self.line.predict(X)
        return np.full_like(answers, np.nan) if X[:, 0].max() > 1.95 else answers


def test_model_without_a_score_in_a_fold_is_neither_the_best_nor_a_tie(frame):
    frame = frame.assign(y=frame["a"] + np.random.default_rng(0).normal(size=len(frame)))
    pipeline = ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(Ridge())])
    found = quiet({"line": pipeline, "silent": Silent()}, folds=5)
    lacks = found.scores.set_index("model").loc["silent", "rmse"].isna()
    assert 0 < lacks.sum() < 5
    assert found.best == "line"
    assert found.ties == ()
    assert list(found.table["verdict"]) == ["the reference", "not measured"]
    assert f"no score in {lacks.sum()} fold" in str(found.table["difference"][1])
    assert found.pairs["verdict"].tolist() == ["not measured"]


@pytest.mark.parametrize(("wrong", "near"), [("rocauc", "roc_auc"), ("cosst", "cost")])
def test_comparison_by_a_metric_that_there_is_not_tells_the_nearest(frame, wrong, near):
    one = small_pipeline(frame).replace("evaluate", metrics={"cost": _cost})
    with pytest.raises(ConfigError, match=f"Write '{near}'"):
        quiet({"one": one, "long": one.replace("train", epochs=3)}, metric=wrong)
