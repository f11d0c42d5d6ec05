import numpy as np
import pandas as pd
import pytest

from fivefold.codecs.timegrid import Clock

ONE = np.zeros(400, np.int64)


def clock_of(moments) -> Clock:
    moments = np.asarray(moments, "M8[us]")
    return Clock.of(moments, ONE[: len(moments)])


@pytest.mark.parametrize(
    ("freq", "unit", "size", "words"),
    [
        ("h", "seconds", 3600.0, "hour"),
        ("15min", "seconds", 900.0, "15 minutes"),
        ("D", "seconds", 86400.0, "day"),
        ("B", "weekdays", 1.0, "weekday"),
        ("MS", "months", 1.0, "month"),
        ("ME", "months", 1.0, "month"),
        ("QS", "months", 3.0, "3 months"),
        ("W", "seconds", 604800.0, "week"),
    ],
)
def test_clock_of_even_moments_numbers_each_and_gives_it_back(freq, unit, size, words):
    moments = pd.date_range("2021-03-01", periods=60, freq=freq).to_numpy()
    clock = clock_of(moments)
    assert (clock.unit, clock.size, clock.words) == (unit, size, words)
    numbers = clock.number(moments.astype("M8[us]"))
    assert (np.diff(numbers) == 1).all()
    if freq != "ME":  # whose moments are the first of the month
        assert (clock.moments(numbers) == moments).all()
    assert Clock.read(clock.text) == clock


def test_clock_of_moments_with_gaps_is_the_commonest_distance():
    moments = pd.date_range("2021-03-01 00:30", periods=60, freq="h").delete([3, 4, 20]).to_numpy()
    clock = clock_of(moments)
    numbers = clock.number(moments.astype("M8[us]"))
    assert clock.size == 3600
    assert np.diff(numbers)[2] == 3
    assert (clock.moments(numbers) == moments).all()


def test_clock_of_numbers_counts_their_steps():
    clock = Clock.of(np.array([2.5, 7.5, 12.5, 22.5]), ONE[:4])
    assert clock.number(np.array([2.5, 12.5, 22.5])).tolist() == [0, 2, 4]
    assert clock.moments(np.array([1])).tolist() == [7.5]


def test_slots_are_the_hours_of_the_week_from_monday_on():
    clock = clock_of(pd.date_range("2021-03-01", periods=60, freq="h"))
    moments = np.array(["2021-03-01T00", "2021-03-07T23", "2021-03-02T05"], "M8[us]")
    assert clock.slots == 168
    assert clock.slot(moments).tolist() == [0, 167, 29]
