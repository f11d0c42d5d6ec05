"""A small untrained network on a table with everything that skews, as the stages hand it over."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array, Columns
from fivefold.core.session import Session
from fivefold.deploy.export import export_onnx
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import assemble
from fivefold.models.score import score
from fivefold.partition import Partition

ROWS = 120


class Net(nn.Module):
    """Whatever comes in, flattened, through two layers."""

    def __init__(self, inputs: Any, outputs: int) -> None:
        super().__init__()
        parts = inputs if isinstance(inputs, Mapping) else {"": inputs}
        self.embeddings = nn.ModuleDict()
        width = 0
        for place, part in enumerate(parts.values()):
            if type(part).__name__ == "Text":
                self.embeddings[str(place)] = nn.Embedding(part.vocabulary, 4)
                width += 4
            elif type(part).__name__ == "Codes":
                self.embeddings[str(place)] = nn.Embedding(max(part), 3)
                width += 3 * len(part)
            else:
                width += int(np.prod(part))
        self.names = tuple(parts)
        self.layers = nn.Sequential(nn.Linear(width, 8), nn.ReLU(), nn.Linear(8, outputs))

    def forward(self, x: Any) -> torch.Tensor:
        parts = x if isinstance(x, Mapping) else {"": x}
        flat = []
        for place, name in enumerate(self.names):
            tensor = parts[name]
            if str(place) in self.embeddings:
                tensor = self.embeddings[str(place)](tensor)
                tensor = tensor.mean(dim=1) if tensor.shape[-1] == 4 else tensor
            flat.append(tensor.flatten(1))
        return self.layers(torch.cat(flat, dim=1))


def mixed_table(seed: int = 0) -> tuple[Columns, Schema]:
    """Numbers with an offset and nulls, integer categories with nulls, odd names and letters."""
    draw = np.random.default_rng(seed)

    def holes(values: Array, empty: Any) -> Array:
        gone = draw.random(ROWS) < 0.1
        return np.array(
            [empty if g else v for g, v in zip(gone, values, strict=True)], values.dtype
        )

    zips = np.array(
        [["10001", "00123", "7", "99999"][i] for i in draw.integers(0, 4, ROWS)], object
    )
    whole = np.array([str(i) for i in draw.integers(1, 6, ROWS)], object)
    ocean = np.array(
        [["<1H OCEAN", "é日本", 'a "b"', "x,y"][i] for i in draw.integers(0, 4, ROWS)], object
    )
    ocean[-20:-15] = "only in the test rows"
    columns = {
        "age": holes(np.rint(draw.uniform(17, 90, ROWS)), np.nan),
        '"when"': 1.6e9 + np.rint(draw.normal(0, 50, ROWS)),
        "skewed, much": np.exp(draw.normal(0, 3, ROWS)),
        "member": holes(draw.integers(0, 2, ROWS).astype(float), np.nan),
        "zip": holes(zips, None),
        "whole": holes(whole, None),
        "full": whole,
        "<1H OCEAN": holes(ocean, None),
        "scores": draw.normal(size=ROWS),
        "label": np.array([["no", "yes"][i] for i in draw.integers(0, 2, ROWS)], object),
    }
    kinds = ["numeric"] * 3 + ["boolean"] + ["categorical"] * 4 + ["numeric"]
    inputs = [Column(name=n, kind=k) for n, k in zip(columns, kinds, strict=False)]
    inputs[0] = Column(name="age", kind="numeric", missing=("?", "-999"))
    schema = Schema(
        columns=(*inputs, Column(name="label", kind="categorical", role="target")),
        targets=("label",),
        task="binary",
        classes=("no", "yes"),
    )
    return Columns(columns), schema


def hand_over(table: Columns, schema: Schema, settings: Settings | None = None) -> SimpleNamespace:
    """What the stages before Deploy would have written; the scores are torch's own."""
    torch.manual_seed(0)
    rows = np.arange(len(table))
    train, valid, test = np.split(rows, [len(rows) * 6 // 10, len(rows) * 7 // 10])
    codec = Codec.fit(table, schema, train, settings)
    blocks, target = codec.encode(table), codec.encode_target(table)
    everything = Rows(inputs=blocks, target=target, index=rows)
    parts = {
        name: everything.take(r)
        for name, r in zip(("train", "valid", "test"), (train, valid, test), strict=True)
    }
    model = assemble(codec, Net, target=target[train])
    scores = score(model, parts["test"].inputs)
    return SimpleNamespace(
        collected=Collected(
            table=table,
            schema=schema,
            usable=np.ones(len(table), bool),
            given=None,
            findings=(),
            provenance={"source": "made up", "rows": len(table)},
        ),
        partition=Partition(train=train, valid=valid, test=test, how="in order"),
        data=Preprocessed(codec=codec, **parts),
        trained=Trained(
            model=model,
            history=pd.DataFrame({"epoch": [0]}),
            settings={"network": "net"},
            resources={},
            first_digest="",
        ),
        evaluated=Evaluated(
            metrics={},
            scores=scores,
            target=parts["test"].target,
            index=test,
            folds={},
            tables={},
            findings=(),
        ),
        session=Session(seed=3, recipe='{"stages": []}'),
    )


@pytest.fixture(scope="session")
def mixed() -> SimpleNamespace:
    return hand_over(*mixed_table())


@pytest.fixture(scope="session")
def graph(mixed: SimpleNamespace) -> bytes:
    return export_onnx(mixed.trained.model, mixed.data.train.inputs)


@pytest.fixture(scope="session")
def handed() -> Callable[..., SimpleNamespace]:
    return hand_over


@pytest.fixture(scope="session")
def mixed_parts() -> tuple[Columns, Schema]:
    return mixed_table()
