"""What a request must look like: the columns a model reads, and what it does about odd values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.numerals import Numerals
from fivefold.codecs.schema import Column, Label
from fivefold.codecs.table import Array
from fivefold.kinds.codec import Codec
from fivefold.kinds.views import block_name

FORMS: dict[str, str] = {
    "numeric": "a number, or its text",
    "categorical": "a text, a whole number or true or false; 1, 1.0 and '1' are one category",
    "boolean": "true or false; also 1 and 0, yes and no",
    "datetime": "an ISO 8601 date or time, in UTC where it names a zone",
    "text": "a text",
    "image": "base64 of a PNG, JPEG, GIF, BMP, WebP or TIFF file, seen as a viewer shows it and on "
    "white, or rows of pixels",
}
IMPUTED = "filled in as in training"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a request.

    Args:
        column: its name, kind, missing texts and the format of its dates or numbers.
        form: the canonical form, in words.
        nullable: whether a value may be missing.
        low: the smallest value that is told apart; None where there is no bound. Of an image the
            pixel value that is black, where the range is not 0 to 255.
        high: the largest.
        usual: where the middle 99 % of the training rows lie; empty where that is not known.
        categories: those that the model knows.
        shape: `(channels, height, width)` of an image, `(words,)` of a text.
        mean_colour: of the training images, 0 to 255 a channel.
        unit: of a number, where its texts name one: a currency, or per cent.
        example: a plausible value, as JSON.
        policy: what happens to `null`, `unseen` and `out_of_range` values.
    """

    column: Column
    form: str
    nullable: bool
    low: float | None = None
    high: float | None = None
    usual: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    mean_colour: tuple[int, ...] = ()
    unit: str = ""
    example: Any = None
    policy: Mapping[str, str]

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
            "form": self.form,
            "nullable": self.nullable,
            "missing": list(self.column.missing),
            _format_key(self.kind): self.column.format,
            "range": None if self.low is None and self.high is None else [self.low, self.high],
            "usual": list(self.usual),
            "categories": list(self.categories),
            "shape": list(self.shape),
            "mean_colour": list(self.mean_colour),
            "unit": self.unit,
            "example": self.example,
            "policy": dict(self.policy),
        }
        kept = {"name", "kind", "form", "nullable", "example", "policy"}
        return {key: value for key, value in values.items() if value or key in kept}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The field that `to_json` described."""
        low, high = values.get("range", (None, None))
        return cls(
            column=Column(
                name=values["name"],
                kind=values["kind"],
                missing=tuple(values.get("missing", ())),
                format=values.get(_format_key(values["kind"]), ""),
            ),
            form=values["form"],
            nullable=values["nullable"],
            low=low,
            high=high,
            usual=tuple(values.get("usual", ())),
            categories=tuple(values.get("categories", ())),
            shape=tuple(values.get("shape", ())),
            mean_colour=tuple(values.get("mean_colour", ())),
            unit=values.get("unit", ""),
            example=values["example"],
            policy=values["policy"],
        )


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a model reads and what it answers.

    Args:
        fields: the columns of a request.
        target: what is predicted.
        task: binary, multiclass or regression.
        classes: in the order of the probabilities; empty for regression.
        columns: all columns of the data it was fitted on, in their order.
        text: how the file it was fitted on is written: see `text_of`.
    """

    fields: tuple[Field, ...]
    target: str
    task: str
    classes: tuple[Label, ...] = ()
    columns: tuple[str, ...] = ()
    text: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns of a request, in order."""
        return tuple(field.name for field in self.fields)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "target": self.target,
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
            columns=tuple(values["columns"]),
            text=values.get("text", {}),
        )


def _format_key(kind: str) -> str:
    return "number_format" if kind == "numeric" else "date_format"


def text_of(provenance: Mapping[str, Any]) -> dict[str, str]:
    """How the source of the rows is written, by which files of requests are tried first.

    Args:
        provenance: of the collected rows.

    Returns:
        `encoding` and `delimiter`, `detected` where the user overruled what the bytes show, `skip`
        where lines at the top were left out; empty if the source was no text.
    """
    names = ("encoding", "detected", "delimiter", "skip", "quotes", "row_names")
    return {name: provenance[name] for name in names if name in provenance}


def contract_of(
    codec: Codec, numbers: Array | None = None, text: Mapping[str, str] | None = None
) -> Contract:
    """The request contract that follows from what was fitted on the training rows.

    Args:
        codec: fitted.
        numbers: its `numeric` block of the training rows, for the usual range of each column.
        text: how their file is written.
    """
    schema = codec.schema
    usual = {} if numbers is None else _usual(codec, numbers)
    return Contract(
        fields=tuple(_field(column, codec, usual) for column in schema.inputs),
        target=schema.target,
        task=schema.task,
        classes=schema.classes,
        columns=tuple(column.name for column in schema.columns),
        text=text or {},
    )


def _field(column: Column, codec: Codec, usual: Mapping[str, tuple[float, ...]]) -> Field:
    plain = Column(name=column.name, kind=column.kind, missing=column.missing, format=column.format)
    values: dict[str, Any] = {"policy": {"null": IMPUTED}, "nullable": True}
    if column.kind == "numeric":
        values |= _numeric(column.name, codec)
        values["usual"] = usual.get(column.name, ())
        values["unit"] = Numerals.from_example(column.format).unit if column.format else ""
    elif column.kind == "categorical":
        place = codec.categorical.names.index(column.name)
        categories = codec.categorical.categories[place]
        values["categories"] = categories
        values["example"] = categories[0] if categories else None
        values["policy"]["unseen"] = "answered as an unknown category"
    elif column.kind == "boolean":
        values["example"] = True
    elif column.kind == "datetime":
        values["example"] = _day(column.name, codec)
        values["policy"]["out_of_range"] = "pulled in to the range of training"
    elif column.kind == "text":
        text = codec.texts[block_name(column)]
        values["shape"] = (text.length,)
        values["example"] = " ".join(text.vocabulary[:8])
        values["policy"]["unseen"] = "unknown words share one code"
        values["policy"]["too_long"] = text.part
    else:
        image = codec.images[block_name(column)]
        values["shape"] = image.shape
        values["mean_colour"] = tuple(round(float(value)) for value in image.mean)
        values["nullable"] = False
        values["policy"] = {"null": "refused", "other_size": "resized"}
        values |= _picture(image.intensity)
    return Field(column=plain, **{"form": _form(column), **values})


def _picture(intensity: Intensity) -> dict[str, Any]:
    low, high = (_plain(bound, 9) for bound in (intensity.low, intensity.high))
    if intensity.plain:
        return {"form": f"{FORMS['image']} from 0 to 255"}
    form = FORMS["image"] if intensity.white else "rows of pixels"
    return {"form": f"{form} from {low} to {high}", "low": low, "high": high}


def _form(column: Column) -> str:
    if column.kind == "numeric" and column.format:
        form = Numerals.from_example(column.format)
        return f"a number, or its text written like {form.example} for {form.exemplified}"
    if column.kind == "datetime" and column.format:
        return f"{FORMS['datetime']}, or a text written like {column.format}"
    return FORMS[column.kind]


def _numeric(name: str, codec: Codec) -> dict[str, Any]:
    state = codec.numeric
    place = state.names.index(name)
    offset = float(state.offset[place])
    digits = 12 if offset else 7  # float32 holds seven
    low, high = (_plain(float(bound[place]) + offset, digits) for bound in (state.low, state.high))
    bounded = low is not None or high is not None
    far = "pulled in to the range" if bounded else "taken as it is"
    return {
        "low": low,
        "high": high,
        "example": _plain(float(state.fill[place]) + offset, digits),
        "policy": {"null": IMPUTED, "out_of_range": far},
    }


def _usual(codec: Codec, numbers: Array) -> dict[str, tuple[float, ...]]:
    """The 0.5 % and 99.5 % quantiles of each number, in its own unit."""
    state = codec.numeric
    found = {}
    for place, name in enumerate(state.names):
        known = numbers[~np.isnan(numbers[:, place]), place].astype(np.float64)
        if len(known):
            ends = np.quantile(known, (0.005, 0.995)) + state.offset[place]
            digits = 12 if state.offset[place] else 5
            found[name] = tuple(float(f"{end:.{digits}g}") for end in ends.tolist())
    return found


def _plain(value: float, digits: int) -> float | int | None:
    """A bound without the noise of float32; None where there is none."""
    if abs(value) >= 1e36:
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _day(name: str, codec: Codec) -> str:
    state = codec.numeric
    place = state.names.index(f"{name}.days")
    days = float(state.fill[place]) + float(state.offset[place])
    return str(np.datetime64(0, "D") + np.timedelta64(int(days), "D"))
