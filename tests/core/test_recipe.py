"""Recipes: a pipeline as JSON text, and back."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.identity import identify, known_by_name
from fivefold.core.recipe import write_recipe
from fivefold.core.session import Session
from fivefold.core.stage import Count, Data, PathText, Stage
from fivefold.core.wiring import place
from fivefold.errors import ConfigError, FivefoldError, RecipeError

HERE = __name__


class Collected(Artifact):
    rows: int = 0


class Trained(Artifact):
    rows: int = 0


class Collect(Stage):
    source: PathText = Field(kw_only=False)
    kinds: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def run(self, session: Session) -> Collected:
        return Collected()


class Train(Stage):
    network: Any = Field(default=None, kw_only=False)
    epochs: Count = 10
    lr: float = 0.1
    widths: tuple[Count, ...] = ()
    scale: Literal["standard", "none"] = "standard"
    weights: dict[int, float] = Field(default_factory=dict)
    note: str | None = None

    def run(self, data: Collected) -> Trained:
        return Trained()


def recipe(*stages: object) -> str:
    return json.dumps({"format": "fivefold/recipe-1", "stages": list(stages)})


def test_recipe_of_a_chain_is_readable_json_with_the_given_settings_only():
    text = Chain([Collect("a.csv"), Train(epochs=np.int64(3), widths=[4, 5])]).to_json()
    assert json.loads(text) == {
        "format": "fivefold/recipe-1",
        "stages": [
            {"stage": f"{HERE}:Collect", "with": {"source": "a.csv"}},
            {"stage": f"{HERE}:Train", "with": {"epochs": 3, "widths": [4, 5]}},
        ],
    }


def test_recipe_read_gives_the_same_pipeline():
    chain = Chain([Collect("a.csv", kinds={"a": ["x"]}), Train(epochs=3, widths=[4], scale="none")])
    again = Chain.from_json(chain.to_json())
    assert [type(stage) for stage in again] == [Collect, Train]
    assert [stage.settings() for stage in again] == [stage.settings() for stage in chain]
    assert again.to_json() == chain.to_json()


def test_recipe_with_a_path_object_reads_as_text():
    again = Chain.from_json(Chain([Collect(Path("data") / "a.csv")]).to_json())
    assert again["collect"].source == str(Path("data/a.csv"))


@settings(deadline=None, max_examples=80)
@given(
    epochs=st.integers(1, 2**70),
    lr=st.floats(allow_nan=False),
    widths=st.lists(st.integers(1, 4096)),
    note=st.none() | st.text(),
    network=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    ),
)
def test_recipe_round_trip_keeps_every_setting(epochs, lr, widths, note, network):
    stage = Train(network, epochs=epochs, lr=lr, widths=widths, note=note)
    chain = Chain([Collect("a"), stage])
    again = Chain.from_json(chain.to_json())["train"]
    assert again.settings() == stage.settings()
    assert again.replace(epochs=1).epochs == 1


def test_recipe_with_keys_that_json_would_change_holds_pairs():
    chain = Chain([Collect("a"), Train(weights={0: 1.0, 1: 3.0})])
    written = json.loads(chain.to_json())["stages"][1]["with"]
    assert written == {"weights": [[0, 1.0], [1, 3.0]]}
    assert Chain.from_json(chain.to_json())["train"].weights == {0: 1.0, 1: 3.0}


@pytest.mark.parametrize(
    ("value", "name"),
    [(np.arange(3), "ndarray"), (len, "len"), ({"a": [object()]}, "object"), (Path, "Path")],
    ids=["array", "function", "nested", "class"],
)
def test_recipe_of_what_json_cannot_hold_is_refused_by_stage_and_setting(value, name):
    with pytest.raises(RecipeError) as caught:
        Chain([Collect("a"), Train(value)]).to_json()
    assert str(caught.value) == (
        f"Recipe: expected plain values, found {name} in Train.network.\n"
        "Keep such a pipeline as a Python script, or give a path or a name instead."
    )
    assert caught.value.setting == "Train.network"


def test_recipe_for_the_record_notes_what_json_cannot_hold():
    text = write_recipe([Train(len)], strict=False)
    assert json.loads(text)["stages"][0]["with"]["network"] == {"$object": "len"}
    with pytest.raises(RecipeError) as caught:
        Chain.from_json(text)
    assert str(caught.value) == (
        f"Recipe: expected a plain value for {HERE}:Train.network, found a note of len.\n"
        "Build that stage in Python."
    )


def test_recipe_for_the_record_with_a_note_deep_inside_is_not_read_either():
    text = write_recipe([Collect("a"), Train({"loss": [len]})], strict=False)
    with pytest.raises(RecipeError, match="found a note of len"):
        Chain.from_json(text)


def test_recipe_that_is_no_json_says_where():
    with pytest.raises(RecipeError) as caught:
        Chain.from_json('{"format":\n oops}')
    assert str(caught.value) == (
        "Recipe: expected JSON, found Expecting value in line 2.\n"
        "Write recipes with pipeline.to_json()."
    )


@pytest.mark.parametrize(("text", "found"), [("{}", "None"), ("[]", "'list'"), ("3", "'int'")])
def test_recipe_of_another_format_is_refused(text, found):
    with pytest.raises(RecipeError) as caught:
        Chain.from_json(text)
    assert str(caught.value) == (
        f"Recipe: expected the format fivefold/recipe-1, found {found}.\n"
        "Write recipes with pipeline.to_json()."
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"format": "fivefold/recipe-1"}',
        '{"format": "fivefold/recipe-1", "stages": 3}',
        recipe("Collect"),
        recipe({}),
        recipe({"stage": 3}),
        recipe({"stage": f"{HERE}:Collect", "with": [1]}),
        recipe({"stage": f"{HERE}:Collect", "with": "a.csv"}),
    ],
)
def test_recipe_of_the_right_format_but_the_wrong_shape_is_refused(text):
    with pytest.raises(RecipeError):
        Chain.from_json(text)


def test_recipe_with_an_unknown_stage_names_it_and_imports_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "planted.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RecipeError) as caught:
        Chain.from_json(recipe({"stage": "planted:Evil"}))
    assert str(caught.value) == (
        "Recipe: expected a stage that is defined, found 'planted:Evil'.\n"
        "Import or define its class first; a recipe imports nothing."
    )
    assert "planted" not in sys.modules


def test_recipe_with_a_wrong_setting_explains_it_as_python_would():
    with pytest.raises(ConfigError, match="did you mean `epochs`"):
        Chain.from_json(recipe({"stage": f"{HERE}:Train", "with": {"epoch": 3}}))
    with pytest.raises(ConfigError, match="epochs: expected a valid integer, found '3'"):
        Chain.from_json(recipe({"stage": f"{HERE}:Train", "with": {"epochs": "3"}}))


def test_recipe_without_a_required_setting_is_refused():
    with pytest.raises(ConfigError, match="source: required"):
        Chain.from_json(recipe({"stage": f"{HERE}:Collect"}))


def test_recipe_is_wired_and_checked_when_read():
    with pytest.raises(FivefoldError, match="reads Collected, which nothing before it writes"):
        Chain.from_json(recipe({"stage": f"{HERE}:Train"}))


def test_recipe_of_a_slice_that_needs_artifacts_is_refused():
    chain = Chain([Collect("a"), Train(epochs=3)])
    with pytest.raises(RecipeError, match="found one given Collected"):
        chain[1:].to_json()
    assert Chain.from_json(chain[:1].to_json()).names == ("collect",)


def test_recipe_with_a_stage_defined_twice_takes_the_newer(monkeypatch: pytest.MonkeyPatch):
    notebook = ModuleType("notebook_recipe")
    monkeypatch.setitem(sys.modules, notebook.__name__, notebook)
    cell = (
        "from fivefold.core.artifact import Artifact\n"
        "from fivefold.core.session import Session\n"
        "from fivefold.core.stage import Stage\n"
        "class Guess(Stage):\n"
        "    def run(self, session: Session) -> Guessed: ...\n"
    )
    exec("from fivefold.core.artifact import Artifact", vars(notebook))
    exec("class Guessed(Artifact): ...", vars(notebook))
    exec(cell, vars(notebook))
    older = notebook.Guess
    exec(cell, vars(notebook))
    assert notebook.Guess is not older
    (built,) = Chain.from_json(recipe({"stage": "notebook_recipe:Guess"}))
    assert type(built) is notebook.Guess


def test_recipe_names_a_stage_handed_to_it():
    class Local(Stage):
        def run(self, session: Session) -> Collected: ...

    chain = Chain([Local()])
    (built,) = Chain.from_json(chain.to_json(), stages=[Local])
    assert type(built) is Local


class Read(Stage):
    rows: Data = Field(kw_only=False)

    def run(self, session: Session) -> Collected:
        return Collected()


@pytest.mark.parametrize("rows", [[{"x": 1, "y": "secret"}], {"y": ["secret"]}, ([1.0], [2])])
def test_recipe_for_the_record_names_rows_and_never_holds_them(rows):
    note = json.loads(write_recipe([Read(rows)], strict=False))["stages"][0]["with"]["rows"]
    assert note["$object"] == type(rows).__name__
    assert sorted(note) == ["$object", "sha256"]
    others = json.loads(json.dumps(rows).replace("secret", "secrets").replace("2", "3"))
    other = json.loads(write_recipe([Read(others)], strict=False))["stages"][0]["with"]["rows"]
    assert other["sha256"] != note["sha256"]
    assert known_by_name(identify(place([Read(rows)]), Session())) == []


def test_recipe_for_the_record_names_rows_that_json_cannot_hold_without_a_digest():
    text = write_recipe([Read({"x": np.arange(3)})], strict=False)
    recipe = json.loads(text)
    assert recipe["stages"][0]["with"] == {"rows": {"$object": "dict"}}
    assert known_by_name(identify(place([Read({"x": np.arange(3)})]), Session())) == ["read.rows"]


@pytest.mark.parametrize("place", ["a.csv", ["a.csv", "b.csv"]])
def test_recipe_for_the_record_holds_the_places_of_rows(place):
    recipe = json.loads(write_recipe([Read(place)], strict=False))
    assert recipe["stages"][0]["with"] == {"rows": place}


def test_recipe_of_a_pipeline_holds_the_rows_that_it_is_built_with():
    text = write_recipe([Read([{"x": 1}])])
    assert json.loads(text)["stages"][0]["with"] == {"rows": [{"x": 1}]}
