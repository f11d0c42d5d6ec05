"""Raw columns to compact arrays, by rules fitted on training rows."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from fivefold.codecs.digest import digest_of
from fivefold.codecs.intensity import Intensity
from fivefold.codecs.schema import KINDS, Column, Label, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array, Table
from fivefold.errors import DataError
from fivefold.kinds.block import Block, block_name, list_blocks
from fivefold.kinds.codes import CategoricalState, encode_categories, fit_categories
from fivefold.kinds.datetime import has_times
from fivefold.kinds.feature import canonical_values, feature_matrix, list_features, raw_column
from fivefold.kinds.numbers import ARRAYS, CURVE, NumericState, encode_numeric, fit_numeric
from fivefold.kinds.pixels import ImageState, encode_images, fit_images
from fivefold.kinds.target import encode_labels, labels_of
from fivefold.kinds.tokens import TextState, encode_texts, fit_text

CHUNK = 65_536
"""Rows canonicalised at a time while numbers are fitted."""

VERSION = 2
"""Of the form of `state()`; a reader takes older ones and refuses newer ones."""


class Codec:
    """The rules that turn a raw table into arrays, and class indices into labels.

    Build it with `Codec.fit`, or with `Codec.from_state`.

    Args:
        schema: the columns it reads.
        settings: what was asked for.
        timed: datetime columns whose training values had a time of day.
        numeric: rules for numbers, booleans and dates.
        categorical: rules for categories.
        texts: rules by block name.
        images: rules by block name.

    Example:
        >>> from fivefold.codecs.table import Columns
        >>> schema = Schema(
        ...     columns=(Column(name="x", kind="numeric"), Column(name="c", kind="categorical"),
        ...              Column(name="y", kind="categorical", role="target")),
        ...     target="y", task="binary", classes=("no", "yes"))
        >>> table = Columns({"x": np.array([1.0, np.nan]), "c": np.array(["a", "b"], object),
        ...                  "y": np.array(["no", "yes"], object)})
        >>> codec = Codec.fit(table, schema, np.array([0, 1]))
        >>> {name: array.tolist() for name, array in codec.encode(table).items()}
        {'numeric': [[0.0], [nan]], 'codes': [[2], [3]]}
        >>> codec.encode_target(table).tolist()
        [0, 1]
    """

    def __init__(
        self,
        *,
        schema: Schema,
        settings: Settings,
        timed: frozenset[str],
        numeric: NumericState,
        categorical: CategoricalState,
        texts: Mapping[str, TextState],
        images: Mapping[str, ImageState],
    ) -> None:
        self.schema = schema
        self.settings = settings
        self.timed = timed
        self.numeric = numeric
        self.categorical = categorical
        self.texts = dict(texts)
        self.images = dict(images)

    @classmethod
    def fit(
        cls, table: Table, schema: Schema, rows: Array, settings: Settings | None = None
    ) -> Self:
        """Fit on these rows; no other row is looked at.

        Args:
            table: raw or canonical columns.
            schema: their kinds and roles.
            rows: `(n,)` positions of the training rows.
            settings: what to do about missing values, outliers, scale, rare categories and sizes.

        Raises:
            DataError: if `rows` is empty, a column is absent or a cell is not of its kind.
        """
        settings = settings or Settings()
        if not len(rows):
            raise DataError("Codec: expected training rows, found none.")
        train = table.take(rows)
        by_kind = _by_kind(schema)
        timed = frozenset(
            column.name
            for column in by_kind["datetime"]
            if has_times(canonical_values(train, column))
        )
        numbers = _numbers(schema)

        def passes() -> Iterator[Array]:
            return (feature_matrix(chunk, numbers, timed) for chunk in train.chunks(CHUNK))

        return cls(
            schema=schema,
            settings=settings,
            timed=timed,
            numeric=fit_numeric(list_features(numbers, timed), passes, settings),
            categorical=CategoricalState(
                names=tuple(column.name for column in by_kind["categorical"]),
                categories=tuple(
                    fit_categories(canonical_values(train, column), settings)
                    for column in by_kind["categorical"]
                ),
                mode=settings.categories,
            ),
            texts={
                block_name(column): fit_text(
                    canonical_values(train, column), settings, column.rules
                )
                for column in by_kind["text"]
            },
            images={
                block_name(column): fit_images(raw_column(train, column), column, settings)
                for column in by_kind["image"]
            },
        )

    def encode(self, table: Table) -> dict[str, Array]:
        """The arrays of all blocks.

        Args:
            table: raw or canonical columns, in any order; the target is not needed.

        Raises:
            DataError: if a column is absent or a cell is not of its kind; it carries `column`.
        """
        by_kind = _by_kind(self.schema)
        arrays: dict[str, Array] = {}
        if len(self.numeric):
            arrays["numeric"] = self.encode_numbers(table)
        if self.categorical.names:
            codes = [
                encode_categories(canonical_values(table, column), categories)
                for column, categories in zip(
                    by_kind["categorical"], self.categorical.categories, strict=True
                )
            ]
            arrays["codes"] = np.stack(codes, axis=1)
        for column in by_kind["text"]:
            name = block_name(column)
            arrays[name] = encode_texts(canonical_values(table, column), self.texts[name])
        for column in by_kind["image"]:
            name = block_name(column)
            arrays[name] = encode_images(raw_column(table, column), column, self.images[name])
        return arrays

    def encode_target(self, table: Table) -> Array:
        """The target: int64 class indices, or float64 values for regression.

        Raises:
            DataError: if a target is missing or not one of the classes.
        """
        return encode_labels(raw_column(table, self.schema[self.schema.target]), self.schema)

    def labels(self, indices: Array) -> list[Label]:
        """The labels of class indices, as people write them."""
        return labels_of(indices, self.schema)

    def raw_columns(self) -> tuple[str, ...]:
        """Names of the columns that `encode` reads."""
        return tuple(column.name for column in self.schema.inputs)

    def inlier_rows(self, table: Table) -> Array:
        """`(n,)` bool: rows with every number missing or within its bounds."""
        encoded = self.encode_numbers(table)
        outside: Array = (encoded < self.numeric.low) | (encoded > self.numeric.high)
        return np.logical_not(outside.any(axis=1))

    def encode_numbers(self, table: Table) -> Array:
        """The `numeric` block alone, `(n, d)` float32; `d` may be 0."""
        return encode_numeric(
            feature_matrix(table, _numbers(self.schema), self.timed), self.numeric
        )

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What `encode` gives, in order."""
        return list_blocks(
            self.schema.inputs, self.numeric, self.categorical, self.texts, self.images
        )

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Everything fitted, as JSON values and named arrays without objects."""
        values = {
            "version": VERSION,
            "schema": self.schema.to_json(),
            "settings": self.settings.to_json(),
            "timed": sorted(self.timed),
            "numeric": list(self.numeric.names),
            "categories": [list(categories) for categories in self.categorical.categories],
            "texts": {name: text.to_json() for name, text in self.texts.items()},
            "images": {name: list(image.shape) for name, image in self.images.items()},
            "intensities": {name: image.intensity.to_json() for name, image in self.images.items()},
        }
        arrays = {f"numeric.{name}": array for name, array in self.numeric.arrays().items()}
        for name, image in self.images.items():
            arrays[f"images.{name}.mean"], arrays[f"images.{name}.std"] = image.mean, image.std
        return values, arrays

    @classmethod
    def from_state(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The codec that `state` described.

        Raises:
            DataError: if the state is of a newer version or an array is absent.
        """
        found = values.get("version")
        if found not in range(1, VERSION + 1):
            raise DataError(
                f"Codec: expected a state of version {VERSION} or older, found {found!r}."
            )
        schema = Schema.from_json(values["schema"])
        settings = Settings.from_json(values["settings"])
        lost = _array_names(values).difference(arrays)
        if lost:
            raise DataError(f"Codec: expected the array {min(lost)!r}, found none of that name.")
        numeric: dict[str, Any] = {name: arrays.get(f"numeric.{name}") for name in ARRAYS}
        images = {}
        intensities = values.get("intensities", {})
        for name, (channels, height, width) in values["images"].items():
            images[name] = ImageState(
                channels=channels,
                height=height,
                width=width,
                mean=arrays[f"images.{name}.mean"],
                std=arrays[f"images.{name}.std"],
                intensity=Intensity.from_json(intensities.get(name, Intensity().to_json())),
            )
        return cls(
            schema=schema,
            settings=settings,
            timed=frozenset(values["timed"]),
            numeric=NumericState(names=tuple(values["numeric"]), **numeric),
            categorical=CategoricalState(
                names=tuple(column.name for column in _by_kind(schema)["categorical"]),
                categories=tuple(map(tuple, values["categories"])),
                mode=settings.categories,
            ),
            texts={
                name: TextState.from_json(values["texts"][name], column.rules)
                for column in _by_kind(schema)["text"]
                for name in (block_name(column),)
            },
            images=images,
        )

    def digest(self) -> str:
        """SHA-256 of the state, as 64 hexadecimal digits."""
        return digest_of(*self.state())


def _array_names(values: Mapping[str, Any]) -> set[str]:
    is_curved = values["numeric"] and values["settings"]["scale"] == "quantile"
    names = {f"numeric.{name}" for name in ARRAYS if is_curved or name not in CURVE}
    return names | {
        f"images.{name}.{part}" for name in values["images"] for part in ("mean", "std")
    }


def _by_kind(schema: Schema) -> dict[str, list[Column]]:
    kinds: dict[str, list[Column]] = {kind: [] for kind in KINDS}
    for column in schema.inputs:
        kinds[column.kind].append(column)
    return kinds


def _numbers(schema: Schema) -> list[Column]:
    return [c for c in schema.inputs if c.kind in {"numeric", "boolean", "datetime"}]
