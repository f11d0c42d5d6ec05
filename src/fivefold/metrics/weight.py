"""How much each row counts."""

import inspect
from collections.abc import Callable

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import DataError, ShapeError


def weights_of(weight: Array | None, rows: int) -> Array:
    """The weights of so many rows, checked.

    Args:
        weight: `(n,)` finite numbers of at least 0; None for 1 each.
        rows: n.

    Returns:
        `(n,)` float64.

    Raises:
        ShapeError: if there are more or fewer weights than rows.
        DataError: if a weight is negative or not finite.

    Example:
        >>> weights_of(None, 2).tolist(), weights_of(np.array([3, 0]), 2).tolist()
        ([1.0, 1.0], [3.0, 0.0])
    """
    if weight is None:
        return np.ones(rows)
    found = np.asarray(weight, np.float64)
    if found.shape != (rows,):
        raise ShapeError(
            f"weight: expected one weight for each of {rows} rows, found shape {found.shape}.",
            weights=found.shape,
            rows=rows,
        )
    wrong = np.flatnonzero(~((found >= 0) & (found < np.inf)))
    if len(wrong):
        raise DataError(
            f"weight, row {wrong[0]}: expected a finite number of at least 0, "
            f"found {found[wrong[0]]}.",
            remedy="Leave such rows out, or give them the weight 0.",
            rows=tuple(wrong[:10].tolist()),
        )
    return found


def weighed(weight: Array | None, *columns: Array) -> tuple[Array, ...]:
    """Weights, and the rows that have one.

    Args:
        weight: `(n,)` how much each row counts; None for 1 each.
        columns: arrays of n rows.

    Returns:
        `(m,)` float64 weights above 0, then each column without the rows of weight 0.

    Example:
        >>> [array.tolist() for array in weighed(np.array([2, 0, 1]), np.array([7, 8, 9]))]
        [[2.0, 1.0], [7, 9]]
    """
    found = weights_of(weight, len(columns[0]))
    kept = found > 0
    if kept.all():
        return (found, *columns)
    return (found[kept], *(column[kept] for column in columns))


def weight_argument(function: Callable[..., object]) -> str:
    """The name by which a function of the user's takes the weights of rows; empty if it does not.

    A `weight` of torch's own losses is of classes.

    Example:
        >>> weight_argument(lambda target, scores, weight: 0.0), weight_argument(max)
        ('weight', '')
    """
    function = getattr(function, "forward", function)  # a loss may be a module
    if str(getattr(getattr(function, "func", function), "__module__", "")).startswith("torch."):
        return ""
    try:
        known = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ""
    return next((name for name in ("weight", "sample_weight") if name in known), "")


def relative(weight: Array) -> Array:
    """The same weights with mean 1, if any is above 0, as float32.

    Example:
        >>> relative(np.array([1.0, 3.0])).tolist()
        [0.5, 1.5]
    """
    return np.asarray(weight / (weight.mean() if weight.any() else 1), np.float32)


def per_answer(weight: Array, known: Array) -> Array:
    """The weight of each answer that counts, `(m,)`: that of its row.

    Args:
        weight: `(n,)` of rows.
        known: `(n, ...)` bool, the answers that count.
    """
    return np.repeat(weight, known.sum(axis=tuple(range(1, known.ndim))))


def effective_rows(weight: Array) -> float:
    """How many rows of equal weight say as much; at most the rows, 0 for none.

    Example:
        >>> effective_rows(np.array([2.0, 2.0, 2.0])), effective_rows(np.array([8.0, 1.0, 1.0]))
        (3.0, 1.5151515151515151)

    Reference:
        Kish, Survey Sampling, 1965, section 11.7.
    """
    total, squares = float(weight.sum()), float((weight**2).sum())
    return total * total / squares if squares else 0.0
