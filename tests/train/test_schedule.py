import numpy as np
import pytest
import torch

from fivefold.train.schedule import rate


def test_cosine_rises_to_one_and_falls_to_zero():
    rates = [rate("cosine", step, 200) for step in range(200)]
    assert max(rates) == rates[9] == 1.0
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:]) < 0)
    assert rates[-1] == pytest.approx(0, abs=1e-6)


def test_cosine_after_its_rise_equals_torch():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 190)
    for step in range(10, 200):
        optimizer.step()
        schedule.step()
        assert rate("cosine", step, 200) == pytest.approx(schedule.get_last_lr()[0], abs=1e-9)


def test_onecycle_starts_low_and_peaks_at_a_third():
    rates = [rate("onecycle", step, 100) for step in range(100)]
    assert rates[0] < 0.05
    assert np.argmax(rates) == 29
    assert rates[-1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("schedule", ["cosine", "onecycle", "constant"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_rate_of_a_very_short_run_is_between_zero_and_one(schedule, steps):
    rates = [rate(schedule, step, steps) for step in range(steps)]
    assert all(0 <= value <= 1 for value in rates)
    assert rates[0] == 1.0
