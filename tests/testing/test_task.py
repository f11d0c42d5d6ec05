"""What `check_task` holds tasks to: the built-in ones pass, and each broken rule is named."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from fivefold.errors import DataError
from fivefold.metrics.metric import ACCURACY, R2, RMSE
from fivefold.models.head import Head
from fivefold.tasks.choice import Choice
from fivefold.tasks.known import BINARY, MULTICLASS, REGRESSION, TASKS
from fivefold.tasks.quantity import Quantity
from fivefold.tasks.target import Settled
from fivefold.testing import check_task

RANDOM = np.random.default_rng(0)
NUMBERS = {"y": RANDOM.normal(size=60)}
PAIRS = {"y": RANDOM.normal(size=60), "z": RANDOM.normal(size=60)}
LABELS = {"y": RANDOM.integers(1, 4, size=60)}
WORDS = [" ".join(RANDOM.choice(["a", "b"], 2 + row % 3)) for row in range(60)]


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(TASKS, "_own", {})


class Number(Quantity):
    """A number, or several."""

    name = "number of tests"
    metrics = (RMSE,)
    losses = ("squared",)


class Label(Choice):
    """A label."""

    name = "label of tests"
    metrics = (ACCURACY,)
    losses = ("cross_entropy",)


class Tags(Label):
    """A label for each word."""

    name = "tags of tests"
    sequence = True

    def settle(self, targets):
        words = {word for text in targets.only.values[targets.usable] for word in text.split()}
        return Settled(values=(targets.only.values,), classes=tuple(sorted(words)))

    def encode(self, values, schema, steps=None):
        target = np.full((len(values[0]), steps), -1, np.int64)
        for row, text in enumerate(values[0]):
            found = [schema.classes.index(word) for word in (text or "").split()][:steps]
            target[row, : len(found)] = found
        return target


@pytest.mark.slow
@pytest.mark.rehearsed
@pytest.mark.parametrize(
    ("task", "column"),
    [
        (BINARY, ["no", "yes", "yes"] * 20),
        (BINARY, [True, False] * 30),
        (MULTICLASS, LABELS["y"]),
        (MULTICLASS, ["a", "b", None] * 20),
        (REGRESSION, NUMBERS["y"]),
    ],
    ids=["texts", "truth", "numbered", "missing", "numbers"],
)
def test_check_task_of_a_built_in_one_finds_nothing(task, column):
    check_task(task, {"y": column})


def test_check_task_of_sequences_without_a_module_asks_for_one():
    tags, inputs = {"tags": [text.upper() for text in WORDS]}, {"text": WORDS}
    with pytest.raises(AssertionError, match="Tags: a task of sequences needs a module"):
        check_task(Tags, tags, inputs=inputs, kinds={"text": "text"})


class Quiet(Head):
    """A head whose parts are swapped by the tests."""

    def forward(self, outputs):
        return outputs.double()

    def scores(self, outputs):
        return self(outputs)[:, 0]

    def loss(self, name):
        return lambda outputs, target: ((outputs[:, 0] - target) ** 2).mean()


def with_head(**methods):
    made = type("Broken", (Quiet,), methods)
    return {"head": lambda self: made}


def refuse(*_, **__):
    raise DataError("No.")


def constant_of(value, dtype=np.float64):
    return lambda self, target, schema, rows: np.full(rows, value, dtype)


def uneven(self, values, schema, steps=None):
    return np.asarray(values[0] - values[0].mean())


def rounded(self, values, schema, steps=None):
    return np.nan_to_num(values[0])


BROKEN = {
    "it cannot be adopted": {"name": ""},
    "metrics are not a tuple of Metric": {"metrics": ()},
    "two metrics have one name": {"metrics": (RMSE, replace(R2, name="rmse"))},
    "losses are not a tuple": {"losses": "squared"},
    "settle refuses the columns: DataError: No": {"settle": refuse},
    "the columns that settle gave are not encoded": {"encode": refuse},
    "encode gives float32, not int64": {
        "encode": lambda self, values, schema, steps=None: values[0].astype(np.float32)
    },
    "encode gives row 0 alone otherwise": {"encode": uneven},
    "encode answers a missing cell": {"encode": rounded},
    "lacking is not one truth value": {"lacking": lambda self, target: np.zeros((1,), bool)},
    "strata are not one a row": {"strata": lambda self, values: np.zeros((len(values[0]), 2))},
    "corrupt leaves the type": {
        "corrupt": lambda self, values, some, known, rng: values.astype(object)
    },
    "corrupt changes nothing": {"corrupt": lambda self, values, some, known, rng: values},
    "outputs are 1, which is no shape": {"outputs": lambda self, schema, steps=None: 1},
    "empty gives no floats": {"empty": lambda self, schema, steps=None: np.empty(0, int)},
    "not (240, 2) as empty says": {"empty": lambda self, schema, steps=None: np.empty((0, 2))},
    "constant fails: DataError": {"constant": refuse},
    "constant gives numbers that are not finite": {"constant": constant_of(np.nan)},
    "answers are not one a row": {"answers": lambda self, scores, schema: scores[:1]},
    "the reply is no plain JSON": {
        "reply": lambda self, scores, schema: {"predictions": scores.tolist()}
    },
    "predictions of the reply are not": {"reply": lambda self, scores, schema: {"predictions": []}},
    "shares of no rows have other names": {
        "shares": lambda self, scores, schema: {str(len(scores)): scores}
    },
    "shares are not one a row": {
        "shares": lambda self, scores, schema: {"half": scores[: len(scores) // 2]}
    },
    "errors are not one finite": {"errors": lambda self, target, scores: target[:1]},
    "row_losses fails: DataError": {"row_losses": refuse},
    "positions are not truth values": {"positions": lambda self, target: np.zeros(3, bool)},
    "it does not say what it does": {"purpose": refuse},
    "what it says of itself is no text": {"aim": lambda self, schema: 1},
    "its pictures are not Picture": {"pictures": lambda self, target, scores, schema: [1]},
    "its head fails with the loss": {"losses": ("squared", "hinge")},
    "is not one finite number": with_head(
        loss=lambda self, name: lambda outputs, target: (outputs[:, 0] - target) ** 2
    ),
    "nothing is learnt by the loss": with_head(
        loss=lambda self, name: lambda outputs, target: outputs.detach().mean()
    ),
    "its head gives no scores": with_head(scores=refuse),
    "its head gives (dtype('float32')": with_head(
        scores=lambda self, outputs: outputs.float()[:, 0]
    ),
    "tolerance is no number above 0": {"tolerance": lambda self, targets, wanted: 0.0},
}
"""A rule, and what of a good task is changed so that it is broken."""


@pytest.mark.parametrize("rule", BROKEN)
def test_check_task_of_a_broken_task_names_the_rule(rule):
    broken = type("Broken", (Number,), BROKEN[rule])
    with pytest.raises(AssertionError) as caught:
        check_task(broken, NUMBERS)
    assert str(caught.value).startswith("Broken: ")
    assert rule in str(caught.value)


def test_check_task_of_labels_that_come_back_otherwise_names_one():
    class Broken(Label):
        def settle(self, targets):
            found = super().settle(targets)
            return replace(found, classes=tuple(map(float, found.classes)))

        def answers(self, scores, schema):
            return super().answers(scores, schema).astype(str)

    with pytest.raises(AssertionError, match=r"labels do not come back as they were .* as '1.0'"):
        check_task(Broken, LABELS)


def test_check_task_of_scores_that_are_no_probabilities_says_so():
    from fivefold.models.choice import ChoiceHead

    class Logits(ChoiceHead):
        def scores(self, outputs):
            return self(outputs)

    class Broken(Label):
        def head(self):
            return Logits

    with pytest.raises(AssertionError, match="Broken: scores of classes are no probabilities"):
        check_task(Broken, LABELS)


def test_check_task_of_several_answers_without_columns_says_so():
    class Broken(Number):
        def shares(self, scores, schema):
            return {}

    with pytest.raises(AssertionError, match="shares name no columns where a row has several"):
        check_task(Broken, PAIRS)


def test_check_task_of_few_cells_says_how_many_it_needs():
    with pytest.raises(AssertionError, match=r"Number: 40 cells or more .* not 9"):
        check_task(Number, {"y": range(9)})


def test_check_task_of_a_graph_that_answers_otherwise_says_so():
    def scores(self, outputs):
        values = outputs.double()[:, 0]
        return values if torch.compiler.is_exporting() else 2 * values

    broken = type("Broken", (Number,), with_head(scores=scores))
    with pytest.raises(AssertionError, match="Broken: its graph does not answer as torch does"):
        check_task(broken, NUMBERS)


def test_check_task_of_a_module_that_fails_names_the_stage():
    class Never(nn.Module):
        def forward(self, batch):
            raise ValueError("no")

    with pytest.raises(AssertionError, match=r"(?s)it is not trained .* Train, stage 3 of 5"):
        check_task(Number, NUMBERS, model=lambda inputs, outputs: Never())


FILE = """
import torch
import fivefold as ff
from fivefold.metrics.metric import RMSE

class Heavy(ff.Quantity):
    name, metrics, losses = "heavy", (RMSE,), ("squared",)
"""


@pytest.mark.slow
def test_check_task_of_a_file_that_needs_torch_says_so(tmp_path, monkeypatch):
    (tmp_path / "heavy_task.py").write_text(FILE)
    monkeypatch.syspath_prepend(tmp_path)
    from heavy_task import Heavy

    with pytest.raises(AssertionError, match=r"not answered in a fresh process: .*torch"):
        check_task(Heavy, NUMBERS)
