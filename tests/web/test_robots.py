import pytest

from fivefold.web.robots import LARGEST, robots_of

HOST = "http://example.org"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [  # RFC 9309, sections 2.2.1 to 2.2.4 and 5
        ("User-agent: *\nDisallow: /a\n", "/a/b", False),
        ("User-agent: *\nDisallow: /a\n", "/b", True),
        ("User-agent: *\nDisallow:\n", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a", True),
        ("User-agent: *\nDisallow: /*.gif$\n", "/x/y.gif", False),
        ("User-agent: *\nDisallow: /*.gif$\n", "/x/y.gif?z", True),
        ("User-agent: *\nDisallow: /a*z\n", "/abcz1", False),
        ("User-agent: fivefold\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n", "/b", True),
        ("User-agent: FiveFold\nDisallow: /a\n", "/a", False),
        ("User-agent: fivefold\nDisallow: /a\n\nUser-agent: fivefold\nDisallow: /b\n", "/b", False),
        ("User-agent: x\nUser-agent: fivefold\nDisallow: /a\n", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a\n", "/a", False),
        ("User-agent: *\nDisallow: /caf%C3%A9\n", "/caf%C3%A9", False),
        ("<html>not found</html>", "/a", True),
        ("", "/a", True),
    ],
)
def test_rules_are_those_of_the_standard(text, path, allowed):
    assert robots_of(200, text.encode()).allows(HOST + path) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (410, True), (500, False), (503, False), (None, False)],
)
def test_a_host_without_rules_allows_all_and_one_that_fails_nothing(status, allowed):
    assert robots_of(status, b"User-agent: *\nDisallow: /\n").allows(f"{HOST}/a") is allowed


def test_no_more_than_the_first_bytes_are_read():
    text = b"User-agent: *\n" + b"#" * LARGEST + b"\nDisallow: /a\n"
    assert robots_of(200, text).allows(f"{HOST}/a")


def test_delay_and_sitemaps_are_told():
    text = b"User-agent: *\nCrawl-delay: 7\n\nSitemap: http://example.org/s.xml\n"
    found = robots_of(200, text)
    assert found.delay == 7
    assert found.sitemaps == ("http://example.org/s.xml",)
    assert robots_of(200, b"User-agent: *\nDisallow: /a\n").delay == 0


def test_trainers_that_are_kept_away_are_named():
    text = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    assert robots_of(200, text).trainers == ("GPTBot", "CCBot")
    assert robots_of(200, b"User-agent: *\nDisallow: /\n").trainers == ()
    assert robots_of(200, b"User-agent: GPTBot\nDisallow: /a\n").trainers == ()


def test_usage_of_the_longest_path_holds():
    text = b"User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /free/ train-ai=y\nAllow: /\n"
    found = robots_of(200, text)
    assert not found.trains("/a")
    assert found.trains("/free/a")
    other = robots_of(
        200, b"User-agent: bot\nContent-Usage: train-ai=n\n\nUser-agent: *\nAllow: /\n"
    )
    assert other.trains("/a")
