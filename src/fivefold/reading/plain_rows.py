"""Rows of plain cells from what requests hold most: lists of dicts, and small frames of pandas."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from fivefold.kinds.quick import PlainRow
from fivefold.reading.frames import is_pandas

FRAME_ROWS = 256  # rows of a frame up to which its cells are taken out one by one


class PlainRows:
    """Takes the cells of known columns out of a list of dicts or a small frame.

    Only what needs no look at the container as a whole is taken: dicts whose keys are texts, with
    all columns in each; frames without an index of their own and with names that are texts, each
    once. All else is for `fivefold.reading.source`.

    Args:
        names: of the columns, in the order of the cells.

    Example:
        >>> PlainRows(("a", "b")).of([{"b": 1, "a": "x", "c": None}])
        [('x', 1)]
        >>> PlainRows(("a", "b")).of([{"a": "x"}]) is None
        True
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._get = _getter(self._names)
        self._last: tuple[Any, Callable[[Any], PlainRow]] = (None, self._get)

    def of(self, data: Any) -> list[PlainRow] | None:
        """The cells of each row; None where it takes a closer look."""
        if type(data) is list:
            return self._of_dicts(data)
        if is_pandas(data) and data.ndim == 2:
            return self._of_frame(data)
        return None

    def _of_dicts(self, data: list[Any]) -> list[PlainRow] | None:
        rows = []
        for row in data:
            if type(row) is not dict:
                return None
            if len(row) != len(self._names) and not all(type(key) is str for key in row):
                return None
            try:
                rows.append(self._get(row))
            except KeyError:
                return None
        return rows or None

    def _of_frame(self, frame: Any) -> list[PlainRow] | None:
        index = frame.index
        if not 0 < len(frame) <= FRAME_ROWS or index.nlevels > 1 or index.name is not None:
            return None
        columns = frame.columns
        known, taken = self._last
        if columns is not known:
            labels = list(columns)
            places = {label: place for place, label in enumerate(labels) if type(label) is str}
            if len(places) < len(labels) or not all(name in places for name in self._names):
                return None
            taken = _getter([places[name] for name in self._names])
            self._last = columns, taken
        return [taken(row) for row in frame.to_numpy(dtype=object).tolist()]


def _getter(keys: Sequence[Any]) -> Callable[[Any], PlainRow]:
    """What gives the items of these keys as a tuple; `itemgetter` gives one alone as it is."""
    if len(keys) > 1:
        return itemgetter(*keys)
    (key,) = keys
    return lambda row: (row[key],)
