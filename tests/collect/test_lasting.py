import numpy as np
import pytest

import fivefold as ff

SEEDS = range(20)


def _walks(seed: int) -> dict[str, np.ndarray]:
    """Prices of three shares, one after another, and what each is a day later."""
    draw = np.random.default_rng(seed)
    walks = 100 * np.exp(np.cumsum(draw.normal(scale=0.01, size=(3, 1501)), axis=1))
    days = np.datetime64("2020-01-01") + np.arange(1500)
    return {
        "day": np.tile(days, 3),
        "name": np.repeat(np.array(["a", "b", "c"], dtype=object), 1500),
        "price": walks[:, :-1].ravel() * [1.0],
        "later": walks[:, 1:].ravel(),
    }


def _leaks(columns: dict[str, np.ndarray], **more: object) -> list[str]:
    import pandas as pd

    collect = ff.Collect(pd.DataFrame(columns), target="later", **more)
    collected = ff.Pipeline([collect]).run(progress=False)[ff.Collected]
    found = [one for one in collected.findings if one.code == "target_leakage"]
    return [name for one in found for name in one.numbers["columns"]]


@pytest.mark.slow
def test_what_lasts_from_day_to_day_is_no_leak_and_a_copy_of_the_answer_is_one():
    assert sum(bool(_leaks(_walks(seed), time="day")) for seed in SEEDS) <= 1
    told = 0
    for seed in SEEDS:
        columns = _walks(seed)
        columns["dollars"] = np.round(columns["later"] * 1.1, 1)
        told += _leaks(columns, time="day") == ["dollars"]
    assert told >= 18


def test_without_time_what_tells_a_number_is_a_leak():
    columns = _walks(0)
    del columns["day"]
    assert "price" in _leaks(columns)
