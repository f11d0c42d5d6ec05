import numpy as np
import pytest

from fivefold.metrics.entities import entities_of, mark_entities


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("B-x I-x O B-x", [("x", 0, 2), ("x", 3, 4)]),
        ("I-x I-x O", [("x", 0, 2)]),  # a stray I- begins an entity
        ("B-x B-x", [("x", 0, 1), ("x", 1, 2)]),
        ("B-x I-y I-y", [("x", 0, 1), ("y", 1, 3)]),
        ("B-x I-x E-x I-x", [("x", 0, 3), ("x", 3, 4)]),
        ("S-x S-x E-x", [("x", 0, 1), ("x", 1, 2), ("x", 2, 3)]),
        ("U-x B-x L-x L-x", [("x", 0, 1), ("x", 1, 3), ("x", 3, 4)]),
        ("O noun B- O", []),
        ("B-creative-work I-creative-work", [("creative-work", 0, 2)]),
        ("", []),
    ],
)
def test_entities_are_those_of_hand(labels, expected):
    assert entities_of(labels.split()) == expected


def by_ends(labels):
    """The rules of the CoNLL evaluation as they are usually told: what begins, and what ends."""
    found, start = [], None
    for place in range(len(labels) + 1):
        now, before = (
            labels[at].split("-") if 0 <= at < len(labels) and labels[at] != "O" else ["O", ""]
            for at in (place, place - 1)
        )
        changed = now[1] != before[1]
        ends = before[0] != "O" and (before[0] in "ES" or now[0] in "BSO" or changed)
        begins = now[0] != "O" and (now[0] in "BS" or before[0] in "ESO" or changed)
        if ends:
            found.append((before[1], start, place))
        if begins:
            start = place
    return found


def test_entities_of_any_labels_are_those_of_the_usual_rules():
    rng = np.random.default_rng(0)
    names = ["O", *(f"{mark}-{kind}" for mark in "BIES" for kind in "xy")]
    for _ in range(400):
        labels = [names[place] for place in rng.integers(0, len(names), rng.integers(1, 9))]
        assert entities_of(labels) == by_ends(labels)


def test_labels_mark_entities_only_where_all_do():
    assert mark_entities(["O", "B-x"])
    assert mark_entities(["S-x", "E-x"])
    for others in (["O"], ["O", "B-x", "VERB"], [0, 1], ["O", "B-"], []):
        assert not mark_entities(others)
