"""Columns of text in Arrow, taken apart no further than they are asked for."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded
from fivefold.codecs.table import Array
from fivefold.reading.arrow import from_arrow, numbers_of

_SAMPLE = 64
_FEW = 1_000
_POWER = re.compile(r"-?\d(?:\.\d+)?e[+-]\d\d+", re.ASCII)


class ArrowTexts(Coded):
    """A column of text; its codes and values are made when somebody looks at them.

    Args:
        column: `pyarrow.ChunkedArray` of strings, none missing.

    Example:
        >>> import pyarrow as pa
        >>> column = ArrowTexts(pa.chunked_array([["0.5", "", "0.5"]]))
        >>> column.numbers().tolist(), column.codes.tolist(), column.values.tolist()
        ([0.5, nan, 0.5], [0, 1, 0], ['0.5', ''])
    """

    arrow: Any

    def __init__(self, column: Any) -> None:
        object.__setattr__(self, "arrow", column)

    def __len__(self) -> int:
        return len(self.arrow)

    @property
    def codes(self) -> Array:
        """`(n,)` positions in `values`."""
        return self._coded.codes

    @property
    def values(self) -> Array:
        """`(k,)` the texts that stand there."""
        return self._coded.values

    def first(self, count: int) -> list[Any]:
        """The first texts that stand there, as long as nobody has looked at the others."""
        return list(dict.fromkeys(self.arrow.slice(0, count).to_pylist()))

    def numbers(self) -> Array | None:
        """`(n,)` float64, NaN for empty texts, where all others are decimals; None to look.

        A decimal has a point in it or a power of ten behind it, and reads as Python reads it.
        """
        return self._numbers

    @cached_property
    def _coded(self) -> Coded:
        values, _ = from_arrow(self.arrow)
        assert isinstance(values, Coded)
        return values

    @cached_property
    def _numbers(self) -> Array | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.arrow
        sample = [text for text in column.slice(0, _SAMPLE).to_pylist() if text]
        if sample and not all("." in text or _POWER.fullmatch(text) for text in sample):
            return None
        pointed = pc.match_substring(column, ".")
        other = pc.invert(pointed)
        empty = pc.invert(pc.binary_length(column).cast(pa.bool_()))  # a 0 would import pandas
        bare = column.filter(pc.and_(other, pc.invert(empty)))
        if len(bare) > _FEW or not all(map(_POWER.fullmatch, bare.to_pylist())):
            return None
        if pc.any(empty).as_py():
            column = pc.if_else(empty, pa.nulls(1, pa.string())[0], column)
        try:
            numbers = numbers_of(column.cast(pa.float64()))
        except pa.ArrowInvalid:
            return None
        if np.isinf(numbers).any() or np.isnan(numbers).sum() > pc.sum(empty).as_py():
            return None
        if numbers.flags.writeable:
            numbers.flags.writeable = False
        return numbers


def in_pieces(batches: Iterable[Any], schema: Any, rows: int, *, skip: int = 0) -> Iterator[Any]:
    """Record batches but for the first `skip` rows, as tables of `rows` each; one at least."""
    import pyarrow as pa

    held: list[Any] = []
    count, given = 0, False
    for batch in batches:
        batch, skip = batch.slice(skip), max(skip - len(batch), 0)
        held, count = [*held, batch], count + len(batch)
        if count < rows:
            continue
        table, start = pa.Table.from_batches(held), 0
        while count - start >= rows:
            yield table.slice(start, rows)
            start, given = start + rows, True
        held = table.slice(start).to_batches()
        count -= start
    if count or not given:
        yield pa.Table.from_batches(held, schema)
