"""Spaces of settings: checked when made, inline in a stage, in recipes; a run refuses them."""

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.session import Session
from fivefold.core.space import choice, ends, integer, log_uniform, uniform
from fivefold.core.stage import Count, Stage
from fivefold.errors import ConfigError, PreflightError, RecipeError

Rate = Annotated[float, Field(gt=0)]


class Made(Artifact): ...


class Make(Stage):
    lr: Rate | dict[str, Rate] | None = None
    epochs: Count = 3
    scale: Literal["standard", "quantile"] = "standard"
    widths: tuple[Count, ...] = ()
    model: Any = None

    def run(self, session: Session) -> Made:
        return Made()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: uniform(1, 0), "expected a low end below the high one, found 1 and 0"),
        (lambda: uniform(0, float("inf")), "expected two finite numbers, found inf"),
        (lambda: uniform(False, 1), "expected two finite numbers, found False"),
        (lambda: log_uniform(0, 1), "expected a low end above 0, found 0"),
        (lambda: integer(0, 2, log=True), "expected a low end above 0, found 0"),
        (lambda: integer(0.5, 2), "expected whole numbers, found 0.5"),
        (lambda: choice(), "expected at least two options, found none"),
        (lambda: choice([1, 2]), "expected at least two options, found [1, 2]"),
        (lambda: choice(1, 2, 1), "expected each option once, found 1 twice"),
    ],
)
def test_space_that_cannot_be_is_refused_when_made(make, said):
    with pytest.raises(ConfigError) as caught:
        make()
    assert said in str(caught.value)


def test_options_of_other_types_are_other_options():
    assert choice(1, 1.0, True, "1").options == (1, 1.0, True, "1")


def test_ends_of_nested_spaces_change_one_at_a_time():
    nested = {"a": uniform(1, 2), "b": choice({"c": integer(3, 4)}, None)}
    assert list(ends(nested)) == [
        {"a": 1.0, "b": {"c": 3}},
        {"a": 2.0, "b": {"c": 3}},
        {"a": 1.0, "b": {"c": 4}},
        {"a": 1.0, "b": None},
    ]


def test_stage_takes_spaces_and_shows_them():
    stage = Make(lr=log_uniform(1e-4, 0.1), epochs=integer(1, 9), widths=choice([1], [2, 3]))
    assert repr(stage) == (
        "Make(lr=log_uniform(0.0001, 0.1), epochs=integer(1, 9), widths=choice((1,), (2, 3)))"
    )
    assert stage.replace(epochs=2).settings()["lr"] == log_uniform(1e-4, 0.1)


def test_stage_with_wrong_ends_is_refused_with_all_faults():
    with pytest.raises(ConfigError) as caught:
        Make(
            lr={"a": uniform(-1, 1)},
            epochs=uniform(1.5, 3),
            scale=choice("standard", "quantil"),
            widths=(0,),
            modle=1,
        )
    said = str(caught.value)
    assert {*caught.value.settings} == {"widths", "modle", "lr", "epochs", "scale"}
    assert "found {'a': -1.0} in {'a': uniform(-1.0, 1.0)}" in said
    assert "found 'quantil' in choice('standard', 'quantil')" in said
    assert "found 1.5 in uniform(1.5, 3.0)" in said
    assert "did you mean `model`?" in said


def test_recipe_keeps_spaces():
    stages = [
        Make(
            lr=choice({"a": log_uniform(1e-4, 0.1)}, 0.5),
            epochs=integer(1, 9, log=True),
            widths=choice((1,), (2, 3)),
            model=choice("a", None),
        ),
    ]
    text = Chain(stages).to_json()
    again = Chain.from_json(text, stages=[Make])
    assert again.to_json() == text
    assert again.stages[0].settings() == stages[0].settings()
    lr = json.loads(text)["stages"][0]["with"]["lr"]
    assert lr == {"$choice": [{"a": {"$log_uniform": [0.0001, 0.1]}}, 0.5]}


def test_recipe_with_a_space_that_cannot_be_is_refused():
    text = Chain([Make(epochs=integer(1, 9))]).to_json().replace("9", "0")
    with pytest.raises((ConfigError, RecipeError), match="expected a low end below the high one"):
        Chain.from_json(text, stages=[Make])


def test_run_refuses_spaces_and_names_the_way_out():
    chain = Chain([Make(epochs=integer(1, 9), model=choice("a", "b"))])
    with pytest.raises(PreflightError) as caught:
        chain.execute()
    said = str(caught.value)
    assert "Make: expected one value for `epochs`, found integer(1, 9)." in said
    assert "Make: expected one value for `model`, found choice('a', 'b')." in said
    assert "ff.tune" in said


class Paired(Stage):
    low: int = 0
    high: int = 9

    @model_validator(mode="after")
    def _ordered(self) -> "Paired":
        if self.low > self.high:
            raise ValueError("`low` must not exceed `high`")
        return self

    def run(self, session: Session) -> Made:
        return Made()


def test_settings_that_go_together_are_looked_at_with_each_end():
    stage = Paired(low=integer(0, 5), high=integer(5, 9))
    assert stage.settings() == {"low": integer(0, 5), "high": integer(5, 9)}
    assert Paired.from_settings('{"low": {"$integer": [0, 5]}}').low == integer(0, 5)
    with pytest.raises(ConfigError, match="`low` must not exceed `high`"):
        Paired(low=integer(0, 5), high=4)
    with pytest.raises(ConfigError, match="`low` must not exceed `high`"):
        Paired.from_settings('{"low": {"$integer": [0, 5]}, "high": 4}')
