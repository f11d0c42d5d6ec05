"""How sequences should be read, by simple models of their letters: what validation rows say."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.alphabet import FIRST
from fivefold.codecs.table import Array
from fivefold.kinds.symbols import LINEAR, POSITIONS, kmers
from fivefold.metrics.weight import relative
from fivefold.models.inputs import Symbols
from fivefold.models.learner import Feed, Lesson

ROWS = 4000
"""Training and validation rows that are looked at, each, at most."""

FEWEST = 40
"""Validation rows without which nothing is said."""

STRENGTHS = (0.03, 0.3, 3.0)
"""How little weights are held back, as `C` of scikit-learn's LogisticRegression."""

SURE = 2.0
"""Standard errors by which a mean difference must be above 0 to count."""


class Clues(NamedTuple):
    """What simple models show.

    Attributes:
        placed: whether letters at their positions tell anything of the target.
        both: whether words of both strands tell more than all that is read of one, and more than
            words that are counted together with those read backwards.
    """

    placed: bool
    both: bool


def find_clues(lesson: Lesson, symbols: Symbols) -> Clues | None:
    """What a linear model makes of letters by position, of words, and of words of both strands.

    Args:
        lesson: rows to learn from, and to judge by.
        symbols: alphabet; whether positions may be kept, and the other strand read.

    Returns:
        None where the rows are too few, or lack a class.
    """
    learn, (train, valid) = lesson.head.task.trees, (lesson.train, lesson.valid)
    if learn not in ("class", "number") or valid.rows < FEWEST:
        return None
    (x, y, weight), (judged, truth, counts) = _taken(train), _taken(valid)
    if learn == "class":
        y, truth = y.astype(np.int64), truth.astype(np.int64)
        if len(np.unique(y)) < 2 or not np.isin(truth, y).all():
            return None
    known = symbols.known
    base = len(known.letters) if known else symbols.codes - FIRST
    facing = known.facing() if known and known.opposite and symbols.both else None
    kept = bool(symbols.kept) and symbols.length <= POSITIONS

    def cost(train: Any, valid: Any) -> Array:
        return _cost(train, y, valid, truth, weight, learn == "number")

    constant = cost(np.zeros((len(x), 1)), np.zeros((len(judged), 1)))
    one = [cost(_letters(x, symbols.codes), _letters(judged, symbols.codes))] if kept else []
    placed = bool(one) and _is_less(one[0], constant, counts)
    if facing is None:
        return Clues(placed, False)
    ours = _words(x, base), _words(judged, base)
    one.append(cost(*_weighed(*ours)))

    def joined(turned: Callable[[Array], Array]) -> Array:
        """Words of a row counted together with those of the row turned round."""
        pairs = zip(ours, (x, judged), strict=True)
        return cost(*_weighed(*(own + _words(turned(rows), base) for own, rows in pairs)))

    both = joined(lambda rows: facing[rows][:, ::-1])
    one.append(joined(lambda rows: rows[:, ::-1]))  # as few different words, without sense
    least = min(one, key=lambda costs: float(np.average(costs, weights=counts)))
    return Clues(placed, _is_less(both, least, counts) and _is_less(both, constant, counts))


def _taken(feed: Feed) -> tuple[Array, Array, Array | None]:
    """Codes, targets and weights of some rows, evenly spaced."""
    every = max(1, -(-feed.rows // ROWS))
    piece = feed.take(slice(0, None, every))
    weight = None if piece.weight is None else relative(piece.weight.cpu().numpy())
    assert not isinstance(piece.inputs, dict)
    codes: Any = piece.inputs
    return codes.cpu().numpy(), piece.target.cpu().numpy(), weight


def _letters(codes: Array, size: int) -> Any:
    """Each position's letter, one column each."""
    from scipy import sparse

    rows, length = codes.shape
    columns = (np.arange(length) * size + codes).ravel()
    entries = np.ones(codes.size), (np.repeat(np.arange(rows), length), columns)
    return sparse.csr_matrix(entries, shape=(rows, length * size))


def _words(codes: Array, base: int) -> Any:
    """How often each word is in each row."""
    from scipy import sparse

    words, size = kmers(codes, base, LINEAR)
    row, place = np.nonzero(words)
    entries = np.ones(len(row)), (row, words[row, place])
    return sparse.csr_matrix(entries, shape=(len(codes), size))


def _weighed(train: Any, valid: Any) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfTransformer

    scale = TfidfTransformer(sublinear_tf=True).fit(train)
    return scale.transform(train), scale.transform(valid)


def _cost(
    train: Any, y: Array, valid: Any, truth: Array, weight: Array | None, number: bool
) -> Array:
    """What each validation row costs at the best strength."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from threadpoolctl import threadpool_limits

    found: list[Array] = []
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for strength in STRENGTHS:
            if number:
                model = Ridge(alpha=1 / strength, solver="sparse_cg", tol=1e-4)
                answers = model.fit(train, y, sample_weight=weight).predict(valid)
                found.append((answers - truth).reshape(len(truth), -1) ** 2)
                continue
            chooser = LogisticRegression(C=strength, max_iter=100, tol=1e-3)
            shares = chooser.fit(train, y, sample_weight=weight).predict_proba(valid)
            place = np.searchsorted(chooser.classes_, truth)
            found.append(-np.log(shares[np.arange(len(truth)), place].clip(1e-12))[:, None])
    costs: Array = min(found, key=lambda each: float(each.mean())).mean(axis=1)
    return costs


def _is_less(first: Array, second: Array, counts: Array | None) -> bool:
    """Whether the first costs are surely below the second, row by row."""
    gain = second - first
    mean = float(np.average(gain, weights=counts))
    spread = float(np.sqrt(np.average((gain - mean) ** 2, weights=counts)))
    return mean > 0 and mean > SURE * spread / float(np.sqrt(len(gain)))
