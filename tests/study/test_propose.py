"""Proposals: the same for the same trials; better with more; constrained by what was too slow."""

from math import log10

import pytest

import fivefold as ff
from fivefold.study.propose import Proposer, answer_of
from fivefold.study.search import Search
from fivefold.study.tried import Trial
from studied import small_pipeline

SEARCH = Search.of(
    small_pipeline(),
    {
        "train.lr": ff.log_uniform(1e-5, 1.0),
        "train.batch": ff.integer(8, 512, log=True),
        "preprocess.scale": ff.choice("none", "robust", "minmax"),
    },
)


def worth(values):
    """Greatest, 0, at lr 0.01 with scale `robust`."""
    return -abs(log10(values["train.lr"]) + 2) - (values["preprocess.scale"] != "robust")


def searched(trials, wave=1, seed=0, warm=(), worth=worth):
    proposer, told = Proposer(SEARCH, greater=True, seed=seed, warm=warm), []
    for first in range(0, trials, wave):
        asked = [proposer.ask(number) for number in range(first, min(first + wave, trials))]
        for one in asked:
            score = worth(one.values)
            told.append(
                Trial(
                    number=one.number,
                    state="complete",
                    score=score,
                    values=one.values,
                    written=one.written,
                )
            )
            proposer.tell(one, told[-1])
    return proposer, told


@pytest.mark.parametrize("wave", [1, 3])
def test_proposals_come_near_a_planted_optimum(wave):
    proposer, told = searched(40, wave, seed=1)
    best = max(told, key=lambda trial: trial.score)
    assert best.score > -0.2
    assert best.values["preprocess.scale"] == "robust"
    scores = [trial.score for trial in told]
    assert sum(scores[25:]) / 15 > sum(scores[:10]) / 10 + 0.5
    assert next(iter(proposer.importance())) in ("train.lr", "preprocess.scale")


def test_proposals_depend_on_seed_and_earlier_trials_alone():
    one, other, another = (searched(14, 2, seed)[1] for seed in (0, 0, 1))
    assert [t.values for t in one] == [t.values for t in other]
    assert [t.values for t in one] != [t.values for t in another]
    short = searched(8, 2)[1]
    assert [t.values for t in short] == [t.values for t in one[:8]]


def test_proposals_begin_where_earlier_studies_were_good():
    _, told = searched(40)
    outside = Trial(number=0, state="complete", score=5.0, written={"train.lr": 50.0})
    odd = Trial(number=0, state="complete", score=5.0, written={"preprocess.scale": "standard"})
    _, warm = searched(5, seed=9, warm=[*told, outside, odd])
    _, cold = searched(5, seed=9)
    assert sum(t.score for t in warm) / 5 > -1.0 > sum(t.score for t in cold) / 5


def test_proposals_after_a_short_study_of_the_same_seed_go_on_and_repeat_none():
    told = searched(4)[1]
    later = searched(4, warm=told)[1]
    assert not {t.values["train.lr"] for t in later} & {t.values["train.lr"] for t in told}
    assert [t.values for t in later] == [t.values for t in searched(8)[1][4:]]


def test_trials_that_failed_or_were_too_slow_are_avoided():
    proposer = Proposer(SEARCH, greater=True, seed=0)
    slow = []
    for number in range(40):
        one = proposer.ask(number)
        is_slow = one.values["train.lr"] > 1e-3
        slow.append(is_slow)
        trial = Trial(
            number=number,
            state="too slow" if is_slow else "complete",
            score=worth(one.values),
            answer_seconds=1.0,
        )
        proposer.tell(one, trial)
    assert sum(slow[20:]) < 10  # 12 by chance


def test_answers_written_down_are_found_again_or_left_out():
    spaces = dict(SEARCH.spaces())
    assert answer_of(spaces["preprocess.scale"], "robust", "s") == 1
    assert answer_of(spaces["preprocess.scale"], "standard", "s") is None
    assert answer_of(spaces["train.batch"], 8, "b") == 8
    assert answer_of(spaces["train.batch"], 8.5, "b") is None
    assert answer_of(spaces["train.batch"], 1024, "b") is None
    assert answer_of(spaces["train.lr"], 1, "l") == 1
    assert answer_of(spaces["train.lr"], True, "l") is None
