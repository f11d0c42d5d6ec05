"""Strokes outlive any end, are never changed, and say what stands."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fivefold.errors import DataError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events, read_strokes
from fivefold.label.standing import (
    digest,
    parts,
    repeated,
    settled,
    standing,
    votes,
)


def stroke(item, who, act, value=None, **more):
    return Event(item=item, who=who, act=act, value=value, **more)


def numbered(*events):
    from dataclasses import replace

    return [replace(event, number=place) for place, event in enumerate(events, 1)]


def test_event_of_any_value_comes_back_as_it_was(tmp_path):
    values = ["Ж😀", ["a", "b"], [[0, 4, "x"]], 2.5, True]
    with Events(tmp_path / FILE) as events:
        kept = [events.append(stroke("i", "ann", "label", v, seconds=1.5)) for v in values]
        found = events.all()
    assert found == kept == read_strokes(tmp_path / FILE)[0]
    assert [event.value for event in found] == values
    assert [event.number for event in found] == [1, 2, 3, 4, 5]
    assert all(event.at.endswith("+00:00") for event in found)


def test_event_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="act: expected one of label, skip"):
        stroke("i", "ann", "guess")
    with pytest.raises(ValueError, match="part: expected one of random"):
        stroke("i", "ann", "skip", part="best")
    with pytest.raises(ValueError, match="value: expected a label"):
        stroke("i", "ann", "label")
    with pytest.raises(ValueError, match="who: expected a text"):
        stroke("i", "", "skip")


def test_undo_any_depth_takes_back_the_last_act_of_the_person():
    acts = [("ann", "label", "a"), ("ann", "label", "b"), ("bo", "label", "c"), ("ann", "skip", 0)]
    events = numbered(*(stroke("i", who, act, value or None) for who, act, value in acts))
    for depth, wanted in enumerate(["skip", "b", "a", None, None]):
        undone = [*events, *(stroke("i", "ann", "undo", number=9) for _ in range(depth))]
        found = standing(undone).get(("i", "ann"))
        assert (found and (found.value or found.act)) == wanted
        assert standing(undone)["i", "bo"].value == "c"


def test_settlement_outranks_labels_and_is_no_vote():
    events = numbered(
        stroke("i", "ann", "label", "a"),
        stroke("i", "bo", "label", "b"),
        stroke("i", "ann", "settle", "b"),
        stroke("i", "ann", "label", "a"),
    )
    assert standing(events)["i", "ann"].value == "b"
    assert {who: event.value for (_, who), event in votes(events).items()} == {
        "ann": "a",
        "bo": "b",
    }
    assert settled(events)["i"].value == "b"
    assert settled([*events, stroke("i", "ann", "undo"), stroke("i", "ann", "undo")]) == {}


def test_repeat_measures_and_changes_nothing():
    events = numbered(
        stroke("i", "ann", "label", "a"),
        stroke("i", "ann", "label", "b", part="repeat"),
    )
    assert standing(events)["i", "ann"].value == "a"
    assert [(one.value, other.value) for one, other in repeated(events)] == [("a", "b")]


def test_parts_item_drawn_and_then_chosen_stays_drawn():
    events = numbered(
        stroke("i", "ann", "label", "a"),
        stroke("i", "ann", "undo"),
        stroke("i", "ann", "label", "a", part="chosen"),
        stroke("j", "ann", "label", "a", part="chosen"),
        stroke("j", "bo", "label", "a"),
    )
    assert parts(events) == {"i": "random", "j": "chosen"}


def test_digest_knows_what_was_said_and_not_when():
    events = numbered(stroke("i", "ann", "label", "a"), stroke("j", "bo", "label", "b"))
    later = [stroke("j", "bo", "label", "b", at="2020", seconds=9), events[0]]
    more = [*events, stroke("i", "ann", "comment", reason="hm")]
    assert digest(events) == digest(later) == digest(more)
    assert digest(events) != digest(events[:1])
    assert digest(events) != digest([*events, stroke("i", "cy", "label", "a")])


def test_events_of_many_threads_and_processes_are_all_kept(tmp_path):
    path = tmp_path / FILE
    code = (
        "import sys; from fivefold.label.event import Event\n"
        "from fivefold.label.events import Events\n"
        "events = Events(sys.argv[1])\n"
        "for n in range(50): events.append(Event(item=f'p{n}', who='bo', act='skip'))\n"
    )
    with Events(path) as events, subprocess.Popen([sys.executable, "-c", code, str(path)]) as other:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda n: events.append(stroke(f"t{n}", "ann", "skip")), range(50)))
        assert other.wait(60) == 0
        found = events.all()
        assert [event.number for event in found] == list(range(1, 101))
        assert len(events.all(after=90)) == 10


def test_event_is_on_disk_when_the_process_is_killed(tmp_path):
    code = (
        "import os, signal, sys; from fivefold.label.event import Event\n"
        "from fivefold.label.events import Events\n"
        "events = Events(sys.argv[1])\n"
        "for n in range(7): events.append(Event(item=str(n), who='bo', act='skip'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / FILE)]).returncode == -9
    assert [event.item for event in read_strokes(tmp_path / FILE)[0]] == list("0123456")


def test_extend_with_one_that_cannot_be_kept_keeps_none(tmp_path):
    with Events(tmp_path / FILE) as events:
        with pytest.raises(ValueError, match="JSON"):
            events.extend([stroke("i", "a", "skip"), stroke("i", "a", "label", float("nan"))])
        assert events.all() == []


def test_reading_makes_no_file(tmp_path):
    assert read_strokes(tmp_path / FILE) == ([], {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("of", ["text", "other", "damaged"])
def test_file_of_something_else_is_refused_and_left_alone(tmp_path, of):
    path = Path(tmp_path / FILE)
    if of == "text":
        path.write_text("a,b\n" * 200)
    elif of == "other":
        base = sqlite3.connect(path)
        base.execute("create table events (a)")
        base.close()
    else:
        with Events(path) as events:
            events.append(stroke("i", "ann", "label", "a"))
        base = sqlite3.connect(path)
        base.execute("update events set act='guess'")
        base.commit()
        base.close()
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"labels\.sqlite: expected labels that fivefold kept"):
        read_strokes(path)
    if of != "damaged":
        with pytest.raises(DataError, match=r"labels\.sqlite: expected labels"):
            Events(path)
        assert path.read_bytes() == before


def test_facts_are_kept_beside_the_strokes(tmp_path):
    with Events(tmp_path / FILE) as events:
        events.keep_facts(classes=["a", "b"], by=["text"])
        events.keep_facts(by=["title"])
        assert events.facts() == read_strokes(tmp_path / FILE)[1]
        assert events.facts() == {"classes": ["a", "b"], "by": ["title"]}
