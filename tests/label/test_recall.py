"""What functions said is kept between runs: asked once, again where a function is another one."""

import signal
import sqlite3
import subprocess
import sys
from functools import partial
from threading import Lock

import numpy as np
import pytest

from fivefold.errors import DataError
from fivefold.label.events import Events
from fivefold.label.recall import (
    FILE,
    AnswerFile,
    Recall,
    identity_of,
    recalled,
    times_forgotten,
)


def asked(path, functions, items, answers):
    """What a run asks, and what it is told."""
    calls = []

    def ask(name, item):
        calls.append((name, item))
        return answers[item]

    with recalled(functions, path) as recall:
        said = [recall.said(n, i, partial(ask, n, i)) for n in functions for i in items]
    return calls, said


def one(row):
    return "spam"


def two(row):
    return "ham"


@pytest.mark.parametrize(
    "answer",
    ["spam", None, 3, 2.5, True, ["a", "b"], [[0, 4, "person"]], np.str_("x"), np.float64(2.5)],
)
def test_answer_is_asked_once_and_is_the_same_when_it_is_taken(tmp_path, answer):
    path = tmp_path / "labels" / FILE
    calls, first = asked(path, {"llm": one}, ["a1"], {"a1": answer})
    assert calls == [("llm", "a1")]
    calls, again = asked(path, {"llm": one}, ["a1"], {"a1": "other"})
    assert calls == []
    assert again == first == [answer]
    assert type(again[0]) is type(first[0])


def test_another_function_name_or_item_is_asked(tmp_path):
    path, answers = tmp_path / FILE, dict.fromkeys("abc", "spam")
    asked(path, {"llm": one}, "ab", answers)
    assert asked(path, {"llm": one}, "abc", answers)[0] == [("llm", "c")]
    assert asked(path, {"llm": two}, "ab", answers)[0] == [("llm", "a"), ("llm", "b")]
    assert asked(path, {"gpt": one}, "a", answers)[0] == [("gpt", "a")]
    assert asked(path, {"llm": one, "other": two}, "a", answers)[0] == [("other", "a")]


def test_answers_before_a_failure_stand_and_no_others_are_asked(tmp_path):
    path, done = tmp_path / FILE, []

    def ask(item):
        if item == "d":
            raise TimeoutError("no reply")
        done.append(item)
        with AnswerFile(path) as other:  # on disk before the next one is asked, for all to see
            assert list(other.of("llm", identity_of(one))) == done[:-1]
        return item

    def ask_all():
        with recalled({"llm": one}, path) as recall:
            for item in "abcde":
                recall.said("llm", item, partial(ask, item))

    with pytest.raises(TimeoutError):
        ask_all()
    assert asked(path, {"llm": one}, "abcde", dict.fromkeys("abcde", 1))[0] == [
        ("llm", "d"),
        ("llm", "e"),
    ]


def test_forgotten_answers_are_asked_again_and_counted(tmp_path):
    path, answers = tmp_path / FILE, {"a": "spam", "b": "ham"}
    assert times_forgotten(path) == 0
    asked(path, {"llm": one, "other": two}, "ab", answers)
    with AnswerFile(path) as kept:
        assert kept.forget(["llm"]) == 2
        assert kept.forget(["nobody"]) == 0
    assert asked(path, {"llm": one, "other": two}, "a", answers)[0] == [("llm", "a")]
    with AnswerFile(path) as kept:
        assert kept.forget() == 3
    assert times_forgotten(path) == 3


def test_file_holds_neither_rows_nor_what_a_function_knows(tmp_path):
    key = "sk-live-0123456789"

    def ask(row):
        return key and "spam"

    asked(tmp_path / FILE, {"llm": ask}, ["a1"], {"a1": "spam"})
    for path in tmp_path.iterdir():
        assert key.encode() not in path.read_bytes()


def test_answers_that_are_no_json_are_asked_again(tmp_path):
    calls, said = asked(tmp_path / FILE, {"llm": one}, ["a"], {"a": {1, 2}})
    assert said == [{1, 2}]
    assert asked(tmp_path / FILE, {"llm": one}, ["a"], {"a": "x"}) == (calls, ["x"])


def test_labels_are_no_file_of_answers(tmp_path):
    with Events(tmp_path / "labels.sqlite"), pytest.raises(DataError, match="something else"):
        AnswerFile(tmp_path / "labels.sqlite")


def test_nothing_is_kept_without_a_place(tmp_path):
    with recalled({"llm": one}, None) as recall:
        assert recall.said("llm", "a", lambda: "x") == "x"
        assert recall.said("llm", "a", lambda: "y") == "y"
    assert Recall({}).notes() == []


def asking(prompt, examples=(), client=None):
    count = 0
    heard = []

    def ask(row):
        nonlocal count
        count += 1
        heard.append(row)
        return prompt, examples, client

    return ask


class Labeller:
    def __init__(self, prompt):
        self.prompt, self.client, self.calls = prompt, Lock(), 0

    def ask(self, row):
        self.calls += 1
        return self.prompt

    def __call__(self, row):
        return self.ask(row)


def test_function_is_another_one_by_its_prompt_and_not_by_what_it_counts():
    for client in (None, Lock()):  # a client's content cannot be seen
        first = asking("Is it spam?", client=client)
        before = identity_of(first)
        first("row")
        assert identity_of(first) == before == identity_of(asking("Is it spam?", client=client))
        assert identity_of(asking("Is it ham?", client=client)) != before
        assert identity_of(asking("Is it spam?", ("a",), client=client)) != before
    method = Labeller("Is it spam?")
    before = identity_of(method.ask), identity_of(method)
    method("row")
    again, other = Labeller("Is it spam?"), Labeller("Is it ham?")
    assert (identity_of(method.ask), identity_of(method)) == before
    assert (identity_of(again.ask), identity_of(again)) == before
    assert identity_of(other.ask) != before[0]
    assert identity_of(other) != before[1]
    given = partial(Labeller.ask, method)
    assert identity_of(given) == identity_of(given)


PROMPT = "Is it spam?"


def by_prompt(row, lock=Lock()):  # noqa: B008
    return PROMPT, lock


def test_function_whose_text_elsewhere_changes_is_another_one(monkeypatch):
    before = identity_of(by_prompt)
    monkeypatch.setitem(globals(), "PROMPT", "Is it ham?")
    assert identity_of(by_prompt) != before
    monkeypatch.undo()
    assert identity_of(by_prompt) == before


KILLED = """
import os, signal, sys
from fivefold.label.recall import recalled

def ask(row):
    return "spam"

with recalled({"llm": ask}, __import__("pathlib").Path(sys.argv[1])) as recall:
    for place in range(100):
        recall.said("llm", f"item{place}", lambda: "spam")
        if place == 41:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_answers_outlive_a_process_that_is_killed(tmp_path):
    path = tmp_path / FILE
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    with sqlite3.connect(path) as base:
        kept = [item for (item,) in base.execute("select item from answers")]
    assert sorted(kept) == sorted(f"item{place}" for place in range(42))
