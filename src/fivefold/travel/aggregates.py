"""One number for each group of rows, fitted on training rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.travel.expression import Call, Node


def _mean(values: Array) -> float:
    return float(values.mean())


def _std(values: Array) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else np.nan


AGGREGATES: dict[str, tuple[str, Callable[[Array], float]]] = {
    "group_mean": ("the mean of x among the training rows with this `by`", _mean),
    "group_median": ("the median", lambda values: float(np.median(values))),
    "group_min": ("the smallest", lambda values: float(values.min())),
    "group_max": ("the largest", lambda values: float(values.max())),
    "group_std": ("the deviation, from two rows on", _std),
}
"""What is said of them, and how the numbers of one group are put together."""

COUNTS = {
    "group_count": "how many training rows have this `by`; 0 where it is new or missing",
    "group_share": "which share of the training rows; 0 where it is new or missing",
}


@dataclass(frozen=True, eq=False)
class Groups:
    """What was fitted of the groups of one call.

    Attributes:
        values: by the group's text.
        rest: of a group that is new, missing, or says nothing: that of all training rows.
    """

    values: Mapping[str, float]
    rest: float

    @classmethod
    def fit(cls, function: str, cells: Array | None, by: Array) -> Self:
        """Fit on the training rows.

        Args:
            function: of `AGGREGATES` or `COUNTS`.
            cells: `(n,)` float64; None of counts.
            by: `(n,)` of any type but moments.

        Raises:
            DataError: if groups are numbers that are not whole.
        """
        if by.dtype != object and (by % 1 != 0)[~np.isnan(by)].any():
            raise DataError("Groups: expected texts, truth values or whole numbers.")
        seen: dict[str | None, int] = {None: -1}
        codes = np.array([seen.setdefault(name, len(seen) - 1) for name in words_of(by)], int)
        texts = [name for name in seen if name is not None]
        if cells is None:
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            total = max(len(by), 1) if function == "group_share" else 1
            return cls(dict(zip(texts, (counts / total).tolist(), strict=True)), 0.0)
        gather = AGGREGATES[function][1]
        told = ~np.isnan(cells)
        kept = told & (codes >= 0)
        ordered = cells[kept][np.argsort(codes[kept], kind="stable")]
        ends = np.cumsum(np.bincount(codes[kept], minlength=len(texts)))
        pieces = np.split(ordered, ends[:-1]) if texts else []
        with np.errstate(all="ignore"):
            found = [gather(piece) if len(piece) else np.nan for piece in (*pieces, cells[told])]
        *values, rest = (value if np.isfinite(value) else np.nan for value in found)
        known = zip(texts, values, strict=True)
        return cls({name: value for name, value in known if value == value}, rest)

    def of(self, by: Array) -> Array:
        """`(n,)` float64 of rows of these groups."""
        values, rest = self.values, self.rest
        names = words_of(by)
        return np.array([rest if n is None else values.get(n, rest) for n in names], np.float64)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"values": dict(self.values), "rest": None if np.isnan(self.rest) else self.rest}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The groups that `to_json` described."""
        rest = values["rest"]
        return cls(values["values"], np.nan if rest is None else rest)


def words_of(cells: Array) -> list[str | None]:
    """What cells are called as categories, None where they are missing."""
    listed = cells.tolist()
    known = {cell: None if cell is None or cell != cell else word(cell) for cell in set(listed)}
    return [known.get(cell) for cell in listed]


def is_fitted(node: Node) -> bool:
    """Whether a part of a formula is one of these, fitted on training rows."""
    return isinstance(node, Call) and node.function in {*AGGREGATES, *COUNTS}
