"""Plain cells to the blocks of a codec, by readers and tables that are made once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from fivefold.codecs.cell import null_numbers
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.block import block_name
from fivefold.kinds.codec import Codec
from fivefold.kinds.codes import FIRST, MISSING, UNSEEN
from fivefold.kinds.datetime import date_parts
from fivefold.kinds.numbers import HUGE, encode_numeric
from fivefold.kinds.single import FAULTS, cell_reader
from fivefold.kinds.tokens import encode_texts

PLAIN = frozenset((str, int, float, bool, type(None)))
"""Types of the cells that are read here; all that JSON has for one cell."""

Cells = tuple[Any, ...]
Reader = tuple[int, Callable[[Any], Any]]
"""The place of a column in a row, and what reads its cells."""


class OddCellError(Exception):
    """A cell that is to be looked at with all others of its table."""


class Plan:
    """How rows of plain cells become blocks, made ready once: a reader and a table a column.

    It gives what `Codec.encode` gives for the same rows, or nothing. Cells of common form take a
    step or two; all others go to `cell_reader`, which is what defines how they are read.

    Args:
        codec: fitted; it has no images.

    Example:
        >>> from fivefold.codecs.schema import Schema
        >>> from fivefold.codecs.table import Columns
        >>> schema = Schema(
        ...     columns=(Column(name="x", kind="numeric"), Column(name="c", kind="categorical"),
        ...              Column(name="y", kind="numeric", role="target")),
        ...     target="y", task="regression")
        >>> table = Columns({"x": np.array([1.0, 2.0]), "c": np.array(["a", "b"], object),
        ...                  "y": np.array([0.0, 1.0])})
        >>> plan = Plan(Codec.fit(table, schema, np.array([0, 1])))
        >>> {name: array.tolist() for name, array in plan.encode([(3, "b"), (None, "z")]).items()}
        {'numeric': [[3.0], [nan]], 'codes': [[3], [1]]}
        >>> plan.encode([(3, ["b"])]) is None
        True
    """

    def __init__(self, codec: Codec) -> None:
        inputs = codec.schema.inputs
        places = {column.name: place for place, column in enumerate(inputs)}
        self.names = tuple(places)
        self._numeric = codec.numeric
        numbers = [c for c in inputs if c.kind in {"numeric", "boolean", "datetime"}]
        self._numbers = [(places[column.name], _number_reader(column)) for column in numbers]
        self._dates = {
            places[column.name]: partial(date_parts, times=column.name in codec.timed)
            for column in numbers
            if column.kind == "datetime"
        }
        # Readers give no number beyond what float32 holds, so that there is nothing to bound.
        self._is_direct = not self._dates and not codec.numeric.offset.any()
        self._codes = [
            (places[name], _code_reader(codec.schema[name], categories))
            for name, categories in zip(
                codec.categorical.names, codec.categorical.categories, strict=True
            )
        ]
        self._texts = [
            (block_name(column), places[column.name], _word_reader(column))
            for column in inputs
            if column.kind == "text"
        ]
        self._states = codec.texts

    def encode(self, rows: Sequence[Cells]) -> dict[str, Array] | None:
        """The blocks of these rows; None if a cell is odd or not of its kind.

        Args:
            rows: at least one, with a cell for each of `names`.
        """
        try:
            blocks = {}
            if self._numbers:
                blocks["numeric"] = self._encoded(rows)
            if self._codes:
                blocks["codes"] = _matrix(rows, self._codes, np.int32)
            for name, place, read in self._texts:
                words = objects(read(row[place]) for row in rows)
                blocks[name] = encode_texts(words, self._states[name])
        except (OddCellError, *FAULTS):
            return None
        return blocks

    def _encoded(self, rows: Sequence[Cells]) -> Array:
        if self._is_direct:
            return _matrix(rows, self._numbers, np.float32)
        if not self._dates:
            return encode_numeric(_matrix(rows, self._numbers, np.float64), self._numeric)
        columns = []
        for place, read in self._numbers:
            values, parts = [read(row[place]) for row in rows], self._dates.get(place)
            cells = np.array(values, np.float64 if parts is None else "M8[us]")
            columns.append(cells[:, None] if parts is None else parts(cells))
        return encode_numeric(np.concatenate(columns, axis=1), self._numeric)


def _matrix(rows: Sequence[Cells], readers: Sequence[Reader], dtype: type) -> Array:
    """`(rows, readers)`; one row, which is what servers are asked for most, takes a shorter way."""
    if len(rows) == 1:
        (row,) = rows
        return np.array([[read(row[place]) for place, read in readers]], dtype)
    columns = tuple(zip(*rows, strict=True))
    return np.array([list(map(read, columns[place])) for place, read in readers], dtype).T.copy()


def _number_reader(column: Column) -> Callable[[Any], Any]:
    exact = cell_reader(column.kind, column.missing, column.format, column.rules)
    if column.kind != "numeric":
        return _plain_reader(exact)
    if null_numbers(column.missing):
        return _plain_reader(lambda cell: _bounded(exact(cell)))

    def read(cell: Any) -> Any:
        kind = type(cell)
        if (kind is float or kind is int) and -HUGE <= cell <= HUGE:
            return cell
        if kind not in PLAIN:
            raise OddCellError
        return _bounded(exact(cell))

    return read


def _bounded(number: Any) -> Any:
    if abs(number) > HUGE:
        raise OddCellError
    return number


def _word_reader(column: Column) -> Callable[[Any], Any]:
    exact = cell_reader(column.kind, column.missing, column.format, column.rules)

    def read(cell: Any) -> Any:
        kind = type(cell)
        if kind not in PLAIN or (kind is float and cell % 1 > 0):  # once a float32 perhaps
            raise OddCellError
        return exact(cell)

    return read


def _plain_reader(exact: Callable[[object], Any]) -> Callable[[Any], Any]:
    def read(cell: Any) -> Any:
        if type(cell) not in PLAIN:
            raise OddCellError
        return exact(cell)

    return read


def _code_reader(column: Column, categories: tuple[str, ...]) -> Callable[[Any], int]:
    exact = _word_reader(column)
    codes: dict[Any, int] = {category: code for code, category in enumerate(categories, FIRST)}
    ready = {category: code for category, code in codes.items() if exact(category) == category}
    codes[None] = MISSING

    def read(cell: Any) -> int:
        if type(cell) is str and cell in ready:
            return ready[cell]
        return codes.get(exact(cell), UNSEEN)

    return read
