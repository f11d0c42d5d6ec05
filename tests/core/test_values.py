"""Settings of every type: on their way through JSON nothing changes."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from fivefold.core.artifact import Artifact
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.errors import ConfigError, RecipeError

Label = str | int | float | bool


class Done(Artifact):
    rows: int = 0


class Kept(Stage):
    numbers: dict[int, float] = Field(default_factory=dict)
    labels: Literal["balanced"] | dict[Label, Annotated[float, Field(gt=0)]] | None = None
    nested: dict[int, dict[bool, tuple[int, ...]]] = Field(default_factory=dict)
    places: dict[tuple[int, int], str] = Field(default_factory=dict)
    optional: Mapping[str | None, Count | None] = Field(default_factory=dict)
    either: tuple[tuple[int, int], ...] | dict[int, int] = ()
    names: frozenset[str | int] = frozenset()
    groups: tuple[frozenset[int], ...] = ()
    pair: tuple[str, dict[int, str]] | None = None
    anything: Any = None

    def run(self, session: Session) -> Done:
        return Done()


def there_and_back(**values):
    text = write_recipe([Kept(**values)])
    (again,) = read_recipe(text, [Kept])
    assert write_recipe([again]) == text
    assert write_recipe([again], strict=False) == text
    return json.loads(text)["stages"][0]["with"], again.settings()


def typed(value):
    """A value in which 1, 1.0 and True differ."""
    if isinstance(value, Mapping):
        return ["dict", *([typed(key), typed(item)] for key, item in value.items())]
    if isinstance(value, frozenset):
        return ["frozenset", *sorted(map(repr, value))]
    if isinstance(value, tuple | list):
        return [type(value).__name__, *map(typed, value)]
    return [type(value).__name__, value]


VALUES = {
    "whole numbers as keys": ("numbers", {0: 1.0, 1: 9.5}, [[0, 1.0], [1, 9.5]]),
    "texts as keys": ("labels", {"0": 1.0, "b": 9.0}, {"0": 1.0, "b": 9.0}),
    "numbers as keys": ("labels", {0.5: 1.0, 1.5: 2.0}, [[0.5, 1.0], [1.5, 2.0]]),
    "whole floats as keys": ("labels", {0.0: 1.0, 1.0: 2.0}, [[0.0, 1.0], [1.0, 2.0]]),
    "truth values as keys": ("labels", {True: 2.0, False: 1.0}, [[True, 2.0], [False, 1.0]]),
    "keys of all types": (
        "labels",
        {1: 1.0, "1": 2.0, 0.5: 3.0},
        [[1, 1.0], ["1", 2.0], [0.5, 3.0]],
    ),
    "a text instead": ("labels", "balanced", "balanced"),
    "nothing": ("labels", None, None),
    "no keys": ("numbers", {}, {}),
    "mappings inside": ("nested", {3: {True: (1, 2)}}, [[3, [[True, [1, 2]]]]]),
    "tuples as keys": ("places", {(0, 1): "a"}, [[[0, 1], "a"]]),
    "none as a key": ("optional", {None: 3, "a": None}, [[None, 3], ["a", None]]),
    "tuples where pairs may stand": ("either", ((1, 2), (3, 4)), [[1, 2], [3, 4]]),
    "pairs where tuples may stand": ("either", {1: 2, 3: 4}, {"$pairs": [[1, 2], [3, 4]]}),
    "a set": ("names", frozenset({"b", "a", 3}), ["a", "b", 3]),
    "sets inside": ("groups", (frozenset({2, 1}), frozenset()), [[1, 2], []]),
    "a mapping in a tuple": ("pair", ("a", {1: "b"}), ["a", [[1, "b"]]]),
    "a mapping of any type": ("anything", {0: "a"}, {"$pairs": [[0, "a"]]}),
    "a tuple of any type": ("anything", ("a", [1, (2,)]), {"$tuple": ["a", [1, {"$tuple": [2]}]]}),
    "a set of any type": ("anything", frozenset({1}), {"$set": [1]}),
    "a list of pairs of any type": ("anything", [[0, 1], [2, 3]], [[0, 1], [2, 3]]),
    "a mark of ours as a key": ("anything", {"$set": [1]}, {"$pairs": [["$set", [1]]]}),
    "the mark of a note as a key": ("anything", {"$object": 1}, {"$pairs": [["$object", 1]]}),
}


@pytest.mark.parametrize("case", VALUES)
def test_value_comes_back_from_a_recipe_with_its_types(case):
    name, value, wanted = VALUES[case]
    written, again = there_and_back(**{name: value})
    assert typed(written) == typed({name: wanted})
    assert typed(again[name]) == typed(value)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
keys = scalars | st.tuples(scalars, scalars)


@settings(deadline=None, max_examples=80)
@given(
    numbers=st.dictionaries(st.integers(), st.floats(allow_nan=False)),
    labels=st.dictionaries(
        st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        st.floats(min_value=0.5, allow_nan=False),
    ),
    anything=st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner)
            | st.lists(inner).map(tuple)
            | st.dictionaries(keys, inner)
            | st.frozensets(keys)
        ),
        max_leaves=8,
    ),
)
def test_values_of_all_kinds_come_back_with_their_types(numbers, labels, anything):
    _, again = there_and_back(numbers=numbers, labels=labels, anything=anything)
    assert typed(again["numbers"]) == typed(numbers)
    assert typed(again["labels"]) == typed(labels)
    assert typed(again["anything"]) == typed(anything)


def test_values_of_numpy_and_counters_are_plain_ones():
    labels, counts = np.unique([0, 0, 1], return_counts=True)
    stage = Kept(
        labels=dict(zip(labels, 1.0 / counts, strict=True)),
        numbers=Counter({np.int64(3): 2}),
        names={np.str_("a")},
    )
    assert typed(stage.labels) == typed({0: 0.5, 1: 1.0})
    assert typed(stage.numbers) == typed({3: 2.0})
    assert typed(Kept(labels={np.True_: 2, np.False_: 1}).labels) == typed({True: 2.0, False: 1.0})
    assert stage.names == frozenset({"a"})
    assert type(next(iter(stage.names))) is str


def test_set_is_written_in_one_order_in_every_process():
    code = (
        "from tests.core.test_values import Kept; from fivefold.core.recipe import write_recipe; "
        "print(write_recipe([Kept(names={'a', 'b', 'c', 'd', 'e', 7}, anything={'x', 'y', 'z'})]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1


def recipe(**settings):
    stage = {"stage": f"{__name__}:Kept", "with": settings}
    return json.dumps({"format": "fivefold/recipe-1", "stages": [stage]})


def test_recipe_with_a_key_twice_is_refused():
    with pytest.raises(ConfigError) as caught:
        read_recipe(recipe(labels=[[1, 2.0], [1.0, 3.0]]), [Kept])
    assert str(caught.value) == (
        "Kept: expected a valid setting, found 1 wrong: labels.\n\n"
        "  labels: expected each key once, found 1.0 twice\n\n"
        "Leave one of them out."
    )
    text = recipe(labels={"a": 1.0}).replace('"a": 1.0', '"a": 1.0, "a": 2.0')
    with pytest.raises(RecipeError, match="expected each name once, found 'a' twice"):
        read_recipe(text, [Kept])


@pytest.mark.parametrize(
    "settings", [{"labels": [[1, 2.0, 3]]}, {"labels": [1]}, {"numbers": {"$pairs": 3}}]
)
def test_recipe_with_what_is_no_mapping_is_refused(settings):
    with pytest.raises(ConfigError):
        read_recipe(recipe(**settings), [Kept])
