"""A column that says how hard a row is: made from the answers, though no answer itself."""

from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.collect.randomtrees import out_of_bag
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal
from fivefold.metrics.curves import roc_auc

ROWS = 500
WIDEST = 2000  # columns; of more a forest makes errors that any of them tells
_TRIED = 2
_GROUPS = 20
_SAMPLE, _FEATURES = 3000, 16


class _Limits(NamedTuple):
    """What a column must reach, in a forest of so many trees."""

    trees: int
    likely: float
    removed: float  # fraction of the errors that must go when the column is added
    ordered: float  # how well it must rank wrong rows above right ones (area under the curve)
    sure: float  # standard errors that this must lie above 0.5
    wrong: int  # rows that there must be without the column
    sides: int  # of them on each side


_FULL = _Limits(60, 0.65, 0.25, 0.57, 2.5, 30, 5)
_GLANCE = _Limits(30, 0.58, 0.08, 0.52, 0, 8, 2)
_GLANCED = 4_000  # rows of a first look, with limits that many honest columns pass too


def find_difficulty(
    names: tuple[str, ...], matrix: Array, target: Array, target_name: str, *, seed: int = 0
) -> list[Finding]:
    """Columns that tell where a model errs, whichever way it errs.

    An honest column moves predictions towards a class: where it makes one prediction wrong more
    often, it makes the opposite one right more often. A column made from the answers (how many
    other models got the row right, an annotator's doubt, a flag set on review) makes *both* wrong
    more often. So, in a model that has not seen the column: learn from the rows predicted A how
    the column goes with errors, rank the rows predicted B by it, and the other way round. Wrong
    rows must come first in both, and a model that sees the column must make far fewer errors.
    Where there are many rows, a few of them decide first whether it is worth a look at all.

    Args:
        names: of the columns.
        matrix: `(n, d)` float64, NaN for missing.
        target: `(n,)` class codes; the largest class is told from the rest.
        target_name: for the sentence.
        seed: of the forests.

    Returns:
        Serious findings of the code `target_leakage`.
    """
    if len(target) < ROWS or not 3 <= len(names) <= WIDEST:
        return []
    truth = (target == np.bincount(target).argmax()).astype(np.int64)
    if len(target) > 2 * _GLANCED:
        some = np.random.default_rng(seed).permutation(len(target))[:_GLANCED]
        if not _tell_errors(matrix[some], truth[some], _GLANCE, seed):
            return []
    found = _tell_errors(matrix, truth, _FULL, seed)
    return [_finding(names[one.place], target_name, one, len(truth)) for one in found]


class _Teller(NamedTuple):
    """A column that tells errors."""

    place: int
    order: float  # how well it ranks wrong rows first
    removed: float  # fraction of the errors that go with it
    wrong: int  # rows that were wrong without it


def _tell_errors(matrix: Array, truth: Array, limits: _Limits, seed: int) -> list[_Teller]:
    ranked = np.stack([ranks_of(column) for column in matrix.T], axis=1)
    filled = np.where(np.isnan(ranked), -1, ranked).astype(np.float32)
    groups = [groups_of(column) for column in filled.T]
    wrong = _out_of_bag(filled, truth, limits.trees, seed) != truth
    half = np.random.default_rng(seed).permutation(len(truth)) % 2
    ranks = np.array([carry_over(group, wrong, half, np.mean) for group in groups])
    found = []
    for place in np.argsort(-ranks, kind="stable")[:_TRIED].tolist():
        if ranks[place] < limits.likely:
            continue
        said = _out_of_bag(np.delete(filled, place, 1), truth, limits.trees, seed)
        blind = said != truth
        sides = min(int((blind & (said == side)).sum()) for side in (0, 1))
        if blind.sum() < limits.wrong or sides < limits.sides:
            continue
        order = carry_over(groups[place], blind, said, np.min)
        removed = float(1 - wrong.sum() / blind.sum())
        sure = (order - 0.5) * np.sqrt(12 * sides) >= limits.sure
        if removed >= limits.removed and order >= limits.ordered and sure:
            found.append(_Teller(place, order, removed, int(blind.sum())))
    return found


def carry_over(groups: Array, wrong: Array, side: Array, summary: object) -> float:
    """How well a column's link with errors carries over from one side of the rows to the other.

    Args:
        groups: `(n,)` int, the column's values or ranges of them.
        wrong: `(n,)` bool, the errors of a model.
        side: `(n,)` 0 or 1.
        summary: of the two directions, `np.mean` or `np.min`.

    Returns:
        Area under the curve: 1 if the column ranks all wrong rows first, 0.5 if it knows nothing,
        below 0.5 if what goes with errors on one side goes with right answers on the other.
    """
    areas, size = [], int(groups.max()) + 1
    for one in (0, 1):
        learn, judge = side == one, side != one
        if not learn.any() or not judge.any():
            return 0.5
        usual = float(wrong[learn].mean())
        errors = np.bincount(groups[learn], wrong[learn], minlength=size) + 3 * usual
        rate = errors / (np.bincount(groups[learn], minlength=size) + 3)
        area = roc_auc(wrong[judge], rate[groups[judge]])
        areas.append(0.5 if np.isnan(area) else area)  # all of them wrong, or none
    return float(summary(areas))  # type: ignore[operator]


def ranks_of(values: Array) -> Array:
    """`(n,)` float64: equal values share a whole number from 0, NaN stays; for trees no loss."""
    place = np.unique(values, return_inverse=True)[1]
    return np.where(np.isnan(values), np.nan, place)


def groups_of(values: Array) -> Array:
    """`(n,)` int: the values themselves if few, else twenty ranges of equal size."""
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) <= _GROUPS:
        return np.asarray(place)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _GROUPS + 1)[1:-1]))
    return np.searchsorted(edges, values)


def _out_of_bag(matrix: Array, truth: Array, trees: int, seed: int) -> Array:
    """What a small forest says of each row by the trees that have not seen it."""
    rows, columns = matrix.shape
    return out_of_bag(
        matrix,
        truth,
        trees=trees,
        features=max(1, min(columns // 2, _FEATURES)),
        rows=int(min(0.5 * rows, _SAMPLE)),
        seed=seed,
    )


def _finding(name: str, target: str, told: _Teller, rows: int) -> Finding:
    sentence = (
        f"Column `{name}` tells which rows a model without it gets wrong, whichever way, "
        f"and takes away {told.removed:.0%} of its {told.wrong:,} errors in {rows:,} rows: it "
        f"seems to be made from the answers in `{target}`. Pass drop=({literal(name)},) if so."
    )
    return finding(
        "target_leakage",
        sentence,
        columns=[name],
        score=told.order,
        how="errors",
        removed=told.removed,
        wrong=told.wrong,
        rows=rows,
    )
