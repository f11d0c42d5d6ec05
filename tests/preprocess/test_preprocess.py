import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import ConfigError
from fivefold.partition import Partition
from fivefold.preprocess.preprocess import Preprocess
from fivefold.testing import check_stage

SCHEMA = Schema(
    columns=(
        Column(name="x", kind="numeric"),
        Column(name="t", kind="text"),
        Column(name="y", kind="numeric", role="target"),
    ),
    targets=("y",),
    task="regression",
)


def collected():
    rng = np.random.default_rng(0)
    table = Columns(
        {
            "x": np.r_[rng.normal(size=49), np.nan],
            "t": rng.choice(np.array(["red car", "blue car", None], object), 50),
            "y": rng.normal(size=50),
        }
    )
    usable = np.ones(50, bool)
    return Collected(
        table=table, schema=SCHEMA, usable=usable, given=None, findings=(), provenance={}
    )


def test_preprocess_keeps_the_rules_for_stages():
    partition = Partition(
        train=np.arange(30), valid=np.arange(30, 40), test=np.arange(40, 50), how=""
    )
    check_stage(Preprocess(scale="quantile", image_size=(4, 4)), collected(), partition)


def test_preprocess_defaults_are_those_of_the_codec():
    assert Preprocess().codec_settings() == Settings()


def test_preprocess_settings_reach_the_codec():
    stage = Preprocess("robust", image_size=32, rare=0, outliers="drop", vocabulary=np.int64(9))
    expected = Settings(scale="robust", image_size=(32, 32), rare=0, outliers="drop", vocabulary=9)
    assert stage.codec_settings() == expected
    assert Preprocess(image_size=[8, 9]).codec_settings().image_size == (8, 9)


@pytest.mark.parametrize(
    "settings",
    [
        {"scale": "minimax"},
        {"knots": 1},
        {"rare": -1},
        {"vocabulary": 0},
        {"image_size": (3,)},
        {"fill_value": float("nan")},
        {"text_length": True},
        {"truncation": "middle"},
        {"bins": 3},
    ],
)
def test_preprocess_wrong_settings_are_a_config_error(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        Preprocess(**settings)


def test_preprocess_preflight_finds_settings_without_effect():
    stage = Preprocess(fill_value=3.0, knots=9, image_size=8, vocabulary=10, scale="standard")
    assert [fault.setting for fault in stage.preflight(Session(), Context())] == [
        "fill_value",
        "knots",
    ]
    faults = stage.preflight(Session(), Context.of([collected()]))
    assert [fault.setting for fault in faults] == ["fill_value", "knots", "image_size"]
    assert str(faults[2]) == (
        "Preprocess: image_size=8 expects an image or mask column, found none.\n"
        "Name the column's kind in Collect(kinds={...}), or leave image_size out."
    )


def test_preprocess_preflight_of_defaults_and_useful_settings_is_empty():
    found = Context.of([collected()])
    assert Preprocess().preflight(Session(), found) == []
    stage = Preprocess(numeric_missing="constant", fill_value=0.0, text_length=5)
    assert stage.preflight(Session(), found) == []


def test_preprocess_run_notes_what_it_fitted(monkeypatch):
    notes = []
    monkeypatch.setattr(Session, "emit", lambda self, event: notes.append(event.text))
    partition = Partition(train=np.arange(50), valid=np.arange(0), test=np.arange(0), how="")
    Preprocess().run(collected(), partition, Session())
    assert notes == [
        "Fitted on 50 training rows: 1 number (+ 1 missing), "
        "text 't' (2 words a row, 3 known words)."
    ]
