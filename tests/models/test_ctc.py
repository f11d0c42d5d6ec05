from itertools import groupby, product

import numpy as np
import pytest
import torch

from fivefold.models.ctc import NEVER, CtcHead, ended
from fivefold.models.inputs import Signal, Spectrum, Symbols
from fivefold.models.losses import mean_of
from fivefold.models.spellnet import SpellNet


def spelt(path):
    return [place - 1 for place, _ in groupby(path) if place]


def by_paths(shares, letters):
    """The probability of some letters: the sum over every path that spells them."""
    steps, labels = shares.shape
    paths = (path for path in product(range(labels), repeat=steps) if spelt(path) == letters)
    return sum(np.prod([shares[step, place] for step, place in enumerate(path)]) for path in paths)


def test_loss_is_the_sum_over_all_paths_that_spell_the_letters():
    rng = np.random.default_rng(0)
    outputs = torch.from_numpy(rng.normal(size=(3, 5, 3))).float()
    ends = torch.tensor([5, 4, 5])
    cut = ended(outputs, torch.arange(5) < ends[:, None])
    target = torch.tensor([[0, 0, -1], [1, -1, -1], [-1, -1, -1]])
    head = CtcHead((5, 3))
    shares = torch.softmax(outputs, -1).double().numpy()
    rows = zip(shares, ends.tolist(), ([0, 0], [1], []), strict=True)
    wanted = [-np.log(by_paths(row[:end], letters)) for row, end, letters in rows]
    assert head.loss("ctc")(cut, target).item() == pytest.approx(np.mean(wanted), rel=1e-5)
    weight = torch.tensor([1.0, 0.0, 3.0])
    found = mean_of(head.loss("ctc")(cut, target, weight=weight)).item()
    assert found == pytest.approx((wanted[0] + 3 * wanted[2]) / 4, rel=1e-5)


def test_rows_of_too_few_steps_cost_nothing_and_teach_nothing():
    outputs = torch.zeros(2, 4, 2, requires_grad=True)
    there = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    target = torch.tensor([[0, 0], [0, 0]])  # three steps are needed
    cost = CtcHead((4, 2)).loss("ctc")(ended(outputs, there), target)
    cost.backward()
    assert torch.isfinite(cost)
    assert outputs.grad[0].abs().max() == 0
    assert outputs.grad[1].abs().max() > 0


def test_letters_that_no_training_row_has_are_never_said_nor_learnt():
    head = CtcHead((4, 4))
    head.fit(np.array([[0, 2, -1], [0, -1, -1]]))
    scores = head.scores(torch.full((1, 4, 4), 5.0))
    assert scores[0, 0].tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    outputs = torch.zeros(2, 4, 4, requires_grad=True)
    head.loss("ctc")(outputs, torch.tensor([[1, -1], [0, -1]])).backward()
    assert outputs.grad[0].abs().max() == 0
    assert outputs.grad[1].abs().max() > 0


@pytest.mark.parametrize(
    ("size", "steps"),
    [(Spectrum(41, 64), 32), (Signal(3, 40), 40), (Symbols(40, 6, 1, 0, 0), 40)],
)
def test_network_says_nothing_behind_the_end_and_the_same_before_it(size, steps):
    torch.manual_seed(0)
    net = SpellNet(size, (steps, 5)).eval()
    if isinstance(size, Symbols):
        rows = torch.randint(1, 6, (2, 40))
        rows[:, 20:] = 0
        longer = torch.cat([rows, torch.zeros(2, 8, dtype=torch.long)], dim=1)
    else:
        rows = torch.randn(2, *size)
        rows[:, -1] = 1.0
        rows[..., rows.shape[2] // 2 :] = 0
        longer = torch.cat([rows, torch.zeros(2, size[0], 16)], dim=2)
    found, other = net(rows), net(longer)
    assert found.shape == (2, steps, 5)
    assert (found[:, steps // 2 :, 1:] == NEVER).all()
    assert (found[:, : steps // 2] > NEVER).all()
    torch.testing.assert_close(found, other[:, :steps], rtol=1e-4, atol=1e-5)
