import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema, TaskName
from fivefold.errors import RequestError
from fivefold.serve.chances import probabilities
from fivefold.tasks.known import task_of


def schema_of(task: TaskName, *classes: str | int | float | bool) -> Schema:
    return Schema(
        columns=(Column(name="x", kind="numeric"), Column(name="y", kind="text", role="target")),
        targets=("y",),
        task=task,
        classes=classes,
    )


SCORES = np.array([[0.1, 0.9], [0.5, 0.5], [0.7, 0.3]], np.float32)


def answers(schema: Schema, scores: np.ndarray) -> np.ndarray:
    return task_of(schema.task).answers(scores, schema)


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
    found = answers(schema_of("binary", *classes), SCORES)
    assert found.tolist() == wanted
    assert [type(label) for label in found.tolist()] == [type(label) for label in wanted]
    assert found.dtype.kind == kind


def test_answers_to_no_rows_are_empty():
    assert answers(schema_of("binary", "no", "yes"), SCORES[:0]).shape == (0,)


def test_numbers_are_float64_and_have_no_probabilities():
    schema = schema_of("regression")
    assert answers(schema, np.array([1.5], np.float32)).dtype == np.float64
    with pytest.raises(RequestError, match="Call predict instead"):
        probabilities(schema, np.array([1.5], np.float32))


def test_probabilities_are_the_scores():
    assert probabilities(schema_of("binary", "no", "yes"), SCORES) is SCORES
