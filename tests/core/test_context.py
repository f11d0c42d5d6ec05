"""Contexts: artifacts by class and label, only ever extended into new ones."""

import sys
from types import ModuleType

import pytest

from core.toys import Collected, Trained
from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.errors import WiringError


def test_context_extended_leaves_the_first_as_it_was():
    first = Context().extended(Key(Collected), Collected(rows=1))
    second = first.extended(Key(Collected), Collected(rows=2)).extended(Key(Trained), Trained())
    assert first[Collected].rows == 1
    assert Trained not in first
    assert second[Collected].rows == 2
    assert (len(first), len(second)) == (1, 2)


def test_context_built_from_a_dict_does_not_follow_its_changes():
    artifacts = {Key(Collected): Collected()}
    context = Context(artifacts)
    artifacts[Key(Trained)] = Trained()
    assert Trained not in context


def test_context_with_labels_tells_them_apart():
    teacher, student = Trained(score=1), Trained(score=2)
    context = Context({Key(Trained, "teacher"): teacher, Key(Trained): student})
    assert context[Trained] is student
    assert context[Trained, "teacher"] is teacher
    assert (Trained, "pupil") not in context


def test_context_lists_its_keys_in_the_order_of_writing():
    context = Context().extended(Key(Trained), Trained()).extended(Key(Collected), Collected())
    assert [key.type for key in context] == [Trained, Collected]
    assert repr(context) == "Context(Trained, Collected)"


def test_context_asked_for_what_is_missing_says_what_it_holds():
    context = Context().extended(Key(Collected), Collected())
    with pytest.raises(WiringError) as caught:
        context[Trained]
    assert str(caught.value) == (
        "Context: expected Trained, found Collected.\n"
        "Run the stage that writes it, or ask for another artifact."
    )
    assert caught.value.key == Key(Trained)
    assert context.get(Key(Trained)) is None


def test_context_that_is_empty_says_so():
    with pytest.raises(WiringError, match="expected Trained, found nothing"):
        Context()[Trained]


def test_context_only_keeps_the_addresses_asked_for():
    context = Context({Key(Collected): Collected(), Key(Trained): Trained()})
    only = context.only([Key(Trained), Key(Trained, "absent")])
    assert list(only) == [Key(Trained)]


def test_context_asked_for_a_class_defined_twice_says_so(monkeypatch: pytest.MonkeyPatch):
    notebook = ModuleType("notebook_context")
    monkeypatch.setitem(sys.modules, notebook.__name__, notebook)
    exec("from fivefold.core.artifact import Artifact", notebook.__dict__)
    cell = "class Distilled(Artifact):\n    score: float = 0.0\n"
    exec(cell, notebook.__dict__)
    context = Context({Key(notebook.Distilled): notebook.Distilled()})
    exec(cell, notebook.__dict__)
    with pytest.raises(WiringError, match=r"another class of that name|defined twice|again"):
        context[notebook.Distilled]
