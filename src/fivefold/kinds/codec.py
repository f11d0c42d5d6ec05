"""Raw columns to compact arrays, by rules fitted on training rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Self

import numpy as np

from fivefold.codecs.digest import digest_of
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array, Canonical, Table
from fivefold.errors import ConfigError, DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.cells import Cells
from fivefold.kinds.known import kind_of
from fivefold.kinds.older import older_blocks
from fivefold.kinds.state import (
    EncodedColumns,
    FittedColumn,
    check_names,
    grouped,
    joined,
    own_classes,
    pack_blocks,
    shared_names,
    unpack_blocks,
)
from fivefold.kinds.target import encode_targets
from fivefold.tasks.known import task_of

CHUNK = 65_536
"""Rows encoded at a time while what columns share is fitted."""

VERSION = 3
"""Of the form of `state()`; a reader takes older ones and refuses newer ones."""


class Codec:
    """The rules that turn a raw table into arrays, and class indices into labels.

    Build it with `Codec.fit`, or with `Codec.from_state`.

    Args:
        schema: the columns it reads.
        settings: what was asked for.
        blocks: the arrays it gives, in order.

    Attributes:
        columns: what was fitted of each input column, by name.

    Example:
        >>> from fivefold.codecs.table import Columns
        >>> schema = Schema(
        ...     columns=(Column(name="x", kind="numeric"), Column(name="c", kind="categorical"),
        ...              Column(name="y", kind="categorical", role="target")),
        ...     targets=("y",), task="binary", classes=("no", "yes"))
        >>> table = Columns({"x": np.array([1.0, np.nan]), "c": np.array(["a", "b"], object),
        ...                  "y": np.array(["no", "yes"], object)})
        >>> codec = Codec.fit(table, schema, np.array([0, 1]))
        >>> {name: array.tolist() for name, array in codec.encode(table).items()}
        {'numeric': [[0.0], [nan]], 'codes': [[2], [3]]}
        >>> codec.encode_target(table).tolist()
        [0, 1]
    """

    def __init__(
        self, *, schema: Schema, settings: Settings, blocks: Sequence[EncodedColumns]
    ) -> None:
        self.schema = schema
        self.settings = settings
        self.blocks = tuple(blocks)
        check_names(self.blocks)
        self.columns: Mapping[str, FittedColumn] = {
            column.name: column for block in self.blocks for column in block.columns
        }

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
        fitted = [
            FittedColumn(column, kind, kind.fit(cells_of(train, column), column, settings))
            for column in schema.inputs
            for kind in (kind_of(column.kind),)
        ]
        blocks = []
        for block, columns in grouped(fitted):
            shared = block.fit(columns, partial(_pieces, train, columns), settings)
            blocks.append(joined(block, columns, shared, shared_names(fitted)))
        return cls(schema=schema, settings=settings, blocks=blocks)

    def encode(self, table: Table) -> dict[str, Array]:
        """The arrays of all blocks.

        Args:
            table: raw or canonical columns, in any order; the target is not needed.

        Raises:
            DataError: if a column is absent or a cell is not of its kind; it carries `column`.
        """
        return {block.name: _array(block, table) for block in self.blocks}

    def encode_target(self, table: Table) -> Array:
        """The target as its task has it: int64 class indices or float64 numbers, `(n, ...)`.

        Raises:
            DataError: if a target is missing or not one of the classes.
        """
        columns = [raw_column(table, self.schema[name]) for name in self.schema.targets]
        return encode_targets(columns, self.schema, self.steps)

    @property
    def steps(self) -> int | None:
        """Positions of an encoded row, where there is one sequence among the inputs, or picture."""
        sequences = self._sequences()
        if len(sequences) != 1:
            return None
        block, columns = sequences[0].block, sequences[0].columns
        plane = task_of(self.schema.task).plane
        return block.grid(columns) if plane else block.positions(columns)

    def cut(self, scores: Array, arrays: Mapping[str, Array]) -> Array:
        """Scores with NaN at the positions that a row does not have, for a task of positions.

        Args:
            scores: `(n, steps, ...)` as a model gives them; those of all other tasks stay.
            arrays: as `encode` gives them.
        """
        if not task_of(self.schema.task).placed:
            return scores
        scores = scores.copy()
        scores[np.arange(scores.shape[1]) >= self.lengths(arrays)[:, None]] = np.nan
        return scores

    def lengths(self, arrays: Mapping[str, Array]) -> Array:
        """`(n,)` how many positions each row has, where there is one sequence."""
        (sequence,) = self._sequences()
        return sequence.block.filled(arrays[sequence.name], sequence.columns)

    def _sequences(self) -> list[EncodedColumns]:
        task = task_of(self.schema.task)
        asked = "plane" if task.plane else "spells" if task.spells else "sequence"
        return [one for one in self.blocks if getattr(one.block, asked)]

    @property
    def outputs(self) -> tuple[int, ...]:
        """What a network gives for a row: the shape of its numbers."""
        return task_of(self.schema.task).outputs(self.schema, self.steps)

    def raw_columns(self) -> tuple[str, ...]:
        """Names of the columns that `encode` reads."""
        return tuple(column.name for column in self.schema.inputs)

    def inlier_rows(self, table: Table) -> Array:
        """`(n,)` bool: rows with every number missing or within its bounds."""
        inside = np.ones(len(table), dtype=bool)
        for block in self.blocks:
            if block.block.bounded:
                inside &= block.block.inliers(_array(block, table), block.state)
        return inside

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Everything fitted, as JSON values and named arrays without objects."""
        values, arrays = pack_blocks(self.blocks)
        own = own_classes(self.schema)
        if own:
            values["own"] = own
        head = {
            "version": VERSION,
            "schema": self.schema.to_json(),
            "settings": self.settings.to_json(),
        }
        return head | values, arrays

    @classmethod
    def from_state(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The codec that `state` described.

        Raises:
            DataError: if the state is of a newer version or an array is absent.
            ConfigError: if a column is of a kind that is not known here.
        """
        found = values.get("version")
        if found not in range(1, VERSION + 1):
            raise DataError(
                f"Codec: expected a state of version {VERSION} or older, found {found!r}."
            )
        schema = Schema.from_json(values["schema"])
        settings = Settings.from_json(values["settings"])
        unpack = unpack_blocks if found == VERSION else older_blocks
        return cls(schema=schema, settings=settings, blocks=unpack(values, arrays, schema))

    def lean(self) -> Self:
        """The same rules for a network beside which no linear model reads terms of texts."""
        blocks = []
        for one in self.blocks:
            columns = [replace(c, state=c.kind.lean(c.state)) for c in one.columns]
            blocks.append(joined(one.block, columns, one.state, names=(one.name, one.tensor)))
        return type(self)(schema=self.schema, settings=self.settings, blocks=blocks)

    def digest(self) -> str:
        """SHA-256 of the state, as 64 hexadecimal digits."""
        return digest_of(*self.state())


def raw_column(table: Table, column: Column) -> Array:
    """The column as it stands in the table.

    Raises:
        DataError: if the table has no column of that name.
    """
    try:
        return table.column(column.name)  # names of 20,000 columns are looked through but once
    except DataError:
        if column.name in table.names:
            raise
    raise DataError(
        f"Codec: expected a column `{column.name}`, found none of that name.",
        evidence=f"Columns: {', '.join(map(repr, table.names))}.",
        column=column.name,
    )


def cells_of(table: Table, column: Column) -> Cells:
    """The column's cells, which may be canonical already.

    Raises:
        DataError: if it is absent; when they are looked at, if one is not of its kind.
    """
    raw = raw_column(table, column)
    if isinstance(table, Canonical) and table.is_read_by(column):
        return Cells(raw, lambda values, _: values)
    return Cells(raw, lambda values, first: canonical_column(values, column, first=first)[0])


def encode_cells(cells: Cells, column: FittedColumn) -> Array:
    """A column's cells as its kind encodes them, in pieces where the kind wants that.

    Raises:
        DataError: if a cell is not of its kind, or does not fit what was fitted.
    """
    kind = column.kind
    if not kind.chunk or len(cells) <= kind.chunk:
        return _encoded(cells.values, column)
    pieces: Array | None = None
    for first, values in cells.pieces(kind.chunk):
        try:
            piece = _encoded(values, column)
        except DataError as fault:
            if isinstance(rows := fault.facts.get("rows"), tuple):
                fault.facts["rows"] = tuple(row + first for row in rows)
            raise
        if pieces is None:
            pieces = np.empty((len(cells), *piece.shape[1:]), piece.dtype)
        pieces[first : first + len(piece)] = piece
    assert pieces is not None
    return pieces


def _encoded(values: Array, column: FittedColumn) -> Array:
    """What the kind encodes, which is what its block takes."""
    kind = column.kind
    part = kind.encode(values, column.column, column.state)
    wanted = kind.block.misfit(part, column)
    if wanted or len(part) != len(values):
        raise ConfigError(
            f"Kind {type(kind).__name__}, column `{column.name}`: expected `encode` to give "
            f"{wanted or f'{len(values)} rows'}, found {part.dtype} of shape {part.shape}.",
            remedy=f"Give what {type(kind.block).__name__} takes, see its docstring.",
            kind=kind.name,
            column=column.name,
        )
    return part


def _array(block: EncodedColumns, table: Table) -> Array:
    parts = [encode_cells(cells_of(table, c.column), c) for c in block.columns]
    return block.block.encode(parts, block.state)


def _pieces(train: Table, columns: Sequence[FittedColumn]) -> Iterator[list[Array]]:
    for chunk in train.chunks(CHUNK):
        yield [encode_cells(cells_of(chunk, c.column), c) for c in columns]
