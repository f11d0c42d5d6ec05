import numpy as np
import pandas as pd

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.cells import Cells
from fivefold.kinds.datetime import Datetime, Times

COLUMN = Column(name="t", kind="datetime")

MOMENTS = np.array(
    ["1970-01-01", "2024-02-29T18:00", "1969-12-31T06:00", "2011-07-04", "NaT"], "M8[us]"
)


def date_parts(values, *, times):
    return Datetime().encode(values, COLUMN, Times(times))


def part_names(*, times):
    return [feature.name for feature in Datetime().features(COLUMN, Times(times))]


def has_times(values):
    return Datetime().fit(Cells(values, lambda raw, _: raw), COLUMN, Settings()).times


def test_date_parts_agree_with_pandas():
    parts = date_parts(MOMENTS, times=True)
    names = part_names(times=True)
    assert parts.shape == (5, len(names)) == (5, 8)
    found = dict(zip(names, parts[:4].T, strict=True))
    known = pd.Series(MOMENTS[:4]).dt
    day = (pd.Series(MOMENTS[:4]) - pd.Timestamp(0)) / pd.Timedelta(days=1)
    np.testing.assert_allclose(found["t.days"], day)
    np.testing.assert_array_equal(found["t.year"], known.year)
    for name, turn in [
        ("month", (known.month - 1) / 12),
        ("weekday", known.day_of_week / 7),
        ("hour", known.hour / 24),
    ]:
        np.testing.assert_allclose(found[f"t.{name}_sin"], np.sin(2 * np.pi * turn), atol=1e-12)
        np.testing.assert_allclose(found[f"t.{name}_cos"], np.cos(2 * np.pi * turn), atol=1e-12)


def test_date_parts_of_nat_are_nan():
    assert np.isnan(date_parts(MOMENTS, times=True)[4]).all()


def test_date_parts_without_times_leave_the_hour_out():
    assert date_parts(MOMENTS, times=False).shape == (5, 6)
    assert "t.hour_sin" not in part_names(times=False)


def test_has_times_only_where_not_midnight():
    assert has_times(MOMENTS)
    assert not has_times(MOMENTS[[0, 3, 4]])
    assert not has_times(np.array(["NaT"], "M8[us]"))
