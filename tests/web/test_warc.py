"""A crawl as a web archive: read back whole, asked for nothing, and what other crawlers write."""

import gzip
from io import BytesIO

import pytest

import fivefold as ff
from fivefold.errors import ConfigError, DataError, PreflightError
from fivefold.web.frontier import Frontier
from loopback_interface import Interface
from loopback_site import Site, page

pytest.importorskip("warcio", reason="the package warcio is not installed")

SELECT = {"title": "h1", "photo": "img@src::file"}


def scrape(site, **changes):
    said = {"select": SELECT, "contact": "me@example.org", "follow": "/*", "keep": "/article/*"}
    said |= {"hosts": "127.0.0.2", "delay": 0.0, "allow_private": True, "deadline": 0.5}
    return ff.Scrape(f"{site.first}/", **{**said, **changes})


def records(path):
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            status = record.http_headers and record.http_headers.get_statuscode()
            address = record.rec_headers.get_header("WARC-Target-URI")
            yield record.rec_type, address, status, record.content_stream().read()


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "crawl.warc.gz"
    with Site(20, traps=False) as site:
        links = [f"{site.host_of(n)}/article/{n}" for n in range(20)]
        links += ["/old/3", "/noai", "/private/1", "/run.cgi"]
        site.extra["/"] = (200, {}, page("i", "".join(f"<a href={one}>x</a>" for one in links)))
        rows = scrape(site, archive=path).read()
        site.asked.clear()
        yield site, path, rows


def test_an_archive_is_one_that_others_read(archived):
    site, path, rows = archived
    found = list(records(path))
    pages = {address: body for kind, address, status, body in found if status == "200"}
    assert found[0][0] == "warcinfo"
    assert b"fivefold" in found[0][3]
    assert {f"{site.host_of(n)}/article/{n}" for n in range(20)} <= set(pages)
    assert b"<h1>Article 8</h1>" in pages[f"{site.host_of(8)}/article/8"]  # sent by gzip
    assert pages[f"{site.first}/pictures/3.png"][:4] == b"\x89PNG"
    assert (f"{site.first}/old/3", "301") in {one[1:3] for one in found}
    said = {one[1]: one[3].decode() for one in found if one[0] == "metadata"}
    assert "refused: noai" in said[f"{site.first}/noai"]
    assert f"via: {site.first}/\r\nhopsFromSeed: L" in said[f"{site.first}/article/1"]
    assert len(rows) == 20


def test_pages_of_an_archive_are_asked_for_no_more(archived, tmp_path):
    site, path, rows = archived
    before = path.read_bytes()
    again = scrape(site, archive=path).read()
    other = scrape(site, archive=path, select={"head": "h1", "pay": ".pay::number"}).read()
    assert not site.asked
    assert again.columns == rows.columns
    assert other.columns["head"] == rows.columns["title"]
    assert path.read_bytes() == before
    with Frontier(None) as one:
        from fivefold.web.warc import read_archive, write_archive

        read_archive(one, path, scrape(site)._manner())
        write_archive(one, tmp_path / "a.warc.gz", agent="fivefold/0 (+me)", packed=True)
        reasons = one.reasons()
    assert list(records(tmp_path / "a.warc.gz"))[1:] == list(records(path))[1:]
    assert reasons["robots.txt"] == 2


def test_what_an_archive_lacks_is_asked_for_and_added(archived, tmp_path):
    site, path, _ = archived
    new = tmp_path / "new.warc"
    first = scrape(site, archive=new, pages=3).read()
    assert len(first) < 20
    site.asked.clear()
    assert len(scrape(site, archive=new).read()) == 20
    assert site.asked["127.0.0.1", "/"] == 0  # it was read before
    assert {one[1] for one in records(new)} == {one[1] for one in records(path)}
    site.asked.clear()


def test_an_interface_is_archived_without_its_key(tmp_path, monkeypatch):
    monkeypatch.setenv("JOBS_TOKEN", "tok/en+zq9x=7")
    path = tmp_path / "jobs.warc.gz"
    with Interface(token="tok/en+zq9x=7") as interface:
        stage = ff.Fetch(
            f"{interface.first}/jobs", rows="data.items", next="links.next", delay=0.0,
            headers={"Authorization": "env:JOBS_TOKEN"}, contact="me@example.org",
            allow_private=True, archive=path,
        )  # fmt: skip
        first = stage.read()
        interface.asked.clear()
        assert stage.read().columns == first.columns
        assert not interface.asked
    assert first.columns["id"] == list(range(25))
    assert b"zq9x" not in gzip.decompress(path.read_bytes())


def test_an_archive_of_another_crawler_is_read_and_left_as_it_is(tmp_path):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path, made = tmp_path / "other.warc.gz", "http://jobs.example"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(12):
            body = gzip.compress(page("t", f"<h1>Job {number}</h1><p>{number % 2}</p>"))
            headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
            answer = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"{made}/{number}",
                "response",
                payload=BytesIO(body),
                length=len(body),
                http_headers=answer,
            )
            writer.write_record(record)
    before = path.read_bytes()
    seeds = tuple(f"{made}/{number}" for number in range(12))
    stage = ff.Scrape(seeds, select={"title": "h1"}, contact="me@example.org", archive=path)
    assert sorted(stage.read().columns["title"]) == sorted(f"Job {n}" for n in range(12))
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "turned", "other", "empty"])
def test_a_damaged_archive_is_told_with_its_record(archived, tmp_path, damage):
    site, path, _ = archived
    content = bytearray(path.read_bytes())
    if damage == "turned":
        content[len(content) // 2] ^= 0xFF
    content = {"cut": content[: len(content) // 2], "other": b"no archive", "empty": b""}.get(
        damage, content
    )
    broken = tmp_path / "broken.warc.gz"
    broken.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.warc\.gz, record \d+: expected a whole record"):
        scrape(site, archive=broken).read()
    assert broken.read_bytes() == content
    assert not site.asked


@pytest.mark.parametrize("name", ["crawl.zip", "nowhere/crawl.warc"])
def test_an_archive_that_cannot_be_is_told_before(archived, tmp_path, name):
    stage = scrape(archived[0], archive=tmp_path / name, target="title")
    with pytest.raises((PreflightError, ConfigError), match="archive"):
        ff.Pipeline([stage]).run(progress=False)
