"""Rows of a joined source by key and moment, in which rows to answer find theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from fivefold.codecs.coded import Coded, coded_of, missing_rows, objects, remember
from fivefold.codecs.table import Array
from fivefold.travel.aggregates import words_of

Key = tuple[str, ...]
SECONDS = 1_000_000  # a second in the unit of moments


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """The rows of a source, those of one key side by side, from the earliest to the latest.

    Attributes:
        keys: the place of each key; its words as categories are written.
        starts: `(k + 1,)` int64: the rows of the key in place `i` are `starts[i]` to
            `starts[i + 1]`.
        moments: `(n,)` datetime64[us] or float64; None where rows have none.
        cells: `(n,)` canonical, by column; texts as codes.
        rows: `(n,)` which rows of the source these are.

    Example:
        >>> history = History.of(
        ...     [objects(["a", "b", "a"])], np.array([3.0, 1.0, 2.0]), {"x": np.arange(3.0)})
        >>> low, high = history.span([objects(["a", "c", None])], np.array([2.5, 9.0, 9.0]))
        >>> (high - low).tolist(), history.taken("x", high[:1] - 1).tolist()
        ([1, 0, 0], [2.0])
    """

    keys: Mapping[Key, int]
    starts: Array
    moments: Array | None
    cells: Mapping[str, Array | Coded]
    rows: Array
    _made: dict[str, Array] = field(default_factory=dict, repr=False)  # when first asked for

    @classmethod
    def of(cls, keys: Sequence[Array], moments: Array | None, cells: Mapping[str, Array]) -> Self:
        """The history of rows in any order; of equal moments the later row counts as later.

        Args:
            keys: `(n,)` canonical, a column each. Rows that lack a key or a moment are left out.
            moments: `(n,)` canonical dates or numbers; None where rows have none.
            cells: `(n,)` canonical, by column.
        """
        codes, named = keys_of(keys)
        there = codes >= 0
        if moments is not None:
            there &= ~missing_rows(moments)
        rows = np.flatnonzero(there)
        codes = codes[rows]
        order = (
            np.arange(len(rows)) if moments is None else np.argsort(moments[rows], kind="stable")
        )
        order = order[np.argsort(codes[order], kind="stable")]
        counts = np.bincount(codes, minlength=len(named))
        held, rows = np.flatnonzero(counts), rows[order]
        counts = counts[held]
        return cls(
            keys={named[code]: place for place, code in enumerate(held.tolist())},
            starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            moments=None if moments is None else moments[rows],
            cells={
                name: coded_of(values)[rows] if values.dtype == object else values[rows]
                for name, values in cells.items()
            },
            rows=rows,
        )

    def __len__(self) -> int:
        return int(self.starts[-1])

    def places(self, keys: Sequence[Array]) -> Array:
        """`(m,)` int64: the place of each row's key, -1 where it is missing or not known."""
        codes, named = keys_of(keys)
        known = np.array([*(self.keys.get(key, -1) for key in named), -1], np.int64)
        return known[codes]

    def span(
        self,
        keys: Sequence[Array],
        moments: Array | None = None,
        *,
        delay: float | None = None,
        within: float | None = None,
    ) -> tuple[Array, Array]:
        """Which rows of the source are known to each of `m` rows: those from `low` to `high`.

        Args:
            keys: `(m,)` canonical, a column each.
            moments: `(m,)` of the rows, of the type of its own; None to take all of the key.
            delay: how long after its moment a row of the source is known; None: the very moment
                itself is too early. In seconds where moments are dates.
            within: how far back they may lie; None for any.

        Returns:
            Two `(m,)` int64. They are equal where nothing is known.
        """
        places = self.places(keys)
        known = places >= 0
        low, high = (np.where(known, self.starts[places + end], 0) for end in (0, 1))
        if self.moments is None or moments is None:
            return low, high
        if within is not None:
            earliest = moments - self._length(within)
            low = self._first(low, high, earliest, included=True)
            low = np.where(missing_rows(earliest), high, low)
        latest = moments if delay is None else moments - self._length(delay)
        high = np.maximum(low, self._first(low, high, latest, included=delay is None))
        return low, np.where(missing_rows(latest), low, high)

    def _length(self, length: float) -> Any:
        dated = self.moments is not None and self.moments.dtype.kind == "M"
        return np.timedelta64(round(length * SECONDS), "us") if dated else length

    def _first(self, low: Array, high: Array, wanted: Array, *, included: bool) -> Array:
        """The first row from `low` to `high` that is not before what is wanted, else `high`.

        Args:
            low: `(m,)`.
            high: `(m,)`.
            wanted: `(m,)` moments.
            included: whether a row of that very moment is one.
        """
        assert self.moments is not None
        last = max(len(self.moments) - 1, 0)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            here = self.moments[np.minimum(middle, last)]
            before = open_ & ((here < wanted) if included else (here <= wanted))
            low = np.where(before, middle + 1, low)
            high = np.where(open_ & ~before, middle, high)
        return low

    def taken(self, name: str, rows: Array) -> Array:
        """The cells of a column in these rows, missing where a row is negative."""
        cells, gone = self.cells[name], rows < 0
        here = np.where(gone, 0, rows)
        if isinstance(cells, Coded):
            codes = np.where(gone, -1, cells.codes[here]) if len(cells) else np.full(len(rows), -1)
            return remember(self._texts(name)[codes], Coded(codes.astype(np.int32), cells.values))
        empty = np.datetime64("NaT") if cells.dtype.kind == "M" else np.nan
        return np.where(gone, empty, cells[here] if len(cells) else empty).astype(cells.dtype)

    def _texts(self, name: str) -> Array:
        """The texts of a column by their code, None as the last."""
        if name not in self._made:
            cells = self.cells[name]
            assert isinstance(cells, Coded)
            self._made[name] = objects([*cells.values.tolist(), None])
        return self._made[name]

    def latest(self, name: str) -> Array:
        """`(n + 1,)` the last row up to each with a cell in a column, -1 for none; then -1."""
        key = f"latest {name}"
        if key not in self._made:
            cells = self.cells[name]
            absent = cells.codes < 0 if isinstance(cells, Coded) else missing_rows(cells)
            there = np.where(absent, -1, np.arange(len(absent)))
            self._made[key] = np.append(np.maximum.accumulate(there), -1)
        return self._made[key]

    def nbytes(self) -> int:
        """About how many bytes it takes."""
        texts = [text for key in self.keys for text in key if text]
        total = self.starts.nbytes + sum(map(len, texts))
        total += 0 if self.moments is None else self.moments.nbytes
        for cells in self.cells.values():
            coded = isinstance(cells, Coded)
            total += cells.codes.nbytes if coded else cells.nbytes  # type: ignore[union-attr]
            total += sum(map(len, cells.values.tolist())) if isinstance(cells, Coded) else 0
        return total

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """JSON values, and named arrays without objects."""
        arrays, texts = {"starts": self.starts}, {}
        if self.moments is not None:
            arrays["moments"] = _plain(self.moments)
        for name, cells in self.cells.items():
            if isinstance(cells, Coded):
                texts[name] = cells.values.tolist()
                arrays[f"cells/{name}"] = cells.codes
            else:
                arrays[f"cells/{name}"] = _plain(cells)
        dates = [n for n, c in self.cells.items() if not isinstance(c, Coded) and _is_dated(c)]
        dated = self.moments is not None and _is_dated(self.moments)
        return {
            "keys": [list(key) for key in self.keys],
            "texts": texts,
            "dates": dates,
            "dated": dated,
        }, arrays

    @classmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The history that `pack` took apart."""
        texts, moments = values["texts"], arrays.get("moments")
        cells: dict[str, Array | Coded] = {}
        for name, array in arrays.items():
            if name.startswith("cells/"):
                column = name.removeprefix("cells/")
                if column in texts:
                    cells[column] = Coded(array, objects(texts[column]))
                else:
                    cells[column] = array.view("M8[us]") if column in values["dates"] else array
        return cls(
            keys={tuple(key): place for place, key in enumerate(values["keys"])},
            starts=arrays["starts"],
            moments=moments.view("M8[us]") if values["dated"] and moments is not None else moments,
            cells=cells,
            rows=np.arange(int(arrays["starts"][-1])),
        )


def keys_of(columns: Sequence[Array]) -> tuple[Array, list[Key]]:
    """`(n,)` int64: which key each row has, -1 where a cell of it is missing; and the keys.

    Example:
        >>> codes, keys = keys_of([objects(["a", None, "b"]), np.array([1.0, 1.0, 2.0])])
        >>> codes.tolist(), keys
        ([0, -1, 1], [('a', '1'), ('b', '2')])
    """
    codes, words = _words(columns[0])
    keys: list[Key] = [(one,) for one in words]
    for column in columns[1:]:
        others, words = _words(column)
        whole = (codes >= 0) & (others >= 0)
        pairs, places = np.unique((codes * len(words) + others)[whole], return_inverse=True)
        keys = [(*keys[pair // len(words)], words[pair % len(words)]) for pair in pairs.tolist()]
        codes = np.full(len(whole), -1)
        codes[whole] = places
    return codes, keys


def _words(cells: Array) -> tuple[Array, list[str]]:
    """The words of cells, each once, and which each cell is; -1 where it is missing."""
    if cells.dtype == object:
        coded = coded_of(cells)
        return coded.codes.astype(np.int64), coded.values.tolist()
    distinct, places = np.unique(cells, return_inverse=True)
    named = words_of(distinct)
    known = [word for word in named if word is not None]
    codes = np.cumsum([word is not None for word in named]) - 1
    codes[[place for place, word in enumerate(named) if word is None]] = -1
    return codes.astype(np.int64)[places], known


def _is_dated(cells: Array) -> bool:
    return cells.dtype.kind == "M"


def _plain(cells: Array) -> Array:
    return np.ascontiguousarray(cells).view(np.int64) if _is_dated(cells) else cells
