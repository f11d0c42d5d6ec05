"""A column in a few facts: how much is missing, what stands in it, how it is spread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from fivefold.codecs.coded import coded_of, missing_rows
from fivefold.codecs.png import as_cell
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.wording import printable
from fivefold.kinds.binned import Binned
from fivefold.kinds.canonical import DEFAULT_MISSING
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of
from fivefold.report.tables import cell

MEASURED = 4096
"""Cells of a column whose size is counted: evenly spaced ones where there are more."""

SIZES = ("mean_", "least_", "most_")
"""What names of columns that tell of sizes begin with, as `most_frequent` does."""

NUMBERS = ("mean", "deviation", "minimum", "median", "maximum")
"""What is told of numbers, and of truth values as 0 and 1."""

SAMPLES, LOOKED = 3, 1000
"""Cells that are shown of a column, and present ones among which different ones are sought."""

SIDE = 48
"""Pixels of a picture of a cell, down and across, at most."""

LONGEST = 80
"""Letters of a cell that are shown."""

NAN = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Described:
    """What the rows say of one column.

    Args:
        name: of the column, as the source has it.
        kind: what its cells are.
        role: what it is used for.
        reason: why it is ignored, in a few words.
        also: texts that stand for a missing cell here, besides the usual ones.
        made_of: the columns that a stage made it of, in words.
        rows: how many there are.
        missing: how many of them have no cell here.
        distinct: different cells; of pictures, sounds and series those that are there.
        samples: three different cells in words, those first that occur most where cells repeat.
        pictures: of three cells that can be seen, as base64 of PNG files; else none.
        numbers: `mean`, `deviation`, `minimum`, `median` and `maximum` of numbers, else none.
        most_frequent: the commonest of texts that repeat, else empty.
        its_fraction: of the cells that are there; NaN where there is none.
        sizes: `mean_`, `least_` and `most_` of what is counted of cells, `mean_words` for one.
        bins: of a histogram, in the order in which they are shown; none where there is nothing to
            draw.
        what: what is binned of cells, `words`; empty where they are themselves.
        counts: `(bins, groups)` rows in each; of large cells of 4,096 evenly spaced rows at most.
        groups: of rows that are counted apart, by their answers as a rule; `("",)` for all rows.
    """

    name: str
    kind: str
    role: str
    reason: str = ""
    also: tuple[str, ...] = ()
    made_of: str = ""
    rows: int
    missing: int
    distinct: int
    samples: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    most_frequent: str = ""
    its_fraction: float = NAN
    sizes: Mapping[str, float] = field(default_factory=dict)
    bins: tuple[str, ...] = ()
    what: str = ""
    counts: Array = field(default_factory=lambda: np.zeros((0, 1), np.int64))
    groups: tuple[str, ...] = ("",)

    @property
    def note(self) -> str:
        """What is said beside its kind: that it is predicted, or left out and why."""
        role = f"{self.role}: {self.reason}" if self.reason else self.role
        also = f"also missing: {', '.join(map(repr, self.also))}" if self.also else ""
        made = f"made of {self.made_of}" if self.made_of else ""
        return "; ".join(filter(None, [role if role != "input" else "", also, made]))

    @property
    def spread(self) -> str:
        """From where to where its cells go, or what most of them are, in words."""
        if self.most_frequent and not self.what:
            return f"mostly {self.most_frequent} ({share(self.its_fraction)})"
        counts = self.counts.sum(axis=1)
        if len(self.bins) == 2 and not self.what:  # truth values, 0 and 1
            return f"mostly {self.bins[counts.argmax()]} ({share(counts.max() / counts.sum())})"
        ends = [*self.bins[:1], *self.bins[-1:]]
        if self.numbers and not self.what:
            ends = [cell(self.numbers[end]) for end in ("minimum", "maximum")]
        elif ends:
            ends = [ends[0].split(" to ")[0], ends[1].split(" to ")[-1]]
        return f"{self.what} {' to '.join(dict.fromkeys(ends))}".strip()

    @property
    def alternative(self) -> str:
        """What stands for the histogram where it is not seen."""
        if not len(self.bins):
            return f"{self.name}: no histogram"
        most = self.bins[int(self.counts.sum(axis=1).argmax())]
        return f"histogram of {self.name}: {self.spread}; most rows: {most}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, never NaN."""
        return {
            "column": self.name,
            "kind": self.kind,
            "role": self.role,
            "reason": self.reason or None,
            "rows": self.rows,
            "missing": self.missing,
            "distinct": self.distinct,
            "values": list(self.samples),
            **self.numbers,
            "sizes": dict(self.sizes),
            "histogram": [
                {"bin": label, "rows": counts.tolist() if len(counts) > 1 else int(counts[0])}
                for label, counts in zip(self.bins, self.counts, strict=True)
            ],
            "of": self.what or None,
        }


def share(fraction: float) -> str:
    """A share in per cent, never rounded to none or all.

    Example:
        >>> share(0.001), share(0.25), share(0.999), share(0.0)
        ('<1%', '25%', '>99%', '0%')
    """
    if 0 < fraction < 0.01:
        return "<1%"
    return ">99%" if 0.99 < fraction < 1 else f"{fraction:.0%}"


def described(
    column: Column, values: Array, groups: Binned | None = None, *, made_of: str = ""
) -> Described:
    """What the rows say of a column.

    Args:
        column: its name, and how its cells are read.
        values: `(n, ...)` canonical.
        groups: of rows that are counted apart; rows of none are in no histogram. None for one
            group of all rows.
        made_of: what a stage made it of, in words.

    Example:
        >>> said = described(Column(name="x", kind="numeric"), np.array([1.0, 4.0, np.nan, 4.0]))
        >>> said.missing, said.distinct, said.samples, said.bins, said.counts.ravel().tolist()
        (1, 2, ('1', '4'), ('1', '4'), [1, 2])
    """
    facts = facts_of(values)
    light = values.ndim == 1 and (values.dtype != object or kind_of(column.kind).levels)
    some = values if light else _spaced(values)
    binned = kind_of(column.kind).binned(some, column) or Binned((), np.full(len(some), -1))
    groups = Binned(("",), np.zeros(len(values), np.int64)) if groups is None else groups
    names, of = groups.labels, groups.place
    of = of if len(some) == len(values) else _spaced(of)
    counts = np.zeros((len(binned.labels), len(names)), np.int64)
    counted = (binned.place >= 0) & (of >= 0)
    np.add.at(counts, (binned.place[counted], of[counted]), 1)
    return Described(
        name=column.name,
        kind=column.kind,
        role=column.role,
        reason=column.reason,
        also=tuple(text for text in column.missing if text not in DEFAULT_MISSING),
        made_of=made_of,
        rows=len(values),
        missing=facts["missing"],
        distinct=facts["distinct"],
        samples=_samples(column, values),
        pictures=_pictures(column, values),
        numbers={name: facts[name] for name in NUMBERS if facts[name] == facts[name]},
        most_frequent=printable(facts["most_frequent"]),
        its_fraction=facts["its_fraction"],
        sizes=sizes_of(values, column),
        bins=tuple(printable(label)[:LONGEST] for label in binned.labels),
        what=binned.what,
        counts=counts,
        groups=tuple(map(printable, names)),
    )


def facts_of(values: Array) -> dict[str, Any]:
    """What can be counted of canonical cells whatever they are, by name.

    Returns:
        `missing`, `distinct`, the five of numbers (NaN where they are none), `most_frequent` of
        texts that repeat and `its_fraction` of those that are there.
    """
    said: dict[str, Any] = {
        "most_frequent": "",
        "its_fraction": NAN,
        **dict.fromkeys(NUMBERS, NAN),
    }
    if values.ndim > 1 or (values.dtype == object and not _are_texts(values)):
        gone = 0 if values.ndim > 1 else sum(value is None for value in values)
        return said | {"missing": gone, "distinct": len(values) - gone}
    if values.dtype.kind == "M":
        known = values[~np.isnat(values)]
        return said | {"missing": len(values) - len(known), "distinct": len(np.unique(known))}
    if values.dtype == object:
        coded = coded_of(values)
        counts = np.bincount(coded.codes[coded.codes >= 0])
        total, distinct = int(counts.sum()), len(coded.values)
        if distinct < total:
            most = int(counts.argmax())
            said["most_frequent"] = str(coded.values[most])[:LONGEST]
            said["its_fraction"] = float(counts[most] / total)
        return said | {"missing": len(values) - total, "distinct": distinct}
    known = values[np.isfinite(values)].astype(np.float64)
    said |= {"missing": len(values) - len(known), "distinct": len(np.unique(known))}
    if len(known):
        said |= {
            "mean": float(known.mean()),
            "deviation": float(known.std(ddof=1)) if len(known) > 1 else 0.0,
            "minimum": float(known.min()),
            "median": float(np.median(known)),
            "maximum": float(known.max()),
        }
    return said


def sizes_of(values: Array, column: Column) -> dict[str, float]:
    """How large cells are, by what their kind counts, of 4,096 evenly spaced ones at most."""
    told: dict[str, float] = {}
    for name, counts in kind_of(column.kind).sizes(_spaced(values), column).items():
        known = counts[np.isfinite(counts)]
        if len(known):
            ends = (known.mean(), known.min(), known.max())
            told |= {f"{which}{name}": float(end) for which, end in zip(SIZES, ends, strict=True)}
    return told


def _samples(column: Column, values: Array) -> tuple[str, ...]:
    """Three different cells in words."""
    kind = kind_of(column.kind)
    if values.ndim == 1 and values.dtype == object and _are_texts(values):
        coded = coded_of(values)
        counts = np.bincount(coded.codes[coded.codes >= 0], minlength=len(coded.values))
        chosen = coded.values[np.argsort(-counts, kind="stable")[:SAMPLES]]
    else:
        chosen = values[np.flatnonzero(~missing_rows(values))]
        if values.dtype.kind in "fM":  # one value may fill the first thousand rows
            some = np.unique(chosen[:LOOKED], return_index=True)[1]
            if len(some) < SAMPLES:
                some = np.unique(chosen, return_index=True)[1]
            chosen = chosen[np.sort(some)]
        chosen = chosen[:LOOKED]
    shown = dict[str, None]()
    for one in chosen:
        shown[printable(kind.shown(one, column))[:LONGEST]] = None
        if len(shown) == SAMPLES:
            break
    return tuple(shown)


def _pictures(column: Column, values: Array) -> tuple[str, ...]:
    """The first three cells that are there, small, where their kind can be seen."""
    kind = kind_of(column.kind)
    if type(kind).drawn is Kind.drawn:
        return ()
    there = values[np.flatnonzero(~missing_rows(values))[:SAMPLES]]
    drawn = (seen for one in there if (seen := kind.drawn(one, column)) is not None)
    small = (one[:: -(-len(one) // SIDE), :: -(-one.shape[1] // SIDE)] for one in drawn)
    return tuple(as_cell(one if one.ndim == 3 else one[:, :, None]) for one in small)


def _spaced(values: Array) -> Array:
    return values[:: max(1, -(-len(values) // MEASURED))]


def _are_texts(values: Array) -> bool:
    present = (value for value in values if value is not None)
    return all(isinstance(value, str) for value in islice(present, 100))
