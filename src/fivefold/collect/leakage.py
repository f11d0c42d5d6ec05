"""Columns that give the target away."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.collect.difficulty import find_difficulty, ranks_of
from fivefold.collect.lasting import lasting
from fivefold.collect.sums import add_up
from fivefold.collect.twocolumns import find_together
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted
from fivefold.keys import codes_of
from fivefold.kinds.known import kind_of
from fivefold.tasks.known import task_of

ROWS = 10_000  # rows looked at; more are sampled
SKILL = 0.98  # fraction of the errors of a guess without inputs that one column takes away
EXPLAINED = 0.995  # fraction of a number's variance that one column explains
CLOSER = 4  # times that a column is closer to a number than the row before is, at least
FOLDS = 3
FEWEST = 30
MANY = 1000  # columns from which on those are passed over that plainly tell nothing
IDLE = 0.8  # of the moves of a target by chance, from which on a column plainly tells nothing
MOST = 5  # columns that get a finding each; more have one together


class Suspects(NamedTuple):
    """Columns as numbers, for quick tests."""

    names: tuple[str, ...]  # of the columns
    matrix: Array  # `(n, d)` float64; categories as codes, missing as NaN
    discrete: Array  # `(d,)` bool, True where values are categories without an order
    target: Array  # `(n,)` class codes, or float64
    classes: int  # number of classes; 0 for a regression
    fold: Array  # `(n,)` int, which part of the rows each belongs to
    # what `target` was divided by, so that its squares neither overflow nor vanish
    unit: float = 1.0


def find_leaks(
    values: dict[str, Array],
    schema: Schema,
    usable: Array,
    *,
    seed: int = 0,
    known: Collection[str] = (),
) -> list[Finding]:
    """Suspected target leakage, each a serious finding with the columns and a score.

    Four tests: a column alone predicts the target almost perfectly, or two together a class; two
    or three columns add up (or multiply) to it; one tells which rows a model gets wrong. Each of
    several targets is looked at; positions of a sequence are not.

    Args:
        values: canonical, by name.
        schema: kinds and roles.
        usable: `(n,)` bool.
        seed: of the sample and the folds.
        known: columns of which that is told already.
    """
    found: list[Finding] = []
    targets = [values[name] for name in schema.targets]
    for asked in task_of(schema.task).questions(targets, schema):
        one = replace(schema, targets=(asked.name,), classes=asked.classes)
        found += _leaks({**values, asked.name: asked.values}, one, usable, seed, known)
    return found


def _leaks(
    values: dict[str, Array], schema: Schema, usable: Array, seed: int, known: Collection[str]
) -> list[Finding]:
    suspects = without(suspects_of(values, schema, usable, seed), known)
    if len(suspects.target) < FEWEST or not suspects.names:
        return []
    limit = SKILL if suspects.classes else EXPLAINED
    scores = single_scores(suspects, at_least=limit)
    alone = [name for name in suspects.names if scores[name] >= limit]
    rest = without(suspects, alone)
    if alone and not suspects.classes:
        near = 1 - (1 - lasting(values, schema, usable)) / CLOSER
        alone = [name for name in alone if scores[name] > near]
    pieces = [alone] if len(alone) > MOST else [[name] for name in alone]
    found = [
        _alone(piece, schema, max(scores[name] for name in piece)) for piece in pieces if piece
    ]
    if not suspects.classes:
        named = [name for name, code in zip(rest.names, rest.discrete, strict=True) if not code]
        numbers = rest.matrix[:, ~rest.discrete]
        found += add_up(named, numbers, rest.target * rest.unit, schema.target)
    elif rest.names:
        found += find_difficulty(rest.names, rest.matrix, rest.target, schema.target, seed=seed)
        rows = (rest.matrix, rest.discrete, rest.target, rest.fold)
        found += find_together(rest.names, *rows, schema.target)
    return found


def suspects_of(values: dict[str, Array], schema: Schema, usable: Array, seed: int = 0) -> Suspects:
    """The inputs that one can look at quickly, in a sample of the rows."""
    rows = np.flatnonzero(usable)
    draw = np.random.default_rng(seed)
    rows = np.sort(draw.permutation(rows)[:ROWS])
    names, columns, discrete = [], [], []
    for column in sorted(schema.inputs, key=lambda column: kind_of(column.kind).dated):
        found = kind_of(column.kind).suspect(values[column.name][rows])
        if found is not None:
            numbers, has_order = found
            names.append(column.name)
            columns.append(numbers if has_order else codes_of(numbers))
            discrete.append(not has_order)
    matrix = np.empty((len(rows), len(columns)))
    for place, numbers in enumerate(columns):
        matrix[:, place] = numbers
    target = values[schema.target][rows]
    unit = 1.0 if schema.classes else max(float(np.abs(target).max(initial=0.0)), 1e-300)
    return Suspects(
        names=tuple(names),
        matrix=matrix,
        discrete=np.array(discrete, bool),
        target=_classes(target) if schema.classes else target / unit,
        classes=len(schema.classes),
        fold=draw.permutation(len(rows)) % FOLDS,
        unit=unit,
    )


def _classes(target: Array) -> Array:
    """Class codes; those of numbers in their order."""
    if target.dtype != object:
        return np.unique(target, return_inverse=True)[1].astype(np.int64)
    return codes_of(target)


def without(suspects: Suspects, names: Collection[str]) -> Suspects:
    """The same without some columns."""
    if not names:
        return suspects
    kept = [place for place, name in enumerate(suspects.names) if name not in names]
    return suspects._replace(
        names=tuple(suspects.names[place] for place in kept),
        matrix=suspects.matrix[:, kept],
        discrete=suspects.discrete[kept],
    )


def single_scores(suspects: Suspects, *, at_least: float = -np.inf) -> dict[str, float]:
    """How well each column alone predicts rows that were not looked at, by column name.

    Classes: the fraction of the errors of always guessing the largest class that the column
    takes away. Numbers: the fraction of variance explained. Both are 1 if perfect and 0 (or less)
    if useless; a column that is different in each row gets 0, as it says nothing of other rows.

    Args:
        suspects: the columns and the target.
        at_least: of a column that cannot reach it, a bound below it is given for the score.
    """
    scores = {}
    idle = _idle(suspects) if len(suspects.names) > MANY and at_least > IDLE else None
    for place, name in enumerate(suspects.names):
        if idle is not None and idle[place]:
            scores[name] = 0.0
            continue
        x, is_discrete = suspects.matrix[:, place], suspects.discrete[place]
        if suspects.classes and not is_discrete:
            scores[name] = _bound(suspects, x)
            if scores[name] < at_least:
                continue
        guess = _by_category if is_discrete else _by_tree
        scores[name] = _score(suspects, guess(suspects, x))
        if not suspects.classes and not is_discrete and scores[name] < EXPLAINED:
            scores[name] = max(scores[name], _score(suspects, _by_line(suspects, x)))
    return scores


def _idle(suspects: Suspects) -> Array:
    """`(d,)` bool: columns in whose order the target moves about as much as by chance.

    Of one that tells it, rows that stand beside one another have nearly the same answer.
    """
    draw = np.random.default_rng(0).permutation(len(suspects.target))  # so do equal ones by chance
    y, matrix, found = suspects.target[draw], suspects.matrix[draw], np.empty(0, bool)
    usual = 1 - ((np.bincount(y) / len(y)) ** 2).sum() if suspects.classes else 2 * np.var(y)
    for first in range(0, matrix.shape[1], MANY):
        beside = y[np.argsort(matrix[:, first : first + MANY], axis=0, kind="stable")]
        step = np.diff(beside, axis=0)
        moved = (step != 0).mean(axis=0) if suspects.classes else (step**2).mean(axis=0)
        found = np.append(found, moved > IDLE * usual)
    return found


def _bound(suspects: Suspects, x: Array) -> float:
    """What a tree on the one column cannot score above.

    Of the rows that a fold judges, in the order of the column, `r` runs of one class take a tree
    of `k` leaves at least `(r - k) / 2` errors; values that occur twice are no part of these runs:
    of equal ones a tree errs in all rows but those of their commonest class.
    """
    y, errors = suspects.target, 0
    for fold in range(FOLDS):
        judge = suspects.fold == fold
        values, first, place, counts = np.unique(
            x[judge], return_index=True, return_inverse=True, return_counts=True
        )
        alone = first[(counts == 1) & ~np.isnan(values)]
        runs = int((np.diff(y[judge][alone]) != 0).sum()) + 1
        errors += max(0, runs - _leaves(suspects.classes)) // 2
        cells, of_class = np.unique(place * (y.max() + 1) + y[judge], return_counts=True)
        value = np.flatnonzero(np.diff(cells // (y.max() + 1), prepend=-1))
        errors += int(judge.sum() - np.maximum.reduceat(of_class, value).sum())
    base = 1 - np.bincount(y).max() / len(y)
    return float(1 - errors / len(y) / base) if base > 0 else 0.0


def _leaves(classes: int) -> int:
    """Of a tree on one column; 0 classes is a regression."""
    return max(8, 2 * classes) if classes else 256


def _score(suspects: Suspects, guessed: Array) -> float:
    y = suspects.target
    if suspects.classes:
        base = 1 - np.bincount(y).max() / len(y)
        return float(1 - np.mean(guessed != y) / base) if base > 0 else 0.0
    spread = float(np.var(y))
    return float(1 - np.mean((guessed - y) ** 2) / spread) if spread > 0 else 0.0


def _by_category(suspects: Suspects, x: Array) -> Array:
    """The commonest class, or the mean, of the same category in the other folds."""
    y, codes = suspects.target, x.astype(np.int64)
    guessed = np.empty(len(y), y.dtype)
    size = int(codes.max()) + 1
    for fold in range(FOLDS):
        learn, judge = suspects.fold != fold, suspects.fold == fold
        seen = np.bincount(codes[learn], minlength=size)
        if suspects.classes:
            width = int(y.max()) + 1
            joint = np.bincount(codes[learn] * width + y[learn], minlength=size * width)
            usual = int(np.bincount(y[learn]).argmax())
            best = np.where(seen > 0, joint.reshape(size, width).argmax(1), usual)
        else:
            total = np.bincount(codes[learn], y[learn], minlength=size)
            best = np.where(seen > 0, total / np.maximum(seen, 1), y[learn].mean())
        guessed[judge] = best[codes[judge]]
    return guessed


def _by_tree(suspects: Suspects, x: Array) -> Array:
    """What a small decision tree on the one column says, learnt from the other folds."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    y, column = suspects.target, ranks_of(x)[:, None].astype(np.float32)
    leaves = _leaves(suspects.classes)
    kind = DecisionTreeClassifier if suspects.classes else DecisionTreeRegressor
    guessed = np.empty(len(y), y.dtype)
    for fold in range(FOLDS):
        learn, judge = suspects.fold != fold, suspects.fold == fold
        tree = kind(max_leaf_nodes=leaves, min_samples_leaf=3, random_state=0)
        guessed[judge] = tree.fit(column[learn], y[learn]).predict(column[judge])
    return guessed


def _by_line(suspects: Suspects, x: Array) -> Array:
    """What a straight line on the one column says, learnt from the other folds."""
    y, guessed = suspects.target, np.empty(len(suspects.target))
    known = x[~np.isnan(x)]
    scale = max(np.abs(known).max(initial=0.0), 1e-300)
    filled = np.where(np.isnan(x), (known / scale).mean() if len(known) else 0.0, x / scale)
    for fold in range(FOLDS):
        learn, judge = suspects.fold != fold, suspects.fold == fold
        centre, level = filled[learn].mean(), y[learn].mean()
        moved = filled[learn] - centre
        slope = moved @ (y[learn] - level) / max(float(moved @ moved), 1e-300)
        guessed[judge] = level + slope * (filled[judge] - centre)
    return guessed


def _alone(names: list[str], schema: Schema, score: float) -> Finding:
    what = (
        f"{per_cent(score)} of the errors of a blind guess fall away"
        if schema.classes
        else f"it explains {per_cent(score)} of the variance"
    )
    if len(names) == 1:
        sentence = (
            f"Column `{names[0]}` alone predicts `{schema.target}` almost perfectly ({what}): it "
            f"may be known only with the answer. Pass drop=({literal(names[0])},) if so."
        )
    else:
        sentence = (
            f"Each of {len(names):,} columns, {quoted(names, 3)}, alone predicts `{schema.target}` "
            f"almost perfectly (the best: {what}): they may be known only with the answer. Pass "
            "drop= with them if so."
        )
    return finding("target_leakage", sentence, columns=names, score=score, how="alone")
