"""How unsure a model is, and how unlike items are."""

import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from fivefold.codecs.table import Columns
from fivefold.label.doubt import STRATEGIES, diverse, entropy, margin, most_wanted
from fivefold.label.likeness import likeness
from fivefold.label.outlook import Outlook


def chances(rows: int = 40, classes: int = 4) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(classes), rows)


def test_entropy_equals_that_of_scipy_and_zero_chances_count_nothing():
    known = chances()
    assert entropy(known) == pytest.approx(scipy_entropy(known, axis=1))
    assert entropy(np.array([[1.0, 0, 0]])).tolist() == [0.0]


def test_entropy_of_labels_that_exclude_nothing_is_the_sum_of_each():
    known = np.random.default_rng(1).random((5, 3))
    pairs = np.stack([known, 1 - known])
    assert entropy(known, exclusive=False) == pytest.approx(scipy_entropy(pairs).sum(axis=1))


def test_margin_is_one_less_the_gap_of_the_first_two():
    known = chances()
    ordered = np.sort(known, axis=1)
    assert margin(known) == pytest.approx(1 - (ordered[:, -1] - ordered[:, -2]))
    loose = np.array([[0.9, 0.45], [0.05, 0.99]])
    assert margin(loose, exclusive=False) == pytest.approx([0.9, 0.1])


def test_diverse_draws_as_kmeans_does_over_the_outer_products():
    rng = np.random.default_rng(2)
    weights, features = rng.normal(size=(60, 3)), rng.normal(size=(60, 5))
    outer = np.einsum("nc,nf->ncf", weights, features).reshape(60, -1)
    draw, found = np.random.default_rng(9), [int((outer**2).sum(axis=1).argmax())]
    while len(found) < 12:
        gaps = ((outer[:, None] - outer[found]) ** 2).sum(axis=2).min(axis=1)
        gaps[found] = 0
        found.append(int(np.searchsorted(gaps.cumsum(), draw.random() * gaps.sum(), side="right")))
    assert diverse(weights, features, 12, 9).tolist() == found


def test_diverse_gives_copies_of_one_item_once():
    features = np.repeat(np.eye(3), 5, axis=0)
    drawn = diverse(np.ones((15, 1)), features, 15, 0)
    assert sorted((drawn // 5).tolist()) == [0, 1, 2]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_most_wanted_orders_the_open_items_alone(strategy):
    known = Outlook(
        items=[str(place) for place in range(40)],
        guesses=[None] * 40,
        probabilities=chances(),
        features=np.random.default_rng(3).normal(size=(40, 6)),
    )
    places = np.arange(0, 40, 2)
    assert sorted(most_wanted(known, strategy, places, 0)) == places.tolist()


def test_most_wanted_without_chances_begins_far_from_what_is_known():
    features = np.array([[0.0], [0.1], [0.2], [9.0]])
    known = Outlook(items=["a", "b", "c", "d"], guesses=[0.0] * 4, features=features)
    assert most_wanted(known, "entropy", np.array([1, 2, 3]), 0)[0] == 3


def test_likeness_is_near_for_alike_rows_of_every_sort_of_column():
    sounds = np.empty(4, object)
    sounds[:] = [np.sin(np.arange(400) / 9), np.sin(np.arange(380) / 9), np.ones(300), None]
    table = Columns(
        {
            "text": np.array(["one two", "two one", "far away", None], object),
            "number": np.array([0.0, 0.1, 9.0, np.nan]),
            "when": np.array(["2020", "2020", "2024", "NaT"], "datetime64[us]"),
            "sound": sounds,
        }
    )
    near = likeness(table, table.names)
    assert np.isfinite(near).all()
    gaps = np.linalg.norm(near[:, None] - near, axis=2)
    assert gaps[0, 1] < gaps[0, 2]
