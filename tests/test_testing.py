"""The checks that ship: what every stage must keep to, and fingerprints."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from pydantic import field_validator

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import LeakError
from fivefold.testing import check_stage, fingerprint

ROWS = 200


def gathered(rows: int = ROWS, task: str = "binary") -> Collected:
    """Two numbers, a category, a flag, a day, and a target that depends on the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    target = np.array(["no", "yes"], dtype=object)[(x + rng.normal(size=rows) > 0).astype(int)]
    columns = {
        "x": x,
        "z": rng.normal(size=rows),
        "town": np.array(["Ulm", "Bonn", None], dtype=object)[rng.integers(3, size=rows)],
        "flag": rng.integers(2, size=rows).astype(float),
        "day": np.datetime64("2020-01-01", "us") + rng.integers(999, size=rows).astype("m8[D]"),
        "person": rng.integers(50, size=rows).astype(float),
        "y": target if task == "binary" else x * 2,
    }
    kinds = {"town": "categorical", "flag": "boolean", "day": "datetime"}
    kinds["y"] = "categorical" if task == "binary" else "numeric"
    roles = {"y": "target", "person": "ignored"}
    return Collected(
        table=Columns(columns),
        schema=Schema(
            columns=tuple(
                Column(name=n, kind=kinds.get(n, "numeric"), role=roles.get(n, "input"))
                for n in columns
            ),
            targets=("y",),
            task=task,
            classes=("no", "yes") if task == "binary" else (),
        ),
        usable=np.ones(rows, dtype=bool),
        given=None,
        findings=(),
        provenance={},
    )


@dataclass(frozen=True)
class Centre:
    """Stands for a codec: what a scaler learns."""

    mean: np.ndarray
    prior: float = 0.0


class Line:
    """Stands for a network."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}


class Threshold(Artifact):
    value: float


DIFFERENT = [
    (1, 2),
    (1, 1.0),
    (1, True),
    (1, "1"),
    (None, "None"),
    ((1, 2), [1, 2]),
    ([[1], 2], [[1, 2]]),
    ([[1], [2]], [[1, 2], []]),
    ({"a": {"b": 1}, "c": 2}, {"a": {"b": 1, "c": 2}}),
    ({"a": 1}, {"b": 1}),
    (["ab", "c"], ["a", "bc"]),
    ([b"ab"], [b"a", b"b"]),
    (0.0, -0.0),
    (np.zeros(2), np.zeros(3)),
    (np.zeros(4), np.zeros((2, 2))),
    (np.zeros(2, dtype=np.float32), np.zeros(1)),
    (np.array([0.0]), np.array([-0.0])),
    (np.array(["a", None], dtype=object), np.array(["a", "None"], dtype=object)),
    (np.array(["2020"], dtype="M8[us]"), np.array(["NaT"], dtype="M8[us]")),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
    (pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [2], "b": [1]})),
    (Columns({"a": np.zeros(2)}), Columns({"b": np.zeros(2)})),
    (Centre(np.zeros(2)), Centre(np.ones(2))),
    (Line(np.zeros(2)), Line(np.ones(2))),
    (Threshold(value=0.5), Threshold(value=0.25)),
    ({1, 2}, {1, 3}),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=lambda value: repr(value)[:30])
def test_fingerprint_of_different_values_differs_and_of_copies_does_not(one, other):
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(copy.deepcopy(one))


def test_fingerprint_sees_content_and_not_memory():
    ordered = np.arange(6.0).reshape(2, 3)
    assert fingerprint(np.asfortranarray(ordered)) == fingerprint(ordered)
    assert fingerprint(ordered[:, ::2]) == fingerprint(ordered[:, ::2].copy())
    assert fingerprint(np.array([np.nan])) == fingerprint(np.array([np.nan]))
    assert fingerprint({"b", "a", "c"}) == fingerprint({"c", "b", "a"})


def test_fingerprint_of_what_cannot_be_seen_is_refused():
    for opaque in (lambda: None, object()):
        with pytest.raises(LeakError, match="expected something whose content can be seen"):
            fingerprint({"inside": opaque})


class Scaled(Artifact):
    mean: float
    names: tuple[str, ...] = ()


class Scale(Stage):
    """A stage that keeps every rule."""

    factor: float = 1.0
    names: tuple[str, ...] = ()

    def run(self, collected: Collected, session: Session) -> Scaled:
        noise = np.random.default_rng(session.seed).normal()
        mean = float(collected.table.column("x").mean())
        return Scaled(mean=mean * self.factor + noise, names=self.names)


def test_check_stage_passes_a_stage_that_keeps_the_rules():
    assert check_stage(Scale(factor=2.0, names=["a"]), gathered()) is None
    assert check_stage(Scale(), gathered(), Session(seed=9)) is None


def test_check_stage_passes_settings_that_no_recipe_can_hold():
    class Wrap(Stage):
        network: Any = None

        def run(self, session: Session) -> Scaled:
            return Scaled(mean=0.0)

    check_stage(Wrap(network=len))


def test_check_stage_passes_optional_inputs_that_are_absent():
    class Perhaps(Stage):
        def run(self, session: Session, scaled: Scaled | None = None) -> Threshold:
            return Threshold(value=scaled.mean if scaled else 0.0)

    check_stage(Perhaps())
    check_stage(Perhaps(), Scaled(mean=0.5))


def test_check_stage_passes_what_cannot_be_saved():
    class Held(Artifact):
        opened: object

        def fitted(self) -> dict[str, Any]:
            return {}

    class Hold(Stage):
        def run(self, session: Session) -> Held:
            return Held(opened=len)

    check_stage(Hold())


def test_check_stage_without_an_input_says_which():
    with pytest.raises(AssertionError, match="Scale: inputs lack Collected"):
        check_stage(Scale())


def test_check_stage_catches_an_input_that_is_changed():
    class Spoil(Stage):
        def run(self, collected: Collected) -> Scaled:
            collected.usable[:] = False
            return Scaled(mean=0.0)

    with pytest.raises(AssertionError, match=r"Spoil: run\(\) changed its input Collected"):
        check_stage(Spoil(), gathered())


def test_check_stage_catches_randomness_that_no_seed_decides():
    class Roll(Stage):
        def run(self, session: Session) -> Scaled:
            return Scaled(mean=float(np.random.default_rng().random()))

    with pytest.raises(AssertionError, match="Roll: two runs with one seed differ"):
        check_stage(Roll())


def test_check_stage_catches_memory_between_runs():
    class Remember(Stage):
        log: Any = None

        def run(self, session: Session) -> Scaled:
            self.log.append(1)
            return Scaled(mean=float(len(self.log)))

    with pytest.raises(AssertionError, match="two runs with one seed differ"):
        check_stage(Remember(log=Log()))


class Log(list):
    """A list that a setting keeps as it is."""


def test_check_stage_catches_a_wrong_return_type():
    class Stray(Stage):
        def run(self, session: Session) -> Scaled:
            return Threshold(value=0.5)

    with pytest.raises(AssertionError, match=r"Stray: run\(\) gave Threshold"):
        check_stage(Stray())


def test_check_stage_catches_settings_that_change_on_their_way_through_json():
    class Shout(Stage):
        text: str = ""

        @field_validator("text")
        @classmethod
        def _louder(cls, text: str) -> str:
            return f"{text}!"

        def run(self, session: Session) -> Scaled:
            return Scaled(mean=0.0)

    with pytest.raises(AssertionError, match="Shout: settings change on their way through JSON"):
        check_stage(Shout(text="hey"))


def test_check_stage_catches_an_artifact_that_loads_otherwise():
    class Forgetful(Artifact):
        mean: float

        @classmethod
        def load(cls, folder: str | Path) -> Self:
            return cls(mean=0.0)

    class Forget(Stage):
        def run(self, session: Session) -> Forgetful:
            return Forgetful(mean=1.0)

    with pytest.raises(AssertionError, match="Forgetful changes when saved and loaded"):
        check_stage(Forget())
