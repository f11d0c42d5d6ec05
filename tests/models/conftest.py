"""Small tables of every kind."""

import numpy as np
import pytest
import torch

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec

WORDS = ["red", "green", "blue", "fast", "slow", "round", "flat", "old"]


def columns(kinds, rows, rng):
    made = {}
    for kind in kinds:
        if kind == "numeric":
            values = rng.normal(50, 10, rows)
            values[::7] = np.nan
            made |= {"x": values, "amount": rng.lognormal(size=rows)}
        elif kind == "categorical":
            cells = rng.choice(np.array(["a", "b", "c", None], object), rows)
            made |= {"c": cells, "d": rng.choice(np.array(["u", "v"], object), rows)}
        elif kind == "text":
            made["note"] = np.array(
                [" ".join(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(rows)], object
            )
        elif kind == "image":
            made["photo"] = rng.integers(0, 256, (rows, 9, 8, 1), dtype=np.uint8)
    return made


@pytest.fixture
def make_codec():
    """A function of kinds: a fitted codec and the encoded rows it was fitted on."""

    def make(*kinds, task="binary", rows=60, **settings):
        rng = np.random.default_rng(0)
        made = columns(kinds, rows, rng)
        classes = {"binary": ("no", "yes"), "multiclass": ("r", "s", "t"), "regression": ()}[task]
        if classes:
            made["y"] = np.resize(np.array(classes, object), rows)
        else:
            made["y"] = rng.normal(1000, 5, rows)
        kind_of = {"x": "numeric", "amount": "numeric", "c": "categorical", "d": "categorical"}
        kind_of |= {"note": "text", "photo": "image"}
        listed = [Column(name=name, kind=kind_of[name]) for name in made if name != "y"]
        target_kind = "categorical" if classes else "numeric"
        listed.append(Column(name="y", kind=target_kind, role="target"))
        schema = Schema(columns=tuple(listed), targets=("y",), task=task, classes=classes)
        table = Columns(made)
        codec = Codec.fit(table, schema, np.arange(rows), Settings(**settings))
        return codec, codec.encode(table), codec.encode_target(table)

    return make


@pytest.fixture
def tensors():
    """A function: arrays by name as tensors."""
    return lambda arrays: {name: torch.from_numpy(array) for name, array in arrays.items()}
