import time

from fivefold.evaluate.baselines import time_calls


def test_time_calls_measures_each_call_but_the_first():
    calls = []

    def call():
        calls.append(None)
        time.sleep(0.05 if len(calls) == 1 else 0.002)

    seconds = time_calls(call, 3)
    assert len(calls) == 4
    assert len(seconds) == 3
    assert (seconds >= 0.002).all()
    assert seconds.min() < 0.05
