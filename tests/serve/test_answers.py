import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema, TaskName
from fivefold.codecs.table import Columns
from fivefold.errors import RequestError
from fivefold.kinds.codec import Codec
from fivefold.serve.answers import answers, probabilities


def codec_of(task: TaskName, *classes: str | int | float | bool) -> Codec:
    schema = Schema(
        columns=(Column(name="x", kind="numeric"), Column(name="y", kind="text", role="target")),
        targets=("y",),
        task=task,
        classes=classes,
    )
    return Codec.fit(Columns({"x": np.arange(3.0)}), schema, np.arange(3))


SCORES = np.array([[0.1, 0.9], [0.5, 0.5], [0.7, 0.3]], np.float32)


@pytest.mark.parametrize(
    ("classes", "wanted", "kind"),
    [
        (("no", "yes"), ["yes", "no", "no"], "O"),
        ((0, 1), [1, 0, 0], "i"),
        ((False, True), [True, False, False], "b"),
        ((0.5, 1.5), [1.5, 0.5, 0.5], "f"),
        (("none", 1), [1, "none", "none"], "O"),
    ],
)
def test_answers_are_labels_of_the_type_they_came_in(classes, wanted, kind):
    found = answers(codec_of("binary", *classes), SCORES)
    assert found.tolist() == wanted
    assert [type(label) for label in found.tolist()] == [type(label) for label in wanted]
    assert found.dtype.kind == kind


def test_answers_to_no_rows_are_empty():
    assert answers(codec_of("binary", "no", "yes"), SCORES[:0]).shape == (0,)


def test_numbers_are_float64_and_have_no_probabilities():
    codec = codec_of("regression")
    assert answers(codec, np.array([1.5], np.float32)).dtype == np.float64
    with pytest.raises(RequestError, match="Call predict instead"):
        probabilities(codec, np.array([1.5], np.float32))


def test_probabilities_are_the_scores():
    assert probabilities(codec_of("binary", "no", "yes"), SCORES) is SCORES
