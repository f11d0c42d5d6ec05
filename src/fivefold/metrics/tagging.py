"""How good labels of positions are, a row at a time.

Everywhere: `target` is `(n, steps)` class indices, -1 where a row has no position; `scores` is
`(n, steps, classes)` probabilities. Rows are drawn again whole, as what stands in one of them is no
evidence of its own.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics import classification
from fivefold.metrics.entities import Entity, entities_of
from fivefold.metrics.metric import SHARE, SIZE, Metric
from fivefold.metrics.statistic import Statistic, mean_over


def guessed(scores: Array) -> Array:
    """`(n, steps)` the likeliest class of each position; whatever where a row has none."""
    return np.asarray(np.where(np.isnan(scores), -1.0, scores).argmax(-1))


def flat(target: Array, scores: Array) -> tuple[Array, Array]:
    """The positions that there are, one after another: `(m,)` and `(m, classes)`."""
    there = target >= 0
    return target[there], scores[there]


def by_row(values: Array, there: Array) -> Array:
    """`(n,)` sums of what the positions of each row have, which stand one after another."""
    row = np.nonzero(there)[0]
    return np.bincount(row, weights=values, minlength=len(there))


@Statistic
def accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of positions whose likeliest class is the right one."""
    there = target >= 0
    right = ((guessed(scores) == target) & there).sum(1)
    return np.asarray(counts @ right / (counts @ there.sum(1)))


@Statistic
def f1(target: Array, scores: Array, counts: Array) -> Array:
    """F1 of positions: the macro mean over classes that are present or predicted."""
    classes = scores.shape[-1]
    truth, there = target, target >= 0
    said = guessed(scores)

    def tally(of: Array, where: Array) -> Array:
        """`(n, classes)` positions of each row by class."""
        row, place = np.nonzero(where)
        cells = np.bincount(row * classes + of[row, place], minlength=len(of) * classes)
        return counts @ cells.reshape(len(of), classes)

    hits, named = tally(truth, there & (said == truth)), tally(truth, there) + tally(said, there)
    return mean_over(2 * hits / named, named > 0)


@Statistic
def log_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Mean negative logarithm of the probability given to the truth of a position, in nats."""
    there = target >= 0
    lost = by_row(classification.row_losses(*flat(target, scores)), there)
    return np.asarray(counts @ lost / (counts @ there.sum(1)))


ACCURACY = Metric("accuracy", accuracy, True, gap=0.05, bounds=SHARE)
F1 = Metric("f1", f1, True, bounds=SHARE)
LOG_LOSS = Metric("log_loss", log_loss, False, bounds=SIZE)


def _pairs(
    target: Array, scores: Array, classes: Sequence[object]
) -> Iterator[tuple[set[Entity], set[Entity]]]:
    """The entities of each row: those there are, and those that are predicted."""
    said = guessed(scores)
    for truth, told in zip(target, said, strict=True):
        there = truth >= 0
        named = ([classes[place] for place in places[there]] for places in (truth, told))
        wanted, found = (set(entities_of(labels)) for labels in named)
        yield wanted, found


def entity_tallies(target: Array, scores: Array, classes: Sequence[object]) -> Array:
    """`(n, 3)` entities of each row: found as they are, predicted, and there.

    An entity is found where its first and last position and its label are right.
    """
    pairs = _pairs(target, scores, classes)
    tallies = [(len(wanted & told), len(told), len(wanted)) for wanted, told in pairs]
    return np.array(tallies, np.float64).reshape(-1, 3)


def entity_metrics(classes: Sequence[object]) -> tuple[Metric, ...]:
    """F1, precision and recall of whole entities, for labels that mark them.

    Args:
        classes: labels, in the order of the scores.

    Example:
        >>> f1, precision, recall = entity_metrics(("O", "B-x", "I-x"))
        >>> truth = np.array([[1, 2, 0, 1]])
        >>> found = np.eye(3)[[[1, 2, 0, 0]]]
        >>> precision(truth, found), recall(truth, found)
        (1.0, 0.5)
    """

    def metric(name: str, over: tuple[int, ...]) -> Metric:
        def counted(target: Array, scores: Array, counts: Array) -> Array:
            sums = counts @ entity_tallies(target, scores, classes)
            return np.asarray(len(over) * sums[:, 0] / sums[:, over].sum(1))

        counted.__name__ = name
        return Metric(name, Statistic(counted), True, bounds=SHARE)

    return (
        metric("entity_f1", (1, 2)),
        metric("entity_precision", (1,)),
        metric("entity_recall", (2,)),
    )


def entity_rows(
    target: Array, scores: Array, classes: Sequence[object]
) -> list[tuple[str, int, int, int]]:
    """Each kind of entity with how many are right, predicted and there, by name.

    Args:
        target: `(n, steps)` of the rows.
        scores: `(n, steps, classes)` of the same rows.
        classes: labels.
    """
    sums: dict[str, list[int]] = {}
    for wanted, told in _pairs(target, scores, classes):
        for place, some in enumerate((wanted & told, told, wanted)):
            for entity in some:
                sums.setdefault(entity.label, [0, 0, 0])[place] += 1
    return [(label, *sums[label]) for label in sorted(sums)]  # type: ignore[misc]


OTHER_ENDS, NO_ENTITY = "other ends", "no entity"
"""What became of an entity of the right kind with another first or last word, and of a missed one;
of words that are told as one and touch none."""


def entity_outcomes(
    target: Array, scores: Array, classes: Sequence[object]
) -> list[tuple[str, str]]:
    """What each entity was taken for, then what those were that touch none.

    Args:
        target: `(n, steps)` of the rows.
        scores: `(n, steps, classes)` of the same rows.
        classes: labels.

    Returns:
        Pairs of a kind and the kind that is told of the same words, or else of words among them:
        of the same kind these are `other ends`; `no entity` where none is told. Then `no entity`
        and the kind, for each told one that touches none there is.
    """
    outcomes: list[tuple[str, str]] = []
    for wanted, told in _pairs(target, scores, classes):
        for one in sorted(wanted):
            same = [each for each in told if each[1:] == one[1:]]
            touching = same or [each for each in sorted(told) if _touch(one, each)]
            alike = next((each for each in touching if each.label == one.label), None)
            if not touching:
                outcomes.append((one.label, NO_ENTITY))
            elif alike is not None:
                outcomes.append((one.label, one.label if alike in wanted else OTHER_ENDS))
            else:
                outcomes.append((one.label, touching[0].label))
        alone = [each for each in sorted(told) if not any(_touch(each, one) for one in wanted)]
        outcomes += [(NO_ENTITY, each.label) for each in alone]
    return outcomes


def _touch(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end
