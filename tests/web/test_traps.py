"""The loopback site at full size, read once and with five kills: counts, politeness, and bits."""

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import fivefold as ff
from fivefold.web.frontier import Frontier
from fivefold.web.visited import State
from loopback_site import Site
from trap_site import ARTICLES, BUSY, COPIES, TrapSite, phrase

HOSTS = tuple(f"127.0.0.{number}" for number in range(2, 7))
DELAY = 0.02


def scrape(address, folder, **changes):
    said = {
        "select": {"title": "h1", "said": "i", "pay": ".pay::number", "text": "main"},
        "contact": "me@example.org", "follow": "/*", "keep": "/article/*", "hosts": HOSTS,
        "delay": DELAY, "deadline": 2.5, "allow_private": True, "pages": 5000,
        "directory": str(folder),
    }  # fmt: skip
    return ff.Scrape(address, **{**said, **changes})


def killed(site, folder, moments):
    """Read the site by processes that are killed when so many articles were asked for."""
    here = Path(__file__).parent
    script = "import sys; sys.path[:0] = sys.argv[3:]; import test_traps as t;"
    script += "t.scrape(*sys.argv[1:3]).read()"
    words = [f"{site.first}/", str(folder), str(here), str(here.parent)]
    for asked in moments:
        child = subprocess.Popen([sys.executable, "-c", script, *words], env=os.environ)
        begun = time.monotonic()
        while articles(site) < asked:
            assert time.monotonic() - begun < 120
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()


def articles(site):
    return sum(path.startswith("/article/") for _, path in list(site.asked))


@pytest.mark.slow
@pytest.mark.first
def test_a_site_of_a_thousand_articles_and_every_trap_is_read_politely_through_kills(tmp_path):
    moments = sorted(np.random.default_rng(0).choice(np.arange(20, 950), 5, replace=False).tolist())
    found = {}
    with TrapSite() as whole, TrapSite() as broken:
        at_once = threading.Thread(target=killed, args=(broken, tmp_path / "killed", moments))
        at_once.start()
        found["whole"] = scrape(f"{whole.first}/", tmp_path / "whole").read()
        at_once.join()
        found["killed"] = scrape(f"{broken.first}/", tmp_path / "killed").read()
        for site in (whole, broken):
            check_asked(site, again=0 if site is whole else 5 * 2)
    for name, rows in found.items():
        check_rows(rows)
        with Frontier(tmp_path / name / "crawl.sqlite") as frontier:
            check_left_out(frontier)
    one, other = (dict(found[name].columns) for name in ("whole", "killed"))
    for columns, site in ((one, whole), (other, broken)):
        del columns["fetched_at"]
        for name in ("url", "fetched_url"):
            columns[name] = [text.replace(str(site.port), "PORT") for text in columns[name]]
    assert one == other


def check_asked(site, *, again):
    """No article twice but those in flight at a kill, nothing forbidden, no one before its time."""
    asked = {path for _, path in site.asked}
    assert not {"/private/1", "/run.cgi", "/article/secret"} & asked
    assert not any("utm_" in path for path in asked)
    assert articles(site) == ARTICLES
    twice = sum(count - 1 for (_, path), count in site.asked.items() if "/article/" in path)
    assert twice <= again
    assert site.early == 0
    assert sum(path.startswith("/calendar") for path in asked) == 20
    assert sum(path.startswith("/facet?") for path in asked) == 200
    assert sum(path.startswith(("/busy/", "/dated/")) for path in asked) == 2 * BUSY
    if not again:  # a process that begins anew does not know when the one before it asked
        for times in site.moments.values():
            gaps = [after - before for (before, _), (after, _) in pairwise(times)]
            # What a loaded machine sees late comes nearer to the next: one in a hundred may.
            assert sum(gap < DELAY - 0.01 for gap in gaps) <= max(1, len(gaps) / 100)
            assert times[-1][0] - times[0][0] >= (len(times) - 1) * DELAY - 0.05


def check_rows(rows):
    titles = [int(title.split()[1]) for title in rows.columns["title"]]
    assert sorted(titles) == list(range(ARTICLES))
    assert rows.columns["said"] == [phrase(number) for number in titles]
    assert rows.columns["pay"] == [1000.5 + number for number in titles]
    groups = dict(zip(titles, rows.columns["copies"], strict=True))
    assert all(groups[n] == groups[n - COPIES] for n in range(ARTICLES - COPIES, ARTICLES))
    assert len(set(groups.values())) == ARTICLES - COPIES
    assert rows.guessed == ARTICLES // 50


def check_left_out(frontier):
    assert frontier.reasons() == {
        "trap": 100, "robots.txt": 2, "status 404": 2, "content application/pdf": 1, "deadline": 1,
        "noai": 1, "noindex": 1, "status 500": 1, "tdm-reservation": 1, "too large": 1,
    }  # fmt: skip
    assert frontier.count(State.WAITING) == 0


@pytest.mark.usefixtures("listens")
def test_an_interrupt_gives_the_rows_that_there_are(tmp_path):
    with Site(60, traps=False, last=8) as site:

        def interrupt():
            while site.articles_asked() <= site.last:
                time.sleep(0.005)
            signal.raise_signal(signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        heard = []
        session = ff.Session(observers=(heard.append,))
        rows = scrape(f"{site.first}/", tmp_path / "c", select={"title": "h1"}).read(session)
    assert 5 <= len(rows) <= 8
    notes = [one.text for one in heard if hasattr(one, "text")]
    assert any(text.startswith("Interrupted: the rows are those") for text in notes)
