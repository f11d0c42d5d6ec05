"""Rows of a joined source by key and moment, beside pandas."""

import json

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save

from fivefold.codecs.coded import objects
from fivefold.travel.histories import History
from fivefold.travel.rollup import NUMBERS, rolled, since_last

EPOCH = np.datetime64("2024-01-01", "us")


def made(rows: int, seed: int, *, dated: bool) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    days = draw.integers(0, 30, rows).astype(float)
    frame = pd.DataFrame({"key": draw.choice(list("abcdefg"), rows), "at": days})
    if dated:
        frame["at"] = EPOCH + (days * 86_400e6).astype("m8[us]")
    frame["x"] = np.where(draw.random(rows) < 0.2, np.nan, draw.normal(1e6, 1.0, rows))
    frame["word"] = draw.choice(["u", "v", None], rows)
    frame["n"] = np.arange(float(rows))
    return frame


def history_of(frame: pd.DataFrame) -> History:
    cells = {"x": frame["x"].to_numpy(), "n": frame["n"].to_numpy()}
    words = objects(None if pd.isna(word) else word for word in frame["word"])
    return History.of([objects(frame["key"])], frame["at"].to_numpy(), {**cells, "word": words})


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("delay", [None, 0.0, 3.0])
@pytest.mark.parametrize("within", [None, 5.0])
def test_last_known_row_is_that_of_merge_asof(dated, delay, within):
    left, right = made(200, 0, dated=dated), made(300, 1, dated=dated)
    right.loc[5, "key"] = left.loc[5, "key"] = "alone"
    left.loc[6, "key"] = "nowhere"
    seconds = 86_400 if dated else 1
    history = history_of(right)
    low, high = history.span(
        [objects(left["key"])],
        left["at"].to_numpy(),
        delay=None if delay is None else delay * seconds,
        within=None if within is None else within * seconds,
    )
    found = rolled("row", history, "n", low, high)
    span = (lambda days: pd.Timedelta(days=days)) if dated else float
    shifted = left.assign(at=left["at"] - span(delay or 0.0), row=np.arange(len(left)))
    wanted = pd.merge_asof(
        shifted[["at", "key", "row"]].sort_values("at", kind="stable"),
        right[["at", "key", "n"]].sort_values("at", kind="stable"),
        on="at",
        by="key",
        allow_exact_matches=delay is not None,
        tolerance=None if within is None else span(within - (delay or 0.0)),
    ).sort_values("row")["n"]
    np.testing.assert_array_equal(found, wanted.to_numpy())
    assert 3 < np.isnan(found).sum() < 190


@pytest.mark.parametrize("within", [None, 5.0])
def test_aggregates_are_those_of_the_rows_before(within):
    left, right = made(60, 2, dated=True), made(200, 3, dated=True)
    history = history_of(right)
    moments = left["at"].to_numpy()
    low, high = history.span(
        [objects(left["key"])], moments, within=None if within is None else within * 86_400
    )
    for row, (key, at) in enumerate(zip(left["key"], left["at"], strict=True)):
        known = right[(right["key"] == key) & (right["at"] < at)]
        if within is not None:
            known = known[known["at"] >= at - pd.Timedelta(days=within)]
        known = known.sort_values("at", kind="stable")
        one = slice(row, row + 1)
        assert high[row] - low[row] == len(known)
        wanted = known["x"].agg(["sum", "mean", "std", "min", "max"])
        if not known["x"].notna().any():
            wanted["sum"] = np.nan
        for how in NUMBERS:
            found = rolled(how, history, "x", low[one], high[one])[0]
            np.testing.assert_allclose(found, wanted[how], rtol=1e-9, atol=1e-6)
        last = known["word"].dropna()
        assert rolled("last", history, "word", low[one], high[one])[0] == (
            last.iloc[-1] if len(last) else None
        )
        ago = since_last(history, moments[one], low[one], high[one])[0]
        days = (at - known["at"].max()) / pd.Timedelta(days=1) if len(known) else np.nan
        np.testing.assert_allclose(ago, days)


def test_row_alone_gives_what_it_gives_among_others_to_the_bit(monkeypatch):
    left, right = made(100, 4, dated=False), made(3000, 5, dated=False)
    history = history_of(right)
    low, high = history.span([objects(left["key"])], left["at"].to_numpy())
    for how in NUMBERS:
        among = rolled(how, history, "x", low, high)
        alone = [rolled(how, history, "x", low[r : r + 1], high[r : r + 1])[0] for r in range(100)]
        np.testing.assert_array_equal(among, alone)
        monkeypatch.setattr("fivefold.travel.rollup.TOGETHER", 700)
        np.testing.assert_array_equal(among, rolled(how, history, "x", low, high))
        monkeypatch.undo()


def test_missing_keys_and_moments_never_meet():
    keys = objects(["a", None, "a"])
    history = History.of([keys], np.array([1.0, 1.0, np.nan]), {"x": np.arange(3.0)})
    asked = objects(["a", None, "a", "a"])
    low, high = history.span([asked], np.array([2.0, 2.0, np.nan, 0.0]), delay=0.0, within=9.0)
    assert (high - low).tolist() == [1, 0, 0, 0]
    assert len(history) == 1


def test_several_keys_are_compared_as_words_one_by_one():
    left = [np.array([7.0, 7.0, np.nan]), objects(["x", "y", "x"])]
    history = History.of([objects(["7", "x7", "7"]), objects(["x", "", "xy"])], None, {})
    assert history.places(left).tolist() == [0, -1, -1]


def test_history_goes_through_json_and_safetensors():
    for dated in (True, False):
        history = history_of(made(50, 6, dated=dated))
        values, arrays = history.pack()
        stored = load(save({name: np.ascontiguousarray(a) for name, a in arrays.items()}))
        again = History.unpack(json.loads(json.dumps(values)), stored)
        rows = np.arange(-1, len(history))
        assert again.keys == history.keys
        assert again.moments is not None
        assert again.moments.dtype == history.moments.dtype
        for name in history.cells:
            np.testing.assert_array_equal(again.taken(name, rows), history.taken(name, rows))
