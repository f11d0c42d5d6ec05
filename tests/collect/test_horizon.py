"""Columns that say until when a row looks."""

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Collected
from fivefold.collect.collect import Collect
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError


def trades(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    opened = pd.date_range("2024-01-01", periods=rows, freq="D")
    closed = opened + pd.to_timedelta(rng.integers(1, 9, rows), "D")
    return pd.DataFrame({"x": rng.normal(size=rows), "opened": opened, "closed": closed, "y": 1.5})


def collect(frame: pd.DataFrame, **settings: object) -> Collected:
    return Collect(frame, target="y", task="regression", **settings).run(Session())


def test_column_of_ends_is_no_input():
    frame = trades().assign(y=np.arange(60.0))
    found = collect(frame, time="opened", until="closed")
    assert found.schema.named("until") == "closed"
    assert [column.name for column in found.schema.inputs] == ["x"]


def test_ends_before_their_beginning_name_the_rows():
    frame = trades().assign(y=np.arange(60.0))
    frame.loc[[2, 7], "closed"] = pd.Timestamp("2020-01-01")
    with pytest.raises(DataError, match=r"at or after those of `opened`, found earlier .*2 and 7"):
        collect(frame, time="opened", until="closed")


def test_ends_of_another_kind_than_the_moments_are_refused():
    frame = trades().assign(y=np.arange(60.0))
    with pytest.raises(DataError, match="datetime values for until=, like those of `opened`"):
        collect(frame, time="opened", until="x")


def test_ends_without_moments_or_of_windows_are_refused():
    with pytest.raises(ConfigError, match="`until` asks for `time`"):
        Collect(trades(), target="y", until="closed")
    with pytest.raises(ConfigError, match="no `horizon`"):
        Collect(trades(), target="y", time="opened", until="closed", horizon=3)
