import json

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from fivefold.models.defaults import choose
from fivefold.models.directions import HELD, fit_direction
from fivefold.models.gathered import Gathered, Held
from fivefold.models.heads import make_head
from fivefold.models.inputs import Codes, Text, Width
from fivefold.models.learner import Lesson
from fivefold.models.networks import build, describe
from fivefold.models.picks import Picks
from fivefold.models.wideblend import NAMES, WideBlend
from fivefold.tasks.known import task_of


def rows_of(rows, labels, seed):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 50)) + 1.2 * (np.arange(50) < 4) * labels[:, None]
    return Held(torch.from_numpy(x).float(), torch.from_numpy(labels), None)


@pytest.fixture(scope="module")
def sides():
    return rows_of(40, np.arange(40) % 2, 0), rows_of(20, np.arange(20) % 2, 1)


def standard(held, by):
    x, of = held.inputs.double().numpy(), by.inputs.double().numpy()
    return (x - of.mean(0)) / of.std(0)


def test_centroids_weigh_columns_by_the_distance_of_the_classes(sides):
    train, valid = sides
    head = make_head(task_of("binary"), (1,))
    found = fit_direction("centroids", Gathered(Width(50)), sides, head, 1)
    x, y = standard(train, train), train.target.numpy()
    apart = x[y == 1].mean(0) - x[y == 0].mean(0)
    weights = found.model.out.weight[0].detach().numpy() * found.model.shares.numpy()
    assert np.corrcoef(weights, apart)[0, 1] > 0.99999
    assert float(found.answers.std()) == pytest.approx(1.5, rel=1e-4)
    assert float(found.model.out.bias.detach()) == pytest.approx(
        0, abs=1e-6
    )  # as many of each class
    assert torch.allclose(found.answers, found.model(valid.inputs))


def test_ridge_answers_as_that_of_scikit_learn_but_for_its_scale(sides):
    train, valid = sides
    head = make_head(task_of("binary"), (1,))
    found = fit_direction("ridge", Gathered(Width(50)), sides, head, 1)
    x, y = standard(train, train), train.target.numpy()
    alpha = HELD["ridge"] * (x**2).sum() / len(x)
    wanted = Ridge(alpha=alpha).fit(x, y).predict(standard(valid, train))
    answers = found.answers[:, 0].detach().numpy()
    assert np.corrcoef(answers, wanted)[0, 1] > 0.99999


@pytest.mark.parametrize("name", HELD)
def test_directions_heed_no_target_of_a_row_that_does_not_count(sides, name):
    train, valid = sides
    head, counts = make_head(task_of("binary"), (1,)), (torch.arange(40) % 3 > 0).float()
    judged, found = Held(valid.inputs, valid.target, torch.ones(20)), []
    for target in (train.target, torch.where(counts > 0, train.target, 1 - train.target)):
        rows = Held(train.inputs, target, counts), judged
        found.append(fit_direction(name, Gathered(Width(50)), rows, head, 1).answers)
    assert torch.equal(*found)
    every = fit_direction(name, Gathered(Width(50)), (train, judged), head, 1).answers
    assert not torch.allclose(found[0], every)


def test_directions_that_may_learn_from_validation_rows_answer_these_without(sides):
    head = make_head(task_of("binary"), (1,))
    some = fit_direction("ridge", Gathered(Width(50)), sides, head, 1)
    more = fit_direction("ridge", Gathered(Width(50)), sides, head, 1, all_rows=True)
    assert torch.equal(some.answers, more.answers)
    assert not torch.allclose(some.model.out.weight, more.model.out.weight)


@pytest.mark.parametrize(("task", "outputs"), [("multiclass", 3), ("regression", 1)])
def test_directions_of_other_targets_tell_held_out_rows(task, outputs):
    draw = np.random.default_rng(0)
    x = draw.normal(size=(120, 60)).astype(np.float32)
    y = (x[:, 0] > 0.4).astype(np.int64) + (x[:, 0] > -0.4) if outputs == 3 else x[:, 0]
    train, valid = (
        Held(torch.from_numpy(x[part]), torch.from_numpy(y[part]), None)
        for part in (slice(80), slice(80, 120))
    )
    head = make_head(task_of(task), (outputs,))
    for name in HELD:
        answers = fit_direction(
            name, Gathered(Width(60)), (train, valid), head, outputs
        ).answers.detach()
        assert answers.shape == (40, outputs)
        last = answers[:, -1] - (answers[:, 0] if outputs == 3 else 0)
        assert np.corrcoef(last, x[80:, 0])[0, 1] > 0.4


def test_directions_of_numbers_go_as_far_from_the_mean_as_held_out_rows_say():
    draw = np.random.default_rng(0)
    x, far = draw.normal(size=(260, 4)).astype(np.float32), {}
    for noise in (0.1, 5.0):
        y = 1000 + x.sum(axis=1) + noise * draw.normal(size=260)
        parts = (slice(60), slice(60, 260))
        rows = tuple(Held(torch.from_numpy(x[p]), torch.from_numpy(y[p]), None) for p in parts)
        head = make_head(task_of("regression"), (1,))
        answers = fit_direction("ridge", Gathered(Width(4)), rows, head, 1).answers.numpy()
        assert answers.mean() == pytest.approx(y[:60].mean(), abs=1.5)
        far[noise] = answers.std() / y[:60].std()
    assert far[0.1] > 0.8 > 0.4 > far[5.0]


def test_wideblend_weighs_what_tells_held_out_rows_and_is_described(sides):
    train, valid = sides
    torch.manual_seed(0)
    blend = WideBlend(Width(50, measured=50), 1)
    told = []
    lesson = Lesson(
        train=train,
        valid=valid,
        head=make_head(task_of("binary"), (1,)),
        seed=0,
        tell=told.append,
        beside=True,
        all_rows=True,
    )
    blend.begin(lesson)
    ended = blend.end(blend, lesson)
    blend.eval()
    assert ended["ridge_weight"] + ended["centroids_weight"] > 0.5  # the network knows nothing
    assert sum(blend.parts.values()) == pytest.approx(1)
    assert set(blend.parts) == {"network", "centroids", "ridge"} < set(NAMES)
    description = json.loads(json.dumps(describe(blend)))
    twin = build(description).eval()
    twin.load_state_dict(blend.state_dict())
    assert torch.equal(twin(valid.inputs), blend(valid.inputs))
    assert len(told) == 2


def test_wideblend_lets_nothing_but_the_lasso_read_columns_that_it_alone_chose(sides):
    train, valid = sides
    torch.manual_seed(0)
    blend = WideBlend(Width(50, measured=50), 1)
    picked = Picks(
        lasso=(0, 1, 2, 3), alone=(0, 1), flags=(), strengths=((1.0, 0.05, 1.0),), share=0.4
    )
    lesson = Lesson(
        train=train,
        valid=valid,
        head=make_head(task_of("binary"), (1,)),
        seed=0,
        tell=lambda text: None,
        beside=True,
        picked=picked,
    )
    blend.begin(lesson)
    made, _ = blend.fitted
    blend.end(blend, lesson)
    blend.eval()
    assert blend.parts["lasso"] > 0.2
    moved = valid.inputs.clone()
    moved[:, :2] += 5.0
    without = [blend.network(blend.plain(x)) for x in (valid.inputs, moved)]
    assert torch.equal(*without)
    assert not made["ridge"].out.weight[0, :2].any()
    assert not made["centroids"].out.weight[0, :2].any()
    assert not made["lasso"].out.weight[0, 4:].any()
    assert (blend(moved) - blend(valid.inputs)).abs().max() > 0.1
    twin = build(json.loads(json.dumps(describe(blend)))).eval()
    twin.load_state_dict(blend.state_dict())
    assert torch.equal(twin(moved), blend(moved))


def test_wideblend_is_the_default_for_chosen_columns_of_a_table_alone():
    both = {"table": Width(40), "codes": Codes((4, 5))}
    assert choose(Width(40), 60, chosen=True) == choose(both, 60, chosen=True) == "wideblend"
    assert choose(Width(40), 60) == "blend"
    assert choose({"table": Width(40), "note": Text(8, 50)}, 60, chosen=True) == "mixblend"
