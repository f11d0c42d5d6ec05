import numpy as np
import pytest

from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.finders import otherwise
from fivefold.evaluate.finders.timesplit import by_time


def _dated(world, trend, n=1000):
    random = np.random.default_rng(0)
    days = random.permutation(n)
    x = random.normal(size=n)
    target = x + trend * days / n + 0.1 * random.normal(size=n)
    when = np.datetime64("2020-01-01", "us") + days * np.timedelta64(1, "D")
    made = world(
        {"x": x, "when": when},
        {"x": "numeric", "when": "datetime"},
        target,
        task="regression",
    )
    made.kinds = {"x": "numeric", "when": "datetime"}
    return made


def _found(result):
    return [finding for finding in result.findings if finding.code == "split_ignores_time"]


def test_split_that_ignores_time_is_serious_where_it_flatters(world, execute):
    made = _dated(world, trend=0.0)
    days = (made.columns["when"] - np.datetime64("2020-01-01")) / np.timedelta64(1, "D")
    made.target = made.target + np.where(days > 800, 5.0, 0.0)
    found = _found(execute(made, Evaluate(baselines=())))
    assert [finding.severity for finding in found] == ["serious"]
    numbers = found[0].numbers
    assert numbers["by_time"] > 1.3 * numbers["random"]
    assert "`when`" in found[0].sentence
    assert 'time="when"' in found[0].sentence


def test_split_that_ignores_time_is_a_note_where_it_makes_no_difference(world, execute):
    found = _found(execute(_dated(world, trend=0.0), Evaluate(baselines=())))
    assert [finding.severity for finding in found] == ["note"]


def test_split_by_time_draws_no_finding(world, execute):
    made = _dated(world, trend=0.0)
    made.roles["when"] = "time"
    assert _found(execute(made, Evaluate(baselines=()))) == []


def test_split_of_undated_rows_draws_no_finding(numbers, execute):
    assert _found(execute(numbers, Evaluate(baselines=()))) == []


def test_split_by_time_that_would_take_long_is_not_measured_and_says_so(
    world, execute, monkeypatch
):
    monkeypatch.setattr(otherwise, "MOST_WORK", 100)
    found = _found(execute(_dated(world, trend=0.0), Evaluate(baselines=())))
    assert "was not measured" in found[0].sentence
    assert "by_time" not in found[0].numbers


@pytest.mark.parametrize("missing", [False, True])
def test_partition_by_time_puts_later_rows_into_test(world, missing):
    made = _dated(world, trend=0.0)
    made.columns["when"] = made.columns["when"].astype("datetime64[M]").astype("datetime64[us]")
    if missing:
        made.columns["when"][:20] = np.datetime64("NaT", "us")
    evidence = made.evidence(lambda inputs: inputs["numeric"][:, 0])
    partition = by_time(evidence, "when")
    when = made.columns["when"]
    train, valid, test = (when[rows] for rows in (partition.train, partition.valid, partition.test))
    assert np.nanmax(train) < np.nanmin(valid)
    assert np.nanmax(valid) < np.nanmin(test)
    assert len(train) + len(valid) + len(test) == 1000
    assert abs(len(test) - 200) <= 31
    assert np.isnat(train).sum() == (20 if missing else 0)
