"""Rows whose labels look ahead: what is left out, against every pair of rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisible import collect
from fivefold.artifacts import Collected
from fivefold.errors import DataError
from fivefold.folds import draw_divisions, draw_folds
from fivefold.partition import Partition, draw
from fivefold.ties import Ties

DAY = np.timedelta64(1, "D")


def prices(days: int, tickers: int, seed: int = 0, lost: float = 0.2) -> Collected:
    """Some instruments on the same days, of which each lacks some."""
    rng = np.random.default_rng(seed)
    day, ticker = np.divmod(np.arange(days * tickers), tickers)
    kept = rng.random(len(day)) >= lost
    day, ticker = rng.permutation(np.stack([day, ticker], 1)[kept]).T
    columns = {
        "x": rng.normal(size=len(day)),
        "when": np.datetime64("2024-01-01", "us") + day * DAY,
        "ticker": np.array([f"t{n}" for n in ticker]),
        "y": rng.normal(size=len(day)),
    }
    return collect(columns, task="regression", time="when", group="ticker")


def look(collected: Collected, ahead: int) -> tuple[list[int], list[int]]:
    """For each row when it is, and when its label is known, by counting one by one."""
    when, ticker = (collected.table.column(name) for name in ("when", "ticker"))
    moments = sorted(set(when.tolist()))
    begin = [moments.index(one) for one in when.tolist()]
    end = []
    for row, at in enumerate(begin):
        own = sorted({b for b, t in zip(begin, ticker, strict=True) if t == ticker[row] and b > at})
        later = own[ahead - 1] if ahead and len(own) >= ahead else at
        end.append(max(at + ahead, later))
    return begin, end


def meeting(begin, end, learnt, judged, embargo=0):
    """Pairs of a row that is learnt from and one that is judged which overlap, or are too near."""
    return [
        (one, other)
        for one in learnt.tolist()
        for other in judged.tolist()
        if begin[other] - embargo <= end[one] and begin[one] - embargo <= end[other]
    ]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(0, 6), st.integers(0, 4))
def test_rows_that_are_purged_are_those_of_which_some_pair_overlaps(seed, ahead, embargo):
    collected = prices(14, 2, seed)
    ties = Ties.of(collected, ahead=ahead, embargo=embargo)
    rng = np.random.default_rng(seed)
    side = rng.integers(0, 3, len(collected.table))
    learnt, judged = np.flatnonzero(side < 2), np.flatnonzero(side == 2)
    begin, end = look(collected, ahead)
    found = meeting(begin, end, learnt, judged, embargo)
    kept = sorted(set(learnt.tolist()) - {one for one, _ in found})
    if ties.span is not None:
        assert ties.apart(learnt, judged).tolist() == kept


@pytest.mark.parametrize("by", ["time", "purged"])
def test_no_pair_of_parts_or_folds_overlaps(by):
    collected, ahead, embargo = prices(200, 2), 5, 3
    begin, end = look(collected, ahead)
    ties = Ties.of(collected, ahead=ahead, embargo=embargo)
    partition = draw(collected, seed=0, by=by, ties=ties)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        parts = (partition.train, partition.valid, partition.test)
        assert not meeting(begin, end, parts[one], parts[other], embargo)
    divisions = draw_divisions(collected, partition, 4, 0)
    for fold in divisions:
        assert not meeting(begin, end, fold.train, fold.test, embargo)
        assert not meeting(begin, end, fold.valid, fold.test, embargo)
        assert not meeting(begin, end, fold.train, fold.valid, embargo)
        assert not set(fold.test.tolist()) & set(partition.test.tolist())
    later = [max(np.take(begin, f.train)) > max(np.take(begin, f.test)) for f in divisions]
    assert sum(later) == (3 if by == "purged" else 0)


def test_purged_folds_judge_each_row_once():
    collected = prices(100, 3)
    ties = Ties.of(collected, ahead=2)
    rows = np.arange(len(collected.table))
    folds = draw_folds(collected, rows, 5, 0, by="purged", ties=ties)
    assert sorted(np.concatenate([held for _, held in folds]).tolist()) == rows.tolist()


def test_rows_that_say_until_when_they_look_are_kept_apart():
    start = np.arange(0, 400, 2).astype(float)
    columns = {"start": start, "stop": start + 7, "x": start, "y": start}
    recording = collect(columns, task="regression", time="start", until="stop")
    partition = draw(recording, seed=0)
    for early, late in ((partition.train, partition.valid), (partition.valid, partition.test)):
        assert start[early].max() + 7 < start[late].min()
    assert len(partition.train) > 110
    folds = draw_folds(recording, np.arange(200), 4, 0, by="purged")
    for learnt, held in folds:
        gaps = np.abs(start[learnt][:, None] - start[held][None, :])
        assert gaps.min() > 7


def test_a_row_without_an_end_looks_to_the_end():
    start = np.arange(50.0)
    columns = {"start": start, "stop": np.where(start == 3, np.nan, start), "x": start, "y": start}
    partition = draw(collect(columns, task="regression", time="start", until="stop"), seed=0)
    assert 3 not in partition.train
    assert len(partition.train) + len(partition.valid) + len(partition.test) == 49


def test_purging_without_anything_that_looks_ahead_is_refused():
    with pytest.raises(DataError, match=r'ahead=STEPS to Split, or until=COLUMN .*else by="time"'):
        draw(prices(40, 2), seed=0, by="purged")


def test_embargo_longer_than_the_data_is_refused():
    with pytest.raises(DataError, match=r"fewer moments than the 40 of `when`, found 0 \+ 60"):
        Ties.of(prices(40, 2, lost=0.0), embargo=60)
    ties = Ties.of(prices(40, 2, lost=0.0), ahead=20, embargo=15)
    with pytest.raises(DataError, match="Lower embargo or ahead"):
        draw(prices(40, 2, lost=0.0), seed=0, by="time", ties=ties)
    with pytest.raises(DataError, match=r"found none in one[\s\S]*fewer folds, or lower embargo"):
        draw_folds(
            *(prices(40, 2, lost=0.0), np.arange(80), 3, 0),
            by="purged",
            ties=Ties.of(prices(40, 2, lost=0.0), ahead=13, embargo=1),
        )


def test_random_walk_has_skill_only_where_labels_are_not_purged():
    """Labels of 20 days ahead of one walk: neighbours in time share most of their label."""
    rng = np.random.default_rng(1)
    days, ahead = 1200, 60
    walk = rng.normal(size=days + ahead).cumsum()
    y = walk[ahead:] - walk[:-ahead]
    when = np.datetime64("2020-01-01", "us") + np.arange(days) * DAY
    x = np.arange(days).astype(float)
    walked = collect({"x": x, "when": when, "y": y}, task="regression", time="when")

    def skill(learnt, held):  # the label of the nearest day that was learnt from
        nearest = np.abs(x[learnt][:, None] - x[held]).argmin(0)
        gap = y[learnt][nearest] - y[held]
        return 1 - (gap @ gap) / ((y[held] - y[learnt].mean()) ** 2).sum()

    rows = np.arange(days)
    shuffled = draw_folds(walked, rows, 5, 0, by="random")
    ties = Ties.of(walked, ahead=ahead)
    purged = draw_folds(walked, rows, 5, 0, by="purged", ties=ties)
    assert min(skill(*fold) for fold in shuffled) > 0.9
    assert np.mean([skill(*fold) for fold in purged]) < 0


def test_partition_keeps_what_holds_rows_together(tmp_path):
    collected = prices(60, 2)
    partition = draw(collected, seed=0, by="time", ties=Ties.of(collected, ahead=3))
    partition.save(tmp_path / "p")
    again = Partition.load(tmp_path / "p")
    np.testing.assert_array_equal(again.ties.span, partition.ties.span)
    assert again.ties.unit is None
