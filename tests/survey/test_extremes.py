import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.survey.extremes import far_numbers
from fivefold.survey.oddrows import odd_rows
from fivefold.survey.timeline import time_covered

DRAW = np.random.default_rng(0)
ROWS = np.arange(2000)


def asked(look, cells, kind="numeric"):
    columns = [Column(name=name, kind=kind) for name in cells]
    return look(Columns(cells), columns, np.arange(len(next(iter(cells.values())))))


def test_far_numbers_are_counted_on_the_side_they_are_and_skew_is_none():
    plain, planted = DRAW.normal(size=(2, 2000))
    skewed = DRAW.random(2000) ** 3
    planted[:3], planted[3] = 40.0, -50.0
    found = asked(far_numbers, {"plain": plain, "planted": planted, "skewed": skewed})
    [row] = found.rows
    assert (row["column"], row["below"], row["above"]) == ("planted", 1, 3)
    assert row["farthest"] == [-50.0, 40.0]
    assert asked(far_numbers, {"plain": plain}) is None


def test_row_that_is_usual_in_each_column_and_odd_as_a_whole_is_told():
    height = DRAW.normal(170, 10, 2000)
    weight = height - 100 + DRAW.normal(0, 2, 2000)
    height[77], weight[77] = 150.0, 92.0
    found = asked(odd_rows, {"height": height, "weight": weight, "more": DRAW.normal(size=2000)})
    assert found.rows[0]["row"] == 77
    assert len(found.rows) == 1
    assert "`height` 150" in found.told[0]
    assert "more" not in found.rows[0]["columns"].split(",")[0]


def test_rows_drawn_together_are_told_to_be_odd_in_few_of_many_sets():
    told = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        base = draw.normal(size=(300, 1))
        square = base + draw.normal(size=(300, 4))
        told += asked(odd_rows, {f"n{n}": np.exp(square[:, n]) for n in range(4)}) is not None
    assert told <= 3


def test_time_tells_its_ends_its_rhythm_and_its_gap():
    days = np.datetime64("2024-01-01", "us") + np.arange(400) * np.timedelta64(1, "D")
    kept = np.delete(days, np.arange(100, 112))
    [section] = asked(time_covered, {"day": DRAW.permutation(np.append(kept, kept[0]))}, "datetime")
    [gap] = section.rows
    assert gap == {"from": "2024-04-09", "to": "2024-04-22", "lasts": "13 days"}
    assert "mostly 1 day apart" in section.told[0]
    assert "up to 2 rows each" in section.told[0]
    assert section.drawn[0].counts.sum() == 389
    weekdays = days[(days.astype("M8[D]").view(np.int64) + 3) % 7 < 5]
    [section] = asked(time_covered, {"day": weekdays}, "datetime")
    assert section.rows == ()


def test_moments_by_chance_have_no_gap_in_nearly_all_sets():
    told = 0
    for seed in range(60):
        steps = np.random.default_rng(seed).exponential(1e9, 500).astype(np.int64)
        moments = np.datetime64("2024-01-01", "us") + np.cumsum(steps).astype("m8[us]")
        [section] = asked(time_covered, {"at": moments}, "datetime")
        told += len(section.rows) > 0
    assert told <= 3
