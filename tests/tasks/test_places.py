import numpy as np
import pytest

from fivefold.codecs.coded import Coded, objects, remember
from fivefold.tasks.places import label_array, labels_of, places_of


@pytest.mark.parametrize(
    ("classes", "values"),
    [
        (("no", "yes"), objects(["no", "yes", "maybe", None])),
        ((0, 1), objects(["0", "1", "2", None])),
        ((0.5, 1.0), objects(["0.5", "1", "1.5", None])),
        ((False, True), objects(["False", "True", "0", None])),
        ((False, True), np.array([0.0, 1.0, 2.0, np.nan])),
        (("no", "yes"), np.array([0.0, 1.0, 2.0, np.nan])),
        ((-1, 1), np.array([-1.0, 1.0, 0.0, np.nan])),
        (("true", "1.0"), objects(["True", "1", "yes", None])),
        (("true", "1.0"), objects(["true", "1", "yes", None])),
    ],
)
def test_places_of_canonical_values_are_those_of_their_labels(classes, values):
    assert places_of(values, classes).tolist() == [0, 1, -1, -1]


def test_places_of_coded_values_look_at_each_value_once():
    coded = Coded(np.array([1, 0, -1, 1], np.int32), objects(["b", "a"]))
    cells = remember(coded.array(), coded)
    assert places_of(cells, ("a", "b")).tolist() == [0, 1, -1, 0]


def test_labels_of_places_are_the_labels_as_written():
    assert labels_of(np.array([1, 0]), (False, "x")) == ["x", False]


@pytest.mark.parametrize(
    ("classes", "kind"), [((0, 2**63), "u"), ((-1, 2), "i"), ((-1, 2**63), "O"), ((0, "a"), "O")]
)
def test_label_array_has_the_first_type_that_holds_all_classes(classes, kind):
    found = label_array([classes[1], classes[0]], classes)
    assert found.dtype.kind == kind
    assert found.tolist() == [classes[1], classes[0]]
