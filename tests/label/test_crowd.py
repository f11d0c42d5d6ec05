"""What people's votes come to, beside counting by hand and true confusions."""

import numpy as np
import pytest

from fivefold.label.crowd import Votes, counted, dawid_skene, expected, majority, surest
from fivefold.label.truth import decide


def simulated(seed, items=600, people=8, votes=3, classes=3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, items)
    skill = rng.uniform(0.2, 0.95, people)
    confusion = np.full((people, classes, classes), 0.0)
    for person, good in enumerate(skill):
        confusion[person] = rng.dirichlet(np.ones(classes), classes) * (1 - good)
        confusion[person] += np.eye(classes) * good
    item = np.repeat(np.arange(items), votes)
    who = np.concatenate([rng.permutation(people)[:votes] for _ in range(items)])
    said = np.array(
        [rng.choice(classes, p=confusion[w, truth[i]]) for i, w in zip(item, who, strict=True)]
    )
    return truth, confusion, Votes(item, who, said, (items, people, classes))


def test_counted_says_how_many_named_each_class():
    votes = Votes(np.array([0, 0, 2]), np.array([0, 1, 0]), np.array([1, 1, 0]), (3, 2, 2))
    assert counted(votes).tolist() == [[0, 2], [0, 0], [1, 0]]
    assert majority(votes).tolist() == [1, -1, 0]


def test_surest_of_even_rows_is_unknown():
    assert surest(np.array([[0.5, 0.5], [0.2, 0.8], [0.0, 0.0]])).tolist() == [-1, 1, -1]


@pytest.mark.parametrize("seed", [0, 1])
def test_dawid_skene_finds_confusions_and_beats_the_majority(seed):
    truth, confusion, votes = simulated(seed)
    crowd = dawid_skene(votes)
    found = surest(crowd.share)
    assert (found == truth).mean() > (majority(votes) == truth).mean()
    assert np.abs(crowd.confusion - confusion).mean() < 0.08
    assert crowd.share.sum(axis=1) == pytest.approx(1)


def test_expected_is_bayes_by_hand():
    _, _, votes = simulated(0, items=20)
    crowd = dawid_skene(votes, rounds=3)
    for item in range(5):
        own = np.flatnonzero(votes.item == item)
        by_hand = crowd.prior.copy()
        for vote in own:
            by_hand = by_hand * crowd.confusion[votes.who[vote], :, votes.said[vote]]
        assert expected(votes, crowd)[item] == pytest.approx(by_hand / by_hand.sum())


def test_decide_settled_and_unanimous_stand_and_even_is_disputed():
    said = {("i", "ann"): "a", ("j", "ann"): "a", ("j", "bo"): "b", ("k", "bo"): "b"}
    found = decide(said, {"k": "a"}, "class", ["a", "b"], how="majority")
    assert found.labels == {"i": "a", "k": "a"}
    assert found.disputed == ("j",)


def test_decide_by_dawid_skene_believes_who_is_right_elsewhere():
    said = {}
    for n in range(40):
        true = "ab"[n % 2]
        for who in ("ann", "bo"):
            said[f"i{n}", who] = true
        said[f"i{n}", "cy"] = "ab"[(n // 3) % 2]
    said |= {("x", "ann"): "a", ("x", "cy"): "b"}
    assert decide(said, {}, "class", ["a", "b"]).labels["x"] == "a"
    assert "x" in decide(said, {}, "class", ["a", "b"], how="majority").disputed


def test_decide_items_set_aside_inform_nothing():
    said = {}
    for n in range(30):
        for who in ("ann", "bo", "cy"):
            said[f"i{n}", who] = "ab"[(n + (who == "cy") * (n % 3 == 0)) % 2]
    held = {f"i{n}" for n in range(20, 30)}
    worse = {k: ("a" if k[0] in held and k[1] == "ann" else v) for k, v in said.items()}
    one = decide(said, {}, "class", ["a", "b"], aside=frozenset(held))
    other = decide(worse, {}, "class", ["a", "b"], aside=frozenset(held))
    assert one.accuracy == other.accuracy
    assert {i: x for i, x in one.labels.items() if i not in held} == {
        i: x for i, x in other.labels.items() if i not in held
    }


def test_decide_several_classes_are_voted_on_one_by_one():
    said = {("i", "ann"): ["a"], ("i", "bo"): ["a", "b"], ("i", "cy"): ["b"], ("j", "ann"): []}
    found = decide(said, {}, "classes", ["a", "b", "c"], how="majority")
    assert found.labels == {"i": ["a", "b"], "j": []}


def test_decide_spans_are_voted_on_by_stretches():
    said = {
        ("i", "ann"): [[0, 4, "x"]],
        ("i", "bo"): [[0, 6, "x"]],
        ("i", "cy"): [[2, 6, "x"]],
        ("j", "ann"): [[1, 2, "x"], [2, 3, "x"]],
        ("k", "ann"): [],
    }
    found = decide(said, {}, "spans", ["x"], how="majority")
    assert found.labels == {"i": [[0, 6, "x"]], "j": [[1, 2, "x"], [2, 3, "x"]], "k": []}


def test_decide_numbers_are_means():
    said = {("i", "ann"): 1, ("i", "bo"): 2.0, ("j", "bo"): 5}
    assert decide(said, {"j": 4}, "number", []).labels == {"i": 1.5, "j": 4}
