import math

import numpy as np
import pytest
import torch

from fivefold.core.session import Session
from fivefold.errors import ConfigError, TrainingError
from fivefold.models.assemble import digest
from fivefold.train.schedule import Pace, rate
from fivefold.train.train import Train


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


def test_a_function_is_given_the_part_of_the_steps_that_are_done():
    assert [rate(lambda done: 1 - done, step, 4) for step in range(4)] == [1, 0.75, 0.5, 0.25]


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (lambda done: 0.5 - done, "when 0.50 of the steps are done, but -0.00"),
        (lambda done: 1 / done, "when 0.00 of the steps are done, but ZeroDivisionError"),
        (lambda done: "1", "but TypeError"),
        (lambda: 1.0, "but TypeError"),
        (lambda done: 0.0, "gives 0 always"),
    ],
)
def test_a_function_that_gives_no_factor_is_refused_when_built(schedule, message):
    with pytest.raises(ConfigError, match=message):
        Train(schedule=schedule)


def test_training_by_a_function_is_that_by_the_name_of_its_form(make_data):
    def even(done):
        return 1.0

    one, other = (
        Train("mlp", epochs=2, schedule=schedule).run(data=make_data(), session=Session(seed=1))
        for schedule in ("constant", even)
    )
    assert digest(one.model) == digest(other.model)
    assert other.settings["schedule"] == "even"


@pytest.mark.parametrize(("found", "told"), [(float("nan"), "nan"), (-50.0, "-50")])
def test_a_function_that_gives_no_factor_at_a_step_is_refused_there(make_data, found, told):
    def odd(done):
        return found if done == 0.5 else 1.0

    stage = Train("mlp", epochs=2, batch=60, schedule=odd)  # four steps
    message = f"found {told} when 0.5 of the steps are done"
    with pytest.raises(TrainingError, match=message):
        stage.run(data=make_data(), session=Session())


def test_a_function_is_never_given_one_where_time_moves_it_on():
    seen = []
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
    pace = Pace(lambda done: seen.append(done) or 1 - done, optimizer, 4)
    for step, fraction in ((0, 0.0), (1, 0.5), (2, 1.0)):
        pace.move(step, fraction)
    assert seen == [0.0, 0.5, 0.75]
    assert optimizer.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize(
    "settings", [{"lr": math.inf}, {"lr": {"*": math.inf}}, {"weight_decay": math.inf}], ids=str
)
def test_infinite_rates_are_refused_when_built(settings):
    with pytest.raises(ConfigError, match="finite"):
        Train(**settings)
