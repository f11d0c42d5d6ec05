import numpy as np
import pytest
import torch

from fivefold.models.inputs import Record, Signal
from fivefold.models.signals import Lines, SignalsPart


def rows_of(count=3, steps=12, traits=5):
    """Rows of two channels, of which the second ends after 7 steps, and its lines."""
    rng = np.random.default_rng(0)
    held = rng.normal(size=(count, 3, steps)).astype(np.float32)
    held[:, 2] = 1
    held[1, :, 7:] = 0
    told = rng.normal(size=(count, traits)).astype(np.float32)
    return np.concatenate([held.reshape(count, -1), told], axis=1), held


def test_lines_are_channels_as_scaled_over_all_rows_and_over_their_own_series():
    rows, held = rows_of()
    found = Lines(2, 12, 5, whole=False)(torch.from_numpy(rows)).numpy()
    np.testing.assert_array_equal(found[:, :2], held[:, :2])
    for row, steps in ((0, 12), (1, 7)):
        own = held[row, :2, :steps].astype(np.float64)
        wanted = (own - own.mean(1, keepdims=True)) / own.std(1, keepdims=True)
        np.testing.assert_allclose(found[row, 2:4, :steps], wanted, atol=1e-6)
        assert not found[row, :, steps:].any()
    np.testing.assert_array_equal(found[:, 4:], held[:, [2, 2]])
    whole = Lines(2, 12, 5, whole=True)(torch.from_numpy(rows)).numpy()
    np.testing.assert_array_equal(whole[:, :72], found.reshape(3, -1))
    np.testing.assert_array_equal(whole[:, 72:], rows[:, -5:])


def test_a_constant_series_is_not_blown_up_by_rounding():
    rows = torch.full((1, 24), 0.1)
    rows[:, 12:] = 1
    found = Lines(1, 12, 0, whole=False)(rows)
    assert found[0, 1].abs().max() < 1e-9


@pytest.mark.parametrize("name", list(SignalsPart.later))
def test_changes_are_drawn_by_row_and_leave_the_end_and_the_traits(name):
    torch.manual_seed(0)
    rows, _ = rows_of(count=6)
    size = Record(6, 12, 5)
    whole = Lines(2, 12, 5, whole=True)(torch.from_numpy(rows))
    change = SignalsPart.later[name]
    found = change(whole, size)
    assert torch.equal(found[:, 72:], whole[:, 72:])
    lines, before = found[:, :72].view(6, 6, 12), whole[:, :72].view(6, 6, 12)
    assert torch.equal(lines[:, -1], before[:, -1])
    assert not lines[1, :, 7:].any()
    assert not torch.equal(lines[:, :4], before[:, :4])
    torch.manual_seed(1)
    one = change(before, Signal(6, 12))
    torch.manual_seed(1)
    assert torch.equal(one, change(before, Signal(6, 12)))
    same = torch.cat([before[:1]] * 8)
    drawn = change(same, Signal(6, 12))
    assert not torch.equal(drawn[0], drawn[1]) or not torch.equal(drawn[1], drawn[2])


def test_speed_reads_between_the_steps_of_a_line():
    torch.manual_seed(0)
    lines = torch.zeros(4, 4, 50)
    lines[:, 0] = torch.arange(50.0)
    lines[:, -1] = 1
    found = SignalsPart.later["speed"](lines, Signal(4, 50))[:, 0]
    apart = found.diff(dim=1)[:, :35]
    assert torch.allclose(apart, apart[:, :1].expand_as(apart), atol=1e-4)
    assert ((apart[:, 0] >= 0.8 - 1e-4) & (apart[:, 0] <= 1.2 + 1e-4)).all()
