import json

import pytest

from fivefold.web.optout import follows, refusals, reserved


@pytest.mark.parametrize(
    ("headers", "metas", "found"),
    [
        ({}, [], []),
        ({"x-robots-tag": "noai, nofollow"}, [], ["noai"]),
        ({"x-robots-tag": "NOINDEX"}, [], ["noindex"]),
        ({"x-robots-tag": "otherbot: noindex"}, [], []),
        ({"x-robots-tag": "otherbot: noindex, fivefold: noai"}, [], ["noai"]),
        ({"x-robots-tag": "unavailable_after: 25 Jun 2030 15:00:00 PST"}, [], []),
        ({"content-usage": "train-ai = n"}, [], ["train-ai=n"]),
        ({"content-usage": "train-ai=y"}, [], []),
        ({"tdm-reservation": "1"}, [], ["tdm-reservation"]),
        ({"tdm-reservation": "0"}, [], []),
        ({}, [("robots", "noimageai, noarchive")], ["noimageai"]),
        ({}, [("robots", "none")], ["none"]),
        ({}, [("googlebot", "noindex")], []),
        ({}, [("fivefold", "noindex")], ["noindex"]),
        ({}, [("tdm-reservation", "1")], ["tdm-reservation"]),
        ({}, [("description", "noai, noindex")], []),
    ],
)
def test_what_pages_say_against_being_kept(headers, metas, found):
    assert refusals(headers, metas) == found


def test_links_are_followed_unless_the_page_says_no():
    assert follows([], {})
    assert not follows([("robots", "noindex, nofollow")], {})
    assert not follows([], {"x-robots-tag": "none"})


def test_reservations_of_a_host_hold_for_the_first_pattern_that_takes_a_path():
    entries = [
        {"location": "/free/*", "tdm-reservation": 0},
        {"location": "/*.pdf$", "tdm-reservation": 1},
        {"location": "/kept/", "tdm-reservation": 1},
    ]
    body = json.dumps(entries).encode()
    assert not reserved(body, "/free/a.pdf")
    assert reserved(body, "/a.pdf")
    assert not reserved(body, "/a.pdf.html")
    assert reserved(body, "/kept/x")
    assert not reserved(body, "/other")
    assert not reserved(b"<html>", "/a")
    assert not reserved(b'{"location": "/"}', "/a")
