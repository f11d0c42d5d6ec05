"""Answers to rows by simple models that did not learn from them: classes only, a few quick fits."""

from collections.abc import Callable

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.table import Array
from fivefold.evaluate import simple
from fivefold.evaluate.features import LinearFeatures, reads_words, tree_matrix

FEW_ROWS, FOLDS, FOLDS_OF_FEW = 5_000, 3, 5
MOST_LEARNT = 10_000
"""Rows that one model learns from; all others are answered."""

MOST_NUMBERS = 4_000_000
"""Rows times columns of them, where these are dense."""

FEWEST_LEARNT = 300
MOST_TREES, FEW_ROUNDS, MOST_ROUNDS = 300, 25, 50
WIDEST = 500
"""Columns that trees read, times the trees of a round; wider rows are for a linear model."""


def reading_of(data: Preprocessed, classes: int) -> tuple[simple.Rows, str] | None:
    """Training and validation rows as the quicker of two simple models reads them, and which.

    Boosting, where trees read all of a row and it is narrow: a table. Else the linear model, of
    words, pixels, and what the kinds of the user give it.

    Args:
        data: encoded rows and their codec.
        classes: of the target, at least 2.

    Returns:
        The rows with the names `boosting` or `linear`; None where neither reads anything.
    """
    from fivefold.tasks.known import task_of

    rows, codec = data.train.joined(data.valid), data.codec
    options = {}
    every = all(b.block.trees(rows.inputs[b.name][:0], b.columns) is not None for b in codec.blocks)
    matrix, is_code = tree_matrix(rows.inputs, codec) if every else (np.empty((0, 0)), np.empty(0))
    trees = 1 if classes == 2 else classes
    kind = "boosting" if 0 < matrix.shape[1] * trees <= WIDEST else "linear"
    if kind == "boosting":
        options = boosting_options(is_code, trees)
        matrix = np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)
    else:
        matrix = LinearFeatures(codec).fit(rows.inputs)
    if not matrix.shape[1]:
        return None
    read = simple.Rows(
        matrix=matrix,
        target=rows.target,
        weight=None,  # a wrong label is one whatever its row counts
        held=np.zeros(len(rows), bool),
        classes=classes,
        task=task_of(codec.schema.task),
        strength=10.0 if reads_words(codec) else 0.03,
        options=options,
    )
    return read, kind


def boosting_options(is_code: Array, trees: int = 1) -> dict[str, object]:
    """Settings of a quick boosting.

    Args:
        is_code: `(width,)` bool, which columns are categories.
        trees: that each round has.
    """
    return {
        "max_iter": int(np.clip(MOST_TREES // trees, FEW_ROUNDS, MOST_ROUNDS)),
        "categorical_features": is_code if is_code.any() else None,
        "early_stopping": False,
        "l2_regularization": 1.0,
        "random_state": 0,
    }


def drawn_units(units: Array, seed: int) -> Array:
    """`(n,)` in which fold each row is left out; rows of one unit in one.

    Args:
        units: `(n,)` integers, equal for rows that must not be learnt from by who answers them.
        seed: of the draw.

    Example:
        >>> folds = drawn_units(np.array([0, 1, 2, 0, 3, 4]), 0)
        >>> bool(folds[0] == folds[3]), sorted(np.bincount(folds[[0, 1, 2, 4, 5]]).tolist())
        (True, [1, 1, 1, 1, 1])
    """
    known, unit = np.unique(units, return_inverse=True)
    places = np.random.default_rng(seed).permutation(len(known))
    return np.asarray(places[unit] % (FOLDS if len(units) > FEW_ROWS else FOLDS_OF_FEW))


def out_of_fold(
    rows: simple.Rows,
    fit: Callable[[simple.Rows], tuple[simple.Asked, str]],
    folds: Array,
    seed: int = 0,
) -> Array | None:
    """`(n, classes)` float64 probabilities of rows, each by a model of the other folds; one thread.

    Args:
        rows: with the class of each as their target.
        fit: one of the models of `fivefold.evaluate.simple`.
        folds: `(n,)` in which each is left out, as of `drawn_units`.
        seed: of the rows that are learnt from where there are many.

    Returns:
        None where rows are too wide to learn from enough of them, or have one class.
    """
    from threadpoolctl import threadpool_limits

    dense = isinstance(rows.matrix, np.ndarray)
    most = min(MOST_LEARNT, MOST_NUMBERS // rows.matrix.shape[1] if dense else MOST_LEARNT)
    if most < FEWEST_LEARNT:
        return None
    draw = np.random.default_rng(seed)
    found = np.zeros((len(rows.target), rows.classes))
    with threadpool_limits(limits=1):
        for fold in np.unique(folds):
            learnt, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            if len(learnt) > most:
                learnt = np.sort(draw.choice(learnt, most, replace=False))
            if len(np.unique(rows.target[learnt])) < 2:
                return None
            found[held] = fit(rows.take(learnt))[0](rows.matrix[held])
    return found
