"""Made-up tables of many more columns than rows, of which some columns are known to tell something.

Each set is drawn anew from a seed, 120 rows to learn from and 400 to be judged by.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

Random = np.random.Generator
ROWS, JUDGED, COLUMNS = 120, 400, 20_000


class Wide(NamedTuple):
    """A set: its numbers, its target, and which columns tell something of it."""

    matrix: np.ndarray
    target: np.ndarray
    markers: np.ndarray


def few(rng: Random, rows: int, columns: int) -> Wide:
    """Two classes, ten strong markers."""
    return _shifted(rng, rows, columns, classes=2, markers=10, by=1.2)


def weak(rng: Random, rows: int, columns: int) -> Wide:
    """Two classes, 500 weak markers."""
    return _shifted(rng, rows, columns, classes=2, markers=500, by=0.35)


def blocks(rng: Random, rows: int, columns: int) -> Wide:
    """Two classes; columns go together in blocks of 50, of which eight tell something."""
    matrix = rng.normal(size=(rows, columns)).astype(np.float32)
    common = rng.normal(size=(rows, columns // 50)).astype(np.float32)
    told = rng.choice(columns // 50, 8, replace=False)
    level = common[:, told] @ rng.choice([-1.0, 1.0], 8)
    matrix = 0.7 * matrix + 0.7 * np.repeat(common, 50, axis=1)[:, :columns]
    target = level + 0.8 * rng.normal(size=rows) > 0
    markers = (50 * told[:, None] + np.arange(50)).ravel()
    return Wide(matrix, target.astype(int), markers)


def sparse(rng: Random, rows: int, columns: int) -> Wide:
    """Two classes; counts, mostly zeros, of which 100 columns are three times as high in one."""
    target = rng.integers(0, 2, rows)
    rate = rng.gamma(0.3, 1.0, columns)
    markers = rng.choice(columns, 100, replace=False)
    rate[markers] += 0.3
    deep = rng.gamma(10, 0.1, (rows, 1))
    fold = np.ones((rows, columns), np.float32)
    fold[:, markers] = 3.0 ** (target[:, None] * rng.choice([-1.0, 1.0], 100))
    spread = rng.gamma(2.0, 0.5, (rows, columns))
    return Wide(rng.poisson(rate * deep * fold * spread).astype(np.float32), target, markers)


def classes(rng: Random, rows: int, columns: int) -> Wide:
    """Four classes, each with ten markers, and one cell in twenty missing."""
    made = _shifted(rng, rows, columns, classes=4, markers=10, by=1.5)
    made.matrix[rng.random(made.matrix.shape) < 0.05] = np.nan
    return made


def numbers(rng: Random, rows: int, columns: int) -> Wide:
    """A number that is the sum of six columns and noise."""
    matrix = rng.normal(size=(rows, columns)).astype(np.float32)
    markers = rng.choice(columns, 6, replace=False)
    level = matrix[:, markers] @ rng.choice([-1.0, 1.0], 6)
    return Wide(matrix, level + rng.normal(size=rows), markers)


def factors(rng: Random, rows: int, columns: int) -> Wide:
    """A number that hangs on two of ten factors, each of which moves a fifth of the columns."""
    level = rng.normal(size=(rows, 10))
    loads = rng.normal(size=(10, columns)) * (rng.random((10, columns)) < 0.2)
    matrix = (level @ loads + rng.normal(size=(rows, columns))).astype(np.float32)
    target = level[:, 0] + level[:, 1] + 0.5 * rng.normal(size=rows)
    return Wide(matrix, target, np.flatnonzero((loads[:2] != 0).any(axis=0)))


def nothing(rng: Random, rows: int, columns: int) -> Wide:
    """Two classes of which nothing tells anything."""
    return _shifted(rng, rows, columns, classes=2, markers=0, by=0.0)


def _shifted(
    rng: Random, rows: int, columns: int, *, classes: int, markers: int, by: float
) -> Wide:
    """Each class but the first (of two) has columns of its own that are higher or lower."""
    target = rng.integers(0, classes, rows)
    matrix = rng.normal(size=(rows, columns)).astype(np.float32)
    own = range(1, classes) if classes == 2 else range(classes)
    found = rng.choice(columns, (len(own), markers), replace=False)
    for one, places in zip(own, found, strict=True):
        matrix[:, places] += by * (target == one)[:, None] * rng.choice([-1.0, 1.0], markers)
    return Wide(matrix, target, found.ravel())


SETS: dict[str, Callable[[Random, int, int], Wide]] = {
    made.__name__: made for made in (few, weak, blocks, sparse, classes, numbers, factors, nothing)
}


def frames(made: Wide, rows: int = ROWS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from and rows to be judged by, columns `g0`, `g1`, ... and `y`."""
    frame = pd.DataFrame(made.matrix.astype(np.float64)).add_prefix("g")
    frame["y"] = (
        made.target if made.target.dtype.kind == "f" else np.char.add("c", made.target.astype(str))
    )
    return frame.iloc[:rows], frame.iloc[rows:].reset_index(drop=True)
