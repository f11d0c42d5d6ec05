"""Maps of logits against laws that are known, and against scikit-learn's."""

import numpy as np
import pytest
import torch

from fivefold.models.calibration import NARROW, Rising, fit_rising, fit_temperature, uncalibrated
from fivefold.models.choice import BinaryHead, ChoiceHead


def share(logits):
    return 1 / (1 + np.exp(-logits))


def drawn(rows, seed=0):
    """Logits of which the truth is another, rising function, and what came true."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(size=rows) * 3
    return logits, (draw.random(rows) < share(np.tanh(logits) * 2 - 0.5)).astype(np.int64)


@pytest.mark.parametrize("heat", [0.5, 1.0, 2.5])
def test_temperature_that_was_put_in_is_found_again(heat):
    draw = np.random.default_rng(0)
    logits = draw.normal(size=(20_000, 4)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    target = (shares.cumsum(1) < draw.random((20_000, 1))).sum(1)
    assert fit_temperature(heat * logits, target) == pytest.approx(heat, rel=0.03)


def test_temperature_by_weights_is_that_of_rows_that_stand_several_times():
    logits, target = drawn(6000)
    counts = 1 + np.arange(6000) % 3
    several = fit_temperature(np.repeat(logits, counts), np.repeat(target, counts))
    assert fit_temperature(logits, target, counts.astype(float)) == pytest.approx(several, rel=0.02)


def test_few_rows_hold_the_temperature_near_one():
    assert 0.6 < fit_temperature(np.array([4.0, -4.0]), np.array([1, 0])) < 1
    assert fit_temperature(np.array([-85.0, 85.0]), np.array([1, 0])) < 20


def test_rising_map_finds_the_law_and_keeps_the_order():
    logits, target = drawn(20_000)
    given, meant = fit_rising(logits, target)
    assert (np.diff(given) >= NARROW).all()
    assert (np.diff(meant) > 0).all()
    rising = Rising()
    rising.set(given, meant)
    grid = torch.linspace(-6, 6, 400)[:, None]
    found = rising(grid)[:, 0].numpy()
    assert (np.diff(found) > 0).all()
    inner = np.abs(grid[:, 0].numpy()) < 4
    law = share(np.tanh(grid[:, 0].numpy()) * 2 - 0.5)
    assert np.abs(share(found) - law)[inner].max() < 0.06


def test_rising_map_costs_new_rows_no_more_than_isotonic_regression_does():
    from sklearn.isotonic import IsotonicRegression
    from sklearn.metrics import log_loss

    losses = []
    for seed in range(10):
        logits, target = drawn(500, seed)
        new, truth = drawn(5000, seed + 100)
        rising = Rising()
        rising.set(*fit_rising(logits, target))
        own = share(rising(torch.from_numpy(new)[:, None])[:, 0].numpy())
        usual = IsotonicRegression(out_of_bounds="clip").fit(logits, target).predict(new)
        losses.append([log_loss(truth, each) for each in (share(new), own, usual)])
    plain, own, usual = np.mean(losses, axis=0)
    assert own < plain - 0.05
    assert own < usual


def test_certain_rows_that_are_wrong_become_unsure():
    logits = np.concatenate([np.full(200, -np.inf), np.full(200, np.inf)])
    target = (np.arange(400) % 4 == 0).astype(np.int64)
    target[200:] = 1 - target[200:]
    rising = Rising()
    rising.set(*fit_rising(logits, target))
    found = share(rising(torch.tensor([[-np.inf], [np.inf]]))[:, 0].numpy())
    np.testing.assert_allclose(found, [0.25, 0.75], atol=0.01)


def test_heads_answer_by_their_map_and_without_it():
    outputs = torch.tensor([[0.5], [3.0], [-3.0]])
    head = BinaryHead()
    plain = head.scores(outputs)
    head.prepare("isotonic")
    assert torch.equal(head.scores(outputs), plain)
    head.rising.set(np.array([-3.0, 3.0]), np.array([-1.0, 1.0]))
    meant = torch.sigmoid(outputs / 3)[:, 0]
    torch.testing.assert_close(head.scores(outputs)[:, 1], meant)
    with uncalibrated(head):
        assert torch.equal(head.scores(outputs), plain)
    torch.testing.assert_close(head.scores(outputs)[:, 1], meant)
    several = ChoiceHead((3,))
    several.temperature.fill_(2.0)
    logits = torch.tensor([[2.0, 0.0, -2.0]])
    torch.testing.assert_close(several.scores(logits), torch.softmax(logits / 2, 1))
