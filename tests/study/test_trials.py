"""Trials: whose score is whose, what becomes of those that fail, and what is tried anew."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import fivefold as ff
from fivefold.decided import Decided
from fivefold.errors import DataError, ResumeError, TrainingError
from fivefold.study.place import whole_outcome
from fivefold.study.propose import answer_of
from fivefold.study.search import told_options
from fivefold.study.tune import tune
from fivefold.study.unit import OUTCOME, Outcome, failed
from own_refits import Die
from studied import small_frame, small_pipeline


class Odd(ff.Stage):
    """Fails by its settings: in words of Python's, in fivefold's, or as long as a file is there."""

    by: str = ""
    how: object = None

    def run(self, data: ff.Preprocessed) -> ff.Preprocessed:
        CALLED.append(self.by)
        if self.by == "python":
            raise ValueError("seven is too many\nof them")
        if self.by == "fivefold":
            raise DataError("Odd: expected less, found 2.", evidence="  a: 1\n  b: 2", remedy="Go.")
        if self.by and (SWITCH / "on").exists():
            raise KeyError(self.by)
        if callable(self.how):
            change = self.how
            numbers = {**data.train.inputs, "numeric": change(data.train.inputs["numeric"])}
            return data.replace(train=replace(data.train, inputs=numbers))
        return data


CALLED = []
SWITCH = None


def odd_pipeline(**settings):
    collect, preprocess, train, _ = small_pipeline(small_frame(100), epochs=1).stages
    return ff.Pipeline([collect, preprocess, Odd(**settings), train])


def quiet(pipeline, space=None, **settings):
    return tune(pipeline, space, progress=False, **{"trials": 6, "seed": 1, **settings})


def test_options_that_are_called_alike_have_scores_of_their_own():
    same, other = (lambda values: values), (lambda values: -values)
    found = quiet(odd_pipeline(how=ff.choice(same, other)))
    scores = {
        one: {t.score for t in found.tried if t.values["odd.how"] is one} for one in (same, other)
    }
    assert [len(those) for those in scores.values()] == [1, 1]
    told = {str(one) for one in found.trials["odd.how"]}
    assert told == {"<<lambda>> (option 1)", "<<lambda>> (option 2)"}
    plain = quiet(odd_pipeline(how=ff.choice(other, same)))
    assert {t.score for t in plain.tried if t.values["odd.how"] is other} == scores[other]
    assert scores[same] != scores[other]


def test_options_that_are_called_alike_are_not_mixed():
    found = quiet(odd_pipeline(how=ff.choice(lambda v: v, lambda v: -v)), trials=5)
    mixed = ff.ensemble(found, size=3)
    hows = {found.tried[number].values["odd.how"] for number in mixed.weights}
    assert (len(hows), mixed.left_out > 0) == (1, True)


def test_option_of_an_earlier_study_is_found_by_what_it_does():
    def scaled(factor):
        return lambda values: values * factor

    space, drawn = ff.choice(scaled(2), scaled(3)), (n for n in range(3))
    two, three = told_options(space, "s")
    assert two != three
    assert [answer_of(ff.choice(scaled(3), scaled(2)), each, "s") for each in (two, three)] == [
        1,
        0,
    ]
    assert answer_of(ff.choice(scaled(4), scaled(5)), two, "s") is None
    unseen = told_options(ff.choice(drawn, 1), "s")[0]
    assert unseen == {"option": {"$object": "<genexpr>"}, "sha256": None}
    assert answer_of(ff.choice(drawn, 1), unseen, "s") is None
    assert json.loads(json.dumps(two)) == two


def test_option_without_a_digest_is_tried_each_time():
    drawn = (n for n in "a"), 1
    CALLED.clear()
    found = quiet(odd_pipeline(how=ff.choice(*drawn)))
    often = sum(t.values["odd.how"] is drawn[0] for t in found.tried)
    assert often > 1
    assert len(CALLED) == often + 1


def test_stage_that_raises_anything_fails_its_trial_alone():
    found = quiet(odd_pipeline(by=ff.choice("", "python", "fivefold")), trials=10)
    states = found.trials.groupby("odd.by")["state"].agg(list)
    assert states["python"] == states["fivefold"] == ["failed"]  # neither is proposed again
    assert states[""] == ["complete"] * 8
    why = {t.values["odd.by"]: t.why for t in found.tried if t.state == "failed"}
    assert why["python"].startswith("ValueError: seven is too many\nof them\n(in ")
    assert "Odd" in why["python"]
    assert why["fivefold"].startswith("Odd: expected less, found 2.\n\n  a: 1\n  b: 2\n\nGo.")
    assert found.trials["why"].str.contains("\n").sum() == 0


def test_search_in_which_all_fail_tells_each_reason_whole():
    with pytest.raises(TrainingError) as caught:
        quiet(odd_pipeline(by=ff.choice("python", "fivefold")), trials=5)
    said = str(caught.value)
    assert "found none among 5" in said
    assert "3 trials: " in said or "4 trials: " in said
    assert "ValueError: seven is too many\n    of them" in said
    assert "a: 1\n      b: 2" in said
    assert said.endswith("Mend what the most frequent reason names, or leave those settings out.")


def test_failure_that_has_passed_is_tried_anew_and_a_refusal_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.SWITCH", tmp_path)
    (tmp_path / "on").touch()
    place = {"directory": tmp_path / "s", "resume": True, "trials": 4}
    pipeline = odd_pipeline(by=ff.choice("", "fivefold", "switch"))
    first = quiet(pipeline, **place)
    assert set(first.trials["state"]) == {"complete", "failed"}
    (tmp_path / "on").unlink()
    CALLED.clear()
    second = quiet(pipeline, **place)
    assert CALLED == ["switch"]
    by = second.trials.groupby("odd.by")["state"].agg(set)
    assert by.to_dict() == {"": {"complete"}, "fivefold": {"failed"}, "switch": {"complete"}}


def outcome(identity, **changed):
    parts = {"train": np.arange(4), "valid": np.arange(0), "test": np.arange(4, 6)}
    unit = SimpleNamespace(partition=SimpleNamespace(**parts), part="test", stages=())
    made = failed(unit, identity, DataError("Odd: expected less, found 2."))
    return made.replace(**{"failed": "", "scores": np.zeros(2), **changed})


@pytest.mark.parametrize(
    ("changed", "now", "chosen", "kept"),
    [
        ({}, {"a.b": 1}, (), True),
        ({}, {"a.b": 2}, (), None),  # refused
        ({}, {"a.b": 2}, ("a.b",), False),
        ({}, {"a.b": 2}, ("a",), False),
        ({}, {"a.bc": 2}, ("a.b",), None),
        ({"failed": "so"}, {"a.b": 1}, (), True),
        ({"failed": "so"}, {"a.b": 2}, (), False),
        ({"failed": "so", "passing": True}, {"a.b": 1}, (), False),
        ({"ended": "stopped: the time of the study is up; best kept"}, {"a.b": 1}, (), False),
    ],
)
def test_outcome_is_kept_where_the_same_would_come_of_it(tmp_path, changed, now, chosen, kept):
    then = {"stages": "A", "settings": {"a.b": 1}}
    outcome(then, **changed).save(tmp_path / OUTCOME)
    assert isinstance(Outcome.load(tmp_path / OUTCOME).settings, Decided)
    now = {"stages": "A", "settings": now}
    if kept is None:
        with pytest.raises(ResumeError):
            whole_outcome(tmp_path, now, "tune", chosen)
    else:
        assert (whole_outcome(tmp_path, now, "tune", chosen) is not None) is kept


@pytest.mark.slow
def test_trial_whose_process_is_killed_fails_alone():
    collect, preprocess, train, _ = small_pipeline(small_frame(100), epochs=1).stages
    pipeline = ff.Pipeline([collect, preprocess, Die(short=ff.choice(True, False)), train])
    found = quiet(pipeline, {"train.lr": ff.log_uniform(1e-3, 1e-1)}, trials=6, n_jobs=2)
    states = found.trials.groupby("die.short")["state"].agg(set)
    assert states.to_dict() == {False: {"complete"}, True: {"failed"}}
    why = found.trials[found.trials["state"] == "failed"]["why"]
    assert why.str.contains("found its end with the code -9").all()
