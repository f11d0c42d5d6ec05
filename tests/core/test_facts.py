"""Facts: plain values with types, which are a mapping too."""

import copy
from pathlib import Path

import pytest

from fivefold.core.artifact import Artifact, Facts
from fivefold.core.store import load_fields, save_fields
from fivefold.errors import SignatureError


class Taken(Facts):
    seconds: float = 0.0
    resumed: int = 0
    clip: float | None = None


class Fitted(Artifact):
    taken: Taken
    name: str = ""


def test_facts_are_attributes_and_a_mapping_of_what_was_given():
    taken = Taken(clip=None, seconds=1.5)
    assert (taken.seconds, taken.resumed, taken.clip) == (1.5, 0, None)
    assert taken == {"clip": None, "seconds": 1.5}
    assert list(taken) == ["clip", "seconds"]
    assert taken.get("resumed") is None
    assert {**taken} == dict(taken)
    with pytest.raises(KeyError):
        taken["resumed"]


def test_facts_hold_names_of_the_users_own():
    taken = Taken.of({"temperature": 2.0})
    assert taken["temperature"] == 2.0
    assert Taken.of(taken) is taken


def test_facts_of_names_that_a_mapping_has_are_in_it_and_hide_no_method():
    given = {"items": 3, "get": 4, "of": 5, "self": 6, "_values": 7, "seconds": 1.0}
    taken = Taken.of(given)
    assert dict(taken) == given
    assert {**taken} == dict(copy.deepcopy(taken).items()) == given
    assert taken.get("items") == 3
    assert repr(Taken(items=3)) == "Taken(items=3)"
    with pytest.raises(SignatureError, match="found items"):

        class Wrong(Facts):
            items: int = 3


def test_facts_are_not_changed():
    taken = Taken(seconds=1.5)
    with pytest.raises(AttributeError, match="Taken is not changed"):
        taken.seconds = 2.0
    with pytest.raises(TypeError):
        taken["seconds"] = 2.0


def test_facts_are_copied_and_shown():
    taken = Taken(seconds=1.5)
    assert copy.deepcopy(taken) == taken
    assert type(copy.deepcopy(taken)) is Taken
    assert repr(taken) == "Taken(seconds=1.5)"


def test_artifact_takes_a_dict_for_facts_and_saves_it_as_one(tmp_path: Path):
    fitted = Fitted(taken={"seconds": 1.5, "clip": None})
    assert isinstance(fitted.taken, Taken)
    fitted.save(tmp_path / "new")
    save_fields("Fitted", {"taken": {"seconds": 1.5, "clip": None}, "name": ""}, tmp_path / "old")
    for name in ("taken.json", "artifact"):
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "old" / name).read_bytes()
    for folder in ("new", "old"):
        loaded = Fitted.load(tmp_path / folder)
        assert (loaded.taken.seconds, dict(loaded.taken)) == (1.5, dict(fitted.taken))
    assert type(load_fields("Fitted", tmp_path / "new")["taken"]) is dict


def test_artifact_with_facts_replaced_has_facts_again():
    fitted = Fitted(taken=Taken()).replace(taken={"seconds": 3.0})
    assert fitted.taken.seconds == 3.0
