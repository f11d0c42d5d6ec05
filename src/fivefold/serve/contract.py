"""What a request must look like: the columns a model reads, and what it does about odd values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from fivefold.codecs.cell import moment
from fivefold.codecs.schema import Column, Label, Schema
from fivefold.codecs.table import Array
from fivefold.codecs.timegrid import Clock, told
from fivefold.kinds.codec import Codec
from fivefold.kinds.known import kind_of, may_lack
from fivefold.kinds.state import FittedColumn
from fivefold.reading.windowtable import windows_of
from fivefold.tasks.known import task_of

IMPUTED = "filled in as in training"
EXPOSURE = {
    "amount": "a number above 0",
    "lacking": "Give a number in every row.",
    "meant": "Say how long or how much of it is meant.",
}
"""What is said of a column that tells how long rows were watched."""
EXPLAINED = 256
"""Columns of a request beyond which answers are not explained."""

_LISTS = ("usual", "categories", "shape", "mean_colour")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a request."""

    column: Column  # its name, kind, missing texts and the format of its dates or numbers
    control: str  # of the page, to fill it in with
    form: str  # the canonical form, in words
    nullable: bool  # whether a value may be missing
    # the smallest value that is told apart; None where there is no bound. Of an image the pixel
    # value that is black, where the range is not 0 to 255
    low: float | None = None
    high: float | None = None  # the largest
    # where the middle 99 % of the training rows lie; empty where that is not known
    usual: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()  # those that the model knows
    shape: tuple[int, ...] = ()  # `(channels, height, width)` of an image, `(words,)` of a text
    mean_colour: tuple[int, ...] = ()  # of the training images, 0 to 255 a channel
    unit: str = ""  # of a number, where its texts name one: a currency, or per cent
    example: Any = None  # a plausible value, as JSON
    policy: Mapping[str, str]  # what happens to `null`, `unseen` and `out_of_range` values

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def kind(self) -> str:
        """What its values are."""
        return self.column.kind

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what does not apply is left out."""
        values = {
            "name": self.name,
            "kind": self.kind,
            "control": self.control,
            "form": self.form,
            "nullable": self.nullable,
            "missing": list(self.column.missing),
            kind_of(self.kind).written_as: self.column.format,
            "range": None if self.low is None and self.high is None else [self.low, self.high],
            **{name: list(getattr(self, name)) for name in _LISTS},
            "unit": self.unit,
            "example": self.example,
            "policy": dict(self.policy),
        }
        kept = {"name", "kind", "control", "form", "nullable", "example", "policy"}
        return {key: value for key, value in values.items() if value or key in kept}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The field that `to_json` described; bundles of 0.1 do not name the control."""
        kind = kind_of(values["kind"])
        low, high = values.get("range", (None, None))
        return cls(
            column=Column(
                name=values["name"],
                kind=values["kind"],
                missing=tuple(values.get("missing", ())),
                format=values.get(kind.written_as, ""),
            ),
            control=values.get("control", kind.control),
            form=values["form"],
            nullable=values["nullable"],
            low=low,
            high=high,
            **{name: tuple(values.get(name, ())) for name in _LISTS},
            unit=values.get("unit", ""),
            example=values["example"],
            policy=values["policy"],
        )


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a model reads and what it answers."""

    fields: tuple[Field, ...]  # the columns of a request
    target: str  # what is predicted
    task: str  # binary, multiclass or regression
    classes: tuple[Label, ...] = ()  # in the order of the probabilities; empty for regression
    targets: tuple[str, ...] = ()  # names of the target columns where there are several
    columns: tuple[str, ...] = ()  # all columns of the data it was fitted on, in their order
    # how the file it was fitted on is written: see `text_of`
    text: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns of a request, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def aim(self) -> str:
        """What is predicted, in a few words."""
        targets = self.targets or (self.target,)
        schema = Schema(columns=(), targets=targets, task=self.task, classes=self.classes)
        return task_of(self.task).aim(schema)

    @property
    def explains(self) -> bool:
        """Whether answers have parts that add, by which they are explained."""
        task = task_of(self.task)
        return task.adds and not task.sequence and len(self.fields) <= EXPLAINED

    def times(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[list[str]]]:
        """The moments of the steps ahead, `times`, where rows say when these begin; else nothing.

        Args:
            rows: requests that were answered.
        """
        windows = windows_of(self.text)
        if windows is None or windows.time[0] not in self.names:
            return {}
        clock, ahead = Clock.read(windows.clock), np.arange(windows.horizon)
        starts = np.array([moment(row[windows.time[0]]) for row in rows], "M8[us]")
        numbers = clock.number(starts)
        return {"times": [told(clock.moments(n + ahead)) for n in numbers]}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "target": self.target,
            **({"targets": list(self.targets)} if self.targets else {}),
            "task": self.task,
            "classes": list(self.classes),
            "inputs": [field.to_json() for field in self.fields],
            "columns": list(self.columns),
            "extra_columns": "ignored",
        } | ({"text": dict(self.text)} if self.text else {})

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The contract that `to_json` described."""
        return cls(
            fields=tuple(Field.from_json(field) for field in values["inputs"]),
            target=values["target"],
            task=values["task"],
            classes=tuple(values["classes"]),
            targets=tuple(values.get("targets", ())),
            columns=tuple(values["columns"]),
            text=values.get("text", {}),
        )


def text_of(provenance: Mapping[str, Any]) -> dict[str, str]:
    """How the source of the rows is written, by which files of requests are tried first.

    Returns:
        `encoding` and `delimiter`, `detected` where the user overruled what the bytes show, `skip`
        where lines at the top were left out; of a long table `series_id` and what goes with it; of
        files in folders what `cells` are. Empty if it was nothing of this.
    """
    written = ("encoding", "detected", "delimiter", "skip", "quotes", "row_names", "blanks")
    names = (
        *written,
        "series_id",
        "step",
        "channels",
        "spacing",
        "history",
        "stride",
        "windows",
        "cells",
    )
    return {name: provenance[name] for name in names if name in provenance}


def contract_of(
    codec: Codec,
    seen: Mapping[str, Array] | None = None,
    text: Mapping[str, str] | None = None,
) -> Contract:
    """The request contract that follows from what was fitted on the training rows.

    Args:
        codec: fitted.
        seen: its arrays of the training rows, for the usual range of each column.
        text: how their file is written.
    """
    schema = codec.schema
    arrays = {
        column.name: None if seen is None else seen.get(block.name)
        for block in codec.blocks
        for column in block.columns
    }
    return Contract(
        fields=tuple(
            _field(codec.columns[c.name], arrays[c.name], nullable=may_lack(c, schema))
            for c in schema.inputs
        ),
        target=schema.predicted,
        task=schema.task,
        classes=schema.classes,
        targets=schema.targets if len(schema.targets) > 1 else (),
        columns=tuple(column.name for column in schema.columns if column.in_source),
        text=text or {},
    )


def _field(fitted: FittedColumn, seen: Array | None, *, nullable: bool) -> Field:
    of, kind = fitted.column, fitted.kind
    if seen is not None and kind.block.shared:
        seen = seen[:, fitted.first : fitted.first + fitted.count]
    told = kind.field(fitted, seen)
    null = IMPUTED if nullable else "refused"
    return Field(
        column=Column(name=of.name, kind=of.kind, missing=of.missing, format=of.format),
        control=kind.control,
        nullable=nullable,
        **{**told, "policy": {"null": null, **told.get("policy", {})}},
    )
