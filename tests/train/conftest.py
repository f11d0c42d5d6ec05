"""Encoded rows, small enough to be trained on in a moment."""

from types import SimpleNamespace

import numpy as np
import pytest

from fivefold.artifacts import Preprocessed, Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec


@pytest.fixture
def make_data():
    """A function: 120 training, 40 validation and 40 test rows of a learnable kind."""

    def make(kind="numeric", *, task="binary", valid=40, train=120, seed=0, **settings):
        rng = np.random.default_rng(seed)
        rows = train + valid + 40
        signal = rng.integers(0, 3 if task == "multiclass" else 2, rows)
        columns = {}
        if kind in ("numeric", "mixture"):
            columns["x"] = ("numeric", signal + rng.normal(0, 0.4, rows))
            columns["z"] = ("numeric", rng.normal(0, 1, rows))
        if kind == "mixture":
            columns["c"] = ("categorical", np.array(["a", "b", "c"], object)[signal])
        if kind in ("text", "mixture"):
            words = np.array(["sad grey", "glad green", "mad red"], object)
            columns["note"] = ("text", words[signal])
        if kind in ("image", "mixture"):
            images = rng.integers(0, 60, (rows, 8, 8, 1), dtype=np.uint8)
            images[np.arange(rows), signal * 3] += 190
            columns["photo"] = ("image", images)
        names = {"binary": ("no", "yes"), "multiclass": ("r", "s", "t"), "regression": ()}[task]
        target = np.array(names, object)[signal] if names else 500 + 20.0 * signal
        listed = [Column(name=name, kind=kind) for name, (kind, _) in columns.items()]
        listed.append(Column(name="y", kind="categorical" if names else "numeric", role="target"))
        schema = Schema(columns=tuple(listed), targets=("y",), task=task, classes=names)
        table = Columns({name: values for name, (_, values) in columns.items()} | {"y": target})
        cuts = np.split(np.arange(rows), [train, train + valid])
        codec = Codec.fit(table, schema, cuts[0], Settings(**settings))
        parts = []
        for index in cuts:
            part = table.take(index)
            parts.append(
                Rows(inputs=codec.encode(part), target=codec.encode_target(part), index=index)
            )
        return Preprocessed(train=parts[0], valid=parts[1], test=parts[2], codec=codec)

    return make


@pytest.fixture
def passing(monkeypatch):
    """A clock that a test sets forward: its `seconds` are those that limits of time see."""
    clock = SimpleNamespace(seconds=0.0)
    fake = SimpleNamespace(perf_counter=lambda: clock.seconds)
    monkeypatch.setattr("fivefold.train.clock.time", fake)
    return clock
