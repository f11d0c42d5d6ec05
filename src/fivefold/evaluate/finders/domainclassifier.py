"""A classifier that tells test rows from training rows, and the columns that it tells them by.

Half of the units are learnt from, the others answered, and in turn. If both sides are of one kind
the answers are as high for the one as for the other: units of the half that was not learnt from can
be exchanged, which gives a p-value that holds whatever was learnt.

Reference:
    Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, ICLR 2017; Kim et al.,
    Classification accuracy as a proxy for two-sample testing, Annals of Statistics 49, 2021.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.evaluate import simple
from fivefold.evaluate.finders.twosides import MOST_OPAQUE, Sides
from fivefold.kinds.plain import Bag, Dense
from fivefold.metrics.metric import ROC_AUC
from fivefold.metrics.twosample import ranks_of, told_apart

FEWEST, MOST = 200, 4_000  # rows of each side
MOST_VALUES = 31  # of a category; all others are one
WIDEST = 300  # columns of the matrix
WORDS = 100
LEAST_LOST = 0.01  # of the area, where a column's cells are exchanged among rows
SHARE_LOST = 0.1  # of what the column loses that loses most
ROUNDS = {"max_iter": 30, "max_leaf_nodes": 15, "min_samples_leaf": 10, "learning_rate": 0.15}


@dataclass(frozen=True, kw_only=True, eq=False)
class Joint:
    """What a classifier makes of all columns together.

    Args:
        area: under its ROC curve, of rows that it did not learn from; 0.5 where nothing differs.
        chance: of one as large if nothing differs.
        lost: of the area, by the columns that it goes by, the first of which loses most.
    """

    area: float
    chance: float
    lost: Mapping[str, float] = field(default_factory=dict)


class Read(NamedTuple):
    """What the classifier reads.

    Args:
        matrix: `(n, width)` float32.
        is_code: `(width,)` bool, which are categories.
        column: `(width,)` names of the columns that each is of.
    """

    matrix: Array
    is_code: Array
    column: Array


def classify(sides: Sides, told: tuple[float, float]) -> Joint | None:
    """Learn to tell the sides apart.

    Args:
        sides: the rows of both.
        told: the least area and the largest chance at which columns are named.

    Returns:
        None where one side has fewer than 200 rows, or units are fewer than four.
    """
    from threadpoolctl import threadpool_limits

    opaque = any(len(one.values) < len(sides.place) for one in sides.features)
    rows = sides.few(min(MOST, MOST_OPAQUE) if opaque else MOST)
    is_test, seed = sides.is_test[:rows], sides.evidence.seed
    if min(is_test.sum(), (~is_test).sum()) < FEWEST:
        return None
    unit = np.arange(rows) if sides.units is None else sides.units[0][:rows]
    half = _halves(unit, is_test, seed)
    sides_there = [len(np.unique(is_test[half == k])) for k in (0, 1)]
    if min(sides_there) < 2:
        return None
    read = _read(sides, rows)
    options: dict[str, Any] = {**ROUNDS, "early_stopping": False, "random_state": 0}
    options["categorical_features"] = read.is_code if read.is_code.any() else None
    nothing = np.zeros(rows, bool)
    given = simple.Rows(
        *(read.matrix, is_test.astype(int), None, nothing, 2, sides.evidence.task), options=options
    )
    areas, chances, asked = [], [], []
    with threadpool_limits(limits=1):
        for held in (0, 1):
            learnt, answered = np.flatnonzero(half != held), np.flatnonzero(half == held)
            ask = simple.SIMPLE["class"].boosting(given.take(learnt))[0]
            score = ask(read.matrix[answered])[:, 1]
            area, chance = told_apart(score, is_test[answered], unit[answered], seed)
            areas.append(area)
            chances.append(chance)
            asked.append((ask, answered))
        found = Joint(area=float(np.mean(areas)), chance=min(1.0, 2 * min(chances)))
        if found.area < told[0] or found.chance >= told[1]:
            return found
        return Joint(area=found.area, chance=found.chance, lost=_lost(read, asked, is_test, seed))


def _halves(unit: Array, is_test: Array, seed: int) -> Array:
    """`(n,)` 0 or 1: in which half each row is; rows of a unit in one, both sides in both."""
    known, first, place = np.unique(unit, return_index=True, return_inverse=True)
    half, random = np.empty(len(known), np.int64), np.random.default_rng(seed)
    for side in (False, True):
        here = np.flatnonzero(is_test[first] == side)
        half[here] = random.permutation(len(here)) % 2
    return np.asarray(half[place])


def _read(sides: Sides, rows: int) -> Read:
    """What is compared of each column, and what simple models read of words and pixels."""
    parts, is_code, column = [], [], []
    for one in sides.features:
        has_order = one.values.dtype.kind == "f"
        values = one.values[:rows]
        parts.append(values if has_order else ranks_of(values, MOST_VALUES))
        is_code.append(not has_order)
        column.append(one.column)
    data = sides.evidence.data
    place, is_test = sides.place[:rows], sides.is_test[:rows]
    for encoded in data.codec.blocks:
        if encoded.block.shared:
            continue
        array = np.empty((rows, *encoded.shape), encoded.dtype)
        for part, here in ((data.train, ~is_test), (data.test, is_test)):
            array[here] = part.inputs[encoded.name][place[here]]
        for plain in encoded.block.linear(array, encoded.columns):
            seen = _seen(plain)
            parts += list(seen.T)
            is_code += [False] * seen.shape[1]
            column += [encoded.columns[0].name] * seen.shape[1]
    kept = np.unique(np.linspace(0, len(parts) - 1, min(len(parts), WIDEST)).astype(int))
    matrix = np.stack([np.asarray(parts[k], np.float32) for k in kept], axis=1)
    empty = np.isnan(matrix).all(axis=0)
    matrix[:, empty] = 0.0
    return Read(matrix, np.array(is_code)[kept], np.array(column, object)[kept])


def _seen(plain: object) -> Array:
    """`(n, k)` numbers: those of pixels, or which of the commonest words there are."""
    if isinstance(plain, Dense):
        return np.asarray(plain.values, np.float32)
    if not isinstance(plain, Bag):
        return np.empty((0, 0))
    words = np.maximum(plain.codes, plain.first - 1) - plain.first + 1  # 0 for none
    there = np.zeros((len(words), plain.size - plain.first + 1), bool)
    there[np.arange(len(words))[:, None], words] = True
    there[:, 0] = False
    common = np.argsort(-there.sum(axis=0), kind="stable")[:WORDS]
    return there[:, common].astype(np.float32)


def _lost(
    read: Read, asked: list[tuple[simple.Asked, Array]], is_test: Array, seed: int
) -> dict[str, float]:
    """What the area loses where cells of a column are another row's; only columns that count."""
    random = np.random.default_rng(seed)
    names = list(dict.fromkeys(read.column.tolist()))
    lost = dict.fromkeys(names, 0.0)
    for ask, rows in asked:
        matrix, truth = read.matrix[rows], is_test[rows].astype(int)
        whole = float(ROC_AUC(truth, ask(matrix)))
        for name in names:
            mixed, own = matrix.copy(), np.flatnonzero(read.column == name)
            mixed[:, own] = matrix[random.permutation(len(rows))][:, own]
            lost[name] += (whole - float(ROC_AUC(truth, ask(mixed)))) / len(asked)
    least = max(LEAST_LOST, SHARE_LOST * max(lost.values()))
    order = sorted(lost, key=lambda name: -lost[name])
    return {name: lost[name] for name in order if lost[name] >= least}
