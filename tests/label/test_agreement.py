"""Agreement, beside krippendorff 0.9 (its figures) and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from fivefold.label.agreed import agreed
from fivefold.label.agreement import cohen_kappa, fleiss_kappa, interval_alpha, krippendorff_alpha
from fivefold.label.crowd import Votes
from fivefold.label.event import Event


def ratings():
    """`(people, items)` with gaps, as the figures below were made from."""
    rng = np.random.default_rng(5)
    found = rng.integers(0, 4, (5, 40)).astype(float)
    found[1] = np.where(rng.random(40) < 0.7, found[0], found[1])
    found[2] = np.where(rng.random(40) < 0.6, found[0], found[2])
    found[rng.random(found.shape) < 0.3] = np.nan
    return found


def votes_of(table):
    who, item = np.nonzero(~np.isnan(table))
    return Votes(item, who, table[who, item].astype(int), (table.shape[1], table.shape[0], 4))


# krippendorff.alpha(reliability_data=ratings(), level_of_measurement=...) of krippendorff 0.9
KRIPPENDORFF = {
    "nominal": 0.12480329914808197,
    "ordinal": 0.17382158771888345,
    "interval": 0.17510715463237736,
}


@pytest.mark.parametrize("level", KRIPPENDORFF)
def test_alpha_equals_krippendorff(level):
    assert krippendorff_alpha(votes_of(ratings()), level) == pytest.approx(KRIPPENDORFF[level])


def test_alpha_of_numbers_equals_that_of_their_classes():
    votes = votes_of(ratings())
    found = interval_alpha(votes.item, 1e6 + votes.said.astype(float))
    assert found == pytest.approx(KRIPPENDORFF["interval"])


def test_alpha_of_stretches_counts_each_as_often_as_it_is_long():
    table = ratings()
    lengths = np.random.default_rng(0).integers(1, 5, table.shape[1])
    repeated = votes_of(np.repeat(table, lengths, axis=1))
    found = krippendorff_alpha(votes_of(table), lengths=lengths.astype(float))
    assert found == pytest.approx(krippendorff_alpha(repeated))


def test_agreement_where_nothing_can_be_said_is_nan():
    alone = votes_of(np.array([[0, 1, np.nan], [np.nan, np.nan, 2]]))
    same = votes_of(np.zeros((2, 3)))
    for votes in (alone, same):
        assert np.isnan(krippendorff_alpha(votes))
        assert np.isnan(fleiss_kappa(votes))
    assert np.isnan(interval_alpha(np.array([0, 0, 1, 1]), np.full(4, 0.1)))
    assert np.isnan(interval_alpha(np.array([0, 1]), np.array([1.0, 2.0])))


@pytest.mark.parametrize("quadratic", [False, True])
def test_kappa_of_two_equals_scikit_learn(quadratic):
    rng = np.random.default_rng(1)
    one = rng.integers(0, 3, 200)
    other = np.where(rng.random(200) < 0.5, one, rng.integers(0, 3, 200))
    wanted = cohen_kappa_score(one, other, weights="quadratic" if quadratic else None)
    assert cohen_kappa(one, other, classes=3, quadratic=quadratic) == pytest.approx(wanted)


def test_kappa_of_many_is_that_of_fleiss():
    # Fleiss 1971 as in the table of 10 subjects, 14 raters and 5 categories: kappa 0.210
    table = """0 0 0 0 14|0 2 6 4 2|0 0 3 5 6|0 3 9 2 0|2 2 8 1 1
        7 7 0 0 0|3 2 6 3 0|2 5 3 2 2|6 5 2 1 0|0 2 2 3 7"""
    counts = [list(map(int, row.split())) for row in table.replace("\n", "|").split("|")]
    item, said = [], []
    for place, row in enumerate(counts):
        for code, count in enumerate(row):
            item += [place] * count
            said += [code] * count
    who = np.tile(np.arange(14), 10)
    votes = Votes(np.array(item), who, np.array(said), (10, 14, 5))
    assert fleiss_kappa(votes) == pytest.approx(0.210, abs=5e-4)


def strokes(said):
    return [
        Event(item=item, who=who, act=act, value=value, seconds=2.0, number=number, part=part)
        for number, (item, who, act, value, part) in enumerate(said, 1)
    ]


def test_agreed_tells_people_by_hand():
    events = strokes(
        [
            *((f"i{n}", "ann", "label", "ab"[n % 2], "random") for n in range(10)),
            *((f"i{n}", "bo", "label", "ab"[(n + (n == 0)) % 2], "random") for n in range(5)),
            ("i1", "ann", "label", "a", "repeat"),
            ("i2", "ann", "label", "a", "repeat"),
            ("i0", "bo", "settle", "a", "random"),
            ("i9", "bo", "skip", None, "random"),
            ("i8", "bo", "flag", None, "random"),
        ]
    )
    found = agreed(events, "class", ["a", "b"])
    ann, bo = found.people["ann"], found.people["bo"]
    assert found.items == 5
    assert (ann.labels, ann.shared, ann.same, ann.repeats, ann.kept) == (10, 5, 4, 2, 1)
    assert (bo.labels, bo.skipped, bo.flagged, bo.seconds) == (5, 1, 1, 2.0)
    one, other = [0, 1, 0, 1, 0], [1, 1, 0, 1, 0]
    assert found.pairs["ann", "bo"] == (5, pytest.approx(cohen_kappa_score(one, other)))
    assert set(found.by_class) == {"a", "b"}
    assert found.by_class["a"] == pytest.approx(found.alpha)


def test_agreed_on_spans_counts_characters():
    events = strokes(
        [
            ("i", "ann", "label", [[0, 4, "x"]], "random"),
            ("i", "bo", "label", [[2, 4, "x"]], "random"),
            ("j", "ann", "label", [[1, 3, "y"]], "random"),
            ("j", "bo", "label", [[1, 3, "y"]], "random"),
        ]
    )
    letters = np.array([[1, 1, 1, 1, 0, 2, 2], [0, 0, 1, 1, 0, 2, 2]], float)
    wanted = krippendorff_alpha(votes_of(letters))
    assert agreed(events, "spans", ["x", "y"]).alpha == pytest.approx(wanted)


def test_agreed_on_several_classes_and_on_numbers():
    several = strokes(
        [
            ("i", "ann", "label", ["a"], "random"),
            ("i", "bo", "label", ["a", "b"], "random"),
            ("j", "ann", "label", [], "random"),
            ("j", "bo", "label", [], "random"),
        ]
    )
    wanted = krippendorff_alpha(votes_of(np.array([[1, 0, 0, 0], [1, 1, 0, 0]], float)))
    assert agreed(several, "classes", ["a", "b"]).alpha == pytest.approx(wanted)
    numbers = strokes(
        [
            ("i", "ann", "label", 1.0, "random"),
            ("i", "bo", "label", 1.0, "random"),
            ("j", "ann", "label", 3, "random"),
            ("j", "bo", "label", 3.0, "random"),
        ]
    )
    assert agreed(numbers, "number", []).alpha == 1.0
