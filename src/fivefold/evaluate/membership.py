"""Whether a model betrays which rows it learnt from: by how little it errs on them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate import simple
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.outoffold import FEWEST_LEARNT, MOST_LEARNT, reading_of
from fivefold.metrics.delong import delong
from fivefold.metrics.intervals import wilson
from fivefold.tasks.judged import Judged

if TYPE_CHECKING:
    import pandas as pd

RATE = 0.01
"""Share of other rows that may be taken for learnt ones, by mistake."""
FEWEST = 100
"""Rows of each side that are needed."""
FEWEST_ALARMS = 3
"""Other rows beyond the threshold, below which it is a guess."""
MOST_CLASSES, FEWEST_OF_A_CLASS = 20, 50
ESTIMATES = ("roc_auc", "caught")
LOSS, BESIDE = "loss", "loss beside a simple model's"


def membership(evidence: Evidence, most: int) -> "pd.DataFrame | None":
    """How well training rows can be told from test rows by what the model loses on them.

    A row is taken for one that was learnt from where its loss is small (Yeom et al.); with classes
    also where it is small beside that of a simple model which learnt from validation rows alone,
    as some rows are easy for any model (Watson et al.).

    Args:
        evidence: whose model, training and test rows these are.
        most: rows of each side, drawn at random; 0 for none.

    Returns:
        A line an attack, and a line a class by the loss: `attack`, `class`, `learnt` and `others`,
        how many rows; `roc_auc`, the share of pairs of one of each that are told apart, 0.5 by
        guessing; `caught`, the share of learnt rows that are found where 1 % of the others are
        taken for such, with intervals. Both are no number where parts are not drawn alike, by time
        or group. None where answers are those of positions, with fewer than 100 rows of a side, or
        where nothing is known of probabilities.

    Reference:
        Yeom et al., Privacy risk in machine learning, CSF 2018; Watson et al., On the importance of
        difficulty calibration in membership inference attacks, ICLR 2022; Carlini et al.,
        Membership inference attacks from first principles, S&P 2022, on rates of mistakes.
    """
    task, data = evidence.task, evidence.data
    if not most or evidence.trained is None or evidence.only_labels or not task.compared:
        return None
    if task.sequence or task.plane or task.spells or task.ahead or task.network:
        return None
    if min(len(data.train), len(data.test)) < FEWEST:
        return None
    why = _unlike(evidence)
    if why:
        blank = Estimate(float("nan"), method=why, n=0, level=evidence.level)
        return _table([_line(LOSS, "", 0, 0, blank, blank)])
    from fivefold.models.score import score

    draw = np.random.default_rng(evidence.seed)
    learnt = data.train.take(_some(len(data.train), most, draw))
    places = _some(len(data.test), most, draw)
    others = data.test.take(places)
    known = Judged.of(task, learnt.target, score(evidence.trained.model, learnt.inputs))
    unseen = Judged.of(task, others.target, evidence.scores[places])
    losses = [task.row_losses(one.target, one.scores) for one in (known, unseen)]
    if [*map(len, losses)] != [len(learnt), len(others)]:
        return None
    sides = {LOSS: losses}
    beside = _beside(evidence, learnt, others, losses)
    if beside is not None:
        sides[BESIDE] = beside
    classes = evidence.schema.classes if len(evidence.train_counts) else ()
    return attacked(sides, (learnt.target, others.target), classes, level=evidence.level)


def attacked(
    sides: Mapping[str, Sequence[Array]],
    targets: Sequence[Array] = (),
    classes: Sequence[Label] = (),
    *,
    level: float = 0.95,
) -> "pd.DataFrame":
    """The table of `membership`, of what was lost.

    Args:
        sides: by attack `(n,)` losses of rows that were learnt from, and `(m,)` of others.
        targets: their classes by number, `(n,)` and `(m,)`, or of each label whether a row has it,
            `(n, labels)` and `(m, labels)`.
        classes: what these are called; none for no lines by class.
        level: coverage of all intervals of the attacks together (Bonferroni).
    """
    level = 1 - (1 - level) / len(sides)
    lines = [_attacked(name, "", losses, level) for name, losses in sides.items()]
    for code, label in enumerate(classes[:MOST_CLASSES]):
        name, losses = next(iter(sides.items()))
        own = [lost[_of(target, code)] for lost, target in zip(losses, targets, strict=True)]
        if min(map(len, own)) >= FEWEST_OF_A_CLASS:
            lines.append(_attacked(name, str(label), own, level))
    return _table(lines)


def _of(target: Array, code: int) -> Array:
    """`(n,)` bool, rows that are of a class, or have a label."""
    return np.asarray(target == code if target.ndim == 1 else target[:, code] == 1)


def _table(lines: "list[dict[str, object]]") -> "pd.DataFrame":
    import pandas as pd

    table = pd.DataFrame(lines)
    estimates = {n: pd.Series([line[n] for line in lines], dtype=object) for n in ESTIMATES}
    return table.assign(**estimates)


def _some(rows: int, most: int, draw: np.random.Generator) -> Array:
    return np.sort(draw.choice(rows, min(rows, most), replace=False))


def _unlike(evidence: Evidence) -> str:
    """Why training rows and test rows differ by how they were drawn; empty where they do not."""
    if evidence.collected.given is not None:
        return "the source gives the parts"
    if evidence.partition.by not in ("auto", "stratified", "random"):
        return f"rows are divided by {evidence.partition.by.replace('_', ' and ')}"
    return ""


def _beside(
    evidence: Evidence, learnt: Rows, others: Rows, losses: list[Array]
) -> list[Array] | None:
    """Losses less those of a model that learnt from validation rows; None where there is none."""
    classes, valid = len(evidence.schema.classes), evidence.data.valid
    learner = simple.SIMPLE.get(simple.learnt_by(evidence.task))
    if learner is not simple.SIMPLE["class"] or not len(valid) >= FEWEST_LEARNT:
        return None
    if len(valid) > MOST_LEARNT:
        valid = valid.take(np.arange(0, len(valid), -(-len(valid) // MOST_LEARNT)))
    both = evidence.data.replace(train=learnt.joined(others), valid=valid)
    read = reading_of(both, classes)
    if read is None:
        return None
    rows, kind = read
    asked = np.arange(len(learnt) + len(others))
    taught = rows.take(np.arange(len(asked), len(rows.target)))
    if len(np.unique(taught.target)) < classes:
        return None
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        fitted, _ = (learner.boosting if kind == "boosting" else learner.linear)(taught)
        answers = fitted(rows.matrix[asked])
    simply = evidence.task.row_losses(rows.target[asked], answers)
    return [losses[0] - simply[: len(learnt)], losses[1] - simply[len(learnt) :]]


def _attacked(attack: str, label: str, losses: Sequence[Array], level: float) -> dict[str, object]:
    learnt, others = losses
    is_learnt = np.r_[np.ones(len(learnt), int), np.zeros(len(others), int)]
    area = delong(is_learnt, -np.concatenate(losses), level=level)
    return _line(attack, label, len(learnt), len(others), area, caught(-learnt, -others, level))


def _line(
    attack: str, label: str, learnt: int, others: int, area: Estimate, caught: Estimate
) -> dict[str, object]:
    rows = {"learnt": learnt, "others": others}
    return {"attack": attack, "class": label, **rows, "roc_auc": area, "caught": caught}


def caught(learnt: Array, others: Array, level: float = 0.95, rate: float = RATE) -> Estimate:
    """The share of learnt rows that score above all but a few of the others.

    Args:
        learnt: `(n,)` scores, larger for what is taken for a learnt row.
        others: `(m,)` those of rows that were not learnt from.
        level: coverage of the interval, which knows that the threshold is an estimate too: half of
            what may go wrong is left to the place of the threshold among the others, half to the
            share of learnt rows beyond it.
        rate: share of the others that may be beyond the threshold.

    Returns:
        A fraction in [0, 1]; no number with too few of the others.

    Example:
        >>> found = caught(np.arange(1000) + 990.0, np.arange(1000.0))
        >>> float(found), found.low < 1 <= found.high
        (1.0, True)
    """
    from scipy.special import bdtr

    if len(others) * rate < FEWEST_ALARMS:
        return Estimate(float("nan"), method="too few rows", n=len(learnt), level=level)
    falling = np.sort(others)[::-1]
    half = (1 - level) / 2
    chances = bdtr(np.arange(len(others)), len(others), rate)
    few, many = (int(np.searchsorted(chances, end)) for end in (half / 2, 1 - half / 2))
    place = int(len(others) * rate)
    counts = [int((learnt > falling[at]).sum()) for at in (place, few, min(many, len(falling) - 1))]
    low, _ = wilson(counts[1], len(learnt), level=1 - half)
    _, high = wilson(counts[2], len(learnt), level=1 - half)
    share = counts[0] / len(learnt)
    return Estimate(
        share,
        low=min(low, share),
        high=max(high, share),
        method="wilson, both thresholds",
        n=len(learnt),
        level=level,
    )
