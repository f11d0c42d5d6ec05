"""Settings: strictly typed, all faults at once, friendly to numpy and lists."""

import copy
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError, field_validator, model_validator

from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.stage import Count, PathText, Stage
from fivefold.errors import ConfigError


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


class Bounded(Stage):
    low: int = 0
    high: int = 9
    names: tuple[str, ...] = ()

    @field_validator("names")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("names are given twice")
        return names

    @model_validator(mode="after")
    def _ordered(self) -> "Bounded":
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self

    def run(self, session: Session) -> Trained:
        return Trained()


def refused(**values: Any) -> str:
    """What the error of a wrong Train says."""
    with pytest.raises(ConfigError) as caught:
        Train(**values)
    return str(caught.value)


def test_stage_with_a_mistyped_setting_asks_whether_another_was_meant():
    assert refused(epoch=3) == (
        "Train: expected a valid setting, found 1 wrong: epoch.\n"
        "\n"
        "  epoch: no such setting; did you mean `epochs`?\n"
        "\n"
        "Write epochs instead of epoch."
    )


def test_stage_with_an_unknown_setting_lists_what_there_is():
    assert refused(qqq=3) == (
        "Train: expected a valid setting, found 1 wrong: qqq.\n"
        "\n"
        "  qqq: no such setting\n"
        "\n"
        "Choose among source, epochs, lr, scale, balanced, widths, kinds, loss."
    )


def test_stage_with_many_wrong_settings_lists_them_all():
    with pytest.raises(ConfigError) as caught:
        Train(epochs="12", lr=-1.0, scale="standart", batchsize=3)
    message = str(caught.value)
    assert message.startswith("Train: expected valid settings, found 4 wrong: ")
    assert "  epochs: expected a valid integer, found '12'\n" in message
    assert "  lr: expected greater than 0, found -1.0\n" in message
    assert "  scale: expected 'standard', 'minmax' or 'none', found 'standart'\n" in message
    assert "  batchsize: no such setting\n" in message
    assert caught.value.stage == "Train"
    assert set(caught.value.settings) == {"epochs", "lr", "scale", "batchsize"}


def test_stage_without_a_required_setting_names_it():
    with pytest.raises(ConfigError) as caught:
        Required()
    assert str(caught.value) == (
        "Required: expected a valid setting, found 1 wrong: target.\n"
        "\n"
        "  target: required, found nothing\n"
        "\n"
        "Give target a value."
    )


@pytest.mark.parametrize("value", ["12", 12.0, True, 0, -3, None, np.float64(3), np.bool_(True)])
def test_count_that_is_no_positive_integer_is_refused(value):
    assert "epochs: " in refused(epochs=value)


@pytest.mark.parametrize("value", [np.int64(12), np.int8(12), np.uint16(12), np.array(12), 12])
def test_count_from_numpy_becomes_an_int(value):
    epochs = Train(epochs=value).epochs
    assert type(epochs) is int
    assert epochs == 12


@pytest.mark.parametrize("value", ["0.1", True, None])
def test_float_setting_that_is_no_number_is_refused(value):
    assert "lr: " in refused(lr=value)


@pytest.mark.parametrize("value", [np.float64(0.5), np.float32(0.5), 0.5])
def test_float_setting_from_numpy_becomes_a_float(value):
    lr = Train(lr=value).lr
    assert type(lr) is float
    assert lr == 0.5


@pytest.mark.parametrize("value", ["true", 1, None])
def test_bool_setting_that_is_no_bool_is_refused(value):
    assert "balanced: " in refused(balanced=value)


@pytest.mark.parametrize("value", ["b.csv", Path("b.csv"), PurePosixPath("b.csv")])
def test_path_setting_takes_text_and_path_objects_as_they_are(value):
    assert Train(source=value).source == value


def test_path_setting_that_is_no_path_is_named_without_jargon():
    message = refused(source=3)
    assert "found 1 wrong: source." in message
    assert "found 3" in message
    assert not [jargon for jargon in ("lax", "is-instance", "[", "union") if jargon in message]


def test_tuple_setting_takes_a_list():
    assert Train(widths=[64, np.int32(32)]).widths == (64, 32)
    assert Train(kinds={"a": ["b", "c"]}).kinds == {"a": ("b", "c")}


def test_one_text_stands_for_a_list_of_it_where_no_text_may_stand():
    class Several(Stage):
        names: tuple[str, ...] = ()
        many: tuple[str, ...] | dict[str, str] = ()
        either: str | tuple[str, ...] = ()
        pair: tuple[str, str] = ("", "")

        def run(self) -> Trained:
            return Trained()

    stage = Several(names="id", many="?", either="y")
    assert (stage.names, stage.many, stage.either) == (("id",), ("?",), "y")
    assert Several.from_settings('{"names": ["a", "b"]}').names == ("a", "b")
    with pytest.raises(ConfigError, match="pair"):
        Several(pair="id")


def test_tuple_setting_does_not_follow_the_list_it_was_given():
    widths = [64]
    stage = Train(widths=widths)
    widths.append(32)
    assert stage.widths == (64,)


def test_tuple_setting_with_a_wrong_item_says_which():
    assert "  widths[1]: expected a valid integer, found 'a'" in refused(widths=[1, "a"])
    assert "widths" in refused(widths="64")


def test_stage_whose_own_field_validator_complains_says_it_in_a_config_error():
    with pytest.raises(ConfigError) as caught:
        Bounded(names=["a", "a"])
    assert "  names: names are given twice, found " in str(caught.value)
    assert caught.value.settings == ("names",)


def test_stage_whose_own_model_validator_complains_says_it_in_a_config_error():
    with pytest.raises(ConfigError) as caught:
        Bounded(low=10)
    message = str(caught.value)
    assert message.startswith("Bounded: expected ")
    assert "low must not exceed high" in message
    assert ": ." not in message
    assert "pydantic" not in message


def test_stage_setting_assigned_is_refused():
    stage = Train()
    with pytest.raises((ConfigError, ValidationError), match="frozen"):
        stage.epochs = 3
    with pytest.raises((ConfigError, ValidationError, ValueError)):
        stage.memory = 3
    assert stage.epochs == 10


def test_replace_changes_a_setting_in_a_new_stage():
    one = Train("b.csv", epochs=3)
    other = one.replace(epochs=5)
    assert (one.epochs, other.epochs, other.source) == (3, 5, "b.csv")
    assert type(other) is Train


def test_stage_copied_keeps_its_settings():
    stage = Train(epochs=3)
    assert copy.deepcopy(stage).settings() == {"epochs": 3}


@settings(deadline=None, max_examples=60)
@given(
    epochs=st.integers(1, 2**62),
    lr=st.floats(min_value=0, exclude_min=True, allow_infinity=True),
    source=st.text(),
    widths=st.lists(st.integers(1, 4096)),
    kinds=st.dictionaries(st.text(), st.lists(st.text())),
    scale=st.sampled_from(["standard", "minmax", "none"]),
)
def test_replace_with_nothing_gives_the_same_settings(epochs, lr, source, widths, kinds, scale):
    stage = Train(source, epochs=epochs, lr=lr, widths=widths, kinds=kinds, scale=scale)
    assert stage.replace().settings() == stage.settings()


def test_annotated_setting_is_checked_too():
    class Clipped(Stage):
        fraction: Annotated[float, Field(ge=0, le=1)] = 0.5

        def run(self, session: Session) -> Trained: ...

    with pytest.raises(ConfigError, match="fraction: expected less than or equal to 1"):
        Clipped(fraction=1.5)
