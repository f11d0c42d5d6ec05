"""Alarms at a stated rate, against counting them one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.metrics.alarms import against, alarm_metrics, recall_at_fpr, threshold_at
from fivefold.metrics.estimates import estimate

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=4, max_size=40)


def split(rows):
    target, scores = np.array(rows).T
    return target, scores / 10


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.9]))
def test_threshold_is_the_lowest_of_those_that_keep_the_rate(rows, rate):
    target, scores = split([*rows, (0, 3), (1, 4)])
    usual = scores[target == 0]
    kept = [t for t in np.unique(usual) if np.mean(usual > t) <= rate]
    assert threshold_at(target, scores, rate) == min(kept)
    assert threshold_at(target, np.stack([1 - scores, scores], 1), rate) == min(kept)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.9]))
def test_recall_at_a_rate_is_the_most_that_any_threshold_finds(rows, rate):
    target, scores = split([*rows, (0, 3), (1, 4)])
    usual, positive = scores[target == 0], scores[target == 1]
    most = max(
        np.mean(positive > t) for t in [-1, *np.unique(scores)] if np.mean(usual > t) <= rate
    )
    assert recall_at_fpr(rate)(target, scores) == pytest.approx(most)
    weight = np.arange(len(target)) % 3 + 1
    twice = np.repeat(np.arange(len(target)), weight)
    repeated = recall_at_fpr(rate)(target[twice], scores[twice])
    assert recall_at_fpr(rate)(target, scores, weight) == pytest.approx(repeated)


def test_metrics_of_alarms_are_shares_that_one_can_count():
    rng = np.random.default_rng(0)
    target = (rng.random(2000) < 0.1).astype(int)
    scores = rng.random(2000) + 0.7 * target
    alarm = scores > 0.9
    found = estimate(target, against(scores, 0.9), alarm_metrics())
    assert found["recall_at_fpr"] == pytest.approx(alarm[target == 1].mean())
    assert found["precision_at_fpr"] == pytest.approx(target[alarm].mean())
    assert found["false_alarm_rate"] == pytest.approx(alarm[target == 0].mean())
    assert {each.method for each in found.values()} == {"wilson"}
    assert found["false_alarm_rate"].low < alarm[target == 0].mean()


def test_precision_at_a_base_rate_is_that_of_rows_drawn_at_it():
    rng = np.random.default_rng(0)
    target = (rng.random(4000) < 0.3).astype(int)
    scores = rng.random(4000) + 0.5 * target
    found = estimate(target, against(scores, 0.9), alarm_metrics(0.02))["precision_at_fpr"]
    positive, usual = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
    drawn = np.concatenate([rng.choice(positive, 4_000), rng.choice(usual, 196_000)])
    alarm = scores[drawn] > 0.9
    assert found == pytest.approx(target[drawn][alarm].mean(), abs=0.01)
    assert found.low < found < found.high
    natural = alarm_metrics()[1](target, against(scores, 0.9))
    assert natural > 3 * found
