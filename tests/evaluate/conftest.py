"""A small table of every kind with a network that is a plain function, and pipelines of both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.codec import Codec
from fivefold.metrics.estimates import estimate
from fivefold.metrics.resampling import resample
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_rows
from fivefold.tasks.known import task_of


class Scorer(nn.Module):
    """A network that scores as a function of the encoded arrays does."""

    device = torch.device("cpu")
    threads = body = None

    def __init__(self, function):
        super().__init__()
        self.function = function

    def scores(self, blocks):
        return torch.from_numpy(self.function({k: v.numpy() for k, v in blocks.items()}))


@dataclass
class World:
    """Rows, their schema and their parts; what a test varies."""

    columns: dict[str, Any]
    kinds: dict[str, str]
    target: Any
    task: str = "binary"
    classes: tuple[Any, ...] = ("no", "yes")
    parts: tuple[Any, Any, Any] | None = None
    roles: dict[str, str] = field(default_factory=dict)
    given: Any = None

    @property
    def schema(self):
        kind = "numeric" if self.task == "regression" else "categorical"
        columns = [
            Column(name=name, kind=kind, role=self.roles.get(name, "input"))
            for name, kind in self.kinds.items()
        ]
        columns.append(Column(name="y", kind=kind, role="target"))
        classes = () if self.task == "regression" else self.classes
        return Schema(columns=tuple(columns), targets=("y",), task=self.task, classes=classes)

    @property
    def collected(self):
        target = np.asarray(self.target)
        if self.task != "regression":
            target = np.array([self.classes[k] for k in target], dtype=object)
        n = len(target)
        return Collected(
            table=Columns({**self.columns, "y": target}),
            schema=self.schema,
            usable=np.ones(n, dtype=bool),
            given=self.given,
            findings=(),
            provenance={"source": "made"},
        )

    @property
    def partition(self):
        n = len(self.target)
        parts = self.parts or np.split(np.arange(n), [int(0.64 * n), int(0.8 * n)])
        train, valid, test = map(np.asarray, parts)
        return Partition(train=train, valid=valid, test=test, how="as they stand")

    @property
    def data(self):
        collected, partition = self.collected, self.partition
        codec = Codec.fit(collected.table, self.schema, partition.train)

        def rows(index):
            return encode_rows(codec, collected.table, index)

        parts = {part: rows(getattr(partition, part)) for part in ("train", "valid", "test")}
        return Preprocessed(codec=codec, **parts)

    def evidence(self, function: Callable[..., Any], **changes: Any) -> Evidence:
        """What a network that scores as this function does gives."""
        data = self.data
        scores = function(data.test.inputs).astype(np.float32)
        resamples = resample(len(scores), seed=0)
        return Evidence(
            **{
                "collected": self.collected,
                "partition": self.partition,
                "data": data,
                "trained": trained(Scorer(lambda inputs: function(inputs).astype(np.float32))),
                "scores": scores,
                "metrics": estimate(
                    data.test.target, scores, task_of(self.task).metrics, resamples=resamples
                ),
                "resamples": resamples,
            }
            | changes
        )


def trained(model, epochs=1):
    return Trained(
        model=model,
        history=pd.DataFrame({"epoch": range(epochs)}),
        settings={"epochs": epochs, "device": "cpu"},
        resources={"seconds": 0.5, "peak_bytes": 2**30},
        first_digest="",
    )


class LeastSquares(Stage):
    """A linear network, solved rather than trained: quick, and the same each time."""

    def run(self, data: Preprocessed, session: Session) -> Trained:
        schema = data.codec.schema
        regression = schema.task == "regression"
        truth = (
            data.train.target[:, None]
            if regression
            else np.eye(len(schema.classes))[data.train.target]
        )
        matrix = _design(data.train.inputs)
        weights = np.linalg.lstsq(
            matrix.T @ matrix + 1e-3 * np.eye(matrix.shape[1]), matrix.T @ truth, rcond=None
        )[0]

        def function(inputs):
            values = _design(inputs) @ weights
            if regression:
                return values[:, 0].astype(np.float32)
            odds = np.exp(4 * values - 4 * values.max(1, keepdims=True))
            return (odds / odds.sum(1, keepdims=True)).astype(np.float32)

        return trained(Scorer(function))


def _design(inputs):
    columns = [np.ones((len(next(iter(inputs.values()))), 1))]
    if "numeric" in inputs:
        columns.append(np.nan_to_num(inputs["numeric"]).astype(float))
    if "codes" in inputs:
        columns += [column[:, None] == np.arange(12) for column in inputs["codes"].T]
    return np.concatenate(columns, axis=1).astype(float)


class Given(Stage):
    """The rows of a world, as Collect would give them."""

    world: World

    def run(self, session: Session) -> Collected:
        return self.world.collected


@pytest.fixture
def world():
    """The class of worlds."""
    return World


@pytest.fixture
def scorer():
    """The class of networks that are functions."""
    return Scorer


@pytest.fixture
def numbers():
    """A world of 1,000 rows, two numbers and a category; the first number decides."""
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 1000))
    category = random.choice(["a", "b", "c"], size=1000).astype(object)
    target = (first + 0.5 * random.normal(size=1000) > 0).astype(int)
    return World(
        {"first": first, "second": second, "category": category},
        {"first": "numeric", "second": "numeric", "category": "categorical"},
        target,
    )


@pytest.fixture
def sensible():
    """Probabilities that rise with the first number."""

    def function(inputs):
        positive = 1 / (1 + np.exp(-3.4 * inputs["numeric"][:, 0].astype(float)))
        return np.stack([1 - positive, positive], 1)

    return function


@pytest.fixture
def execute():
    """Run a world through Preprocess, a linear network and a stage; the result."""
    from fivefold.pipeline import Pipeline
    from fivefold.preprocess.preprocess import Preprocess

    def run(world, *stages, seed=0):
        *before, last = stages
        chain = Pipeline([Given(world=world), *before, Preprocess(), LeastSquares(), last])
        return chain.run(seed=seed, progress=False)

    return run
