import time

from fivefold.train.clock import Clock


def test_clock_without_a_limit_leaves_everything():
    clock = Clock(None)
    assert clock.fraction == 0.0
    assert clock.left is None
    assert clock.leaves(1e9)


def test_clock_counts_what_was_used_before():
    clock = Clock(10.0, used=4.0)
    assert 4.0 <= clock.seconds < 5.0
    assert 0.4 <= clock.fraction < 0.5
    assert clock.leaves(5.0)
    assert not clock.leaves(6.0)


def test_clock_that_has_run_out_has_a_fraction_of_one():
    clock = Clock(0.001)
    time.sleep(0.005)
    assert clock.fraction == 1.0
    assert clock.left == 0.001
