"""Items out, strokes in: what a page asks for, without a page."""

import base64
from pathlib import Path

import numpy as np
import pytest

from fivefold.codecs.png import as_files
from fivefold.codecs.schema import Column
from fivefold.codecs.wav import wav_samples
from fivefold.label.desk import Desk, RefusedError
from fivefold.label.events import FILE, Events
from fivefold.label.outlook import Outlook
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from label_desk import CLASSES, desk_of


def labelled(desk: Desk, who: str, item, value: str, **more):
    """A stroke of a person, as their page sends it."""
    stroke = {"item": item["item"], "ticket": item["ticket"], "act": "label", "value": value}
    return desk.keep(who, {**stroke, "seconds": 1.5, **more})


def events_of(folder: Path):
    with Events(folder / FILE) as events:
        return events.all()


def test_desk_gives_items_that_are_not_held_and_each_once(desk):
    first = desk.next("ann", [])
    assert len({item["item"] for item in first}) == 20
    held = [item["item"] for item in first[5:]]
    more = desk.next("ann", held)
    assert not {item["item"] for item in more} & set(held)
    assert len(more) == 5
    others = desk.next("bo", [])
    assert not {item["item"] for item in others} & {*held, *(item["item"] for item in more)}


def test_desk_keeps_a_stroke_before_it_says_so(desk, tmp_path):
    item = desk.next("ann", [])[0]
    number = labelled(desk, "ann", item, "senior", guess="junior")
    [kept] = events_of(tmp_path)
    assert (kept.number, kept.item, kept.who, kept.value) == (number, item["item"], "ann", "senior")
    assert (kept.seconds, kept.guess, kept.part) == (1.5, "junior", "random")


def test_stroke_that_is_sent_again_is_kept_once_by_the_next_process_too(desk, tmp_path):
    item = desk.next("ann", [])[0]
    assert labelled(desk, "ann", item, "senior", key="k1") == 1
    assert labelled(desk, "ann", item, "senior", key="k1") == 0
    after, _ = desk_of(tmp_path, [f"text {n}" for n in range(60)])
    assert labelled(after, "ann", item, "senior", key="k1") == 0
    assert labelled(after, "ann", item, "junior", key="k2") == 2
    assert len(events_of(tmp_path)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "0000"}, {"item": 3}, {"act": "delete"}, {"act": None}, {"value": "lead"},
        {"value": None}, {"seconds": -1}, {"seconds": "2"}, {"seconds": float("nan")},
        {"ticket": "0" * 16}, {"ticket": None},
    ],
)  # fmt: skip
def test_stroke_that_cannot_be_is_refused_and_nothing_is_kept(desk, tmp_path, wrong):
    item = desk.next("ann", [])[0]
    stroke = {**item, "act": "label", "value": "senior", "seconds": 1.0, **wrong}
    with pytest.raises(RefusedError, match="expected"):
        desk.keep("ann", stroke)
    assert events_of(tmp_path) == []


def test_ticket_of_one_person_is_of_no_use_to_another(desk):
    item = desk.next("ann", [])[0]
    with pytest.raises(RefusedError, match="ticket"):
        labelled(desk, "bo", item, "senior")


def test_repeat_is_shown_as_any_item_and_kept_as_one(tmp_path):
    desk, _ = desk_of(tmp_path, [f"text {n}" for n in range(80)], repeats=0.2)
    first, seen = {}, 0
    for _ in range(70):
        item = desk.next("ann", [])[0]
        assert set(item) == {"item", "ticket", "cells", "guess"}
        seen += item["item"] in first
        labelled(desk, "ann", item, first.setdefault(item["item"], "senior"), seconds=len(first))
    kept = events_of(tmp_path)
    assert seen >= 8
    assert sum(event.part == "repeat" for event in kept) == seen
    told = desk.progress("ann")
    assert (told["repeats"], told["alike"]) == (seen, seen)


def test_last_act_can_be_taken_back_until_none_is_left(desk):
    one, two = desk.next("ann", [])[:2]
    labelled(desk, "ann", one, "senior")
    labelled(desk, "ann", two, "junior")
    labelled(desk, "ann", one, "junior", seconds=9.0)
    found = []
    while (last := desk.last("ann")) is not None:
        found.append((last["item"], last["act"], (last["answer"] or {}).get("value")))
        desk.keep("ann", {**last, "act": "undo", "seconds": float(len(found))})
    expected = [(one["item"], "label", "senior"), (two["item"], "label", None)]
    assert found == [*expected, (one["item"], "label", None)]
    assert desk.progress("ann")["done"] == 0


def test_disputes_are_items_that_differ_or_have_a_question_until_they_are_settled(tmp_path):
    desk, _ = desk_of(tmp_path, ["a", "b", "c"], overlap=1.0)
    items = {item["item"]: item for item in desk.next("ann", [])}
    for item in items.values():
        labelled(desk, "ann", item, "senior")
    flagged, differing, _ = items
    desk.keep("ann", {**items[flagged], "act": "flag", "reason": "<b>what?</b>"})
    for item in desk.next("bo", []):
        labelled(desk, "bo", item, "junior" if item["item"] == differing else "senior")
    first, second = desk.disputes("bo")
    assert (first["item"], second["item"]) == (differing, flagged)
    assert {vote["who"]: vote["value"] for vote in first["votes"]} == {
        "ann": "senior", "bo": "junior",
    }  # fmt: skip
    assert second["notes"] == [{"who": "ann", "act": "flag", "reason": "<b>what?</b>"}]
    desk.keep("bo", {**first, "act": "settle", "value": "senior"})
    assert [item["item"] for item in desk.disputes("ann")] == [flagged]
    assert desk.progress("ann")["open"] == 1


def test_progress_tells_people_shares_and_agreement(tmp_path):
    desk, _ = desk_of(tmp_path, [f"text {n}" for n in range(10)], overlap=1.0)
    mine = desk.next("ann", [])
    for n, item in enumerate(mine):
        labelled(desk, "ann", item, "senior" if n % 2 else "junior", seconds=n + 1)
    for item in desk.next("bo", []):
        place = [one["item"] for one in mine].index(item["item"])
        labelled(desk, "bo", item, "senior" if place % 2 else "junior")
    told = desk.progress("ann")
    assert (told["done"], told["labelled"], told["total"], told["random"]) == (10, 10, 10, 1.0)
    assert [(p["who"], p["labels"]) for p in told["people"]] == [("ann", 10), ("bo", 10)]
    assert told["people"][0]["seconds"] == 5.5
    assert told["agreement"]["value"] == 1.0
    assert told["agreement"]["items"] == 10


def test_model_proposes_what_it_thinks_and_learns_from_what_is_kept(tmp_path):
    texts = [f"text {n}" for n in range(30)]
    plain, ids = desk_of(tmp_path / "plain", texts)
    assert plain.next("ann", [])[0]["guess"] is None
    known = []

    def learn():
        known.append(len(events_of(tmp_path)))
        return Outlook(items=ids, guesses=["senior"] * 30, learnt=known[-1])

    desk, _ = desk_of(tmp_path, texts)
    desk._proposals = Proposals(learn, every=5)
    for item in desk.next("ann", [])[:5]:
        labelled(desk, "ann", item, "junior")
    assert desk._proposals.wait(10)
    assert known == [5]
    assert desk.next("ann", [])[0]["guess"] == "senior"
    told = desk.progress("ann")
    assert told["curve"][0]["labels"] == 5
    assert told["fault"] == ""


def test_picture_is_shown_as_a_file_however_small(tmp_path):
    column = Column(name="photo", kind="image")
    pixels = np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4, 1)
    desk, _ = desk_of(tmp_path, pixels, column=column)
    [cell] = desk.next("ann", [])[0]["cells"]
    assert cell["control"] == "picture"
    [content] = as_files([cell["value"]])
    assert content.startswith(b"\x89PNG")


def test_spans_reach_to_the_end_of_a_text_in_code_points_and_of_a_sound_in_seconds(tmp_path):
    question = Question(name="where", way="spans", classes=("here",))
    desk, [item] = desk_of(tmp_path / "t", ["a😀b"], question)
    assert desk.shown.extent(item) == 3
    column = Column(name="sound", kind="audio", format="8000 Hz")
    sounds = np.empty(1, object)
    sounds[0] = np.arange(2000, dtype=np.int16)
    desk, [item] = desk_of(tmp_path / "s", sounds, question, column=column)
    assert desk.shown.extent(item) == 0.25
    [cell] = desk.shown.cells(item)
    assert cell["marked"]
    assert len(wav_samples(base64.b64decode(cell["value"]))[0]) == 2000


def test_items_that_are_large_are_given_few_at_a_time(tmp_path):
    desk, _ = desk_of(tmp_path, [f"{n} " + "x" * 3 * 2**20 for n in range(9)])
    assert len(desk.next("ann", [])) == 3


def test_question_of_the_page_begins_with_what_was_labelled_last(desk):
    items = desk.next("ann", [])[:3]
    for item in items:
        labelled(desk, "ann", item, "senior")
    desk.keep("bo", {**desk.next("bo", [])[0], "act": "skip", "reason": "damaged"})
    asked = desk.asked("ann")
    assert [one["item"] for one in asked["past"]] == [item["item"] for item in items]
    assert asked["past"][0]["answer"] == {"act": "label", "value": "senior", "reason": ""}
    assert asked["choices"] == CLASSES.choices
    assert asked["who"] == "ann"


def test_labels_of_rows_that_are_gone_are_left_where_they_are(desk, tmp_path):
    labelled(desk, "ann", desk.next("ann", [])[0], "senior")
    other, _ = desk_of(tmp_path, ["another text"])
    assert other.asked("ann")["past"] == []
    assert other.last("ann") is None
    assert [item["item"] in other.shown for item in other.next("ann", [])] == [True]
