"""A crawl of the loopback site: what is read, what is left out, and how politely."""

import asyncio
import threading
import time
from itertools import pairwise

import pytest

from fivefold.web.answer import Answer
from fivefold.web.bounds import Rules
from fivefold.web.crawled import crawl
from fivefold.web.frontier import Frontier
from fivefold.web.links import Linked
from fivefold.web.select import Selector
from fivefold.web.visited import State
from loopback_site import Site

pytestmark = pytest.mark.first
HOSTS = frozenset({"127.0.0.1", "127.0.0.2"})


def rules(**changes):
    said = {
        "agent": "fivefold/0 (+me@example.org)",
        "hosts": HOSTS,
        "delay": 0.0,
    }
    return Rules(**{**said, "private": True, "deadline": 0.5, **changes})


def crawled(path, seeds, *, fetch=None, files=(), **options):
    said = rules(**options)
    manner = Linked(said, follow=("/*",), files=files)
    return crawl(lambda: Frontier(path), said, manner, seeds, fetch=fetch)[0]


def addresses(path):
    with Frontier(path) as frontier:
        return [page.address for page in frontier.kept()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("crawl") / "crawl.sqlite"
    with Site(40) as site:
        files = (Selector.of("img@src::file"),)
        tally = crawled(path, [f"{site.first}/"], files=files)
    with Frontier(path) as frontier:
        yield site, tally, frontier


def test_all_articles_are_read_once(whole):
    site, _, frontier = whole
    wanted = {f"{site.host_of(n)}/article/{n}" for n in range(40)}
    found = [page.address for page in frontier.kept()]
    assert wanted <= set(found)
    assert len(found) == len(set(found))
    twice = {path for path, count in site.asked.items() if count > 1 and "/article/" in path[1]}
    assert not twice


def test_traps_end_and_everything_left_out_has_a_reason(whole):
    site, _, frontier = whole
    reasons = frontier.reasons()
    assert reasons == {
        "robots.txt": 2, "status 404": 2, "deadline": 1, "noai": 1, "noindex": 1, "status 500": 1,
        "tdm-reservation": 1, "too large": 1,
    }  # fmt: skip
    assert sum("calendar" in path for _, path in site.asked) == 20  # the depth
    assert frontier.count(State.WAITING) == 0
    assert frontier.count(State.REDIRECT) == 4  # /old/3, /older/3, /loop/a, /loop/b


def test_nothing_is_asked_for_that_must_not_be(whole):
    site, tally, _ = whole
    asked = {path for _, path in site.asked}
    assert not {"/private/1", "/run.cgi", "/article/secret"} & asked
    assert "/private/open" in asked
    assert tally.elsewhere["other host"] == 1  # 10.0.0.1
    assert site.early == 0  # no request before Retry-After, in seconds or as a date


def test_every_request_names_a_contact(whole):
    assert whole[0].agent == "fivefold/0 (+me@example.org)"


def test_files_of_pages_are_kept(whole):
    site, _, frontier = whole
    assert frontier.file(f"{site.first}/pictures/3.png")[:4] == b"\x89PNG"
    assert frontier.file(f"{site.first}/pictures/9.png") is None


@pytest.mark.parametrize("robots", ["", "User-agent: *\nCrawl-delay: 0.1\n"])
def test_requests_to_a_host_are_apart(tmp_path, robots):
    with Site(12, traps=False, robots=robots or None) as site:
        crawled(tmp_path / "c", [f"{site.first}/"], delay=0.06)
        for moments in site.moments.values():
            gaps = [b[0] - a[0] for a, b in pairwise(moments[1:])]
            late = [gap for gap in gaps if gap < (0.09 if robots else 0.05)]
            assert len(late) <= 1  # one that a loaded machine saw late comes nearer to the next


def test_a_crawl_runs_where_a_loop_is_running(tmp_path):
    async def notebook():
        with Site(5, traps=False) as site:
            for name in "ab":
                crawled(tmp_path / name, [f"{site.first}/"])

    asyncio.run(notebook())
    assert len(addresses(tmp_path / "a")) == len(addresses(tmp_path / "b")) == 6


def test_addresses_of_this_machine_are_refused_unless_they_are_let_through(tmp_path):
    with Site(3, traps=False) as site:
        crawled(tmp_path / "c", [f"{site.first}/"], private=False)
        assert not site.asked
        with Frontier(tmp_path / "c") as frontier:
            assert frontier.reasons() == {"robots.txt is not to be had": 1}


def test_a_redirect_to_another_host_is_not_followed(tmp_path):
    extra = {"/away": (302, {"Location": "http://127.0.0.3/x"}, b"")}
    with Site(1, traps=False, extra=extra) as site:
        tally = crawled(tmp_path / "c", [f"{site.first}/away"])
    assert tally.elsewhere["other host"] == 1


def test_a_host_that_rests_is_left_alone_by_who_begins_anew(tmp_path):
    extra = {"/later": (429, {"Retry-After": "90000"}, b"")}
    with Site(1, traps=False, extra=extra) as site:
        for _ in range(2):
            tally = crawled(tmp_path / "c", [f"{site.first}/later"])
            assert max(tally.waiting.values()) > 80_000
    assert site.asked["127.0.0.1", "/later"] == 1


def test_a_host_that_fails_to_tell_its_rules_is_left_alone(tmp_path):
    with Site(3, traps=False, extra={"/robots.txt": (500, {}, b"")}) as site:
        crawled(tmp_path / "c", [f"{site.first}/"])
        assert {path for _, path in site.asked} == {"/robots.txt"}


def test_a_host_that_asks_for_an_hour_is_not_waited_for(tmp_path):
    extra = {"/": (429, {"Retry-After": "3600"}, b"")}
    with Site(1, traps=False, extra=extra) as site:
        begun = time.monotonic()
        tally = crawled(tmp_path / "c", [f"{site.first}/"])
        assert time.monotonic() - begun < 20
    assert 3500 < tally.waiting[f"127.0.0.1:{site.port}"] <= 3600
    with Frontier(tmp_path / "c") as frontier:
        assert frontier.count(State.WAITING) == 1


def test_a_refreshed_crawl_asks_whether_pages_changed(tmp_path):
    with Site(8, traps=False) as site:
        crawled(tmp_path / "c", [f"{site.first}/"])
        before = addresses(tmp_path / "c")
        with Frontier(tmp_path / "c") as frontier:
            frontier.refresh()
        site.extra["/article/1"] = (200, {}, b"<h1>new</h1>")
        crawled(tmp_path / "c", [f"{site.first}/"])
        with Frontier(tmp_path / "c") as frontier:
            bodies = {page.address: page.body for page in frontier.kept()}
    assert list(bodies) == before
    assert bodies[f"{site.first}/article/1"] == b"<h1>new</h1>"
    assert b"Article 2" in bodies[f"{site.first}/article/2"]


def test_no_more_pages_are_read_than_asked_for(tmp_path):
    with Site(40, traps=False) as site:
        crawled(tmp_path / "c", [f"{site.first}/"], pages=10)
    assert 10 <= len(addresses(tmp_path / "c")) <= 11  # two hosts side by side


def test_sitemaps_and_feeds_lead_to_pages(tmp_path):
    with Site(4, traps=False) as site:
        site.robots = f"User-agent: *\nAllow: /\nSitemap: {site.first}/map.xml\n"
        listed = f"<urlset><url><loc>{site.first}/article/3</loc></url></urlset>".encode()
        site.extra |= {
            "/map.xml": (200, {"kind": "application/xml"}, listed),
            "/": (200, {}, b"<p>no links</p>"),
        }
        crawled(tmp_path / "c", [f"{site.first}/"])
        assert f"{site.first}/article/3" in addresses(tmp_path / "c")
        crawled(tmp_path / "d", [f"{site.first}/"], sitemaps=False)
        assert addresses(tmp_path / "d") == [f"{site.first}/"]


@pytest.mark.parametrize("form", ["text", "answer", "async"])
def test_a_browser_of_ones_own_may_fetch(tmp_path, form):
    asked = []

    def text(address):
        asked.append(address)
        return '<h1>made</h1><a href="/next">n</a>'

    def answer(address):
        return Answer(200, {"content-type": "text/html"}, text(address).encode())

    async def later(address):
        return text(address)

    fetch = {"text": text, "answer": answer, "async": later}[form]
    with Site(1, traps=False) as site:
        crawled(tmp_path / "c", [f"{site.first}/"], fetch=fetch)
        assert {path for _, path in site.asked} == {"/robots.txt", "/.well-known/tdmrep.json"}
    assert asked == [f"{site.first}/", f"{site.first}/next"]


def test_who_watches_sees_what_is_kept_and_left_out_by_reason(tmp_path):
    sights, extra = [], {"/": (429, {"Retry-After": "2"}, b"")}
    with Site(1, traps=False, extra=extra) as site:
        said, root = rules(hosts=frozenset({"127.0.0.1"})), f"{site.first}/"
        seeds = [root, f"{site.first}/private/1", f"{site.first}/article/0", f"{site.first}/none"]
        manner = Linked(said, follow=("/*",))
        path = tmp_path / "c"
        timer = threading.Timer(1.5, lambda: extra.pop("/"))
        timer.start()
        crawl(lambda: Frontier(path), said, manner, seeds, tell=sights.append)
    assert sights[0].waiting == 1
    assert not sights[0].is_over
    last = sights[-1]
    assert last.is_over
    assert (last.kept, last.waiting) == (2, 0)
    assert last.refused == {"robots.txt": 1, "status 404": 1}
    assert last.requests == 4


def test_time_that_a_connection_takes_is_no_part_of_the_delay(tmp_path, monkeypatch):
    async def slow(host, port, *, private):
        await asyncio.sleep(0.15)
        return (host,)

    monkeypatch.setattr("fivefold.web.answer.looked_up", slow)
    with Site(1, traps=False) as site:
        crawled(tmp_path / "c", [f"{site.first}/none"], delay=0.1)
        moments = [moment for moment, _ in site.moments["127.0.0.1"]]
    assert len(moments) == 3  # robots.txt, tdmrep.json and the page
    assert min(after - before for before, after in pairwise(moments)) >= 0.09


def test_a_page_that_is_left_out_today_is_kept_no_more(tmp_path):
    path, extra = tmp_path / "c", {"/a": (200, {"ETag": '"1"'}, b"<h1>old</h1>")}
    with Site(1, traps=False, extra=extra) as site:
        crawled(path, [f"{site.first}/a"])
        extra["/a"] = (200, {"X-Robots-Tag": "noai"}, b"<h1>old</h1>")
        with Frontier(path) as frontier:
            frontier.refresh()
        crawled(path, [f"{site.first}/a"])
    with Frontier(path) as frontier:
        assert frontier.reasons() == {"noai": 1}
        assert frontier.base.execute("select body, headers from pages").fetchall() == [(None, None)]


def test_a_kept_crawl_with_other_links_to_follow_reads_what_these_lead_to(tmp_path):
    path = tmp_path / "c"

    def read(site, follow, files=()):
        said = rules()
        site.asked.clear()
        manner = Linked(said, follow=follow, files=files)
        crawl(lambda: Frontier(path), said, manner, [f"{site.first}/"])
        return {asked for _, asked in site.asked if "robots" not in asked and "tdm" not in asked}

    with Site(9, traps=False) as site:
        assert read(site, ("/article/3",)) == {"/", "/article/3"}
        assert read(site, ("/article/3",)) == set()
        assert read(site, ("/article/[34]",)) == {"/article/4"}
        files = (Selector.of("img@src::file"),)
        assert read(site, ("/article/[34]",), files) == {"/pictures/3.png", "/pictures/4.png"}


def test_an_address_of_a_host_that_is_not_reached_gives_way_to_the_next(tmp_path, monkeypatch):
    async def both(host, port, *, private):
        return ("127.0.0.9", "127.0.0.1")

    monkeypatch.setattr("fivefold.web.answer.looked_up", both)
    with Site(3, traps=False) as site:  # nobody listens on 127.0.0.9
        root = f"http://jobs.example:{site.port}"
        site.extra["/"] = (200, {}, b"<a href=/article/1>x</a><a href=/article/2>x</a>")
        crawled(tmp_path / "c", [f"{root}/"], hosts=frozenset({"jobs.example"}))
    assert addresses(tmp_path / "c") == [f"{root}/", f"{root}/article/1", f"{root}/article/2"]
