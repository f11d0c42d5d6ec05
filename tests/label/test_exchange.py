"""Labels from Label Studio and doccano, and to them; spans are code points whatever they count."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.label.event import Event
from fivefold.label.exchange import imported_events, read_labels, write_labels
from fivefold.label.item import item_ids
from fivefold.label.ruler import counted_in, in_code_points, ruler

ODD = [
    ("💩 in Rome", "Rome"),  # one sign, two halves of UTF-16
    ("👨‍👩‍👧 lives in Rome", "Rome"),  # three signs and two joiners
    ("👨🏻‍🚒 drives a firetruck", "firetruck"),  # a colour of skin
    ("re\u0301sume\u0301 of Ann", "Ann"),  # combining marks
    ("क्षि is read", "read"),
    ("line\r\nnext line", "next"),  # two signs at the end of a line
    ("🇫🇷🇩🇪 flags", "flags"),
    ("plain", "plain"),
]


def task(text: str, result: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"text": text}, "annotations": [{"result": result, **more}]}


def span(start: int, end: int, words: str | None, label: str = "X") -> dict[str, Any]:
    value: dict[str, Any] = {"start": start, "end": end, "labels": [label]}
    if words is not None:
        value["text"] = words
    return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}


def written(folder: Path, content: Any, name: str = "tasks.json") -> Path:
    path = folder / name
    lines = "".join(json.dumps(one) + "\n" for one in content)
    path.write_text(lines if name.endswith("l") else json.dumps(content), "utf-8")
    return path


def units(text: str, end: int) -> int:
    """Halves of UTF-16 before a place, as JavaScript's `length` has it."""
    return len(text[:end].encode("utf-16-le")) // 2


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.data())
def test_ruler_gives_back_what_utf16_counts(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    counted = counted_in(text, start, end, "utf16")
    assert counted == (units(text, start), units(text, end))
    assert in_code_points(text, *counted, "utf16") == (start, end)
    assert len(ruler(text, "utf16")) == units(text, len(text)) + 1


@pytest.mark.parametrize(("text", "word"), ODD)
def test_label_studio_spans_are_code_points_whichever_way_it_counted(tmp_path, text, word):
    start = text.index(word)
    end = start + len(word)
    joined = text.replace("\r\n", "\n")
    ways = {
        (start, end),
        (units(text, start), units(text, end)),
        (joined.index(word), joined.index(word) + len(word)),
    }
    for first, last in ways:
        path = written(tmp_path, [task(text, [span(first, last, word)])])
        [label] = read_labels(path, "spans", column="text")
        assert label.value == [[start, end, "X"]]


def test_label_studio_span_over_the_end_of_a_line_is_known_by_its_words(tmp_path):
    text = "one\r\ntwo three"
    path = written(tmp_path, [task(text, [span(4, 7, "two"), span(0, 7, "one\\ntwo")])])
    [label] = read_labels(path, "spans", column="text")
    assert [text[s:e] for s, e, _ in label.value] == ["one\r\ntwo", "two"]


def test_label_studio_span_that_is_nowhere_is_refused_by_its_task(tmp_path):
    path = written(tmp_path, [task("a", []), task("some words", [span(1, 4, "xyz")])])
    with pytest.raises(DataError, match=r"task 1: expected 'xyz', found none at 1 to 4"):
        read_labels(path, "spans", column="text")


def test_label_studio_choices_numbers_skips_and_people_are_read(tmp_path):
    choice = {"from_name": "c", "type": "choices", "value": {"choices": ["spam"]}}
    two = {"from_name": "c", "type": "choices", "value": {"choices": ["a", "b"]}}
    stars = {"from_name": "r", "type": "rating", "value": {"rating": 4}}
    tasks = [
        task("x", [choice, stars], completed_by={"id": 3, "email": "ann@x.org"}, lead_time=2.5),
        task("y", [], was_cancelled=True, completed_by=7),
        {"data": {"text": "z"}, "predictions": [{"result": [choice], "model_version": "m1"}]},
    ]
    path = written(tmp_path, tasks)
    labels = read_labels(path, "class", column="text")
    assert [(one.who, one.value, one.trusted) for one in labels] == [
        *[("ann@x.org", "spam", True), ("7", None, True)],
        ("m1", "spam", False),
    ]
    assert labels[0].seconds == 2.5
    assert read_labels(path, "number")[0].value == 4.0
    several = written(tmp_path, [task("x", [two])])
    assert read_labels(several, "classes")[0].value == ["a", "b"]
    with pytest.raises(DataError, match="task 0: expected one class, found a, b"):
        read_labels(several, "class")
    rows = Columns({"n": np.arange(3.0), "text": np.array(["x", "w", "y"], object)})
    events, lost = imported_events(labels, rows, ["n", "text"])
    ids = item_ids(rows, ["n", "text"])
    assert [(e.item, e.act, e.value, e.part) for e in events] == [
        (ids[0], "label", "spam", "imported"),
        (ids[2], "skip", None, "imported"),
    ]
    assert lost == 1
    with pytest.raises(DataError, match=r"expected cells of n, found .text."):
        imported_events(labels, rows, ["n"])


def test_label_studio_of_two_questions_asks_which_one(tmp_path):
    both = [
        {"from_name": name, "type": "choices", "value": {"choices": [name]}} for name in ("a", "b")
    ]
    path = written(tmp_path, [task("x", both)])
    with pytest.raises(DataError, match="expected one question, found a, b"):
        read_labels(path)
    assert read_labels(path, control="b")[0].value == "b"


def test_label_studio_segments_of_sounds_stay_seconds(tmp_path):
    path = written(tmp_path, [task("x.wav", [span(0.25, 1.5, None, "speech")])])
    assert read_labels(path, "spans")[0].value == [[0.25, 1.5, "speech"]]


@pytest.mark.parametrize(("text", "word"), ODD)
def test_doccano_spans_count_utf16_or_what_is_said(tmp_path, text, word):
    start, end = text.index(word), text.index(word) + len(word)
    halves = {"text": text, "label": [[units(text, start), units(text, end), "X"]]}
    signs = {
        "text": text,
        "entities": [{"id": 1, "label": "X", "start_offset": start, "end_offset": end}],
    }
    for line, offsets in ((halves, "utf16"), (signs, "code_points")):
        path = written(tmp_path, [line], "bob.jsonl")
        [label] = read_labels(path, "spans", column="body", offsets=offsets)
        assert label.value == [[start, end, "X"]]
        assert (label.who, label.cells["body"]) == ("bob", text)


def test_doccano_span_within_a_sign_names_its_line_and_the_other_way_to_count(tmp_path):
    lines = [{"text": "a", "label": []}, {"text": "💩x", "label": [[1, 2, "X"]]}]
    with pytest.raises(DataError, match=r"line 2: expected .*\nSay .* offsets=.code_points."):
        read_labels(written(tmp_path, lines, "all.jsonl"), "spans")


def test_doccano_classes_numbers_and_empty_labels_are_read(tmp_path):
    lines = [
        {"id": 4, "text": "x", "label": ["a", "b"], "url": "u"},
        {"id": 5, "text": "y", "label": []},
    ]
    path = written(tmp_path, lines, "all.jsonl")
    [label] = read_labels(path, "classes")
    assert (label.value, label.who, label.cells) == (
        ["a", "b"],
        "imported",
        {"url": "u", "text": "x"},
    )
    numbers = written(tmp_path, [{"text": "x", "label": ["3.5"]}], "ann.jsonl")
    assert read_labels(numbers, "number")[0].value == 3.5


@pytest.mark.parametrize("name", ["tasks.json", "ann.jsonl"])
@pytest.mark.parametrize(
    ("way", "value"),
    [("class", "a"), ("classes", ["a", "b"]), ("spans", "all"), ("number", 2.5)],
)
def test_labels_that_are_written_are_read_again_as_they_were(tmp_path, name, way, value):
    rows = {f"i{place}": {"text": text, "n": place} for place, (text, _) in enumerate(ODD)}
    events = []
    for number, (item, cells) in enumerate(rows.items(), 1):
        found = [[0, len(cells["text"]), "X"]] if value == "all" else value
        events.append(Event(item=item, who="ann", act="label", value=found, number=number))
    assert write_labels(tmp_path / name, rows, events, way, column="text") == len(ODD)
    again = read_labels(tmp_path / name, way, column="text")
    assert [label.value for label in again] == [event.value for event in events]
    assert [label.cells for label in again] == list(rows.values())
    assert {label.who for label in again} == {"ann"}


def test_doccano_is_given_what_was_settled_and_label_studio_what_each_said(tmp_path):
    events = [
        Event(item="i", who="ann", act="label", value="a", number=1),
        Event(item="i", who="cat", act="settle", value="a", number=2),
        Event(item="i", who="bob", act="label", value="b", number=3),
    ]
    rows = {"i": {"text": "x"}, "j": {"text": "y"}}
    write_labels(tmp_path / "a.jsonl", rows, events, column="text")
    assert [label.value for label in read_labels(tmp_path / "a.jsonl")] == ["a"]
    write_labels(tmp_path / "a.json", rows, events, column="text")
    told = [(label.who, label.value) for label in read_labels(tmp_path / "a.json")]
    assert told == [("ann", "a"), ("bob", "b"), ("cat", "a")]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.json", "{}", "a list of tasks, found a JSON dict"),
        ("a.json", "[1]", "task 0: expected a task with `data`"),
        ("a.json", "[", "expected JSON"),
        ("a.jsonl", '{"text": "x", "label": []}\n{"text"', "line 2: expected JSON"),
        ("a.jsonl", '{"text": "x"}', "line 1: expected an object with `text` and a list `label`"),
        ("a.csv", "", r"expected a name that ends in \.json"),
    ],
)
def test_labels_that_are_damaged_are_refused_by_their_place(tmp_path, name, text, found):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DataError, match=found):
        read_labels(tmp_path / name)
