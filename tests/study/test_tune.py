import json
import re
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import Field
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.core.events import Noted, Progress, StageTaken
from fivefold.errors import ConfigError, PreflightError, ResumeError, TrainingError
from fivefold.study.study import Study
from fivefold.study.tune import tune
from fivefold.study.unit import Unit
from studied import begin, kill_in_the_middle, small_frame, small_pipeline, tuned, with_test_rows

LR = {"train.lr": ff.log_uniform(1e-4, 1e-1)}


class Blur(ff.Stage):
    """Mixes noise into the numbers of all rows, the more the further `at` is from 0.7."""

    at: float = Field(default=0.0, ge=0, le=1)

    def run(self, data: ff.Preprocessed) -> ff.Preprocessed:
        def blurred(rows: ff.Rows, seed: int) -> ff.Rows:
            numbers = rows.inputs["numeric"]
            noise = np.random.default_rng(seed).normal(size=numbers.shape).astype(np.float32)
            share = np.float32(np.exp(-8 * abs(self.at - 0.7)))
            mixed = share * numbers + (1 - share) * noise
            return replace(rows, inputs={**rows.inputs, "numeric": mixed})

        return data.replace(train=blurred(data.train, 1), valid=blurred(data.valid, 2))


def quiet(pipeline, space=None, **settings):
    return tune(pipeline, space, progress=False, **{"trials": 3, "seed": 1, **settings})


def without_time(trials):
    return trials.drop(columns=["seconds"])


@pytest.mark.slow
def test_tune_finds_a_planted_optimum():
    collect, preprocess, train, _ = small_pipeline(small_frame(400), epochs=4).stages
    pipeline = ff.Pipeline([collect, preprocess, Blur(at=ff.uniform(0, 1)), train])
    found = quiet(pipeline, trials=25, prune=False)
    assert abs(found.best["blur.at"] - 0.7) < 0.1
    assert found.pipeline["blur"].at == found.best["blur.at"]
    later = found.trials["blur.at"][15:]
    assert (later - 0.7).abs().mean() < 0.2 < (found.trials["blur.at"][:10] - 0.7).abs().mean()


def test_tune_gives_trials_tables_and_a_pipeline_that_runs(pipeline, tmp_path):
    told = []
    space = {**LR, "preprocess.scale": ff.choice("none", "robust")}
    found = quiet(pipeline, space, trials=6, directory=tmp_path / "s", observers=[told.append])
    trials = found.trials
    assert trials["trial"].tolist() == list(range(6))
    assert set(trials["preprocess.scale"]) <= {"none", "robust"}
    assert trials["train.lr"].between(1e-4, 1e-1).all()
    complete = trials[trials["state"] == "complete"]
    assert found.winner.score == complete["score"].max()
    assert dict(found.best) == {
        name: trials[name][found.winner.number] for name in ("train.lr", "preprocess.scale")
    }
    assert found.pipeline["preprocess"].scale == found.best["preprocess.scale"]
    result = found.pipeline.run(seed=1, progress=False, until="train")
    assert result[ff.Trained].settings.lr == found.best["train.lr"]
    table = found.tables["tuning_results"]
    assert table["rank"][0] == 1
    assert "best of 6 trials" in found.honesty
    assert "optimistic" in repr(found)
    assert "<svg" in found._repr_html_()
    assert found.importance == {} or sum(found.importance.values()) == pytest.approx(1)
    done = [e for e in told if isinstance(e, Progress) and e.path == ("tune",)]
    assert [(e.done, e.total) for e in done] == [(n, 6) for n in range(1, 7)]
    assert any("the best so far" in e.text for e in told if isinstance(e, Noted))
    noted = json.loads((tmp_path / "s" / "trials.json").read_text())
    assert [one["settings"]["train.lr"] for one in noted["trials"]] == trials["train.lr"].tolist()


def test_unit_judged_by_validation_rows_has_stages_that_do_not_learn_from_them():
    stages = (ff.Preprocess(), ff.Train(epochs=2), ff.Mix([{"model": "mlp"}]), ff.Distil("mlp"))
    rows = np.arange(3)
    partition = ff.Partition(train=rows, valid=rows + 3, test=rows + 6, how="by hand")

    def asked(part):
        unit = Unit(name="u", start=None, stages=stages, partition=partition, seed=0, part=part)
        _, train, mix, distil = unit.stages
        return [train.all_rows, mix.stages[0].all_rows, distil.all_rows]

    assert asked("valid") == [False] * 3
    assert asked("test") == [True] * 3


def test_trial_score_is_that_of_a_plain_run_on_its_validation_rows(pipeline):
    found = quiet(pipeline, LR, trials=1)
    (outcome,) = found.outcomes[0]
    lr = found.best["train.lr"]
    plain = pipeline.replace("train", lr=lr).run(seed=1, progress=False, until="train")
    data = plain[ff.Preprocessed]
    np.testing.assert_array_equal(outcome.index, data.valid.index)
    from fivefold.models.score import score

    wanted = score(plain[ff.Trained].model, data.valid.inputs)
    np.testing.assert_array_equal(outcome.scores, wanted)
    from sklearn.metrics import roc_auc_score

    assert found.winner.score == pytest.approx(roc_auc_score(data.valid.target, wanted[:, 1]))


def test_trials_do_not_depend_on_test_rows(tmp_path):
    clean, spoilt = (quiet(one, LR, trials=2) for one in with_test_rows(tmp_path))
    pd.testing.assert_frame_equal(without_time(clean.trials), without_time(spoilt.trials))


def test_trials_on_folds_hold_out_every_row_once(pipeline):
    found = quiet(pipeline, LR, trials=1, folds=2)
    rows = np.sort(np.concatenate([one.index for one in found.outcomes[0]]))
    assert len(np.unique(rows)) == len(rows) == 120
    assert "2 folds" in found.honesty


def test_space_with_faults_is_refused_with_all_of_them(pipeline):
    space = {
        "trian.lr": ff.uniform(0.1, 0.2),
        "train.lrr": ff.uniform(0.1, 0.2),
        "train.epochs": ff.uniform(0, 1),
        "train.batch": 5,
        "preprocess": ff.uniform(0, 1),
        "evaluate.folds": ff.choice(0, 1),
    }
    with pytest.raises(PreflightError) as caught:
        tune(pipeline, space)
    said = str(caught.value)
    assert "found 5 faults" in said
    assert "Write 'train.lr'." in said
    assert "lrr: no such setting; did you mean `lr`?" in said
    assert "epochs: expected a valid integer, found 0.0 in uniform(0.0, 1.0)" in said
    assert "expected a space, found 5 at 'train.batch'" in said
    assert "expected a choice of stages, found uniform(0.0, 1.0)" in said
    assert "one fold has nothing to learn from" in said


def test_arguments_that_cannot_be_are_refused_together(pipeline):
    with pytest.raises(PreflightError, match="found 4 faults"):
        tune(pipeline, LR, trials=0, folds=1, seconds=0, latency=-1)
    with pytest.raises(ConfigError, match=r"trials depend on, found 'evaluate\.level'"):
        tune(pipeline, {**LR, "evaluate.level": ff.uniform(0.5, 0.9)})
    with pytest.raises(ConfigError, match="expected settings to choose, found none"):
        tune(pipeline)


def test_whole_stages_are_chosen_with_spaces_of_their_own(pipeline):
    options = ff.choice(
        {"lr": ff.log_uniform(1e-3, 1e-2)}, ff.Train("mlp", epochs=1, threads=1, lr=0.5)
    )
    found = quiet(pipeline, {"train": options}, trials=6)
    chosen = found.trials["train[0].lr"]
    one = found.trials["train"].str.contains("epochs=1")
    assert 0 < one.sum() < 6
    assert (chosen.isna() == one).all()
    assert found.pipeline["train"].settings()["epochs"] in (1, 2)


def test_trial_that_fails_is_told_and_others_go_on(pipeline):
    space = {"train.model": ff.choice("convnet", "mlp")}
    found = quiet(pipeline, space, trials=5)
    failed = found.trials[found.trials["state"] == "failed"]
    assert set(failed["train.model"]) == {"convnet"}
    assert failed["score"].isna().all()
    assert failed["why"].str.len().min() > 10
    assert found.best["train.model"] == "mlp"
    with pytest.raises(PreflightError, match="expected a network for numeric columns"):
        quiet(pipeline, {"train.model": ff.choice("convnet", "textnet")}, trials=2)


def test_estimators_and_taught_networks_are_tried_beside_networks(pipeline):
    forest = RandomForestClassifier(5, random_state=0)
    taught = ff.Distil(forest, "mlp", epochs=1, folds=2, threads=1)
    options = ff.choice({"lr": 0.01}, ff.Train(forest), taught)
    found = quiet(pipeline, {"train": options}, trials=8, seed=0)
    assert found.trials["train"].nunique() == 3
    assert (found.trials["state"] == "complete").all()
    mixed = ff.ensemble(found, size=4)
    assert mixed.candidates + mixed.left_out == 8
    score = mixed.pipeline.run(progress=False, until=mixed.pipeline.names[2])
    assert ff.Trained in score


def test_trial_of_settings_that_were_tried_is_not_done_again(pipeline):
    found = quiet(pipeline, {"preprocess.scale": ff.choice("none", "robust")}, trials=6)
    trials = found.trials
    first = trials.groupby("preprocess.scale")["trial"].transform("min")
    again = trials[trials["trial"] > first]
    assert len(again) == 4
    assert (again["seconds"] == 0).all()
    assert again["why"].tolist() == [f"as trial {first[number]}" for number in again["trial"]]
    assert trials.groupby("preprocess.scale")["score"].nunique().max() == 1


def test_trials_share_encoded_rows_where_there_is_a_cache(pipeline, tmp_path):
    told = []
    cached = {"cache": tmp_path / "cache", "observers": [told.append]}
    found = quiet(pipeline, LR, trials=3, **cached)
    taken = [e.path[1:] for e in told if isinstance(e, StageTaken)]
    assert taken == [("trial-1", "preprocess"), ("trial-2", "preprocess")]
    plain = quiet(pipeline, LR, trials=3)
    pd.testing.assert_frame_equal(without_time(found.trials), without_time(plain.trials))


@pytest.mark.slow
def test_answers_are_timed_by_the_graph_that_is_served(pipeline):
    found = quiet(pipeline, LR, trials=1, latency=10.0)
    assert 0 < found.winner.answer_seconds < 10


def test_trials_whose_answers_take_too_long_never_win(pipeline, monkeypatch):
    def by_size(model, inputs):
        return 0.003 if getattr(model.body, "members", 1) == 1 else 0.5

    monkeypatch.setattr("fivefold.study.unit.answer_seconds", by_size)
    space = {"train.members": ff.choice(1, 2)}
    found = quiet(pipeline, space, trials=5, latency=0.01)
    slow = found.trials[found.trials["state"] == "too slow"]
    assert set(slow["train.members"]) == {2}
    assert slow["why"].iloc[0] == "one answer takes 500 ms, and may take 10 ms"
    assert found.best["train.members"] == 1
    with pytest.raises(TrainingError, match="one answer takes 3 ms, and may take 1 ms"):
        quiet(pipeline, LR, trials=1, latency=0.001)


def test_time_that_is_up_ends_after_the_first_wave(pipeline):
    found = quiet(pipeline, LR, trials=50, seconds=1e-3)
    assert len(found.trials) == 1
    long = pipeline.replace("train", epochs=100, patience=100, batch=4)
    found = quiet(long, LR, trials=50, seconds=0.5)
    assert found.trials["state"].iloc[-1] in ("complete", "cut short")
    assert found.trials["epochs"].iloc[-1] < 100


def test_poor_trials_are_ended_early(monkeypatch):
    monkeypatch.setattr("fivefold.study.watch.FEWEST", 4)  # those after ten are good ones
    pipeline = small_pipeline(epochs=12)
    found = quiet(pipeline, {"train.lr": ff.log_uniform(1e-8, 1e-1)}, trials=12)
    pruned = found.trials[found.trials["state"] == "pruned"]
    assert 0 < len(pruned) < 6
    assert (pruned["epochs"] < 12).all()
    assert pruned["epochs"].min() >= 7
    assert pruned["trial"].min() >= 4
    assert pruned["why"].str.contains("behind three quarters of the earlier trials").all()
    patient = quiet(pipeline, {"train.lr": ff.log_uniform(1e-8, 1e-1)}, trials=8, prune=False)
    assert (patient.trials["epochs"] == 12).all()


def test_earlier_studies_are_learnt_from(pipeline, tmp_path):
    space = {**LR, "train.epochs": ff.integer(1, 3)}
    first = quiet(pipeline, space, trials=10, directory=tmp_path / "first", prune=False)
    cold = quiet(pipeline, LR, trials=1)
    warm = quiet(pipeline, LR, trials=1, warm=first)
    again = quiet(pipeline, LR, trials=1, warm=[tmp_path / "first"])
    assert warm.best["train.lr"] == again.best["train.lr"] != cold.best["train.lr"]
    with pytest.raises(ConfigError, match="expected trials of an earlier study, found none in"):
        quiet(pipeline, LR, warm=[tmp_path])


def test_study_gone_on_with_does_more_trials_and_refuses_another_space(pipeline, tmp_path):
    place = {"directory": tmp_path / "s", "resume": True}
    first = quiet(pipeline, LR, trials=2, **place)
    more = quiet(pipeline, LR, trials=3, **place)
    pd.testing.assert_frame_equal(first.trials, more.trials[:2])
    with pytest.raises(ResumeError, match=r"train\.lr"):
        quiet(pipeline, {"train.lr": ff.log_uniform(1e-4, 1e-2)}, **place)


@pytest.mark.slow
def test_nested_scores_of_random_labels_are_chance():
    frame = small_frame(300)
    frame["y"] = np.random.default_rng(5).choice(["no", "yes"], len(frame))
    pipeline = small_pipeline(frame, epochs=ff.integer(1, 6))
    found = quiet(pipeline, LR, trials=12, nested=3)
    score = found.nested.metrics["roc_auc"]
    assert score.low < 0.5 < score.high
    assert found.winner.score > 0.55
    assert "on rows that it did not see" in found.honesty
    assert len(found.tables["folds"]) == 3


@pytest.mark.slow
def test_study_in_waves_of_two_killed_goes_on_to_the_same_trials(tmp_path, monkeypatch):
    folder, to = tmp_path / "study", tmp_path / "found.parquet"
    kill_in_the_middle("tune", folder, to, n_jobs=2, units=2)
    assert begin("tune", folder, to, 2).wait() == 0
    monkeypatch.setattr(Study, "_can_travel", lambda study, unit: False)
    alone = tuned(seed=3, n_jobs=2, progress=False)  # in this process, one after another
    made = pd.read_parquet(to)
    pd.testing.assert_frame_equal(without_time(made), without_time(alone), check_exact=True)


def _right_minus_idle(target, scores):
    """Profit: a right answer wins 2, any that is not held back costs 1."""
    sure = scores.max(1) > 0.6
    return float(((scores.argmax(1) == target) * 2.0 * sure - sure).mean())


def _loss_of(target, scores):
    return -_right_minus_idle(target, scores)


_loss_of.greater = False


def test_tuned_by_an_own_metric_finds_what_that_likes_best(pipeline):
    own = {"profit": _right_minus_idle, "loss": _loss_of}
    judged = pipeline.replace("evaluate", metrics=own)
    space = {"train.lr": ff.choice(1e-9, 1e-2, 3e-2)}
    found = {
        name: ff.tune(judged, space, trials=4, metric=name, seed=1, progress=False) for name in own
    }
    for name, made in found.items():
        (outcome,) = made.outcomes[made.winner.number]
        assert made.winner.score == own[name](outcome.target, outcome.scores)
        assert made.metric.name == name
    scores = [found[name].trials["score"] for name in own]
    assert scores[0].max() == found["profit"].winner.score == -scores[1].min()
    with pytest.raises(ConfigError, match="Write 'profit'"):
        ff.tune(judged, space, trials=1, metric="profits", progress=False)
    with pytest.raises(ConfigError, match="metric as a text, or None, found"):
        ff.tune(judged, space, trials=1, metric=_loss_of, progress=False)


class Slow(LogisticRegression):
    """Takes a second and more, and looks at no clock."""

    def fit(self, *given: object) -> "Slow":
        time.sleep(1.2)
        return super().fit(*given)


def test_fit_that_nothing_ends_is_told_where_it_is_longer_than_the_search_may_be():
    told = []
    pipeline = small_pipeline(small_frame(60)).replace("train", ff.Train(Slow()))
    space = {"train.model.C": ff.log_uniform(0.1, 1)}
    found = quiet(pipeline, space, seconds=0.1, observers=[told.append])
    assert [one.state for one in found.tried] == ["complete"]
    said = r"The search took [\d.a-z ]+ longer than it might; the fit of Slow is not ended\."
    assert re.fullmatch(said, found.overrun)
    assert found.overrun in [event.text for event in told if isinstance(event, Noted)]
    assert found.overrun in repr(found)
    assert quiet(small_pipeline(small_frame(60), epochs=1), LR, trials=1, seconds=60).overrun == ""


def test_search_counts_the_trials_that_it_began_from_as_looks_each_once(tmp_path):
    pipeline = small_pipeline(epochs=1)
    first = quiet(pipeline, LR, trials=3, directory=tmp_path / "first")
    second = quiet(pipeline, LR, trials=2, warm=first, seed=1, directory=tmp_path / "second")
    assert "best of 3 trials on" in first.honesty
    assert "best of 5 trials on the same validation rows, 3 of them of" in second.honesty
    assert "best of 5 trials" in repr(second)
    ways = ([second], [tmp_path / "second"], [second, tmp_path / "first", first])
    for warm in ways:  # what the second began from too, however it is handed over
        third = quiet(pipeline, LR, trials=1, warm=warm, seed=2)
        assert "best of 6 trials on the same validation rows, 5 of them of" in third.honesty
    judged = quiet(pipeline, LR, trials=1, warm=first, nested=2)
    assert "begun from no earlier trials" in judged.honesty
