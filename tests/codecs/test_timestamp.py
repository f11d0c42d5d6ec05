import locale
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.dates import DAYS, PATTERNS, TIMES
from fivefold.codecs.timestamp import MONTHS, compiled, may_be, parse, parse_iso

NOON = datetime(2024, 1, 31, 12)


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(DAYS),
    st.sampled_from(TIMES),
)
def test_parse_agrees_with_strptime_in_the_c_locale(moment, day, time):
    assert locale.getlocale(locale.LC_TIME)[0] in {None, "C"}
    text = moment.strftime(day + time)
    assert parse(text, day + time) == datetime.strptime(text, day + time)


@pytest.mark.parametrize("zone", ["", " UTC", " GMT", " Z", " utc", "Z", "UTC", "+00:00", " +0000"])
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-01-31 12:00:00", ""),
        ("2024-01-31T12:00", ""),
        ("31/01/2024 12:00", "%d/%m/%Y %H:%M"),
        ("01/31/24, 12:00 PM", "%m/%d/%y %I:%M %p"),
        ("31 Jan 2024 12:00:00", "%d %b %Y %H:%M:%S"),
        ("January 31, 2024 12:00:00.000", "%B %d, %Y %H:%M:%S.%f"),
    ],
)
def test_zone_names_of_utc_may_stand_behind_every_pattern(text, pattern, zone):
    found = parse(text + zone, pattern) if pattern else parse_iso(text + zone)
    assert found == NOON


@pytest.mark.parametrize("offset", ["+01:00", "+0100", " +01:00", " +0100", " UTC+1", " GMT+01:00"])
def test_offset_behind_a_time_is_taken_off(offset):
    assert parse(f"31.01.2024 13:00{offset}", "%d.%m.%Y %H:%M") == NOON
    assert parse_iso(f"2024-01-31 13:00{offset}") == NOON


@pytest.mark.parametrize("text", ["2024-01-31 UTC", "2024-01-31Z", "2024-01-31 gmt"])
def test_day_with_utc_is_that_day(text):
    assert parse_iso(text) == datetime(2024, 1, 31)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("31st Jan 2024", "%d %b %Y"),
        ("31 JANUARY 2024", "%d %B %Y"),
        ("31st of January, 2024", "%d %B %Y"),
        ("January 31 2024", "%B %d, %Y"),
        ("Jan. 31st, 2024", "%b %d, %Y"),
        ("Wed, 31 Jan 2024", "%d %b %Y"),
        ("Wednesday, January 31, 2024", "%B %d, %Y"),
        ("Jan 31, 2024", "%B %d, %Y"),
        ("31JAN2024", "%d%b%Y"),
    ],
)
def test_english_dates_are_read_however_they_are_dressed(text, pattern):
    assert parse(text, pattern) == datetime(2024, 1, 31)


def test_twelve_hour_clock_knows_noon_and_midnight():
    pattern = "%d/%m/%Y %I:%M %p"
    hours = [parse(f"31/01/2024 {t}", pattern).hour for t in ("12:00 AM", "12:00pm", "1:00 p.m.")]
    assert hours == [0, 12, 13]


def test_september_has_three_spellings():
    for month in ("Sep", "Sept", "Sept."):
        assert parse(f"5 {month} 2024", "%d %b %Y").month == 9
    assert parse("5 September 2024", "%d %B %Y").month == 9


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-01-31 13:00 EST", ""),
        ("2024-01-31T13:00+01:00 UTC", ""),
        ("2024-01-31 +01:00", ""),
        ("31/01/2024 10:00 CET", "%d/%m/%Y %H:%M"),
        ("31/02/2024", "%d/%m/%Y"),
        ("31/01/2024 10:00 +25:00", "%d/%m/%Y %H:%M"),
        ("31 Janu 2024", "%d %B %Y"),
        ("31 Januar 2024", "%d %B %Y"),
    ],
)
def test_other_texts_and_zones_are_refused(text, pattern):
    with pytest.raises(ValueError):  # noqa: PT011
        parse(text, pattern) if pattern else parse_iso(text)


def test_month_names_do_not_depend_on_the_process_locale(monkeypatch):
    import _strptime
    import calendar

    strange = ["", *(f"month{n}" for n in range(1, 13))]
    monkeypatch.setattr(calendar, "month_abbr", strange)
    monkeypatch.setattr(calendar, "month_name", strange)
    monkeypatch.setattr(_strptime, "_TimeRE_cache", _strptime.TimeRE())
    monkeypatch.setattr(_strptime, "_regex_cache", {})  # others may have asked for it
    compiled.cache_clear()
    with pytest.raises(ValueError, match="does not match"):
        datetime.strptime("5 May 2024", "%d %b %Y")
    assert parse("5 May 2024", "%d %b %Y") == datetime(2024, 5, 5)
    assert [parse(f"1 {m} 2024", "%d %B %Y").month for m in MONTHS] == list(range(1, 13))


@pytest.mark.parametrize("pattern", ["%Q", "%d/%d/%Y", "%x", "%"])
def test_pattern_that_is_not_known_is_refused(pattern):
    with pytest.raises(ValueError, match=r"no directive|twice"):
        compiled(pattern)


def test_what_a_pattern_reads_is_made_of_words_of_dates():
    moments = [datetime(2001, month, month + 3, 13, 5, 9) for month in range(1, 13)]
    asides = ["", " UTC", " Z", " gmt+1", " (Central European Time)"]
    for pattern in PATTERNS:
        for moment in moments:
            text = moment.strftime(pattern.replace("%Z", "GMT"))
            for told in (text, text.upper(), f"{moment:%A}, {text}", *(text + a for a in asides)):
                if compiled(pattern).fullmatch(told):
                    assert may_be(told), told
    assert may_be("1st of Sept. 2024")
    assert not may_be("level 12")
    assert not may_be("May 2024 or later")
