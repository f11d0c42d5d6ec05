from datetime import datetime

import numpy as np
import pytest

from fivefold.codecs.canonical import canonical
from fivefold.collect.dates import DAYS, TIMES, detect_date_format, swapped

MOMENTS = [datetime(2011, 1, 31, 13, 5, 9), datetime(2012, 12, 25, 1, 0, 59)]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("time", TIMES)
def test_each_common_way_of_writing_is_read_back_right(day, time):
    texts = [moment.strftime(day + time) for moment in MOMENTS]
    pattern = detect_date_format(texts, [1, 1])
    assert pattern is not None
    for text in texts:
        right = np.datetime64(datetime.strptime(text, day + time), "us")
        assert canonical(text, "datetime", format=pattern) == right


@pytest.mark.parametrize(
    "texts",
    [["low", "high"], ["12", "13"], ["v1.2.3", "v2.0.1"], ["10:30", "11:45"], [], ["2011-13-45"]],
)
def test_other_texts_are_no_dates(texts):
    assert detect_date_format(texts, [1] * len(texts)) is None


def test_a_stray_cell_does_not_spoil_a_column_of_dates():
    texts = [f"{1 + day % 28:02d}.03.2011" for day in range(28)]
    assert detect_date_format([*texts, "unknown"], [10] * 28 + [1]) == "%d.%m.%Y"


def test_swapped_reads_only_what_fits_both_ways():
    assert swapped("%d-%m-%Y", ["01-02-2011"], [1]) == "%m-%d-%Y"
    assert swapped("%d-%m-%Y", ["31-02-2011"], [1]) == ""
    assert swapped("%Y-%m-%d", ["2011-02-01"], [1]) == ""
