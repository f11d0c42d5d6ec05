"""Fetch from an interface of this machine to a table: every way of turning pages, and its keys."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fivefold as ff
from fivefold.cli import main
from fivefold.core.session import Session
from fivefold.errors import ConfigError, DataError, PreflightError
from loopback_interface import Interface

TOKEN = "tok/en+5e3c=7"
WAYS = {
    "link": {"next": "links.next"},
    "cursor": {"next": "meta.cursor", "cursor": "cursor"},
    "number": {"number": "page"},
    "offset": {"offset": "offset"},
}


def fetch(interface, path="/jobs", **changes):
    said = {"rows": "data.items", "contact": "me@example.org", "delay": 0.0, "allow_private": True}
    return ff.Fetch(f"{interface.first}{path}", **{**said, "target": "pay.from", **changes})


def asked(interface):
    return [path for path in interface.asked if path.startswith("/jobs")]


@pytest.fixture(scope="module")
def interface():
    with Interface() as made:
        yield made


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_turned_to_the_last_row_in_their_order(interface, way):
    interface.asked.clear()
    rows = fetch(interface, **WAYS[way]).read()
    assert rows.columns["id"] == list(range(25))
    assert rows.columns["pay.text"][7] == "EUR 1007,50"
    assert rows.columns["tags"][2] == ["a", "b"]
    # 25 rows by 4: seven pages; where pages are counted, an empty one says that it was the last
    assert len(asked(interface)) == (8 if way == "number" else 7 + (way == "offset"))


def test_the_header_link_leads_on_where_nothing_else_is_said(interface):
    found = fetch(interface, "/jobs/header", rows="").read()
    assert found.columns["id"] == list(range(25))
    assert found.columns["row.url"][3] == "https://jobs.example/3"
    assert found.columns["url"][3].endswith("/jobs/header")


def test_chosen_cells_numbers_and_files_become_columns(interface):
    select = {"name": "title", "pay": "pay.text::number", "photo": "photo::file", "tag": "tags.0"}
    stage = fetch(interface, select=select, target="pay", **WAYS["link"])
    collected = ff.Pipeline([stage]).run(seed=0, progress=False)[ff.Collected]
    kinds = {column.name: column.kind for column in collected.schema.columns}
    assert kinds["photo"] == "image"
    assert collected.table.column("pay").tolist() == [1000.5 + n for n in range(25)]
    assert collected.provenance.source == f"7 pages from {interface.first}/jobs"
    assert collected.schema["url"].role == "ignored"


def test_a_seed_that_says_where_to_begin_is_counted_on(interface):
    assert fetch(interface, "/jobs?page=4", number="page").read().columns["id"][0] == 12
    assert fetch(interface, "/jobs?offset=21", offset="offset").read().columns["id"][0] == 21
    first = fetch(interface, number="page", parameters={"page": "6"}).read()
    assert first.columns["id"] == list(range(20, 25))


def test_an_interface_that_repeats_its_last_page_ends():
    answers = {"/jobs": (200, {}, {"data": {"items": [{"id": 1}, {"id": 2}]}})}
    with Interface(answers=answers) as same:
        rows = fetch(same, number="page", target="id").read()
        assert rows.columns["id"] == [1, 2]
        assert len(asked(same)) == 2


def test_rows_that_come_twice_count_once_by_their_key():
    with Interface(size=6) as shifting:  # pages of 6 that are counted as if of 4 overlap
        heard = []
        stage = fetch(shifting, number="page", key="id")
        rows = stage.read(Session(observers=(heard.append,)))
    assert rows.columns["id"] == list(range(25))
    assert rows.repeated == 11
    assert "repeated_rows" in {one.finding.code for one in heard if hasattr(one, "finding")}


@pytest.mark.parametrize("place", ["header", "parameter"])
def test_a_key_is_sent_and_stands_nowhere(tmp_path, monkeypatch, caplog, capsys, place):
    monkeypatch.setenv("JOBS_TOKEN", TOKEN)
    caplog.set_level(logging.DEBUG)
    named = {
        "header": {"headers": {"authorization": "Bearer env:JOBS_TOKEN"}},
        "parameter": {"parameters": {"api_key": "env:JOBS_TOKEN", "q": "x"}},
    }[place]
    with Interface(token=TOKEN) as interface:
        stage = fetch(interface, directory=tmp_path / "jobs", **WAYS["link"], **named)
        pipeline = ff.Pipeline([stage])
        heard = []
        result = pipeline.run(
            directory=tmp_path / "run", seed=0, progress=False, observers=[heard.append]
        )
        assert len(result[ff.Collected].table) == 25
        assert interface.seen[-1]["User-Agent"].endswith("(+me@example.org)")
        sent = [path for path in interface.asked if "api_key" in path]
        assert bool(sent) is (place == "parameter")
    print(repr(stage), pipeline.to_json(), result[ff.Collected].provenance, heard)
    said = (capsys.readouterr().out + caplog.text).encode()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    from fivefold.web.frontier import Frontier

    with Frontier(tmp_path / "jobs" / "crawl.sqlite") as frontier:
        kept = [repr((one.address, one.headers, one.body)).encode() for one in frontier.kept()]
    for form in (b"tok/en+5e3c=7", b"tok%2Fen%2B5e3c%3D7", b"5e3c"):
        assert not any(form in text for text in [said, *files, *kept])
    assert b"env:JOBS_TOKEN" in b"".join(kept)  # where the interface repeats it


def test_a_key_is_sent_to_no_other_host(monkeypatch):
    monkeypatch.setenv("JOBS_TOKEN", TOKEN)
    with Interface(token=TOKEN) as one, Interface() as other:
        led = {"/jobs": (302, {"Location": f"{other.first}/jobs?api_key={TOKEN}"}, b"")}
        one.answers |= led
        named = {"headers": {"Authorization": "env:JOBS_TOKEN"}, "hosts": other.first[7:]}
        named["parameters"] = {"api_key": "env:JOBS_TOKEN"}
        rows = fetch(one, **named).read()
        assert rows.columns["id"] == [0, 1, 2, 3]
        assert one.seen[-1]["authorization"] == TOKEN
        assert not any("api_key" in path for path in other.asked)
        assert not any("authorization" in map(str.lower, seen) for seen in other.seen)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"headers": {"Authorization": "Bearer s3cr3t-s3cr3t"}}, ConfigError, "written out"),
        ({"headers": {"X-Odd": "Token s3cr3t-s3cr3t"}}, ConfigError, "`X-Odd`, found it written"),
        ({"parameters": {"api_key": "s3cr3t-s3cr3t"}}, ConfigError, "`api_key`, found it written"),
        ({"seeds": "https://me:s3cr3t@example.org/a"}, ConfigError, "holds a key"),
        ({"seeds": "https://example.org/a?token=s3cr3t"}, ConfigError, "holds a key"),
        ({"headers": {"User-Agent": "Mozilla"}}, ConfigError, "cannot set"),
        ({"cursor": "c"}, ConfigError, "without `next`"),
        ({"number": "page", "offset": "o"}, ConfigError, "exclude one another"),
        ({"headers": {"a": "env:NOT_THERE"}}, PreflightError, "as NOT_THERE, found none"),
        ({"headers": {"a": "env:SHORT_KEY"}}, PreflightError, "found one of 3 characters"),
        ({"headers": {"a": "env:ODD_KEY"}}, PreflightError, "a line's end"),
        ({"headers": {"a": "env:GOOD_KEY"}, "allow_private": False}, ConfigError, "of https"),
        ({"select": {"url": "url"}}, ConfigError, "other names than"),
        ({"select": {"a": "url::loud"}}, ConfigError, "one of the ways"),
        ({"rows": "nowhere"}, DataError, "lists of objects stand at .data.items"),
        ({"contact": ""}, ConfigError, "Fetch: expected a mail address"),
    ],
)
def test_what_cannot_be_is_told_without_the_key(interface, monkeypatch, changes, error, words):
    keys = {"SHORT_KEY": "abc", "ODD_KEY": "s3cr3t-s3cr3t\n", "GOOD_KEY": "s3cr3t-s3cr3t"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)

    def run():
        ff.Pipeline([fetch(interface).replace(**changes)]).run(progress=False)

    with pytest.raises(error, match=words) as caught:
        run()
    assert "s3cr3t" not in str(caught.value) + repr(caught.value.facts)
    assert str(caught.value).strip().splitlines()[-1].endswith(".")


def test_an_interface_that_wants_a_key_says_so(interface):
    with Interface(token=TOKEN) as locked, pytest.raises(DataError, match="status 401"):
        fetch(locked).read()


def test_an_answer_that_is_no_json_is_left_out_with_its_reason():
    answers = {"/jobs": (200, {}, b"<h1>no</h1>")}
    with Interface(answers=answers) as broken, pytest.raises(DataError, match="no JSON"):
        fetch(broken).read()


def test_used_up_requests_are_waited_for():
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
    with Interface(answers={"/jobs": (403, spent, b"")}) as interface:
        begun = time.monotonic()
        moments = []

        class Once(dict):
            def __contains__(self, path):
                moments.append(time.monotonic() - begun)
                return path == "/jobs" and len(asked(interface)) == 1

        interface.answers = Once(interface.answers)
        assert len(fetch(interface, **WAYS["link"]).read()) == 25
        assert asked(interface)[:2] == ["/jobs", "/jobs"]
        assert time.monotonic() - begun >= 1


def test_a_refreshed_fetch_follows_the_pages_of_today(tmp_path):
    pytest.importorskip("warcio", reason="the package warcio is not installed")
    with Interface() as interface:
        stage = fetch(interface, directory=tmp_path / "jobs", **WAYS["link"])
        assert len(stage.read()) == 25
        interface.asked.clear()
        assert len(stage.read()) == 25
        assert not interface.asked
        assert len(stage.replace(refresh=True).read()) == 25  # nothing changed
        interface.rows = 9
        archive = tmp_path / "jobs.warc.gz"
        again = stage.replace(refresh=True, archive=archive)
        assert again.read().columns["id"] == list(range(9))
        interface.asked.clear()
        alone = fetch(interface, archive=archive, **WAYS["link"]).read()
        assert alone.columns["id"] == list(range(9))
        assert not interface.asked  # what none leads to any more is not in the archive
        interface.rows = 14
        assert stage.replace(refresh=True).read().columns["id"] == list(range(14))


@pytest.mark.slow
def test_a_fetch_that_is_killed_goes_on_to_the_same_rows(tmp_path):
    script = (
        "import sys; import fivefold as ff; ff.Fetch(sys.argv[1], rows='data.items',"
        " next='links.next', contact='me@example.org', delay=0.02, allow_private=True,"
        " directory=sys.argv[2]).read()"
    )
    with Interface(400) as interface:
        words = [f"{interface.first}/jobs", str(tmp_path / "jobs")]
        for read in (3, 20, 21, 60, 90):
            child = subprocess.Popen([sys.executable, "-c", script, *words], env=os.environ)
            begun = time.monotonic()
            while len(asked(interface)) < read:
                assert time.monotonic() - begun < 60
                time.sleep(0.005)
            child.send_signal(signal.SIGKILL)
            child.wait()
        rows = fetch(interface, directory=tmp_path / "jobs", **WAYS["link"]).read()
        assert rows.columns["id"] == list(range(400))
        assert len(asked(interface)) <= 100 + 5  # one in flight at each kill


def test_the_shell_writes_rows_of_an_interface(interface, tmp_path, capsys):
    recipe = {"seeds": f"{interface.first}/jobs", "rows": "data.items", "next": "links.next"}
    recipe |= {"contact": "me@example.org", "delay": 0.0, "allow_private": True}
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps(recipe))
    assert main(["fetch", str(path), "--to", str(tmp_path / "jobs.jsonl")]) == 0
    assert "25 rows; cells by column: id 25" in capsys.readouterr().out
    lines = Path(tmp_path / "jobs.jsonl").read_text().splitlines()
    assert json.loads(lines[7])["pay.from"] == 1007
    assert main(["fetch", str(tmp_path / "none.json")]) == 2
    path.write_text("{")
    assert main(["fetch", str(path)]) == 2


def test_a_recipe_names_the_variable_and_is_read_again(interface):
    stage = fetch(interface, headers={"Authorization": "Bearer env:JOBS_TOKEN"}, next="links.next")
    again = next(iter(ff.Pipeline.from_json(ff.Pipeline([stage]).to_json())))
    assert again.settings() == stage.settings()


def test_rules_for_crawlers_hold_unless_the_terms_say_otherwise():
    refused = {"/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /")}
    with Interface(answers=refused) as interface:
        with pytest.raises(DataError, match=r"left out: robots\.txt") as caught:
            fetch(interface, **WAYS["link"]).read()
        assert "robots=False" in str(caught.value)
        assert not asked(interface)
        assert len(fetch(interface, robots=False, **WAYS["link"]).read()) == 25


def test_a_fetch_runs_in_a_notebook_twice():
    async def notebook():
        with Interface(6) as interface:
            return [fetch(interface, **WAYS["link"]).read().columns["id"] for _ in range(2)]

    assert asyncio.run(notebook()) == [list(range(6))] * 2


def test_requests_to_an_interface_are_apart():
    with Interface(16) as interface:
        begun = time.monotonic()
        fetch(interface, delay=0.1, **WAYS["link"]).read()
        assert time.monotonic() - begun >= 0.1 * (len(interface.asked) - 1)
        assert len(interface.asked) == 2 + 4  # the rules, then the pages


def test_pages_that_were_turned_wrongly_are_gone_on_with_once_it_is_said_right(tmp_path):
    with Interface() as interface:
        wrong = fetch(interface, directory=tmp_path / "jobs", next="links.following")
        assert len(wrong.read()) == 4
        interface.asked.clear()
        assert len(wrong.replace(next="links.next").read()) == 25
        assert len(asked(interface)) == 6  # the first page is there


def test_lines_of_json_are_rows():
    lines = "".join(json.dumps({"id": number}) + "\n" for number in range(7)).encode()
    with Interface(answers={"/jobs": (200, {}, lines)}) as interface:
        assert fetch(interface, rows="", target="id").read().columns["id"] == list(range(7))


def test_a_missing_target_is_told_before_anything_is_asked_for():
    with Interface(40) as interface:
        stage = fetch(interface, target=None, drop=("title", "row.url"), **WAYS["link"])
        with pytest.raises(DataError, match="Fetch: expected the column to predict"):
            ff.Pipeline([stage]).run(progress=False)
        assert not interface.asked
        label = ff.Label(
            classes=("odd", "even"),
            rules=(
                ff.rule("odd", lambda row: row["id"] % 2 == 1),
                ff.rule("even", lambda row: row["id"] % 2 == 0),
            ),
        )
        found = ff.Pipeline([stage, label]).run(progress=False)[ff.Collected]
        assert found.schema.targets == ("label",)
        assert len(found.table) == 40
        anomalies = stage.replace(task="anomaly")
        assert len(ff.Pipeline([anomalies]).run(progress=False)[ff.Collected].table) == 40
