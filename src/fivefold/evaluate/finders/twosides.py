"""Training and test rows set side by side, and what of them can be exchanged for one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fivefold.codecs.table import Array
from fivefold.division import TIMED, bonds_of
from fivefold.evaluate.evidence import Evidence
from fivefold.keys import codes_of, row_keys
from fivefold.kinds.known import kind_of
from fivefold.metrics.twosample import bundled

MOST, MOST_OPAQUE = 20_000, 2_000
"""Rows of each side that are looked at, of pictures, sounds and the like."""

BLOCKS = 30
"""Stretches of time, of which the last ones are test rows."""

ALONE = 0.9  # effective rows as a fraction of all, from which on each row stands for itself


@dataclass(frozen=True, kw_only=True, eq=False)
class Feature:
    """What is compared of a column.

    Args:
        column: its name.
        kind: what its cells are.
        what: is compared, in words; empty for the cells themselves.
        values: `(k,)` float64, NaN for missing, or objects; of the first k rows of both sides.
    """

    column: str
    kind: str
    what: str
    values: Array

    @property
    def called(self) -> str:
        """The column, and what of it, for a sentence."""
        return f"`{self.column}` by {self.what}" if self.what else f"`{self.column}`"


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """Rows of both sides in a random order, alternating as long as both have some.

    Args:
        evidence: whose they are.
        place: `(n,)` their positions among the training or the test rows.
        is_test: `(n,)` bool.
    """

    evidence: Evidence
    place: Array
    is_test: Array

    @classmethod
    def of(cls, evidence: Evidence) -> "Sides":
        """Up to 20,000 rows of each side."""
        random = np.random.default_rng(evidence.seed)
        sizes = (len(evidence.data.train), len(evidence.data.test))
        drawn = [random.permutation(size)[:MOST] for size in sizes]
        place, side = np.concatenate(drawn), np.repeat([False, True], [len(d) for d in drawn])
        order = np.argsort(np.concatenate([np.arange(len(d)) for d in drawn]), kind="stable")
        return cls(evidence=evidence, place=place[order], is_test=side[order])

    @cached_property
    def index(self) -> Array:
        """`(n,)` positions in the collected table."""
        train, test = self.evidence.data.train.index, self.evidence.data.test.index
        both = np.concatenate([train, test])
        return np.asarray(both[self.place + len(train) * self.is_test])

    def few(self, most: int) -> int:
        """How many rows at the beginning hold at most so many of each side."""
        beyond = np.maximum(np.cumsum(self.is_test), np.cumsum(~self.is_test)) > most
        return int(np.argmax(beyond)) if beyond.any() else len(beyond)

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """What can be compared: no moments where rows were divided by time, nothing constant."""
        table, found = self.evidence.collected.table, []
        timed, opaque = self.evidence.partition.by in TIMED, self.few(MOST_OPAQUE)
        for column in self.evidence.schema.inputs:
            kind = kind_of(column.kind)
            if timed and kind.dated:
                continue
            rows = self.index[:opaque] if kind.opaque or kind.is_passage else self.index
            compared = kind.compared(table.column(column.name)[rows], column)
            for what, values in compared.items():
                numbers = _as_numbers(values)
                if _varied(numbers):
                    words = what.replace("_", " ")
                    found.append(
                        Feature(column=column.name, kind=column.kind, what=words, values=numbers)
                    )
        return tuple(found)

    @cached_property
    def units(self) -> tuple[Array, str] | None:
        """`(n,)` the unit of each row and what units are; None where rows stand for themselves.

        Groups, blocks of time, or equal rows, which a division keeps on one side.
        """
        evidence = self.evidence
        bonds: Mapping[str, Array] = bonds_of(
            evidence.collected, self.index, by=evidence.partition.by, ties=evidence.partition.ties
        )
        if "time" in bonds:
            return self._blocks(bonds["time"]), "blocks of time"
        unit, noun = bonds.get("group"), "groups"
        if unit is None:
            if evidence.collected.given is not None:  # a test source was not drawn by equal rows
                return None
            columns = [c.name for c in evidence.schema.inputs if not kind_of(c.kind).opaque]
            if not columns:
                return None
            table, noun = evidence.collected.table, "equal rows"
            unit = codes_of(row_keys(table.column(name)[self.index] for name in columns))
        unit = 2 * unit.astype(np.int64) + self.is_test
        sizes = np.unique(unit, return_counts=True)[1].astype(np.float64)
        if sizes.sum() >= ALONE * (sizes**2).sum():
            return None
        return bundled(unit, self.is_test, evidence.seed), noun

    def _blocks(self, moment: Array) -> Array:
        """Stretches of about equally many rows, none of both sides."""
        found, begun = np.empty(len(moment), np.int64), 0
        share = self.is_test.mean()
        for here, part in ((~self.is_test, 1 - share), (self.is_test, share)):
            order = np.flatnonzero(here)[np.argsort(moment[here], kind="stable")]
            blocks = max(1, min(len(order), round(BLOCKS * part)))
            found[order] = begun + np.arange(len(order)) * blocks // max(1, len(order))
            begun += blocks
        return found


def _as_numbers(values: Array) -> Array:
    """Float64 of what has an order, else the values themselves."""
    if values.dtype.kind == "M":
        numbers = values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        return np.where(np.isnat(values), np.nan, numbers)
    return values.astype(np.float64) if values.dtype.kind in "fiub" else np.asarray(values, object)


def _varied(values: Array) -> bool:
    """Whether two of them differ; missing ones are alike."""
    if values.dtype.kind == "f":
        gone = int(np.isnan(values).sum())
        return 0 < gone < len(values) or (not gone and bool(np.ptp(values) > 0))
    return len({None if value != value else value for value in values.tolist()}) > 1
