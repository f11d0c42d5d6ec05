import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.metrics.metric import ACCURACY
from fivefold.tasks.choice import Choice
from fivefold.tasks.known import BINARY
from fivefold.tasks.known import MULTICLASS as MANY


class Tags(Choice):
    """A word a position."""

    name = "tags"
    metrics = (ACCURACY,)
    sequence = True

    def encode(self, values, schema, steps=None):
        places = {label: place for place, label in enumerate(schema.classes)}
        target = np.full((len(values[0]), steps), -1, np.int64)
        for row, text in enumerate(values[0]):
            found = [places[word] for word in (text or "").split()][:steps]
            target[row, : len(found)] = found
        return target


def schema_of(task, *classes):
    columns = (Column(name="x", kind="text"), Column(name="y", kind="categorical", role="target"))
    return Schema(columns=columns, targets=("y",), task=task, classes=classes)


TWO, THREE = schema_of("binary", "no", "yes"), schema_of("multiclass", "a", "b", "c")
SCORES = np.array([[0.1, 0.9], [0.5, 0.5], [0.7, 0.3]], np.float32)


def test_outputs_are_one_logit_for_two_classes_else_one_a_class():
    assert (BINARY.outputs(TWO), MANY.outputs(THREE), MANY.outputs(TWO)) == ((1,), (3,), (2,))
    assert Tags().outputs(THREE, 7) == (7, 3)


def test_scores_of_no_rows_have_the_shape_of_others():
    for task, schema, steps, shape in [(BINARY, TWO, None, (0, 2)), (Tags(), THREE, 7, (0, 7, 3))]:
        assert task.empty(schema, steps).shape == shape
        assert task.empty(schema, steps).dtype == np.float32


def test_reply_holds_plain_values_and_no_nan():
    scores = SCORES.copy()
    scores[1, 0] = np.nan
    found = BINARY.reply(scores, TWO)
    assert found["predictions"][::2] == ["yes", "no"]
    assert found["classes"] == ["no", "yes"]
    assert found["probabilities"][1] == [None, 0.5]
    assert found["probabilities"][0] == [float(np.float32(0.1)), float(np.float32(0.9))]


def test_shares_are_the_probabilities_by_name():
    found = BINARY.shares(SCORES, TWO)
    assert list(found) == ["probability of no", "probability of yes"]
    assert found["probability of yes"].tolist() == SCORES[:, 1].tolist()


def test_constant_gives_each_class_its_share():
    found = MANY.constant(np.array([0, 0, 2, 0]), THREE, 3)
    assert found.tolist() == [[0.75, 0.0, 0.25]] * 3


def test_contrast_is_told_from_five_hundredths_on():
    assert BINARY.contrast(0.3, 0.2) == "accuracy is 0.700 against 0.800"
    assert BINARY.contrast(0.24, 0.2) == ""


def test_corrupted_rows_have_one_known_label():
    values, some = objects(["no"] * 50 + ["yes"] * 50), np.arange(100) % 2 == 0
    known = objects([*values, None])
    found = BINARY.corrupt(values.copy(), some, known, np.random.default_rng(0))
    assert len(set(found[some])) == 1
    assert found[~some].tolist() == values[~some].tolist()
    drawn = {BINARY.corrupt(values, some, known, np.random.default_rng(n))[0] for n in range(9)}
    assert drawn == {"no", "yes"}


def test_mistakes_name_the_commonest_pairs():
    target = np.array([0, 0, 1, 1, 2])
    scores = np.eye(3)[[1, 1, 1, 0, 2]]
    assert MANY.mistakes(target, scores, THREE, str) == (
        "3 of 5 test rows: a taken for b (2), b taken for a (1)"
    )
    assert MANY.mistakes(target, np.eye(3)[target], THREE, str) == "0 of 5 test rows"


@pytest.mark.parametrize(("length", "wanted"), [(2, ["a", "c"]), (1, ["a"]), (0, [])])
def test_sequence_is_answered_as_long_as_it_is(length, wanted):
    scores = np.eye(3)[[[0, 2]]]
    scores[:, length:] = np.nan
    assert Tags().answers(scores, THREE).tolist() == [wanted]
    reply = Tags().reply(scores, THREE)
    assert reply["predictions"] == [wanted]
    assert len(reply["probabilities"][0]) == len(wanted)


def test_sequence_has_positions_that_count_and_rows_that_lack_them():
    target = Tags().encode([objects(["a b", "c", None])], THREE, 3)
    assert target.tolist() == [[0, 1, -1], [2, -1, -1], [-1, -1, -1]]
    assert Tags().positions(target).sum(1).tolist() == [2, 1, 0]
    assert Tags().lacking(target).tolist() == [False, False, True]
    assert Tags().constant(target, THREE, 2).shape == (2, 3, 3)
    assert Tags().constant(target, THREE, 2)[0, 0].tolist() == [1 / 3] * 3
    assert MANY.positions(np.array([0, 1])) is None
