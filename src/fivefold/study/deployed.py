"""Deployed models at hand, asked for the same rows as strangers ask them."""

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Role, Schema
from fivefold.collect.collect import Collect
from fivefold.deploy.allowance import look_at
from fivefold.errors import ConfigError, DataError
from fivefold.looks import digest_of_test_rows
from fivefold.pipeline import Pipeline
from fivefold.serve.predictor import Predictor, load
from fivefold.study.testrows import Answers
from fivefold.tasks.known import task_of

ROLES: tuple[Role, ...] = ("group", "time")
"""Of columns by which rows hang together."""


def are_deployed(models: Mapping[str, Any]) -> bool:
    """Whether all are bundles: their paths, or what `ff.load` gave."""
    return all(isinstance(each, str | PathLike | Predictor) for each in models.values())


def answers_of_deployed(models: Mapping[str, Any], data: Any) -> Answers:
    """What bundles answer for rows, beside their truth.

    Args:
        models: paths of bundles, or loaded ones, by name.
        data: rows with the target, whatever `Collect` takes; rows that lack it are left out.

    Raises:
        ConfigError: if there are no rows.
        DataError: if the models predict different things, or the rows do not have that.
        BundleError: if a bundle is missing or damaged.
        RequestError: if one refuses a row.
    """
    if data is None:
        remedy = "Pass data=frame, with the columns that they read and the target."
        raise ConfigError.expected("compare", "data to ask the bundles for", "none", remedy)
    loaded = {n: m if isinstance(m, Predictor) else load(m) for n, m in models.items()}
    (name, first), *others = loaded.items()
    for other, model in others:
        if _predicted(model) != _predicted(first):
            raise DataError.expected(
                "compare",
                f"models of {first.contract.aim}, as {name!r} is",
                f"one of {model.contract.aim} in {other!r}",
                "Compare models of one target with the same classes.",
                names=(name, other),
            )
    collected = _collected(data, first.schema)
    index = np.flatnonzero(collected.usable)
    target = first.truth(collected.table.take(index))
    scores = {}
    for name, model in loaded.items():
        given = model.scores(data)
        if len(given) != len(collected.table):
            found = f"{len(given):,} answers of {name!r}"
            wanted, remedy = f"one for each of {len(collected.table):,} rows", "Pass a frame."
            raise DataError.expected("compare", wanted, found, remedy)
        if first.classes:
            places = [model.classes.index(label) for label in first.classes]
            given = np.take(given, places, axis=-1)
        scores[name] = given[index]
    rows = digest_of_test_rows(collected, index)
    return Answers(
        collected=collected,
        by="auto",
        index=index,
        target=target,
        scores=scores,
        own={},
        level=0.95,
        known={name: look_at(model.bundle, rows) for name, model in loaded.items()},
    )


def _predicted(model: Predictor) -> tuple[Any, ...]:
    """What is predicted, whatever the order of the classes."""
    return model.task, model.schema.targets, frozenset(model.classes)


def _collected(data: Any, schema: Schema) -> Collected:
    """The rows with their target; columns by which rows hang together are that here too."""
    targets = schema.targets[0] if len(schema.targets) == 1 else schema.targets
    task: Any = schema.task  # by name, which a task of the user's has too
    own = schema.each or ((schema.classes,) if len(schema.targets) == 1 else ())
    learnt = task_of(schema)
    ordered = learnt.separate or learnt.simple == "order"
    order = {n: each for n, each in zip(schema.targets, own, strict=False) if each and ordered}
    collect = Collect(data, target=targets, task=task, order=order or None)
    collected = Pipeline([collect]).execute().context[Collected]
    known = {schema.named(role): role for role in ROLES}
    columns = tuple(
        replace(column, role=known[column.name]) if column.name in known else column
        for column in collected.schema.columns
    )
    named = replace(collected.schema, columns=columns, classes=schema.classes, each=schema.each)
    return collected.replace(schema=named)
