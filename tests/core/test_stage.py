"""Stages: frozen settings around `run()`, equal only to themselves."""

import inspect
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import Field, ValidationError

from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Count, PathText, Stage
from fivefold.errors import ConfigError, SignatureError


class Trained(Artifact):
    epochs: int = 0


class Train(Stage):
    """Every kind of setting that a stage may have."""

    source: PathText = Field(default="a.csv", kw_only=False)
    epochs: Count = 10
    lr: float = Field(default=1e-3, gt=0)
    scale: Literal["standard", "minmax", "none"] = "standard"
    balanced: bool = False
    widths: tuple[Count, ...] = (256, 256)
    kinds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    loss: Any = None

    def run(self, session: Session) -> Trained:
        return Trained(epochs=self.epochs)


class Required(Stage):
    target: str = Field(kw_only=False)

    def run(self, session: Session) -> Trained:
        return Trained()


def test_setting_that_can_be_changed_in_place_is_refused_at_definition():
    with pytest.raises(SignatureError) as caught:

        class Listed(Stage):
            __qualname__ = "Listed"
            names: list[str] = Field(default_factory=list)
            choices: dict[str, set[int]] = Field(default_factory=dict)

            def run(self, session: Session) -> Trained: ...

    assert str(caught.value) == (
        "Listed: expected fields that are settings, found 2 that are not.\n"
        "\n"
        "  `names` can be changed in place; write tuple[...] or frozenset[...]\n"
        "  `choices` can be changed in place; write tuple[...] or frozenset[...]\n"
        "\n"
        "Rename, retype or move them."
    )


def test_setting_of_a_name_that_stage_uses_is_refused_at_definition():
    with pytest.raises(SignatureError, match="`name` is a name that Stage uses"):

        class Named(Stage):
            name: str = ""

            def run(self, session: Session) -> Trained: ...


def test_setting_that_is_private_is_refused_at_definition():
    with pytest.raises(SignatureError, match="`_model` is private; results belong in artifacts"):

        class Hoarding(Stage):
            _model: object = None

            def run(self, session: Session) -> Trained: ...


def test_setting_by_position_after_one_by_keyword_is_refused_at_definition():
    with pytest.raises(SignatureError, match="`second` is positional after a keyword-only field"):

        class Shuffled(Stage):
            first: int = 1
            second: int = Field(default=2, kw_only=False)

            def run(self, session: Session) -> Trained: ...


def test_stage_on_which_something_is_stored_refuses():
    stage = Train()
    with pytest.raises((TypeError, ConfigError, ValidationError)):
        stage._model = 3
    assert not hasattr(stage, "_model")


def test_stage_first_field_is_positional_too():
    assert Train("b.csv", epochs=3).source == Train(source="b.csv").source == "b.csv"
    assert Required("income").target == "income"


def test_stage_called_wrongly_by_position_fails_as_a_function_would():
    with pytest.raises(TypeError, match="Train takes 1 positional"):
        Train("b.csv", 3)
    with pytest.raises(TypeError, match="two values for 'source'"):
        Train("b.csv", source="c.csv")


def test_stage_signature_shows_how_it_is_called():
    parameters = inspect.signature(Train).parameters
    assert list(parameters)[:2] == ["source", "epochs"]
    assert parameters["source"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert parameters["epochs"].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters["epochs"].default == 10
    assert inspect.signature(Required).parameters["target"].default is inspect.Parameter.empty


def test_replace_with_a_wrong_value_is_refused():
    with pytest.raises(ConfigError, match="epochs: expected a valid integer"):
        Train().replace(epochs="5")
    with pytest.raises(ConfigError, match="did you mean `epochs`"):
        Train().replace(epoch=5)


def test_stage_settings_are_those_that_were_given():
    assert Train(epochs=10, source="b.csv").settings() == {"source": "b.csv", "epochs": 10}
    assert Train().settings() == {}


def test_stage_holding_an_array_compares_and_hashes_by_identity():
    one, other = Train(loss=np.arange(3)), Train(loss=np.arange(3))
    assert one == one
    assert one != other
    assert {one: 1, other: 2}[one] == 1


def test_stage_keeps_an_object_as_it_is():
    module = object()
    array = np.arange(3)
    assert Train(loss=module).loss is module
    assert Train(loss=array).loss is array


def test_stage_repr_shows_what_was_given_in_brief():
    stage = Train(Path("b.csv"), epochs=3, widths=[64], loss=np.zeros(9), kinds={"a": ["b"]})
    assert repr(stage) == (
        "Train(source='b.csv', epochs=3, widths=(64,), kinds={'a': ('b',)}, loss=<ndarray (9,)>)"
    )
    assert str(Train(loss=len)) == "Train(loss=<len>)"
    assert repr(Train()) == "Train()"


def test_stage_without_run_is_refused_when_built():
    class Idle(Stage):
        __qualname__ = "Idle"

    with pytest.raises(SignatureError) as caught:
        Idle()
    assert str(caught.value) == (
        "Idle: expected a run() that says what it reads and writes, found none.\n"
        "Define run(self, ...) with annotations."
    )


@pytest.mark.parametrize(
    ("name", "expected"), [("Train", "train"), ("FineTune", "fine_tune"), ("TopK", "top_k")]
)
def test_stage_default_name_is_its_class_in_snake_case(name, expected):
    assert type(Stage)(name, (Train,), {"__module__": __name__}).default_name() == expected


def test_stage_has_no_rehearsal_preflight_or_side_effects_by_default():
    assert not Train.has_rehearsal()
    assert not Train.side_effects
    assert Train().preflight(Session(), Context()) == []


def test_stage_run_is_free_of_any_pipeline():
    assert Train(epochs=3).run(session=Session()).epochs == 3
