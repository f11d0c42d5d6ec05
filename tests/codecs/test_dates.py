from datetime import datetime

import numpy as np
import pytest

from fivefold.codecs.dates import DAYS, TIMES, find_dates, swapped
from fivefold.kinds.canonical import canonical

MOMENTS = [datetime(2011, 1, 31, 13, 5, 9), datetime(2012, 12, 25, 1, 0, 59)]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("time", TIMES)
def test_each_common_way_of_writing_is_read_back_right(day, time):
    texts = [moment.strftime(day + time) for moment in MOMENTS]
    pattern = find_dates(texts, [1, 1]).pattern
    assert pattern is not None
    for text in texts:
        right = np.datetime64(datetime.strptime(text, day + time), "us")
        assert canonical(text, "datetime", format=pattern) == right


@pytest.mark.parametrize(
    "texts",
    [["low", "high"], ["12", "13"], ["v1.2.3", "v2.0.1"], ["10:30", "11:45"], [], ["2011-13-45"]],
)
def test_other_texts_are_no_dates(texts):
    assert find_dates(texts, [1] * len(texts)).pattern is None


def test_a_stray_cell_does_not_spoil_a_column_of_dates():
    texts = [f"{1 + day % 28:02d}.03.2011" for day in range(28)]
    assert find_dates([*texts, "unknown"], [10] * 28 + [1]).pattern == "%d.%m.%Y"


def test_swapped_reads_only_what_fits_both_ways():
    assert swapped("%d-%m-%Y", ["01-02-2011"], [1]) == "%m-%d-%Y"
    assert swapped("%d-%m-%Y", ["31-02-2011"], [1]) == ""
    assert swapped("%Y-%m-%d", ["2011-02-01"], [1]) == ""


def test_rare_day_above_twelve_decides_how_a_column_is_read():
    texts = [f"{month:02d}/{day:02d}/2024" for month in range(1, 13) for day in range(1, 13)]
    assert find_dates(texts, [10] * 144).pattern == "%m/%d/%Y"
    assert find_dates(texts, [10] * 144).other == "%d/%m/%Y"
    assert find_dates([*texts, "13/01/2024"], [10] * 144 + [1]) == ("%d/%m/%Y", "", ())
    assert find_dates([*texts, "01/13/2024"], [10] * 144 + [1]) == ("%m/%d/%Y", "", ())


def test_days_and_months_both_ways_are_no_dates_of_one_pattern():
    texts = ["13/01/2024", "01/02/2024", "02/14/2024"]
    assert find_dates(texts, [1, 98, 1]) == (None, "", ("13/01/2024", "02/14/2024"))
    assert find_dates(texts, [40, 20, 40]) == (None, "", ("13/01/2024", "02/14/2024"))


def test_short_years_that_may_be_days_are_told():
    assert find_dates(["Jan-24", "May-31"], [1, 1]) == ("%b-%y", "%b-%d", ())
    assert find_dates(["Jan-24", "May-32"], [1, 1]).other == ""


@pytest.mark.parametrize(
    ("texts", "torn"),
    [
        (["2024-01-31 10:00:00 EST", "2024-02-01 11:00:00 EST"], ("2024-01-31 10:00:00 EST",)),
        (["31. Januar 2024", "1. März 2024"], ("31. Januar 2024",)),
        (["2024-03-01", "2024-31-01", "2024-02-02"], ("2024-31-01",)),
        ([*(f"{day:02d}.03.2024" for day in range(1, 31)), "bald"], ("01.03.2024", "bald")),
        (["1.2.3", "1.10.0"], ()),
        (["2024-01-0001", "2024-01-0002"], ()),
        (["10.20.30.40", "10.20.30.41"], ()),
        (["2024-01-31", "low", "high"], ()),
    ],
)
def test_texts_like_dates_that_no_pattern_reads_are_told(texts, torn):
    assert find_dates(texts, [1] * len(texts)) == (None, "", torn)


def test_pattern_that_is_asked_for_is_the_only_one():
    texts = ["01/02/2024", "03/04/2024"]
    assert find_dates(texts, [1, 1], "%d/%m/%Y") == ("%d/%m/%Y", "", ())
    assert find_dates(["01/13/2024"], [1], "%d/%m/%Y").pattern is None
    assert find_dates(["2024-01-13"], [1], "%d/%m/%Y").pattern == ""


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["2024-01-31 00:00:00 UTC", "2024-02-01 00:00:00 UTC"], ""),
        (["2024-01-31Z", "2024-02-01Z"], ""),
        (["31/01/2024 10:00 GMT", "01/02/2024 11:00 GMT"], "%d/%m/%Y %H:%M"),
        (["1/31/2024, 1:30:00 PM", "2/1/2024, 11:30:00 AM"], "%m/%d/%Y %I:%M:%S %p"),
        (["Wed, 31 Jan 2024 10:00:00 +0100", "Thu, 01 Feb 2024 10:00:00 GMT"], "%d %b %Y %H:%M:%S"),
        (["Jan. 31st, 2024", "Sept. 1st, 2024"], "%b %d, %Y"),
        (["March 31, 2024", "Sept. 1, 2024"], "%B %d, %Y"),
        (["Wednesday 31 January 2024", "Sunday 4 February 2024"], "%d %B %Y"),
        (["31JAN2024", "01FEB2024"], "%d%b%Y"),
        (["10/Oct/2000:13:55:36 -0700"], "%d/%b/%Y:%H:%M:%S"),
        (["Wed Jan 31 10:00:00 UTC 2024"], "%b %d %H:%M:%S %Z %Y"),
        (["Wed Jan 31 2024 10:00:00 GMT+0100 (Central European Time)"], "%b %d, %Y %H:%M:%S"),
        (["2024.01.31", "2024.02.01"], "%Y.%m.%d"),
        (["Jan-24", "May-99"], "%b-%y"),
        (["2024-W05", "2024-W06-3"], ""),
    ],
)
def test_dates_of_logs_mails_and_offices_are_found(texts, pattern):
    assert find_dates(texts, [1] * len(texts)).pattern == pattern
