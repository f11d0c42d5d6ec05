"""Artifacts: frozen records, compared by identity, that save and load themselves."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.key import Key
from fivefold.errors import SignatureError, StoreError


class Grown(Artifact):
    height: float
    name: str = "oak"


class Block:
    shape = (3, 4)


class Forest(Artifact):
    trees: object


class Ringed(Artifact):
    artifact: int
    rings: tuple[int, ...]


def test_artifact_subclass_is_a_keyword_only_record():
    grown = Grown(height=2.0)
    assert (grown.height, grown.name) == (2.0, "oak")
    with pytest.raises(TypeError):
        Grown(2.0)


def test_artifact_field_assigned_is_refused():
    grown = Grown(height=2.0)
    with pytest.raises(FrozenInstanceError):
        grown.height = 3.0
    assert grown.height == 2.0


def test_artifact_with_equal_fields_is_equal_only_to_itself():
    one, other = Grown(height=2.0), Grown(height=2.0)
    assert one == one
    assert one != other
    assert len({one, other, one}) == 2


def test_artifact_holding_an_array_like_compares_without_looking_inside():
    class Explosive:
        def __eq__(self, other):
            raise AssertionError("compared by value")

        __hash__ = None

    assert Forest(trees=Explosive()) != Forest(trees=Explosive())


def test_artifact_replace_changes_a_field_in_a_new_artifact():
    one = Grown(height=2.0, name="elm")
    other = one.replace(height=3.0)
    assert (one.height, other.height, other.name) == (2.0, 3.0, "elm")
    assert type(other) is Grown
    with pytest.raises(TypeError):
        one.replace(width=1.0)


def test_artifact_repr_shows_plain_values_and_shapes_only():
    assert repr(Grown(height=2.0)) == "Grown(height=2.0, name='oak')"
    assert repr(Forest(trees=Block())) == "Forest(trees=<Block (3, 4)>)"
    assert repr(Forest(trees=list(range(1000)))) == "Forest(trees=<list of 1000>)"
    assert len(repr(Forest(trees="x" * 500))) < 100


def test_artifact_fitted_is_every_field_unless_said_otherwise():
    assert Grown(height=2.0).fitted() == {"height": 2.0, "name": "oak"}


def test_key_as_text_shows_class_and_label():
    assert str(Key(Grown)) == "Grown"
    assert str(Key(Grown, "second")) == 'Grown "second"'
    assert Key(Grown) != Key(Grown, "second")


def test_derive_with_a_parameter_that_is_no_artifact_is_refused_at_definition():
    with pytest.raises(SignatureError) as caught:

        class Halved(Artifact):
            @classmethod
            def derive(cls, grown: dict) -> "Halved":
                return cls()

    assert "Halved.derive" in str(caught.value)
    assert "parameter 'grown' is dict" in str(caught.value)


def test_artifact_saved_and_loaded_is_the_same(tmp_path: Path):
    Grown(height=2.5, name="Ü <1H OCEAN").save(tmp_path / "grown")
    loaded = Grown.load(tmp_path / "grown")
    assert type(loaded) is Grown
    assert (loaded.height, loaded.name) == (2.5, "Ü <1H OCEAN")


def test_artifact_with_a_field_called_artifact_saves_and_loads(tmp_path: Path):
    Ringed(artifact=7, rings=(1, 2)).save(tmp_path / "ringed")
    loaded = Ringed.load(tmp_path / "ringed")
    assert (loaded.artifact, loaded.rings) == (7, (1, 2))


def test_artifact_of_another_class_is_not_loaded(tmp_path: Path):
    Grown(height=2.5).save(tmp_path / "grown")
    with pytest.raises(StoreError) as caught:
        Forest.load(tmp_path / "grown")
    assert str(caught.value) == (
        f"Forest: expected Forest in {tmp_path / 'grown'}, found Grown.\nLoad it with Grown.load."
    )


def test_artifact_that_would_need_pickle_is_refused_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(StoreError) as caught:
        Forest(trees=lambda: None).save(tmp_path / "forest")
    assert str(caught.value) == (
        "Forest.trees: expected a value that can be saved without pickle, found function.\n"
        "Hold plain values, arrays, tensors or tables in artifacts."
    )
    assert caught.value.field == "trees"
    assert not list(tmp_path.rglob("*.*"))


def test_artifact_saved_over_an_older_one_takes_its_place(tmp_path: Path):
    Grown(height=2.5).save(tmp_path / "kept")
    Forest(trees="many").save(tmp_path / "kept")
    assert Forest.load(tmp_path / "kept").trees == "many"
    with pytest.raises(StoreError, match="found Forest"):
        Grown.load(tmp_path / "kept")


def test_artifact_derivation_is_not_inherited():
    class Halved(Artifact):
        @classmethod
        def derive(cls, grown: Grown) -> "Halved":
            return cls()

    class Quartered(Halved): ...

    assert Halved.derivation is not None
    assert Quartered.derivation is None


def test_derive_that_is_no_classmethod_of_its_own_class_is_refused():
    with pytest.raises(SignatureError, match="expected a classmethod that returns Halved"):

        class Halved(Artifact):
            def derive(self, grown: Grown) -> "Halved":
                return self

    with pytest.raises(SignatureError, match="expected a classmethod that returns Other"):

        class Other(Artifact):
            @classmethod
            def derive(cls, grown: Grown) -> Grown:
                return grown
