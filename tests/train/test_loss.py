from functools import partial
from typing import get_args

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from fivefold.errors import DataError, ModelError
from fivefold.models.heads import make_head
from fivefold.models.losses import STEEP, mean_of
from fivefold.models.quantity import QuantityHead
from fivefold.tasks.choice import Choice
from fivefold.tasks.known import BINARY, REGRESSION, TASKS, task_of
from fivefold.train.choices import LOSSES, SMOOTHED, WEIGHTED, LossName
from fivefold.train.loss import class_weights, make_loss

VALUES = torch.tensor([1.5, -2.0, 0.0, 0.25, 4.0, -0.5])
TRUTH = torch.tensor([1.0, 1.0, 0.5, 0.0, -1.0, -0.5])


def test_targets_of_a_regression_have_mean_0_and_deviation_1_even_far_from_zero():
    values = 1e9 + np.arange(100.0)
    found = QuantityHead(mean=values.mean(), std=values.std()).targets(values)
    assert found.dtype == torch.float32
    assert found.mean().item() == pytest.approx(0, abs=1e-6)
    assert found.std(correction=0).item() == pytest.approx(1, abs=1e-6)


def test_targets_for_an_own_loss_keep_their_unit():
    head = QuantityHead(mean=5.0, std=2.0)
    assert head.targets(np.array([1.0, 9.0]), own=True).tolist() == [1.0, 9.0]


def test_loss_of_two_classes_equals_scikit_learn():
    from sklearn.metrics import log_loss

    logits, truth = torch.randn(50, 1), np.arange(50) % 2
    head = make_head(BINARY, (1,))
    found = make_loss(head)(logits, head.targets(truth))
    assert found.item() == pytest.approx(log_loss(truth, torch.sigmoid(logits[:, 0]).double()))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_weighted_loss_equals_the_loss_of_repeated_rows(task):
    classes = 2 if task == "binary" else 3
    truth = np.array([0, 1, 1, classes - 1, 0, 1])
    logits = torch.randn(6, 1 if task == "binary" else 3)
    weights = class_weights({1: 3.0}, truth, range(classes))
    head = make_head(task_of(task), (1,) if task == "binary" else (classes,))
    found = make_loss(head, weights=weights)(logits, head.targets(truth))
    again = np.repeat(np.arange(6), np.where(truth == 1, 3, 1))
    expected = make_loss(head)(logits[again], head.targets(truth[again]))
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_balanced_weights_give_each_class_the_same_say():
    truth = np.array([0] * 90 + [1] * 9 + [2])
    weights = class_weights("balanced", truth, ["a", "b", "c"])
    said = weights * torch.tensor([90.0, 9.0, 1.0])
    torch.testing.assert_close(said, torch.full((3,), 100 / 3))


def test_weights_by_label_find_numbers_by_their_text():
    found = class_weights({1: 2.0, "0": 1.0}, np.array([0, 1]), ["0", "1"])
    assert (found[1] / found[0]).item() == pytest.approx(2)


def test_own_loss_of_a_regression_sees_the_targets_own_unit():
    head = QuantityHead(mean=100.0, std=10.0)
    loss = make_loss(head, own=F.l1_loss)
    assert loss(torch.tensor([[1.0], [0.0]]), torch.tensor([115.0, 100.0])).item() == 2.5


def test_own_loss_of_two_classes_sees_flat_logits():
    seen = []

    def own(logits, target):
        seen.append((logits.shape, target.shape))
        return F.binary_cross_entropy_with_logits(logits, target)

    make_loss(make_head(BINARY, (1,)), own=own)(torch.zeros(4, 1), torch.zeros(4))
    assert seen == [((4,), (4,))]


def number_loss(name, **settings):
    return make_loss(make_head(REGRESSION, (1,), loss=name), name=name, **settings)


def test_every_loss_has_words_and_a_task():
    fitting = {name for task in TASKS.known.values() for name in task.losses}
    assert set(LOSSES) == set(get_args(LossName)) == fitting
    assert {SMOOTHED, *WEIGHTED} < fitting


def test_absolute_loss_equals_scikit_learn():
    from sklearn.metrics import mean_absolute_error

    found = number_loss("absolute")(VALUES[:, None], TRUTH)
    assert found.item() == pytest.approx(mean_absolute_error(TRUTH, VALUES))


def test_huber_loss_is_half_the_square_near_and_a_line_far():
    outputs, truth = torch.tensor([[0.5], [3.0], [-2.0]]), torch.zeros(3)
    expected = (0.5**2 / 2 + (3 - 0.5) + (2 - 0.5)) / 3
    assert number_loss("huber")(outputs, truth).item() == pytest.approx(expected)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantile_loss_equals_scikit_learn(quantile):
    from sklearn.metrics import mean_pinball_loss

    found = number_loss("quantile", quantile=quantile)(VALUES[:, None], TRUTH)
    assert found.item() == pytest.approx(mean_pinball_loss(TRUTH, VALUES, alpha=quantile))


def test_quantile_loss_is_least_at_the_quantile():
    target = torch.arange(1.0, 101.0)
    loss = number_loss("quantile", quantile=0.9)
    costs = [loss(torch.full((100, 1), float(guess)), target).item() for guess in range(1, 101)]
    assert 1 + int(np.argmin(costs)) in (90, 91)


def test_poisson_loss_is_half_the_deviance_over_the_mean():
    from sklearn.metrics import mean_poisson_deviance

    counts = np.array([0.0, 3.0, 1.0, 12.0, 4.0])
    head = QuantityHead(mean=4.0, link="log")
    outputs = torch.tensor([[-1.0], [0.3], [0.0], [1.2], [-0.4]])
    found = make_loss(head, name="poisson")(outputs, head.targets(counts))
    expected = mean_poisson_deviance(counts, head.scores(outputs)) / 2 / 4.0
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_poisson_loss_has_the_gradient_of_torchs():
    counts = np.array([0.0, 3.0, 1.0, 12.0])
    head = QuantityHead(mean=4.0, link="log")
    ours = torch.tensor([[-1.0], [0.3], [0.0], [1.2]], requires_grad=True)
    theirs = (ours.detach()[:, 0] + np.log(4.0)).requires_grad_()
    make_loss(head, name="poisson")(ours, head.targets(counts)).backward()
    F.poisson_nll_loss(theirs, torch.tensor(counts), log_input=True).backward()
    np.testing.assert_allclose(ours.grad[:, 0] * 4.0, theirs.grad, rtol=1e-5)


def test_poisson_loss_of_a_runaway_output_is_finite_and_leads_back():
    outputs = torch.tensor([[500.0], [-500.0], [STEEP]], requires_grad=True)
    value = number_loss("poisson")(outputs, torch.tensor([1.0, 1.0, 1.0]))
    value.backward()
    assert value.isfinite()
    assert outputs.grad.isfinite().all()
    assert outputs.grad[0] > 0 > outputs.grad[1]


def test_poisson_targets_have_mean_1_and_zeros_stay():
    found = QuantityHead(mean=4.0, link="log").targets(np.array([0.0, 2.0, 10.0]))
    assert found.tolist() == [0.0, 0.5, 2.5]


@pytest.mark.parametrize(
    ("values", "mean", "message"),
    [
        ([3.0, -2.0, -0.5], 1.0, r"found 2 of 3 rows below, -2 the lowest"),
        ([0.0, 0.0], 0.0, r"found 0 in all"),
    ],
)
def test_poisson_targets_that_are_no_counts_are_refused(values, mean, message):
    with pytest.raises(DataError, match=message):
        QuantityHead(mean=mean, link="log").targets(np.array(values))


def test_poisson_loss_with_another_head_is_a_mistake_of_the_programmer():
    with pytest.raises(AssertionError, match="link is identity"):
        make_loss(QuantityHead(), name="poisson")


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("weighted", [False, True])
def test_focal_loss_equals_its_formula(task, weighted):
    classes = 2 if task == "binary" else 3
    truth = np.arange(12) % classes
    logits = 3 * torch.randn(12, 1 if task == "binary" else 3)
    weights = class_weights({1: 5.0}, truth, range(classes)) if weighted else None
    head = make_head(task_of(task), (1,) if task == "binary" else (classes,))
    found = make_loss(head, name="focal", weights=weights)(logits, head.targets(truth))
    right = head.scores(logits).double()[range(12), truth]
    each = -((1 - right) ** 2) * right.log()
    expected = (each * (1 if weights is None else weights[truth])).mean()
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_focal_loss_of_extreme_logits_has_finite_gradients(task):
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [0.0, 0.0, 0.0]])
    logits = (logits[:, :1] if task == "binary" else logits).requires_grad_()
    head = make_head(task_of(task), tuple(logits.shape[1:]))
    value = make_loss(head, name="focal")(logits, head.targets(np.array([0, 0, 1])))
    value.backward()
    assert value.isfinite()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_smoothed_loss_is_cross_entropy_against_softened_truth(task, weighted):
    classes = 2 if task == "binary" else 4
    truth = np.arange(20) % classes
    logits = torch.randn(20, 1 if task == "binary" else 4)
    weights = class_weights({1: 3.0}, truth, range(classes)) if weighted else None
    head = make_head(task_of(task), (1,) if task == "binary" else (classes,))
    loss = make_loss(head, weights=weights, label_smoothing=0.2)
    found = loss(logits, head.targets(truth))
    soft = 0.8 * np.eye(classes)[truth] + 0.2 / classes
    each = -(soft * head.scores(logits).double().log().numpy()).sum(axis=1)
    expected = (each * (1 if weights is None else weights[truth].numpy())).mean()
    assert found.item() == pytest.approx(expected, rel=1e-5)


def own_loss(answers, target):
    return F.cross_entropy(answers, target) if answers.ndim > 1 else F.mse_loss(answers, target)


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        ("regression", {}),
        ("regression", {"name": "quantile", "quantile": 0.8}),
        ("regression", {"name": "poisson"}),
        ("regression", {"own": own_loss}),
        ("binary", {"label_smoothing": 0.1}),
        ("binary", {"name": "focal", "weights": torch.tensor([0.5, 2.0])}),
        ("binary", {"own": own_loss}),
        ("multiclass", {}),
        ("multiclass", {"weights": torch.tensor([0.5, 2.0, 1.0])}),
        ("multiclass", {"own": own_loss}),
    ],
)
def test_loss_of_members_is_the_mean_of_their_own_losses(task, settings):
    head = make_head(
        task_of(task), (3,) if task == "multiclass" else (1,), loss=settings.get("name")
    )
    values = np.arange(14.0) if task == "regression" else np.arange(14) % {"binary": 2}.get(task, 3)
    if task == "regression":
        head.fit(values)
    target = head.targets(values, own="own" in settings)
    outputs = torch.randn(14, 5, 3 if task == "multiclass" else 1)
    loss = make_loss(head, **settings)
    expected = torch.stack([loss(outputs[:, member], target) for member in range(5)]).mean()
    assert loss(outputs, target).item() == pytest.approx(expected.item(), rel=1e-5)


WEIGHT = np.array([2, 0, 1, 3, 1, 2, 0, 4])
LOSSES_OF_ROWS = [
    ("regression", {"name": name}) for name in ("squared", "absolute", "huber", "poisson")
] + [
    ("regression", {"name": "quantile", "quantile": 0.8}),
    ("binary", {}),
    ("binary", {"label_smoothing": 0.1, "weights": torch.tensor([0.5, 2.0])}),
    ("binary", {"name": "focal"}),
    ("multiclass", {}),
    ("multiclass", {"label_smoothing": 0.1, "weights": torch.tensor([0.5, 2.0, 1.0])}),
    ("multiclass", {"name": "focal", "weights": torch.tensor([0.5, 2.0, 1.0])}),
    ("binary", {"own": lambda answers, target, weight=None: own_by_row(answers, target, weight)}),
    ("regression", {"own": lambda a, t, sample_weight=None: own_by_row(a, t, sample_weight)}),
]


def own_by_row(answers, target, weight):
    costs = (answers - target) ** 2
    return costs.mean() if weight is None else ((costs * weight).sum(), weight.sum())


def rows_of(task, settings):
    """A head, targets as the loss takes them, and a matrix of inputs."""
    classes = {"binary": 2, "multiclass": 3}.get(task)
    values = np.arange(8) % classes if classes else np.arange(8.0)
    head = make_head(
        task_of(task), (3,) if task == "multiclass" else (1,), loss=settings.get("name")
    )
    head.fit(values)
    torch.manual_seed(0)
    return head, head.targets(values, own="own" in settings), torch.randn(8, 5)


def gradient(loss, inputs, outputs, *rest):
    """The mean loss of a linear network, and its gradient."""
    torch.manual_seed(1)
    matrix = torch.randn(5, outputs, requires_grad=True)
    value = mean_of(loss(inputs @ matrix, *rest))
    value.backward()
    return value.detach(), matrix.grad


@pytest.mark.parametrize(("task", "settings"), LOSSES_OF_ROWS)
def test_weights_of_rows_give_the_gradient_of_rows_repeated_as_often(task, settings):
    head, target, inputs = rows_of(task, settings)
    loss, outputs = make_loss(head, weighted=True, **settings), head.outputs[0]
    again = np.repeat(np.arange(8), WEIGHT)
    wanted = gradient(make_loss(head, **settings), inputs[again], outputs, target[again])
    for unit in (1.0, 0.01):
        weight = torch.tensor(unit * WEIGHT, dtype=torch.float32)
        found = gradient(loss, inputs, outputs, target, weight)
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("task", "settings"), LOSSES_OF_ROWS)
def test_weights_of_rows_count_in_every_member(task, settings):
    head, target, _ = rows_of(task, settings)
    loss, weight = make_loss(head, weighted=True, **settings), torch.tensor(WEIGHT).float()
    outputs = torch.randn(8, 4, head.outputs[0])
    each = [mean_of(loss(outputs[:, member], target, weight)) for member in range(4)]
    found = mean_of(loss(outputs, target, weight))
    torch.testing.assert_close(found, torch.stack(each).mean(), rtol=1e-5, atol=0)


def test_weights_of_rows_give_the_losses_of_scikit_learn():
    from sklearn import metrics

    weight = np.random.default_rng(0).random(6).astype(np.float32)
    weights = torch.from_numpy(weight)
    for name, known, settings in (
        ("squared", metrics.mean_squared_error, {}),
        ("absolute", metrics.mean_absolute_error, {}),
        ("quantile", partial(metrics.mean_pinball_loss, alpha=0.9), {"quantile": 0.9}),
    ):
        found = mean_of(number_loss(name, **settings)(VALUES[:, None], TRUTH, weights))
        assert found.item() == pytest.approx(known(TRUTH, VALUES, sample_weight=weight))
    head, truth = make_head(task_of("multiclass"), (3,)), np.arange(6) % 3
    logits = torch.randn(6, 3)
    found = mean_of(make_loss(head)(logits, head.targets(truth), weights))
    scores = torch.softmax(logits.double(), 1).numpy()
    wanted = metrics.log_loss(truth, scores, sample_weight=weight)
    assert found.item() == pytest.approx(wanted, rel=1e-5)
    assert head.nats(logits, head.targets(truth), weights).item() == pytest.approx(wanted, rel=1e-5)


def test_weights_of_rows_count_for_each_of_their_positions():
    class Tags(Choice):
        name, metrics, sequence = "tags", (), True

    head = make_head(Tags(), (3, 2))
    target = torch.tensor([[0, 1, -1], [1, -1, -1], [0, 0, 1]])
    outputs, again = torch.randn(3, 3, 2), [0, 0, 2, 2, 2]
    for settings in ({}, {"weights": torch.tensor([0.5, 1.5])}):
        loss = make_loss(head, **settings)
        found = mean_of(loss(outputs, target, torch.tensor([2.0, 0.0, 3.0])))
        torch.testing.assert_close(found, mean_of(loss(outputs[again], target[again])))


def test_class_weights_of_weighted_rows_are_those_of_repeated_rows():
    truth = np.arange(8) % 3
    for asked in ("balanced", {1: 3.0}):
        found = class_weights(asked, truth, range(3), WEIGHT.astype(float))
        again = np.repeat(truth, WEIGHT)
        torch.testing.assert_close(found, class_weights(asked, again, range(3)))
        torch.testing.assert_close(class_weights(asked, truth, range(3), 0.01 * WEIGHT), found)


class Half(QuantityHead):
    def loss(self, name, **options):
        return lambda outputs, target: (outputs[:, 0] - target).abs().mean()


@pytest.mark.parametrize(
    ("head", "own", "name"),
    [
        (QuantityHead(), own_loss, "own_loss"),
        (QuantityHead(), torch.nn.MSELoss(), "MSELoss"),
        (QuantityHead(), F.cross_entropy, "cross_entropy"),
        (Half(), None, "Half.loss"),
    ],
)
def test_losses_that_take_no_weights_of_rows_are_refused(head, own, name):
    head.task = REGRESSION
    make_loss(head, own=own)
    with pytest.raises(ModelError, match=f"a loss that takes the weights of rows, found .*{name}"):
        make_loss(head, own=own, weighted=True)
