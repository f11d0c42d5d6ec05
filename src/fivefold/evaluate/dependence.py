"""How answers move with the cells of a column, where rows are that have such cells."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.finding import personal_columns
from fivefold.division import drawn_by
from fivefold.evaluate.altered import Altered
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.importance import FEWEST, columns_by_loss, rows_to_ask
from fivefold.metrics.effects import Bins, along, among, steps_of
from fivefold.metrics.intervals import student_t
from fivefold.metrics.resampling import Resamples
from fivefold.metrics.shuffles import DRAWS
from fivefold.tasks.judged import Judged

if TYPE_CHECKING:
    import pandas as pd

COLUMNS, ROWS = 6, 1_000
"""Columns that are told of, those that are missed most, and rows that are asked, evenly spaced."""

LEVELS, ANSWERS = 8, 10
"""Different cells of a column without an order, the commonest, and numbers of an answer."""

MISSING = "missing"


class Point(NamedTuple):
    """One cell of a column, as a picture and a table have it.

    Args:
        value: the cell in words.
        place: as a number; NaN where cells have no order.
        share: of the rows, whose cells are nearest to it.
    """

    value: str
    place: float
    share: float


class Asked(NamedTuple):
    """Rows, and the model that is asked about them."""

    altered: Altered
    answers: Callable[[dict[str, Array]], Array]  # arrays to `(n, answers)`
    own: Array  # of the rows as they are
    counts: Array  # `(1 + draws, n)`: all ones, then resamples


def partial_dependence(evidence: Evidence, losses: "pd.DataFrame | None") -> "pd.DataFrame | None":
    """What the model answers along the cells of the columns that are missed most.

    Accumulated local effects: a row is asked with cells near its own alone, so that no row is asked
    that could not be, however columns are correlated; the differences are added up, and centred. Of
    cells without an order each two are compared by the rows that have one of
    them. Test rows are not looked at.

    Args:
        evidence: a model that is here.
        losses: the table `importance`; None for nothing.

    Returns:
        One row a cell: `column`, `kind`, `answer_of` (a class whose probability it is, or a
        target), `value` in words, its `place` as a number (NaN where cells have no order), the
        `effect` on the answer with its interval, 0 on average, the `mean` answer, and the `share`
        of the rows whose cells are nearest to it. None where answers are no numbers, or no column
        has cells to move along.

    Reference:
        Apley and Zhu, Visualizing the effects of predictor variables in black box supervised
        learning models, JRSS B 82, 2020.
    """
    names = [] if losses is None else columns_by_loss(losses, evidence)
    people = personal_columns(evidence.collected.findings)
    names = [name for name in names if not people.get(name)]  # their cells would be told
    frames = dependence_on(evidence, names, COLUMNS)
    if not frames:
        return None
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def dependence_on(evidence: Evidence, names: Sequence[str], most: int) -> "list[pd.DataFrame]":
    """The same of so many of these columns, those that have cells to move along."""
    rows = rows_to_ask(evidence)[0]
    if len(rows) < FEWEST or not names:
        return []
    rows = rows.take(np.arange(0, len(rows), -(-len(rows) // ROWS)))
    found = _asked(evidence, rows)
    if found is None:
        return []
    answer_of, asked, resamples = found
    frames: list[pd.DataFrame] = []
    for name in names:
        moved = _moved(asked, name) if len(frames) < most else None
        if moved is not None:
            frames.append(_frame(evidence, name, answer_of, moved, asked, resamples))
    return frames


def _asked(evidence: Evidence, rows: Rows) -> tuple[list[str], Asked, Resamples] | None:
    """Names of what is answered, the rows and their resamples; None where it is no number."""
    from fivefold.models.score import score

    task, codec = evidence.task, evidence.data.codec
    first = score(evidence.asked.model, rows.inputs)
    told = numbers_of(evidence, first)
    if not told:
        return None
    heaviest = sorted(told, key=lambda name: -float(np.abs(told[name]).mean()))[:ANSWERS]
    kept = [name for name in told if name in heaviest]

    def answers(arrays: dict[str, Array]) -> Array:
        found = numbers_of(evidence, score(evidence.asked.model, arrays))
        return np.stack([found[name] for name in kept], axis=1)

    judged = Judged.of(task, rows.target, codec.cut(first, rows.inputs))
    resamples = drawn_by(rows.bonds, task, judged, seed=evidence.seed, draws=DRAWS)
    drawn = resamples.drawn[:, resamples.unit_of_row].astype(np.float64)
    counts = np.concatenate([np.ones((1, len(rows))), drawn])
    own = np.stack([told[name] for name in kept], axis=1)
    altered = Altered(evidence.collected, codec, rows)
    return kept, Asked(altered, answers, own, counts), resamples


def numbers_of(evidence: Evidence, scores: Array) -> dict[str, Array]:
    """`(n,)` numbers of answers by name: of a class its probability, else the answer itself."""
    task, schema = evidence.task, evidence.schema
    if task.sequence or task.spells or task.ahead:
        return {}
    answers = task.answers(scores, schema)
    if answers.ndim == 1 and answers.dtype.kind == "f":
        return {schema.predicted: answers.astype(np.float64)}
    told = {
        name.removeprefix("predicted "): values.astype(np.float64)
        for name, values in task.shares(scores, schema).items()
        if values.ndim == 1 and values.dtype.kind == "f"
    }
    pair = len(schema.targets) == 1 and len(schema.classes) == 2 and not task.several
    return dict(list(told.items())[-1:]) if pair else told


def _moved(asked: Asked, name: str) -> tuple[list[Point], Array] | None:
    """Cells of a column and `(1 + draws, cells, answers)`; None where there is nothing to move."""
    altered = asked.altered
    block = next(b for b in altered.codec.blocks if any(c.name == name for c in b.columns))
    kind, cells = altered.codec.columns[name].kind, altered.table.column(name)
    measured = kind.suspect(cells) if block.block.shared else None
    if measured is None or measured[0].ndim > 1:
        return None
    numbers, ordered = measured[0].astype(np.float64), measured[1]
    return (_along if ordered else _among)(asked, name, cells, numbers)


def _along(
    asked: Asked, name: str, cells: Array, numbers: Array
) -> tuple[list[Point], Array] | None:
    """Of a column in order: quantiles, and missing cells if there are any."""
    altered, known = asked.altered, ~np.isnan(numbers)
    steps = steps_of(numbers[known])
    if len(steps) < 2:
        return None
    bins = Bins.of(numbers, steps)
    of_step = cells[[int(np.flatnonzero(numbers == step)[0]) for step in steps]]
    above = np.where(known, bins.place, 1)
    low, high = (
        asked.answers(altered.replaced(name, _those(known, of_step[at], cells)))
        for at in (above - 1, above)
    )
    curve = along(bins, high - low, asked.counts)
    points = _points(altered, name, of_step, steps, bins.near, len(cells))
    if not known.all():
        empty = _filled(cells, altered.codec.columns[name].kind.empty)
        without = asked.answers(altered.replaced(name, empty))
        moved = asked.counts @ (without - asked.own) / asked.counts.sum(axis=1, keepdims=True)
        curve = np.concatenate([curve, moved[:, None]], axis=1)
        points.append(Point(MISSING, float("nan"), float((~known).mean())))
    return points, curve


def _among(
    asked: Asked, name: str, cells: Array, numbers: Array
) -> tuple[list[Point], Array] | None:
    """Of a column without an order: its commonest cells, missing ones among them."""
    levels, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    common = np.argsort(-counts, kind="stable")[:LEVELS]
    if len(common) < 2:
        return None
    number = np.full(len(levels), -1)
    number[common] = np.arange(len(common))
    level = number[place.ravel()]
    firsts = [int(np.flatnonzero(level == at)[0]) for at in range(len(common))]
    told = [
        asked.answers(asked.altered.replaced(name, _filled(cells, cells[first])))
        for first in firsts
    ]
    curve = among(level, np.stack(told, axis=1), asked.counts)
    places = np.full(len(common), np.nan)
    points = _points(asked.altered, name, cells[firsts], places, counts[common], len(cells))
    return points, curve


def _points(
    altered: Altered, name: str, cells: Array, places: Array, near: Array, rows: int
) -> list[Point]:
    column = altered.codec.columns[name]
    told: Iterator[tuple[Any, Any, Any]] = zip(cells, places, near, strict=True)
    return [
        Point(_word(column, cell), float(place), float(count) / rows) for cell, place, count in told
    ]


def _word(column: Any, cell: Any) -> str:
    missing = cell is None or cell != cell
    return MISSING if missing else str(column.kind.shown(cell, column.column))


def _those(known: Array, cells: Array, others: Array) -> Array:
    """Cells where they are known, and the others as they are."""
    mixed = others.copy()
    mixed[known] = cells[known]
    return mixed


def _filled(cells: Array, cell: Any) -> Array:
    full = np.empty(len(cells), cells.dtype)
    full[:] = cell
    return full


def _frame(
    evidence: Evidence,
    name: str,
    answer_of: Sequence[str],
    moved: tuple[list[Point], Array],
    asked: Asked,
    resamples: Resamples,
) -> "pd.DataFrame":
    import pandas as pd

    points, curves = moved
    head = {"column": name, "kind": evidence.data.codec.columns[name].kind.name}
    errors, means = curves[1:].std(axis=0, ddof=1), asked.own.mean(axis=0).tolist()
    lines, effects = list[dict[str, Any]](), list[Estimate]()
    for at, what in enumerate(answer_of):
        for place, point in enumerate(points):
            effects.append(_estimate(curves[0, place, at], errors[place, at], evidence, resamples))
            line = head | {"answer_of": what, "value": point.value, "place": point.place}
            lines.append(line | {"effect": effects[-1], "mean": means[at], "share": point.share})
    return pd.DataFrame(lines).assign(effect=pd.Series(effects, dtype=object))


def _estimate(value: float, error: float, evidence: Evidence, resamples: Resamples) -> Estimate:
    low = high = float("nan")
    method = resamples.too_few or ("bootstrap" if error > 0 else "no spread in the resamples")
    if method == "bootstrap":
        freedom = resamples.independent - 1
        low, high, _ = student_t(float(value), float(error), freedom, level=evidence.level)
    rows, level = len(resamples), evidence.level
    return Estimate(float(value), low=low, high=high, method=method, n=rows, level=level)
