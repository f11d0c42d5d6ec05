import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError, ResumeError, WiringError
from fivefold.folds import draw_divisions
from fivefold.partition import Partition
from studied import with_test_rows


class Drawn(ff.Stage):
    """Writes a partition that is drawn already."""

    rows: tuple[tuple[int, ...], ...]

    def run(self, collected: ff.Collected, session: Session) -> Partition:
        train, valid, test = (np.array(part, dtype=np.int64) for part in self.rows)
        return Partition(train=train, valid=valid, test=test, how="as told")


def quiet(pipeline, **settings):
    return ff.cross_validate(pipeline, progress=False, **{"folds": 3, "seed": 1, **settings})


def without_time(found):
    return found.scores.drop(columns="seconds")


def test_cross_validation_scores_are_those_of_plain_runs_on_the_same_rows(pipeline):
    seeds = []

    def noted(collected, division, seed):
        seeds.append((division, seed))
        return pipeline.stages[1:3]

    found = quiet(pipeline, inner=noted)
    for fold, (division, seed) in enumerate(seeds, 1):
        rows = tuple(tuple(map(int, getattr(division, p))) for p in ("train", "valid", "test"))
        stages = pipeline.stages
        plain = ff.Pipeline([stages[0], Drawn(rows=rows), *stages[1:]]).run(
            seed=seed, progress=False
        )
        here = found.predictions[found.predictions["fold"] == fold]
        assert_array_equal(here["row"], plain[ff.Evaluated].index)
        assert_array_equal(here["score_yes"], plain[ff.Evaluated].scores[:, 1])
        assert_allclose(found.scores["roc_auc"][fold - 1], plain.metrics["roc_auc"], rtol=1e-15)


@pytest.mark.parametrize("model", ["mlp", LogisticRegression()], ids=["network", "estimator"])
def test_cross_validation_refits_the_folds_of_evaluate_with_their_seeds(pipeline, model):
    pipeline = pipeline.replace("train", ff.Train(model, threads=1)).replace(
        "evaluate", folds=3, baselines=()
    )
    tables = pipeline.run(seed=4, progress=False).tables
    found = quiet(pipeline, seed=4, repeats=2)
    first = without_time(found).query("repeat == 1").drop(columns="repeat")
    assert tables["folds"].drop(columns="seconds").equals(first)
    answers = found.predictions.query("repeat == 1").drop(columns="repeat")
    assert tables["out_of_fold"].equals(answers)


def test_cross_validation_holds_each_row_out_once_a_repeat_and_no_test_row(pipeline):
    found = quiet(pipeline, repeats=2)
    partition = pipeline.run(seed=1, progress=False)[Partition]
    wanted = np.sort(np.concatenate([partition.train, partition.valid]))
    repeats = found.predictions.groupby("repeat")["row"]
    assert [sorted(rows) == wanted.tolist() for _, rows in repeats] == [True, True]
    folds = found.predictions.pivot(index="row", columns="repeat", values="fold")
    assert (folds[1] != folds[2]).any()


def test_cross_validation_gives_the_corrected_interval_of_all_folds(pipeline):
    found = quiet(pipeline, repeats=2)
    values, n = found.scores["accuracy"].to_numpy(), 6
    ratio = (found.scores["held_out_rows"] / found.scores["train_rows"]).mean()
    half = stats.t.ppf(0.975, n - 1) * np.sqrt(values.var(ddof=1) * (1 / n + ratio))
    made = found.metrics["accuracy"]
    wanted = np.clip(values.mean() + half * np.array([0, -1, 1]), 0, 1)
    assert_allclose([made, made.low, made.high], wanted)
    assert "accuracy" in repr(found)
    assert "3 folds 2 times" in found._repr_html_()
    assert found.markdown().startswith("| metric")


def test_cross_validation_keeps_groups_together_and_goes_by_time_where_asked(frame):
    frame["who"] = np.repeat(np.arange(30), 5).astype(str)
    frame["when"] = np.arange(len(frame)).astype("datetime64[D]")
    collect = ff.Collect(frame, target="y", group="who", time="when")
    train = ff.Train("mlp", epochs=1, batch=32, threads=1)
    pipeline = ff.Pipeline([collect, ff.Split("group"), ff.Preprocess(), train])
    found = quiet(pipeline).predictions
    folds = found["fold"].groupby(frame["who"].to_numpy()[found["row"]]).nunique()
    assert (folds == 1).all()
    found = quiet(pipeline, by="time").predictions
    last, first = (getattr(found.groupby("fold")["row"], end)() for end in ("max", "min"))
    assert (last[:-1].to_numpy() < first[1:].to_numpy()).all()


def test_folds_by_time_are_not_drawn_anew_as_they_would_be_the_same(frame):
    frame["when"] = np.arange(len(frame)).astype("datetime64[D]")
    collect = ff.Collect(frame, target="y", time="when")
    pipeline = ff.Pipeline([collect, ff.Preprocess(), ff.Train(LogisticRegression())])
    for study in (ff.cross_validate, ff.ablate, ff.learning_curve):
        with pytest.raises(ConfigError, match="always the same"):
            study(pipeline, folds=3, repeats=2, progress=False)
    again = quiet(pipeline, folds=3, repeats=2, by="stratified").predictions
    once, twice = (again[again["repeat"] == n]["row"].tolist() for n in (1, 2))
    assert once != twice


def test_cross_validation_goes_on_and_takes_what_is_done(pipeline, tmp_path):
    whole, events = quiet(pipeline), []

    def stop(event):
        if getattr(event, "unit", "") == "refit" and event.done == 2:
            raise KeyboardInterrupt

    folder = tmp_path / "study"
    with pytest.raises(KeyboardInterrupt):
        quiet(pipeline, directory=folder, observers=[stop])
    found = quiet(pipeline, directory=folder, resume=True, observers=[events.append])
    assert without_time(found).equals(without_time(whole))
    assert found.predictions.equals(whole.predictions)
    assert [e.done for e in events if getattr(e, "unit", "") == "refit"] == [3]
    refused = pipeline.replace("train", epochs=3)
    with pytest.raises(ResumeError, match=r"train\.epochs +2 then, 3 now"):
        quiet(refused, directory=folder, resume=True)
    with pytest.raises(ResumeError, match=r"folds +3 then, 4 now"):
        quiet(pipeline, folds=4, directory=folder, resume=True)
    again = quiet(refused, directory=folder)
    assert not again.predictions.equals(whole.predictions)
    assert (folder / "earlier.run" / "study.json").is_file()


def test_cross_validation_writes_nothing_unasked(pipeline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiet(pipeline)
    assert list(tmp_path.iterdir()) == []


def test_cross_validation_refuses_what_it_cannot_do(pipeline, tmp_path):
    with pytest.raises(ConfigError, match=r"'fold'"):
        ff.cross_validate(pipeline, fold=3)
    with pytest.raises(ConfigError, match="a directory to resume in"):
        quiet(pipeline, resume=True)
    with pytest.raises(ConfigError, match="n_jobs"):
        quiet(pipeline, n_jobs=0)
    with pytest.raises(ConfigError, match="repeats"):
        quiet(pipeline, repeats=0)
    with pytest.raises(DataError, match="Folds"):
        quiet(pipeline, folds=1000)
    with pytest.raises(ConfigError, match="divides rows and trains"):
        quiet(pipeline[:2])
    with pytest.raises(WiringError):
        quiet(pipeline[1:])


def test_cross_validation_looks_at_no_test_row(tmp_path):
    clean, spoilt = with_test_rows(tmp_path)
    assert quiet(clean).predictions.equals(quiet(spoilt).predictions)


def test_divisions_are_those_of_evaluate(pipeline):
    result = pipeline.run(seed=1, progress=False)
    made = draw_divisions(result[ff.Collected], result[Partition], 3, 0)
    rows = np.concatenate([each.test for each in made])
    assert len(np.unique(rows)) == len(rows) == 120
    for each in made:
        parts = np.concatenate([each.train, each.valid, each.test])
        assert_array_equal(np.sort(parts), np.sort(rows))


def test_metric_that_folds_have_no_score_of_says_in_how_many_it_was(pipeline):
    def often(target, score):
        return float("nan") if len(target) % 2 else 1.0

    frame = pipeline["collect"].source
    whole = pipeline.replace("collect", ff.Collect(frame.iloc[:131], target="y"))
    found = quiet(whole.replace("evaluate", metrics={"even": often}), folds=2)
    lengths = found.scores["held_out_rows"]
    odd = int((lengths % 2).sum())
    assert 0 < odd < len(lengths)
    assert f"even of {len(lengths) - odd} of {len(lengths)} alone" in repr(found)
    assert "roc_auc of" not in repr(found)


def test_cross_validation_by_each_group_has_a_fold_for_each():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=120), "who": np.repeat(list("abcdef"), 20)})
    frame["y"] = np.where(frame["x"] + 0.1 * rng.normal(size=120) > 0, "yes", "no")
    stages = [ff.Collect(frame, target="y", group="who"), ff.Split(test=["f"]), ff.Preprocess()]
    pipeline = ff.Pipeline([*stages, ff.Train(LogisticRegression())])
    found = ff.cross_validate(pipeline, folds="groups", progress=False)
    assert found.scores["held_out_rows"].tolist() == [20] * 5
    who = frame["who"].to_numpy()[found.predictions["row"]]
    assert found.predictions.groupby(who)["fold"].nunique().tolist() == [1] * 5
    run = ff.Pipeline([*pipeline, ff.Evaluate(folds="groups", baselines=())])
    again = run.run(progress=False).tables["folds"]
    assert again["accuracy"].tolist() == found.scores["accuracy"].tolist()
    with pytest.raises(ConfigError, match='2 or more, or "groups"'):
        ff.cross_validate(pipeline, folds="group", progress=False)
