"""The page as the stage and the shell open it."""

import itertools
import json
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import fivefold as ff
from fivefold.cli import parser
from fivefold.commands.label import opened
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.label.events import FILE, read_strokes
from fivefold.label.room import PEOPLE

JOBS = {"text": [f"text {n}" for n in range(40)], "pay": np.arange(40.0)}


def ask(address: str, path: str, body=None, **headers: str):
    """What the server answers to a request: its status and value."""
    place, _, token = address.partition("#")
    heads = {"Authorization": f"Bearer {token}", **headers}
    data = json.dumps(body or {}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(place + path, data, heads)) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def label_of(folder: Path, **said):
    return ff.Label(("junior", "senior"), by=("text",), directory=folder / "labels", **said)


def test_page_gives_rows_and_keeps_labels_that_the_stage_reads(tmp_path):
    label = label_of(tmp_path, guide="# Level", budget=30)
    with label.open(JOBS, people=("ann", "bo")) as room:
        assert set(room.addresses) == {"ann", "bo"}
        status, asked = ask(room.addresses["ann"], "question")
        assert (status, asked["name"], asked["guide"]) == (200, "label", "# Level")
        _, items = ask(room.addresses["ann"], "next", {"held": []})
        for item in items:
            [cell] = item["cells"]
            value = "senior" if int(cell["value"].split()[1]) % 2 else "junior"
            stroke = {**item, "act": "label", "value": value, "seconds": 1.0, "key": item["item"]}
            assert ask(room.addresses["ann"], "stroke", stroke)[0] == 200
        assert room.desk.labelled == 20
    rows = label.run(label.rows(JOBS), ff.Session())
    levels = rows.table.column("label")
    assert rows.usable.sum() == 20
    for row in np.flatnonzero(rows.usable):
        assert levels[row] == ("senior" if row % 2 else "junior")
    events, facts = read_strokes(tmp_path / "labels" / FILE)
    assert {event.who for event in events} == {"ann"}
    assert facts["by"] == ["text"]


@pytest.mark.parametrize("path", ["question", "next", "stroke", "last", "progress", "disputes"])
def test_nobody_without_a_token_is_told_anything(tmp_path, path):
    with label_of(tmp_path).open(JOBS) as room:
        place = room.addresses["me"].split("#")[0]
        for token in ("", "wrong", "me"):
            assert ask(f"{place}#{token}", path)[0] == 401
        with urllib.request.urlopen(place) as reply:
            page, policy = reply.read().decode(), reply.headers["Content-Security-Policy"]
    assert "text 1" not in page
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    nonce = policy.split("script-src 'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in page


@pytest.mark.parametrize(
    "body", [{"held": "a"}, {"held": [1]}, {"item": "0" * 16}, {"item": "x" * 2**21}]
)
def test_request_that_cannot_be_is_refused_in_words(tmp_path, body):
    with label_of(tmp_path).open(JOBS) as room:
        path = "next" if "held" in body else "stroke"
        status, told = ask(room.addresses["me"], path, body)
    assert status == 422
    assert "expected" in told["error"]


def test_addresses_stay_the_same_and_only_their_owner_reads_them(tmp_path):
    with label_of(tmp_path).open(JOBS, people=("ann",)) as room:
        [first] = room.addresses.values()
    with label_of(tmp_path).open(JOBS, people=("ann", "bo")) as room:
        again, other = room.addresses.values()
    assert again.split("#")[1] == first.split("#")[1] != other.split("#")[1]
    path = tmp_path / "labels" / PEOPLE
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("[]")
    with pytest.raises(FivefoldError, match="names with tokens"):
        label_of(tmp_path).open(JOBS)


def test_page_that_cannot_be_opened_is_refused_before_rows_are_read(tmp_path):
    nothing = tmp_path / "none.csv"
    with pytest.raises(ConfigError, match="a directory"):
        ff.Label(("a", "b")).open(nothing)
    with pytest.raises(ConfigError, match="Write people="):
        label_of(tmp_path).open(nothing, peple=("ann",))
    with pytest.raises(PreflightError, match="the guidelines"):
        label_of(tmp_path, guide=tmp_path / "no.md").open(nothing)
    with pytest.raises(ConfigError, match="people that differ"):
        label_of(tmp_path).open(JOBS, people=("ann", "ann"))
    with pytest.raises(ConfigError, match="one digit or letter"):
        label_of(tmp_path).open(JOBS, keys={"junior": "f"})
    assert not (tmp_path / "labels" / FILE).exists()


def test_rows_that_are_looked_at_again_come_first(tmp_path):
    label = label_of(tmp_path)
    with label.open(JOBS, again=list(range(12, 2, -1))) as room:
        _, items = ask(room.addresses["me"], "next")
    rows = [int(item["cells"][0]["value"].split()[1]) for item in items]
    first = list(itertools.takewhile(range(3, 13).__contains__, rows))
    assert first == sorted(first, reverse=True)
    assert len(first) > 4  # a fifth of all rows is kept for the random part


def test_shell_opens_the_page_of_a_file_and_of_a_recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["text,pay", *(f"{text},{n}" for n, text in enumerate(JOBS["text"]))]
    Path("jobs.csv").write_text("\n".join(lines))
    words = ["label", "jobs.csv", "--classes", "junior=j,senior", "--by", "text", "--port", "0"]
    chosen = parser().parse_args([*words, "--people", "ann,bo", "--no-model"])
    with opened(chosen) as room:
        _, asked = ask(room.addresses["bo"], "question")
    assert [(one["name"], one["key"]) for one in asked["choices"]] == [
        ("junior", "j"), ("senior", "1"),
    ]  # fmt: skip
    assert Path("labels", FILE).is_file()
    recipe = ff.Pipeline(
        [ff.Collect("jobs.csv"), label_of(tmp_path / "other"), ff.Preprocess(), ff.Train()]
    )
    Path("recipe.json").write_text(recipe.to_json())
    with opened(parser().parse_args(["label", "recipe.json", "--port", "0"])) as room:
        _, items = ask(room.addresses["me"], "next")
        assert room.desk.path == tmp_path / "other" / "labels" / FILE
    assert [cell["name"] for cell in items[0]["cells"]] == ["text"]
    more = ["--by", "1,-2", "--classes", "a,b"]  # heard beside a recipe as well
    for source in ("jobs.csv", "recipe.json"):
        words = ["label", source, *more, "--no-model", "--port", "0", "--directory", source[:4]]
        with opened(parser().parse_args(words)) as room:
            _, asked = ask(room.addresses["me"], "question")
            _, items = ask(room.addresses["me"], "next")
        assert [cell["name"] for cell in items[0]["cells"]] == ["pay", "text"]
        assert [one["name"] for one in asked["choices"]] == ["a", "b"]


def test_scale_of_the_shell_is_keys(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("jobs.csv").write_text("text\n" + "\n".join(JOBS["text"]))
    words = ["label", "jobs.csv", "--answer", "number", "--scale", "1,5", "--no-model"]
    with opened(parser().parse_args([*words, "--port", "0"])) as room:
        assert [one["key"] for one in room.desk.question.choices] == [*"12345"]


@pytest.mark.slow
def test_assistant_learns_from_the_page_and_proposes(tmp_path):
    words = np.where(np.arange(80) % 2, "leads a team", "first job")
    jobs = {"text": [f"{word}, office {n}" for n, word in enumerate(words)]}
    with label_of(tmp_path).open(jobs, assistant=ff.Assistant(), every=24) as room:
        address = room.addresses["me"]
        for _ in range(24):
            [item, *_] = ask(address, "next")[1]
            value = "senior" if "leads" in item["cells"][0]["value"] else "junior"
            ask(address, "stroke", {**item, "act": "label", "value": value, "seconds": 1.0})
        assert room.desk._proposals.wait(120)
        assert room.desk._proposals.fault == ""
        [told] = ask(address, "progress")[1]["curve"]
        guesses = [item["guess"] for item in ask(address, "next")[1]]
    assert 10 <= told["labels"] <= 24  # test rows are left out
    assert set(guesses) <= {"junior", "senior"}
