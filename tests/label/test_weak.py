"""How functions are measured and weighed, beside counting by hand and Bayes by enumeration."""

import numpy as np
import pytest

from fivefold.errors import ConfigError, DataError
from fivefold.label.annotator import Rule, ask, rule
from fivefold.label.crowd import Votes
from fivefold.label.weak import Gauge, blended, combined, gauged, prior_of, recorded, weighed


def votes_of(table):
    """Rows are units, columns functions, -1 for silence."""
    table = np.array(table)
    item, who = np.nonzero(table >= 0)
    return Votes(item, who, table[item, who], (*table.shape, 2))


def test_recorded_counts_by_hand():
    votes = votes_of([[1, 1], [1, 0], [0, -1], [-1, -1], [1, -1]])
    truth = np.array([1, 1, 1, 0, -1])
    one, other = recorded(votes, truth, np.array([0.5, 0.5]))
    assert (one.answers, one.coverage, one.n, one.right) == (4, 0.8, 3, 2)
    assert (one.overlap, one.conflict) == (0.5, 0.25)
    assert (other.n, other.right, other.overlap, other.conflict) == (2, 1, 1.0, 0.5)
    assert one.low < one.accuracy == 2 / 3 < one.high


def test_weighed_function_that_nobody_judges_changes_no_odds():
    votes = votes_of([[1, 1], [1, 0], [0, 1], [1, 0]])
    truth = np.array([1, 1, 0, -1])
    own = votes.only(votes.who == 0)
    silent = votes.only((votes.who == 0) | (votes.item == 3))
    assert combined(silent, weighed(silent, truth)) == pytest.approx(
        combined(own, weighed(own, truth))
    )


def test_combined_of_many_judged_rows_is_the_share_that_was_right():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 40_000)
    said = np.where(rng.random(40_000) < 0.8, truth, 1 - truth)
    votes = votes_of(np.stack([said, np.where(said == 1, said, -1)], axis=1)[:, :1])
    share = combined(votes, weighed(votes, truth))
    assert share[said == 1, 1].mean() == pytest.approx(0.8, abs=0.01)


def test_combined_rule_of_one_class_that_is_no_better_than_chance_tells_nothing():
    rng = np.random.default_rng(1)
    truth = (rng.random(20_000) < 0.1).astype(int)
    fires = rng.random(20_000) < 0.5
    votes = votes_of(np.where(fires, 1, -1)[:, None])
    share = combined(votes, weighed(votes, truth))
    assert share[fires, 1] == pytest.approx(0.1, abs=0.01)


def test_combined_independent_functions_are_bayes():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 60_000)
    one = np.where(rng.random(60_000) < 0.8, truth, 1 - truth)
    other = np.where(rng.random(60_000) < 0.7, truth, 1 - truth)
    votes = votes_of(np.stack([one, other], axis=1))
    share = combined(votes, weighed(votes, truth))
    both = (one == 1) & (other == 1)
    assert share[both, 1].mean() == pytest.approx(truth[both].mean(), abs=0.01)


def test_prior_counts_known_rows_alone():
    assert prior_of(np.array([1, 1, -1, 0]), 2).tolist() == [0.4, 0.6]


def test_gauged_and_blended_take_the_bias_out_and_weigh_by_exactness():
    truth = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    high = gauged(truth + 1 + np.array([0.1, -0.1, 0.1, -0.1, 0]), truth)
    poor = gauged(np.array([4.0, 1.0, 4.0, 1.0, 9.0]), truth)
    assert high.bias == pytest.approx(1.0)
    assert high.tells
    assert not poor.tells
    assert blended([np.array([6.0]), np.array([0.0])], [high, poor]) == pytest.approx([5.0])
    assert not Gauge(0, 0.0, float("nan"), float("nan")).tells


def test_rule_tests_of_a_column_say_the_class_or_nothing():
    row = {"text": "Five YEARS of work", "pay": 60.0, "gone": None}
    said = [
        rule("a", column="text", contains="years")(row),
        rule("a", column="text", contains=["month", "week"])(row),
        rule("a", column="text", matches=r"^Five\b")(row),
        rule("a", column="pay", above=50, below=70)(row),
        rule("a", column="pay", above=60)(row),
        rule("a", column="gone", contains="x")(row),
        rule("a", lambda row: row["pay"] > 1)(row),
    ]
    assert said == ["a", None, "a", "a", None, None, "a"]


def test_rule_spans_are_code_points():
    row = {"text": "👩‍👩‍👧 Python\r\nand pythons"}
    found = rule("s", column="text", contains="python").spans(row)
    assert [row["text"][start:end] for start, end, _ in found] == ["Python", "python"]
    assert found[0] == [6, 12, "s"]
    assert rule("s", column="text", matches="java").spans(row) is None


def test_rule_of_a_recipe_is_the_same_rule():
    made = rule("a", column="text", contains=("x", "y"))
    assert Rule.of(dict(made)) == made
    assert dict(made) == {"label": "a", "column": "text", "contains": ("x", "y")}


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ({"colum": "t", "contains": "x"}, "Write column="),
        ({"column": "t"}, "a column and a test of it"),
        ({"column": "t", "matches": "("}, "a regular expression"),
    ],
)
def test_rule_that_cannot_be_is_refused(tests, found):
    with pytest.raises(ConfigError, match=found):
        rule("a", **tests)


def test_function_that_fails_is_named_with_its_row():
    with pytest.raises(DataError, match="Label, llm, row 7: expected a label or None, found Key"):
        ask("llm", lambda row: row["x"], {}, 7)
