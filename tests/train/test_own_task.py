"""Tasks of one's own: two numbers a row, and a class for each position of a text."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed
from fivefold.artifacts import Preprocessed, Rows
from fivefold.core.events import Progress
from fivefold.core.session import Session
from fivefold.deploy.export import export_onnx
from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled
from fivefold.models.head import Head
from fivefold.models.heads import make_head
from fivefold.models.inputs import Text
from fivefold.models.losses import mean_of
from fivefold.models.score import score
from fivefold.tasks.choice import Choice
from fivefold.tasks.known import TASKS
from fivefold.tasks.quantity import Quantity
from fivefold.train.aims import Descent, Objective
from fivefold.train.diagnosis import diagnose
from fivefold.train.finder import find_lr
from fivefold.train.fit import mean_loss
from fivefold.train.loss import class_weights, make_loss
from fivefold.train.module_check import check_module
from fivefold.train.optimizer import adamw
from fivefold.train.stepper import Stepper
from fivefold.train.train import Train

pytestmark = pytest.mark.few_trees

STEPS, CLASSES = 6, 3


class Pair(Quantity):
    """Two numbers a row."""

    name = "pair_of_tests"
    metrics = ()

    def outputs(self, schema, steps=None):
        return (2,)


class Tags(Choice):
    """A class for each word."""

    name = "tags_of_tests"
    metrics = ()
    sequence = True


class Shares(Quantity):
    """What is left of one number between 0 and 1: with a head of its own."""

    name = "shares_of_tests"
    metrics = ()
    losses = ("absolute",)

    def head(self):
        return SharesHead


class SharesHead(Head):
    """A share by its logit."""

    def forward(self, outputs):
        return torch.sigmoid(outputs.double())

    def scores(self, outputs):
        return self(outputs)[:, 0]

    def loss(self, name):
        assert name == "absolute"
        return lambda outputs, target: (
            (torch.sigmoid(outputs[:, 0]) - target).abs().sum(),
            target.new_tensor(len(target)),
        )


PAIR, TAGS, SHARES = TASKS.adopt(Pair), TASKS.adopt(Tags), TASKS.adopt(Shares)


def changed(data, task, encode, classes=()):
    """Encoded rows with the target of another task."""
    codec = data.codec
    codec.schema = replace(codec.schema, task=task.name, classes=classes)
    parts = {
        name: Rows(inputs=rows.inputs, target=encode(rows), index=rows.index)
        for name in ("train", "valid", "test")
        for rows in [getattr(data, name)]
    }
    return Preprocessed(**parts, codec=codec)


def both(rows):
    table = np.nan_to_num(rows.inputs["numeric"]).astype(float)
    return np.stack([1e6 + 100 * table[:, 0], 3 - 2 * table[:, 1]], axis=1)


@pytest.fixture
def pair(make_data):
    return changed(make_data(train=300, scale="none"), PAIR, both)


@pytest.fixture
def tags(make_data):
    data = make_data("text", task="multiclass", text_length=STEPS)

    def encode(rows):
        words = rows.inputs["note"][:, :STEPS]
        return np.where(words > 1, words % CLASSES, -1).astype(np.int64)

    return changed(data, TAGS, encode, classes=("r", "s", "t"))


class Net(nn.Module):
    """Words to a class for each of them, with their neighbours."""

    def __init__(self, inputs, outputs):
        super().__init__()
        length, vocabulary = inputs
        assert outputs == (length, CLASSES)
        self.words = nn.Embedding(vocabulary, 16)
        self.near = nn.Conv1d(16, 16, 3, padding=1)
        self.out = nn.Linear(16, outputs[-1])

    def forward(self, batch):
        words = self.words(batch)
        return self.out(words + F.relu(self.near(words.transpose(1, 2)).transpose(1, 2)))


class Several(Net):
    """Two answers a row while it learns."""

    members = 2

    def forward(self, batch):
        answer = super().forward(batch)
        return torch.stack([answer, 2 * answer], dim=1) if self.training else answer


def known_only(logits, target):
    """A loss of the user's that gives a sum and its weight."""
    costs = F.cross_entropy(logits.transpose(1, 2), target, reduction="sum", ignore_index=-1)
    return costs, (target >= 0).sum()


def run(data, *, session=None, **settings):
    session = session or Session(device="cpu")
    return Train(**settings).run(data=data, session=session)


def r_squared(trained, rows):
    error = score(trained.model, rows.inputs) - rows.target
    return 1 - (error**2).mean(0) / rows.target.var(0)


def called(settings):
    """Settings by name: the same in every process."""
    return ", ".join(f"{name}={getattr(v, '__name__', v)}" for name, v in settings.items())


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 25},
        {"model": "mlp", "epochs": 25},
        {"model": "mlp", "epochs": 25, "members": 2, "accumulate": 3, "loss": "huber"},
        {"model": "mlp", "epochs": 25, "lr": "find", "loss": F.smooth_l1_loss},
    ],
    ids=called,
)
def test_two_numbers_a_row_are_learnt_in_their_own_units(pair, settings):
    trained = run(pair, **settings)
    assert (r_squared(trained, pair.test) > 0.8).all()
    assert trained.settings["trees"] == 0
    described = trained.model.describe()
    if described is None:  # as any ensemble of networks is
        return
    again = Assembled.from_description(described)
    again.load_state_dict(trained.model.state_dict())
    np.testing.assert_array_equal(
        score(again, pair.test.inputs), score(trained.model, pair.test.inputs)
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"accumulate": 3},
        {"members": 2, "batch": 30},
        {"model": Several},
        {"loss": "focal", "class_weights": {"r": 3.0}},
        {"label_smoothing": 0.1, "lr": "find"},
        {"loss": known_only, "accumulate": 2},
    ],
    ids=called,
)
def test_a_class_for_each_position_is_learnt_where_there_is_one(tags, settings):
    trained = run(tags, **{"model": Net, "epochs": 15, "lr": 0.02, **settings})
    found = score(trained.model, tags.test.inputs)
    known = tags.test.target >= 0
    assert found.shape == (*tags.test.target.shape, CLASSES)
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-5)
    assert (found.argmax(-1) == tags.test.target)[known].mean() > 0.95


@pytest.mark.parametrize(("kind", "model"), [("pair", None), ("tags", Net)])
def test_an_own_task_is_exported_with_the_answers_of_torch(request, kind, model):
    data = request.getfixturevalue(kind)
    trained = run(data, model=model, epochs=2)
    session = onnxruntime.InferenceSession(export_onnx(trained.model, data.test.inputs))
    (found,) = session.run(["scores"], dict(data.test.inputs))
    wanted = score(trained.model, data.test.inputs)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_a_built_in_network_for_positions_is_refused(tags):
    with pytest.raises(ModelError, match="network of one's own for each position"):
        run(tags, model="textnet")


def test_a_head_of_ones_own_is_trained_and_rebuilt(make_data):
    data = changed(make_data(scale="none"), SHARES, lambda rows: both(rows)[:, 1] / 10)
    trained = run(data, model="mlp", epochs=10, accumulate=2)
    assert (r_squared(trained, data.test) > 0.5).all()
    assert trained.settings["loss"] == "absolute error"
    again = Assembled.from_description(trained.model.describe())
    assert type(again.head) is SharesHead


class StoppedError(Exception):
    pass


@pytest.mark.parametrize(("kind", "model"), [("pair", "mlp"), ("tags", Net)])
@pytest.mark.parametrize("accumulate", [1, 3])
def test_an_own_task_is_resumed_to_the_bit(request, tmp_path, kind, model, accumulate):
    data = request.getfixturevalue(kind)
    settings = {"model": model, "epochs": 4, "accumulate": accumulate, "checkpoint_seconds": 0}

    def stop(event):
        if isinstance(event, Progress) and event.done == 2:
            raise StoppedError

    def session(**options):
        return Session(device="cpu", directory=tmp_path / "run", **options)

    whole = run(data, **settings)
    with pytest.raises(StoppedError):
        run(data, session=session(observers=(stop,)), **settings)
    again = run(data, session=session(resume=True), **settings)
    assert again.resources["resumed_steps"] > 0
    for one, other in zip(
        whole.model.state_dict().values(), again.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)
    columns = ["train_loss", "valid_loss"]
    assert whole.history[columns].equals(again.history[columns])


def positions(rows=24):
    """Rows of positions, of which very different numbers are known."""
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(2, 30, (rows, STEPS), generator=generator)
    known = torch.arange(STEPS) < torch.arange(rows)[:, None] // 4 + 1
    return words, torch.where(known, words % CLASSES, -1)


def tagging(**options):
    return make_loss(make_head(TAGS, (STEPS, CLASSES)), **options)


def net(kind=Net):
    torch.manual_seed(0)
    return kind(Text(STEPS, 30), (STEPS, CLASSES))


def test_loss_of_positions_is_the_mean_over_those_that_are_known():
    words, target = positions()
    answers = net()(words)
    expected = F.cross_entropy(answers[target >= 0], target[target >= 0])
    assert mean_of(tagging()(answers, target)).item() == pytest.approx(expected.item(), rel=1e-6)
    both = torch.stack([answers, answers], dim=1)
    assert mean_of(tagging()(both, target)).item() == pytest.approx(expected.item(), rel=1e-6)
    assert mean_of(tagging()(answers, torch.full_like(target, -1))).item() == 0


@pytest.mark.parametrize("name", ["cross_entropy", "focal"])
def test_weights_of_classes_count_known_positions(name):
    words, target = positions()
    answers = net()(words)
    weights = class_weights({"s": 4.0}, target.numpy(), ("r", "s", "t"))
    found = mean_of(tagging(name=name, weights=weights)(answers, target)).item()
    known = target[target >= 0]
    shares = answers[target >= 0].softmax(-1).gather(1, known[:, None])[:, 0]
    each = -shares.log() * (1 if name == "cross_entropy" else (1 - shares) ** 2)
    assert found == pytest.approx((weights[known] * each).mean().item(), rel=1e-5)
    assert weights[known].mean().item() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("kind", [Net, Several])
@pytest.mark.parametrize("pieces", [2, 5, 24])
def test_pieces_with_unlike_weights_add_up_to_the_step_of_the_whole(kind, pieces):
    words, target = positions()
    target[-2:] = -1  # nothing is known of some pieces
    whole, parts = net(kind), net(kind)
    values = []
    for model, count in ((whole, 1), (parts, pieces)):
        descent = Descent(make=lambda body: torch.optim.SGD(body.parameters(), 0.1), clip=None)
        descent = replace(descent, pieces=count)
        made, device = descent.make(model), torch.device("cpu")
        stepper = Stepper(model, made, Objective(loss=tagging()), descent, device)
        values.append(stepper(feed((words, target)), torch.arange(len(words)))[0])
    torch.testing.assert_close(*values)
    for one, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 5, 24])
def test_mean_loss_of_positions_does_not_depend_on_the_batch(batch):
    words, target = positions()
    model = net()
    expected = F.cross_entropy(model.eval()(words)[target >= 0], target[target >= 0])
    found = mean_loss(model, feed((words, target), batch=batch), tagging())
    assert found == pytest.approx(expected.item(), rel=1e-6)


def test_finder_and_diagnosis_take_sums_with_weights():
    rows, model, objective = feed(positions(), batch=8), net(), Objective(loss=tagging())
    descent = Descent(make=lambda module: adamw(module, lr=1e-3, weight_decay=0.0))
    curve = find_lr(model, rows, objective, descent)
    assert min(curve.losses) < curve.losses[0]
    cause = diagnose(model, rows, rows, objective, lr=curve.lr)
    assert "training mode only" in cause.sentence


def check(body, **options):
    words, target = positions(8)
    settings = {"outputs": (STEPS, CLASSES), "loss": tagging(), "classes": CLASSES, **options}
    return check_module(body, words, target, inputs=Text(STEPS, 30), **settings)


@pytest.mark.parametrize("kind", [Net, Several])
def test_check_passes_answers_of_any_shape(kind):
    check(net(kind))


class Wrapped(Net):
    change = staticmethod(lambda answer: answer)

    def forward(self, batch):
        return self.change(super().forward(batch))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda answer: answer.flatten(1), r"expected logits \(8, 6, 3\) .* found \(8, 18\)"),
        (lambda answer: answer[:, None], r"found \(8, 1, 6, 3\)"),
        (lambda answer: answer.softmax(-1), "found probabilities"),
    ],
)
def test_check_of_answers_of_another_shape_says_which_is_wanted(change, message):
    body = net(Wrapped)
    body.change = change
    with pytest.raises(ModelError, match=message):
        check(body)


def test_check_of_members_wants_their_axis_before_the_others():
    body = net(Several)
    body.members = 3
    with pytest.raises(ModelError, match=r"expected \(8, 3, 6, 3\) in training"):
        check(body)
