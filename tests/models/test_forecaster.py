from dataclasses import dataclass

import numpy as np
import pytest
import torch

from fivefold.metrics.forecasting import outcome
from fivefold.models.forecaster import Forecaster
from fivefold.models.forecasts import ForecastHead
from fivefold.models.learner import Lesson, Piece
from fivefold.models.tcnforecaster import TCNForecaster
from fivefold.models.window import Calendar, Window
from fivefold.tasks.known import FORECAST


@dataclass
class Held:
    """Rows as a network is taught by."""

    inputs: torch.Tensor
    target: torch.Tensor
    weight = None
    device = torch.device("cpu")

    @property
    def rows(self):
        return len(self.target)

    def take(self, rows):
        return Piece(self.inputs[rows], self.target[rows])


@pytest.fixture
def head():
    rng = np.random.default_rng(0)
    levels = np.array([0.1, 0.5, 0.9])
    target = outcome(rng.normal(5, 2, (50, 4)), np.ones(50), np.full(50, 3.0), levels)
    made = ForecastHead((16,))
    made.task = FORECAST
    made.fit(target)
    return made, target


def test_quantiles_never_cross_whatever_a_network_gives(head):
    made, _ = head
    scores = made.scores(100 * torch.randn(200, 16))
    assert scores.shape == (200, 4, 4)
    assert bool((scores[..., 1:].diff(dim=-1) >= 0).all())


def test_loss_is_squares_and_pinball_in_deviations(head):
    made, target = head
    outputs = torch.randn(50, 16)
    values = made.scores(outputs).numpy()
    spread = target[:, :4].std()
    off = (values - target[:, :4, None]) / spread
    pinball = sum(
        np.maximum(-level * off[..., at], (1 - level) * off[..., at])
        for at, level in ((1, 0.1), (2, 0.5), (3, 0.9))
    )
    wanted = (off[..., 0] ** 2 + 2 * pinball / 3).mean()
    found = made.loss("squared")(outputs, made.targets(target))
    assert float(found.detach()) == pytest.approx(wanted, rel=1e-5)


def test_description_builds_the_same_head(head):
    made, _ = head
    description = made.description
    again = ForecastHead((16,), levels=description["levels"])
    again.load_state_dict(made.state_dict())
    outputs = torch.randn(3, 16)
    assert torch.equal(again.scores(outputs), made.scores(outputs))


def test_forecast_of_a_scaled_and_shifted_window_is_scaled_and_shifted():
    torch.manual_seed(0)
    network = Forecaster({"w": Window(1, 24, 0, 0), "c": Calendar(7)}, 16).eval()
    network.matrix.normal_()
    network.matrix[24:].zero_()  # what reads the level itself
    lines = torch.cat([torch.randn(5, 1, 24), torch.ones(5, 1, 24)], dim=1)
    calendar = torch.eye(7)[:5]
    moved = lines.clone()
    moved[:, 0] = 3 * lines[:, 0] + 10
    one = network({"w": lines, "c": calendar}).view(5, 4, 4)
    other = network({"w": moved, "c": calendar}).view(5, 4, 4)
    torch.testing.assert_close(other[..., 0], 3 * one[..., 0] + 10, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(other[..., 1], 3 * one[..., 1], rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_forecasts_of_five_quantiles_and_of_a_loss_of_ones_own_are_learnt():
    import pandas as pd

    import fivefold as ff

    when = pd.date_range("2024-01-01", periods=260, freq="h")
    y = 1e6 + 50 * np.sin(2 * np.pi * when.hour / 24) + np.random.default_rng(0).normal(size=260)
    table = pd.DataFrame({"when": when, "y": y})
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    asked = {"target": "y", "time": "when", "horizon": 8, "history": 48, "quantiles": levels}

    def own(outputs, target):
        return ((outputs - target) ** 2).mean() / 2500

    for settings in ({}, {"loss": own}):
        stages = [ff.Collect(table, **asked), ff.Preprocess(), ff.Train(epochs=1, **settings)]
        result = ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(seed=0, progress=False)
        assert result[ff.Evaluated].scores.shape[1:] == (8, 6)
        assert result.metrics["rmse"] < 3


def test_steps_that_did_not_come_count_neither_in_loss_nor_in_metrics(head):
    made, target = head
    outputs = torch.randn(50, 16)
    lacking = target.copy()
    lacking[:, 3] = np.nan
    short = np.delete(target, 3, axis=1)
    fewer = ForecastHead((12,))
    fewer.task = FORECAST
    fewer.fit(short)
    fewer._take(float(made.mean), float(made.std), float(made.unit * made.std))
    narrow = outputs.reshape(50, 4, 4)[:, :3].reshape(50, 12)
    wanted = float(fewer.loss("squared")(narrow, fewer.targets(short)))
    outputs.requires_grad_()
    found = made.loss("squared")(outputs, made.targets(lacking))
    assert float(found.detach()) == pytest.approx(wanted, rel=1e-5)
    found.backward()
    assert bool(torch.isfinite(outputs.grad).all())
    assert not outputs.grad.reshape(50, 4, 4)[:, 3].any()
    scores = made.scores(outputs.detach()).numpy()
    counts = np.ones((1, 50))
    for metric in FORECAST.metrics:
        one = metric.statistic.counted(lacking, scores, counts)
        other = metric.statistic.counted(short, scores[:, :3], counts)
        assert one == pytest.approx(other), metric.name


@pytest.mark.parametrize("network", [Forecaster, TCNForecaster])
def test_quantiles_are_settled_where_validation_rows_have_them(head, network):
    rng = np.random.default_rng(1)
    levels = np.array([0.1, 0.5, 0.9])

    def rows(count, noise):
        history = rng.normal(size=(count, 24)).astype(np.float32)
        ahead = history[:, -4:] + noise * rng.standard_t(3, (count, 4)) * np.arange(1, 5)
        target = outcome(ahead, np.ones(count), np.ones(count), levels)
        lines = np.stack([history, np.ones_like(history)], axis=1)
        return torch.from_numpy(lines), target

    (seen, known), (held, later) = rows(600, 0.1), rows(400, 0.5)
    made = ForecastHead((16,))
    made.task = FORECAST
    made.fit(known)
    torch.manual_seed(0)
    body = network(Window(1, 24, 0, 0), 16)
    lesson = Lesson(
        train=Held(seen, made.targets(known)),
        valid=Held(held, made.targets(later)),
        head=made,
        seed=0,
        tell=lambda text: None,
    )
    body.begin(lesson)
    body.eval()
    body.end(body, lesson)
    scores = made.scores(body(held)).detach().numpy()
    truth = later[:, :4]
    for place, level in enumerate(levels, 1):
        below = (truth <= scores[:, :, place]).mean(axis=0)
        assert np.abs(below - level).max() < 0.06, (level, below)
