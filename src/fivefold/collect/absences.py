"""Columns whose cells are there, or missing, for some answers only."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.collect.leakage import EXPLAINED, SKILL
from fivefold.core.digits import digits, per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted
from fivefold.keys import codes_of, missing_rows
from fivefold.tasks.known import task_of
from fivefold.tasks.target import Question

FEWEST = 12  # cells that a class would have by its size, of which it has none or nearly none
NEARLY = 0.02  # of a class, and a tenth of the usual share, which are nearly none
PART = 0.1  # of another class that has such cells
APART = 0.99  # of the pairs of a filled and an empty cell, the filled one's number is larger
MOST = 5  # columns that are told one by one


class Absence(NamedTuple):
    """How empty cells of a column go with what is predicted.

    Args:
        column: its name.
        target: what is predicted.
        score: of the errors of a blind guess, or of the variance, what they alone take away.
        told: in words, where cells are filled.
        serious: whether they alone tell the answer, or one of the classes.
    """

    column: str
    target: str
    score: float
    told: str
    serious: bool


def find_absences(values: Mapping[str, Array], schema: Schema, usable: Array) -> list[Absence]:
    """Inputs that are filled for some classes only, or for large or small numbers only.

    Args:
        values: canonical, by name; numbers that stand for missing ones are best among these.
        schema: kinds and roles.
        usable: `(n,)` bool.
    """
    filled = {}
    for column in schema.inputs:
        here = ~missing_rows(values[column.name])[usable]
        if FEWEST <= here.sum() <= len(here) - FEWEST:
            filled[column.name] = here
    if not filled:
        return []
    found = []
    targets = [values[name] for name in schema.targets]
    for asked in task_of(schema.task).questions(targets, schema):
        target = asked.values[usable]
        for name, here in filled.items():
            judge = _by_class if asked.classes else _by_number
            absence = judge(name, here, target, asked)
            found += [absence] if absence is not None else []
    return found


def absence_findings(absences: list[Absence]) -> list[Finding]:
    """`missing_by_class`: one for each of a few columns, of more one together."""
    pieces = [absences] if len(absences) > MOST else [[one] for one in absences]
    return [_told(some) for some in pieces if some]


def _told(some: list[Absence]) -> Finding:
    first, names = some[0], list(dict.fromkeys(one.column for one in some))
    if len(some) == 1:
        begun = f"Column `{first.column}` is filled {first.told}"
        what = "whether a cell is empty tells the answer, and may be known only with it"
    else:
        begun = f"{len(names)} columns, {quoted(names, 3)}, are filled for some answers only"
        what = "whether their cells are empty may be known only with the answer"
    dropped = ", ".join(map(literal, names[:MOST])) + ("," if len(names) == 1 else "")
    severity = "serious" if any(one.serious for one in some) else "warning"
    listed = [one._asdict() for one in some]
    sentence = f"{begun}: {what}. Pass drop=({dropped}) if so."
    return finding("missing_by_class", sentence, severity, columns=names, found=listed)  # type: ignore[arg-type]


def _by_class(name: str, here: Array, target: Array, asked: Question) -> Absence | None:
    codes = codes_of(target)
    sizes = np.bincount(codes)
    counts = np.stack([np.bincount(codes, here), np.bincount(codes, ~here)])
    for count in counts:
        usual = count.sum() / sizes.sum()
        share = count / sizes
        never = (share <= min(NEARLY, usual / 10)) & (sizes * usual >= FEWEST)
        often = share >= PART
        if never.any() and often.any():
            labels = target[np.unique(codes, return_index=True)[1]]
            filled = counts[0] / sizes
            ranked = sorted((often, never), key=lambda some: -filled[some].mean())
            told = " and ".join(_of_classes(labels[some], filled[some]) for some in ranked)
            score = max(_taken_away(counts), _of_one(counts, never), _of_one(counts, ~never))
            return Absence(name, asked.name, score, told, score >= SKILL)
    return None


def _of_classes(labels: Array, shares: Array) -> str:
    part = "no row" if not shares.any() else f"{per_cent(shares.mean())} of the rows"
    return f"in {part} of {quoted(labels.tolist(), 3)}"


def _taken_away(counts: Array) -> float:
    """The fraction of the errors of a blind guess that a look at one cell takes away."""
    rows, blind = counts.sum(), counts.sum(0).max()
    return float((counts.max(1).sum() - blind) / (rows - blind)) if rows > blind else 0.0


def _of_one(counts: Array, some: Array) -> float:
    """The same of the question whether it is these classes, where it is one."""
    both = np.stack([counts[:, some].sum(1), counts[:, ~some].sum(1)], axis=1)
    return _taken_away(both) if some.sum() == 1 else 0.0


def _by_number(name: str, here: Array, target: Array, asked: Question) -> Absence | None:
    rank = np.searchsorted(np.sort(target), target)
    ours, others = rank[here], np.sort(rank[~here])
    below = np.searchsorted(others, ours, side="left").mean() / len(others)
    above = 1 - np.searchsorted(others, ours, side="right").mean() / len(others)
    if max(below, above) < APART:
        return None
    means = target[here].mean(), target[~here].mean()
    spread = float(np.var(target))
    left = float(np.where(here, target - means[0], target - means[1]).var())
    score = 1 - left / spread if spread > 0 else 0.0
    told = (
        f"where `{asked.name}` is {'large' if below > above else 'small'} only ({digits(means[0])} "
        f"on average, {digits(means[1])} where it is empty)"
    )
    return Absence(name, asked.name, score, told, score >= EXPLAINED)
