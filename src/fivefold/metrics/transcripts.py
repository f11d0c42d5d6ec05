"""How good transcripts are: what the steps of rows spell, and how far that is from the truth.

Everywhere: `target` is `(n, width)` class indices of letters, -1 behind the last; `scores` is
`(n, steps, 1 + letters)` probabilities, the first of no letter, NaN where a row has no step.
Letters may be words, where rows are spelt in these.
"""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.codecs.transcript import Spelt
from fivefold.metrics.metric import SHARE, SIZE, Metric
from fivefold.metrics.statistic import Statistic, weighted_mean

SMALLEST = 1e-12
"""Probability below which a letter of the truth costs no more."""

UNKNOWN = "\ufffd"
"""What stands for a letter that is none of the classes."""

EDITS = ("substituted", "left out", "added")
"""What can be wrong with a letter: substitutions, deletions, insertions."""

Tokens = Sequence[Sequence[Hashable]]
Edit = tuple[Hashable | None, Hashable | None]
"""What is true and what was written: None on the left was added, on the right left out."""


def written(scores: Array) -> list[Array]:
    """The letters of each row: the likeliest of each step, repeats once, and none left out.

    Example:
        >>> steps = np.eye(3)[[[0, 1, 1, 0, 1, 2]]]
        >>> [row.tolist() for row in written(steps)]
        [[0, 0, 1]]

    Reference:
        Graves et al., Connectionist Temporal Classification, ICML 2006, section 3.2.
    """
    best, begins = _steps(scores)
    return [row[first] - 1 for row, first in zip(best, begins, strict=True)]


def spans(scores: Array) -> list[list[tuple[int, int, int]]]:
    """Each letter of each row with its first step and the one behind its last.

    Example:
        >>> spans(np.eye(3)[[[0, 1, 1, 0, 1, 2]]])
        [[(0, 1, 3), (0, 4, 5), (1, 5, 6)]]
    """
    best, begins = _steps(scores)
    changes = np.ones((len(best), best.shape[1] + 1), bool)
    changes[:, 1:-1] = best[:, 1:] != best[:, :-1]
    found = []
    for row, first, change in zip(best, begins, changes, strict=True):
        starts, ends = np.flatnonzero(first), np.flatnonzero(change)
        stops = ends[np.searchsorted(ends, starts, side="right")]
        letters = row[starts] - 1
        found.append(list(zip(letters.tolist(), starts.tolist(), stops.tolist(), strict=True)))
    return found


def _steps(scores: Array) -> tuple[Array, Array]:
    """`(n, steps)` the likeliest of each step, 0 for none; and where a letter begins."""
    best = np.where(np.isnan(scores[..., 0]), 0, scores.argmax(-1))
    before = np.pad(best[:, :-1], ((0, 0), (1, 0))) if best.shape[1] else best
    return best, (best > 0) & (best != before)


def spelling(rows: Sequence[Array], width: int, letters: int) -> Array:
    """Scores that are sure of these letters: `(n, width, 1 + letters)`, as far as they fit.

    Args:
        rows: letters of each.
        width: steps.
        letters: how many there are.

    Example:
        >>> [row.tolist() for row in written(spelling([np.array([0, 0, 1])], 4, 2))]
        [[0, 0, 1]]
    """
    places = np.zeros((len(rows), width), np.int64)
    for place, row in zip(places, rows, strict=True):
        again = np.cumsum(np.r_[0, row[1:] == row[:-1]]) if len(row) else row
        where = np.arange(len(row)) + again
        place[where[where < width]] = row[where < width] + 1
    return np.eye(letters + 1, dtype=np.float32)[places]


def letters_of(target: Array) -> list[Array]:
    """The letters of each row."""
    return [row[row >= 0] for row in target]


def steps_needed(target: Array) -> Array:
    """`(n,)` the fewest steps that spell each row: one a letter, and one between equal ones.

    Example:
        >>> steps_needed(np.array([[0, 0, 1, -1], [-1, -1, -1, -1]])).tolist()
        [4, 0]
    """
    there = target >= 0
    repeats = there[:, 1:] & (target[:, 1:] == target[:, :-1])
    return np.asarray(there.sum(1) + repeats.sum(1))


def texts(rows: Sequence[Array], classes: Sequence[object], spelt: Spelt) -> list[str]:
    """What letters say."""
    names = [*map(str, classes), UNKNOWN]
    return [spelt.joined([names[place] for place in row.tolist()]) for row in rows]


def distances(truth: Tokens, found: Tokens) -> Array:
    """`(n,)` the fewest substitutions, deletions and insertions that make one of the other.

    Example:
        >>> distances(["kitten", "", "a"], ["sitting", "ab", "a"]).tolist()
        [3, 2, 0]

    Reference:
        Wagner and Fischer, The String-to-String Correction Problem, JACM 1974.
    """
    numbers: dict[Hashable, int] = {}
    ours, theirs = (_padded(rows, numbers, fill) for rows, fill in ((truth, -1), (found, -2)))
    lengths, ends = (np.array([len(row) for row in rows], np.int64) for rows in (truth, found))
    places = np.arange(theirs.shape[1] + 1)
    costs = np.tile(places, (len(ours), 1))
    result = ends.copy()
    for step in range(1, ours.shape[1] + 1):
        moved = costs[:, :-1] + (ours[:, step - 1, None] != theirs)
        costs += 1
        costs[:, 1:] = np.minimum(costs[:, 1:], moved)
        costs = np.minimum.accumulate(costs - places, axis=1) + places
        last = lengths == step
        result[last] = costs[last, ends[last]]
    return result


def _padded(rows: Tokens, numbers: dict[Hashable, int], fill: int) -> Array:
    width = max(map(len, rows), default=0)
    padded = np.full((len(rows), width), fill, np.int64)
    for line, row in zip(padded, rows, strict=True):
        line[: len(row)] = [numbers.setdefault(token, len(numbers)) for token in row]
    return padded


def edits(truth: Sequence[Hashable], found: Sequence[Hashable]) -> list[Edit]:
    """A shortest way from the truth to what was written, what is right in both left out.

    Example:
        >>> edits("kitten", "sitting")
        [('k', 's'), ('e', 'i'), (None, 'g')]
    """
    costs = np.zeros((len(truth) + 1, len(found) + 1), np.int64)
    costs[:, 0], costs[0] = np.arange(len(truth) + 1), np.arange(len(found) + 1)
    for i, one in enumerate(truth, 1):
        for j, other in enumerate(found, 1):
            both = costs[i - 1, j - 1] + (one != other)
            costs[i, j] = min(both, costs[i - 1, j] + 1, costs[i, j - 1] + 1)
    way: list[Edit] = []
    i, j = len(truth), len(found)
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (truth[i - 1] != found[j - 1]):
            i, j = i - 1, j - 1
            way += [(truth[i], found[j])] if truth[i] != found[j] else []
        elif i and costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
            way.append((truth[i], None))
        else:
            j -= 1
            way.append((None, found[j]))
    return way[::-1]


def kind_of_edit(edit: Edit) -> str:
    """Which of `EDITS` it is.

    Example:
        >>> kind_of_edit(("a", "b")), kind_of_edit(("a", None)), kind_of_edit((None, "b"))
        ('substituted', 'left out', 'added')
    """
    return EDITS[0] if None not in edit else EDITS[1] if edit[1] is None else EDITS[2]


def nats(target: Array, scores: Array) -> Array:
    """`(n,)` the negative logarithm of the probability of each row's letters, however they lie.

    Rows of too few steps cost as much as any can.

    Reference:
        Graves et al., Connectionist Temporal Classification, ICML 2006, section 4.1.
    """
    rows, steps = scores.shape[:2]
    ends, lengths = (~np.isnan(scores[..., 0])).sum(1), (target >= 0).sum(1)
    most = steps * -np.log(SMALLEST)
    wide = np.zeros((rows, 2 * int(lengths.max(initial=0)) + 1), np.int64)
    held = target[:, : wide.shape[1] // 2]
    known = np.where((held >= 0) & (held < scores.shape[2] - 1), held + 1, 0)
    wide[:, 1::2] = known
    jumps = np.zeros(wide.shape, bool)
    jumps[:, 2:] = (wide[:, 2:] > 0) & (wide[:, 2:] != wide[:, :-2])
    ways = np.full(wide.shape, -np.inf)
    ways[:, :1] = 0.0  # before the first step
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in range(steps):
            logs = np.log(np.maximum(scores[:, step].astype(np.float64), SMALLEST))
            before = np.full_like(ways, -np.inf)
            before[:, 1:] = ways[:, :-1]
            skipped = np.full_like(ways, -np.inf)
            skipped[:, 2:] = np.where(jumps[:, 2:], ways[:, :-2], -np.inf)
            summed = np.logaddexp(np.logaddexp(ways, before), skipped)
            moved = summed + np.take_along_axis(logs, wide, axis=1)
            ways = np.where((step < ends)[:, None], moved, ways)
        every = np.arange(rows)
        last = np.where(lengths > 0, ways[every, np.maximum(2 * lengths - 1, 0)], -np.inf)
        found = -np.logaddexp(ways[every, 2 * lengths], last)
    strange = (target >= scores.shape[2] - 1).any(1)
    return np.asarray(np.where(np.isfinite(found) & ~strange, np.minimum(found, most), most))


Cut = Callable[[list[Array]], Tokens]


def _rate(name: str, cut: Cut) -> Metric:
    """Edits of all rows as a fraction of what is there."""

    def counted(target: Array, scores: Array, counts: Array) -> Array:
        truth = cut(letters_of(target))
        wrong = distances(truth, cut(written(scores)))
        return np.asarray(counts @ wrong / (counts @ np.array([len(row) for row in truth])))

    counted.__name__ = name
    return Metric(name, Statistic(counted), False, gap=0.05, bounds=SIZE)


def _exact(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows of which every letter is right."""
    pairs = zip(letters_of(target), written(scores), strict=True)
    return weighted_mean(np.array([float(np.array_equal(*pair)) for pair in pairs]), counts)


_exact.__name__ = "exact"
EXACT = Metric("exact", Statistic(_exact), True, bounds=SHARE)
LETTERS = _rate("cer", lambda rows: [row.tolist() for row in rows])
"""The error rate of letters, whatever they are."""


def transcript_metrics(classes: Sequence[object], spelt: Spelt) -> tuple[Metric, ...]:
    """Error rates of words and characters, and the fraction of rows without an error.

    Where letters have no blank among them a row is one word, and characters lead.

    Args:
        classes: letters, or words.
        spelt: which of the two they are.

    Example:
        >>> wer, cer, exact = transcript_metrics(("one", "two"), Spelt("words"))
        >>> wer(np.array([[0, 1, 0]]), spelling([np.array([0, 1])], 4, 2)).__round__(3)
        0.333
    """

    def cut(in_words: bool) -> Cut:
        def tokens(rows: list[Array]) -> Tokens:
            said = texts(rows, classes, spelt)
            return [text.split() if in_words else list(text) for text in said]

        return tokens

    characters = _rate("cer", cut(False))
    if spelt.unit == "letters" and " " not in classes:
        return characters, EXACT
    return _rate("wer", cut(True)), characters, EXACT
