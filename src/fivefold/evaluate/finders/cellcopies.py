"""Test rows whose text or picture is nearly that of a training row."""

import numpy as np

from fivefold.codecs.coded import coded_of, missing_rows
from fivefold.codecs.copies import copies
from fivefold.codecs.schema import Column
from fivefold.codecs.spots import outlines, picture_copies
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.division import identical
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.copysplit import FEWEST, MANY, copied, some_of_both
from fivefold.kinds.known import kind_of

MOST_LEARNT, MOST_ROWS = 20_000, 5_000
"""Training and test rows that are looked at, at most."""

SHORTEST = 8
"""Words of a text that may be a copy: shorter ones are alike by chance."""

SHINGLE, LEAST = 3, 0.6
"""Words of a run, and the share of runs that copies have in common."""


def copied_cells(evidence: Evidence) -> list[Finding]:
    """Of the column of texts or pictures with most copies, how many there are in test rows.

    A text is a copy where it shares most of its runs of three words with one of a training row, a
    picture where it is one but for its size, its quality or a mirror. Cells that are equal are
    told as equal rows.
    """
    some = some_of_both(evidence, MOST_LEARNT, MOST_ROWS)
    if some is None:
        return []
    train, test = some
    rows, found = np.concatenate([train, test]), dict[str, Array]()
    for column in evidence.schema.inputs:
        group = _groups(column, evidence.collected.table.column(column.name), rows)
        if group is not None:
            near = _nearest(group, len(train))
            found[column.name] = near
    if not found:
        return []
    equal = identical(evidence.collected, rows)
    known = np.isin(equal[len(train) :], equal[: len(train)])
    name = max(found, key=lambda one: int(((found[one] >= 0) & ~known).sum()))
    near = np.where(known, -1, found[name])
    count = int((near >= 0).sum())
    if count < max(FEWEST, MANY * len(test)):
        return []
    told = f"have a cell of `{name}` that is nearly that of a training row"
    return [copied(evidence, test, train, near, told, column=name)]


def _groups(column: Column, values: Array, rows: Array) -> Array | None:
    """`(n,)` the group of copies that each row's cell is of; None for cells of other kinds."""
    kind = kind_of(column.kind)
    if kind.is_passage and values.dtype == object:
        coded = coded_of(values[rows])
        texts = coded.values.tolist()
        there = [place for place, text in enumerate(texts) if text.count(" ") >= SHORTEST - 1]
        group = np.arange(len(texts))
        found = copies([texts[place] for place in there], shingle=SHINGLE, least=LEAST)
        group[there] = np.asarray(there, np.int64)[found] if there else found
        alone = len(texts) + np.arange(len(rows))  # a missing cell is like no other
        long = np.isin(np.arange(len(texts)), there)
        codes = coded.codes
        fits = (codes >= 0) & long[np.maximum(codes, 0)] if len(texts) else codes >= 0
        return np.where(fits, group[np.maximum(codes, 0)] if len(texts) else alone, alone)
    if kind.control == "picture":
        gone = missing_rows(values)
        drawn = (None if gone[row] else kind.drawn(values[row], column) for row in rows)
        return picture_copies(outlines(drawn))[2]
    return None


def _nearest(group: Array, learnt: int) -> Array:
    """`(tests,)` the place of the first training row of the same group, -1 for none."""
    first = np.full(int(group.max(initial=0)) + 1, -1)
    first[group[:learnt][::-1]] = np.arange(learnt)[::-1]
    return first[group[learnt:]]
