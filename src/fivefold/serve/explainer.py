"""Explanations of answers: Shapley values over the columns of a row, or the pieces of its cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Canonical, Columns
from fivefold.core.wording import nearest, quoted
from fivefold.errors import RequestError
from fivefold.kinds.codec import Codec, cells_of, encode_cells
from fivefold.kinds.known import kind_of
from fivefold.kinds.occlusion import Pieces
from fivefold.metrics.shapley import ASKS, Shapley, shapley
from fivefold.serve.bundle import BACKGROUND_ENTRY, Bundle
from fivefold.serve.contract import EXPLAINED
from fivefold.serve.explanation import Added, Explanation
from fivefold.serve.opened import Scores
from fivefold.serve.requests import read
from fivefold.tasks.additive import Additive
from fivefold.tasks.known import task_of
from fivefold.travel.changes import Changes

BATCH = 256
"""Rows that are made at a time."""

VALUES, FEWEST = 2**25, 512
"""Numbers of all rows that a model is asked about, about, where cells hold many; and how many rows
at least."""

SINGLE = 4
"""How many times fewer rows are asked about where one cell is taken apart, beside which no other
rows stand."""

DIGITS = 6
"""Of what is told: more than an answer has that was made in float32."""

Mixed = Callable[[Array, Array], Mapping[str, Array]]
"""`(m, players)` bool and `(m,)` numbers of background rows to the blocks of so many rows."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """A model, and what it is asked about rows that are partly those of others.

    Attributes:
        codec: raw values to blocks.
        changes: what is done to rows before it reads them; None for nothing.
        scores: blocks to scores.
        schema: the columns of a request.
        background: rows whose cells stand where those of a row are taken out.
    """

    codec: Codec
    changes: Changes | None
    scores: Scores
    schema: Schema
    background: Columns

    def explain(
        self, rows: Columns, *, of: str | None = None, asks: int = ASKS, seed: int = 0
    ) -> Iterator[Explanation]:
        """Why each row is answered as it is.

        Args:
            rows: canonical.
            of: the class or target that is explained; None for what the model answers.
            asks: rows that the model may be asked about for one of them, about.
            seed: of what is drawn.

        Raises:
            RequestError: if answers have no parts that add, there are too many columns, or no such
                class or target.
        """
        inputs = self.schema.inputs
        if len(inputs) > EXPLAINED:
            wanted, found = f"a model of at most {EXPLAINED} columns", f"one of {len(inputs):,}"
            remedy = "Leave columns out, or ask what carries all of them with ff.ablate."
            raise RequestError.expected("explain", wanted, found, remedy)
        for place in range(len(rows)):
            one = {c.name: rows.column(c.name)[place : place + 1] for c in inputs}
            yield self._explain(Canonical(one, inputs), of, asks, seed)

    def place(self, blocks: Mapping[str, Array], of: str | None = None) -> int:
        """Which of the answers to one encoded row is explained.

        Args:
            blocks: of the row.
            of: as of `explain`.

        Raises:
            RequestError: as `explain`.
        """
        return self._place(of, self._additive(blocks))

    def _explain(self, row: Columns, of: str | None, asks: int, seed: int) -> Explanation:
        pieces = self._pieces(row)
        if pieces is None:
            mixed = self._of_columns(row)
            players, others = len(self.schema.inputs), len(self.background)
        else:
            mixed, players, others = self._of_pieces(pieces), len(pieces.names), 1
        whole = mixed(np.ones((1, players), bool), np.zeros(1, np.int64))
        told = self._additive(whole)
        place = self._place(of, told)
        if pieces is not None:
            size = sum(array.size for array in whole.values())
            asks = max(FEWEST, min(asks // SINGLE, VALUES // size))

        def game(inside: Array, which: Array) -> Array:
            some = (slice(first, first + BATCH) for first in range(0, len(which), BATCH))
            return np.concatenate(
                [self._additive(mixed(inside[at], which[at])).values for at in some]
            )

        found = shapley(game, players, others, asks=asks, seed=seed)
        parts = self._columns(row) if pieces is None else _named(pieces)
        beside = "cells of other rows" if pieces is None else pieces.without
        return Explanation(
            of=told.names[place],
            unit=told.units[place],
            score=_rounded(found.whole[place]),
            base=_rounded(found.base[place]),
            beside=beside,
            by="columns" if pieces is None else pieces.noun,
            parts=_shared(found, place, parts),
            exact=found.exact,
        )

    def _additive(self, blocks: Mapping[str, Array]) -> Additive:
        scores = self.codec.cut(self.scores(blocks), blocks)
        found = task_of(self.codec.schema).additive(scores, self.codec.schema)
        if found is None:
            wanted = "a model of classes or numbers, with one answer a row"
            remedy = "Change a cell by hand, and call predict again."
            raise RequestError.expected("explain", wanted, self.codec.schema.task, remedy)
        return found

    def _place(self, of: str | None, told: Additive) -> int:
        if of is None:
            return int(told.said[0])
        if of not in told.names:
            near = nearest(of, list(told.names))
            remedy = f"Write {near!r}." if near else "Leave it out for what the model answers."
            wanted = f"of= to be one of {quoted(told.names)}"
            raise RequestError.expected("explain", wanted, repr(of), remedy)
        return told.names.index(of)

    # --- a row as columns

    def _columns(self, row: Columns) -> list[Added]:
        """The columns of a request with their cells, of which nothing is known yet."""
        found = []
        for column in self.schema.inputs:
            [value] = kind_of(column.kind).to_json(row.column(column.name), column)
            found.append(Added(name=column.name, value=value, added=0.0))
        return found

    def _of_columns(self, row: Columns) -> Mixed:
        """Rows whose cells are each that of the row or of a background row."""
        names = [column.name for column in self.schema.inputs]
        pools = {
            name: np.concatenate([row.column(name), self.background.column(name)]) for name in names
        }
        canonical, parts = Canonical(pools, self.schema.inputs), dict[str, Array]()
        if self.changes is None:  # so that each cell is encoded once
            for name, fitted in self.codec.columns.items():
                parts[name] = encode_cells(cells_of(canonical, fitted.column), fitted)

        def mixed(inside: Array, which: Array) -> Mapping[str, Array]:
            rows = np.where(inside, 0, 1 + which[:, None])
            at = dict(zip(names, rows.T, strict=True))
            if self.changes is not None:
                cells = {name: pool[at[name]] for name, pool in pools.items()}
                return self.codec.encode(self.changes.apply(Canonical(cells, self.schema.inputs)))
            found = dict[str, Array]()
            for one in self.codec.blocks:
                own = [parts[c.name][at[c.name]] for c in one.columns]
                found[one.name] = one.block.encode(own, one.state)
            return found

        return mixed

    # --- a row that is one cell, as its pieces

    def _pieces(self, row: Columns) -> Pieces | None:
        """Those of a row of one column that has an array of its own."""
        columns = list(self.codec.columns.values())
        if len(columns) != 1 or self.changes is not None or columns[0].kind.block.shared:
            return None
        cell = row.column(columns[0].name)[0]
        found = None if cell is None else columns[0].kind.block.pieces(cell, columns[0])
        return found if found is not None and found.names else None

    def _of_pieces(self, pieces: Pieces) -> Mixed:
        [one] = self.codec.blocks

        def mixed(inside: Array, which: Array) -> Mapping[str, Array]:
            return {one.name: one.block.encode([pieces.encode(inside)], one.state)}

        return mixed


def read_background(bundle: Bundle, schema: Schema) -> Columns:
    """The rows that a bundle holds to compare with: of old ones its example requests."""
    if BACKGROUND_ENTRY not in bundle:
        return read(bundle.json("parity.json")["requests"]["instances"], schema)
    return as_columns(bundle.json(BACKGROUND_ENTRY), schema)


def as_columns(told: Mapping[str, Any], schema: Schema) -> Columns:
    """Rows of `{"rows": count, "columns": {name: cells}}`; columns of fewer cells begin again.

    Rows are empty where there are none.
    """
    if not told:
        return read([], schema)
    columns = {
        name: [cells[row % len(cells)] for row in range(told["rows"])]
        for name, cells in told["columns"].items()
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return read(rows, schema)


def _named(pieces: Pieces) -> list[Added]:
    return [
        Added(name=name, added=0.0, at=at) for name, at in zip(pieces.names, pieces.at, strict=True)
    ]


def _shared(found: Shapley, place: int, parts: list[Added]) -> tuple[Added, ...]:
    """The parts with what each adds, the most first."""
    added, error = found.values[:, place], found.error[:, place]
    return tuple(
        Added(
            name=parts[at].name,
            value=parts[at].value,
            added=_rounded(added[at]),
            error=_rounded(error[at]),
            at=parts[at].at,
        )
        for at in np.argsort(-np.abs(added), kind="stable").tolist()
    )


def _rounded(value: float) -> float:
    return round(float(value), DIGITS)
