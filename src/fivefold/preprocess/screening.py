"""What each of very many columns tells of a target by itself, in some rows."""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array

FAR = 3.0
"""Deviations beyond which a number counts as this, so that no single row makes a marker."""

HELD = 1.0
"""How strongly weights are held back, as a part of what the columns of a row come to."""


LOOSE = 0.1
"""How strongly the columns found so far are held back, as a part of the rows, in steps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Screen:
    """Training rows of many columns, of any of which is asked what they explain.

    Args:
        matrix: `(n, columns)` float32, NaN where a cell is missing.
        target: `(n, k)` float64.
        weight: `(n,)` what each row counts.
        strata: `(n,)` classes, of which each part of the rows has its share; None for none.
    """

    matrix: Array
    target: Array
    weight: Array
    strata: Array | None

    def standard(self, rows: Array) -> tuple[Array, Array]:
        """Mean and deviation of each column in some rows; of one that does not vary infinite."""
        some, weight = self.matrix[rows], self.weight[rows].astype(np.float32)
        there = ~np.isnan(some)
        count = np.maximum(weight @ there, 1e-9)
        mean = weight @ np.where(there, some, 0) / count
        apart = np.where(there, some - mean, 0)
        far = np.maximum(np.abs(apart).max(axis=0, initial=0), np.float32(1e-30))  # no overflow
        spread = far * np.sqrt(weight @ (apart / far) ** 2 / count)
        return mean, np.where(spread > 1e-6 * np.abs(mean) + 1e-12, spread, np.inf)

    def scaled(self, rows: Array, by: tuple[Array, Array]) -> Array:
        """`(rows, columns)` in deviations from the mean, a missing cell on it; bounded."""
        found = (self.matrix[rows] - by[0]) / by[1]
        return np.asarray(np.clip(np.nan_to_num(found, copy=False), -FAR, FAR))

    def aims(self, rows: Array) -> Array:
        """The target in some rows, each of its columns with mean 0 and deviation 1."""
        weight, target = self.weight[rows], self.target[rows]
        centred = target - np.average(target, axis=0, weights=weight)
        spread = np.sqrt(np.average(centred**2, axis=0, weights=weight))
        return np.asarray(centred / np.where(spread > 0, spread, 1.0))

    def basis(self, rows: Array) -> Array:
        """`(rows, rank)` directions of the target in some rows, of length 1."""
        root = np.sqrt(self.weight[rows])[:, None]
        left, size, _ = np.linalg.svd(root * self.aims(rows), full_matrices=False)
        return left[:, size > 1e-6 * max(size[0], 1e-12)]

    def explained(self, rows: Array) -> Array:
        """`(columns,)` the part of its variance that each shares with the target in some rows."""
        x, weight = self._centred(rows)
        x *= np.sqrt(weight)[:, None]
        total = np.einsum("ij,ij->j", x, x)
        told = (self.basis(rows).astype(np.float32).T @ x) ** 2
        return np.where(total > 0, told.sum(axis=0) / np.maximum(total, 1e-12), 0.0).clip(0, 1)

    def stepwise(self, rows: Array, count: int) -> Array:
        """`(count,)` columns, each of which tells most of what those before it leave of the target.

        Where few columns tell all, what one tells by itself drowns in the chance of many others;
        of what the strongest leave it stands out.

        Reference:
            Pati, Rezaiifar and Krishnaprasad, Orthogonal Matching Pursuit, 1993; Fan and Lv,
            Sure Independence Screening, 2008, section 4 (iterated).
        """
        x, weight = self._centred(rows)
        x *= np.sqrt(weight)[:, None]
        length = np.sqrt(np.einsum("ij,ij->j", x, x))
        x *= np.where(length > 0, np.sqrt(len(rows)) / np.maximum(length, 1e-12), 0.0)
        aims = np.sqrt(self.weight[rows])[:, None] * self.aims(rows)
        left, found = aims, list[int]()
        for _ in range(min(count, x.shape[1])):
            told = np.square(x.T @ left.astype(np.float32)).sum(axis=1)
            told[found] = -1.0
            found.append(int(told.argmax()))
            few = x[:, found].astype(np.float64)
            penalty = LOOSE * len(rows) * np.eye(len(found))
            left = aims - few @ np.linalg.solve(few.T @ few + penalty, few.T @ aims)
        return np.array(found, np.int64)

    def _centred(self, rows: Array) -> tuple[Array, Array]:
        """Some rows in deviations from the mean, which is 0 for each column; and their weight."""
        x = self.scaled(rows, self.standard(rows))
        weight = self.weight[rows].astype(np.float32)
        x -= weight @ x / weight.sum()
        return x, weight

    def chance(self, explained: Array) -> Array:
        """`(columns,)` how likely as much is explained by a column that tells nothing."""
        from scipy.special import fdtrc

        rows = np.arange(len(self.target))
        rank, left = self.basis(rows).shape[1], len(rows)
        left -= rank + 1
        if not rank or left < 1:
            return np.ones(len(explained))
        ratio = (explained / rank) / (np.maximum(1 - explained, 1e-12) / left)
        return np.asarray(fdtrc(rank, left, ratio))

    def parts(self, rng: np.random.Generator, count: int) -> Array:
        """`(n,)` in which of so many parts each row is, of each class about as many in each."""
        drawn = rng.permutation(len(self.target))
        if self.strata is not None:
            drawn = drawn[np.argsort(self.strata[drawn], kind="stable")]
        found = np.empty(len(drawn), np.int64)
        found[drawn] = np.arange(len(drawn)) % count
        return found


def ridge(x: Array, target: Array, judged: Array, held: float = HELD) -> Array:
    """What least squares with a penalty says of other rows, by way of products of rows.

    Args:
        x: `(n, columns)` to learn from.
        target: `(n, k)` of mean 0.
        judged: `(m, columns)` to answer.
        held: the penalty, as a part of the mean square of a row.

    Returns:
        `(m, k)`.
    """
    products = (x @ x.T).astype(np.float64)
    size = max(np.trace(products) / len(x), 1e-12)
    turned = np.linalg.solve(products + held * size * np.eye(len(x)), target)
    return np.asarray((judged @ x.T).astype(np.float64) @ turned)


def unexplained(target: Array, told: Array) -> float:
    """The part of the squares of a target that answers leave, made as large as is best; 0 to 1."""
    common, own = float((target * told).sum()), float((told**2).sum())
    total = float((target**2).sum())
    return 1.0 if common <= 0 or total <= 0 else 1 - common**2 / (own * total)


def discoveries(chance: Array) -> Array:
    """The share of false ones among all columns that are as sure or surer, of each.

    Args:
        chance: `(columns,)` p-values.

    Example:
        >>> discoveries(np.array([0.01, 0.5, 0.02, 0.03])).round(3).tolist()
        [0.04, 0.5, 0.04, 0.04]
    """
    order, count = np.argsort(chance), len(chance)
    rising = chance[order] * count / np.arange(1, count + 1)
    found = np.empty(count)
    found[order] = np.minimum(np.minimum.accumulate(rising[::-1])[::-1], 1.0)
    return found
