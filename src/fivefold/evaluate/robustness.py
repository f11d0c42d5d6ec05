"""What a model still knows where its rows are a little worse than those that it was judged by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.estimate import ITSELF, Estimate
from fivefold.core.wording import plural
from fivefold.division import resamples_of
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.cells import Cells
from fivefold.kinds.codec import cells_of, encode_cells
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.state import FittedColumn
from fivefold.metrics.comparison import compare
from fivefold.metrics.metric import Metric
from fivefold.metrics.resampling import Resamples
from fivefold.tasks.judged import Judged
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 50
"""Test rows below which nothing is disturbed."""

SEEN, FEW_SEEN = 256, 32
"""Training rows that say how much is little; of files fewer."""


class Way(NamedTuple):
    """One disturbance of all columns that it can happen to."""

    name: str
    strength: str
    mild: bool
    of: dict[str, Disturbance]  # by column


NONE, CONSTANT = Way("none", "", False, {}), Way("a constant answer", "", False, {})
"""What stands beside the disturbances in the table."""


@dataclass(frozen=True, eq=False)
class Scale:
    """What scores of these rows are worth.

    Args:
        evidence: whose metric leads.
        picked: places of the rows among the test rows.
        rows: that are disturbed.
        whole: their scores as they are.
        drawn: their resamples.
        known: what they are better by, in the leading metric, than the best constant answer.
    """

    evidence: Evidence
    picked: Array
    rows: Rows
    whole: Judged
    drawn: Resamples
    known: Estimate

    @classmethod
    def of(cls, evidence: Evidence, picked: Array) -> "Scale":
        """Of some test rows."""
        rows, scores = evidence.data.test.take(picked), evidence.scores[picked]
        whole = Judged.of(evidence.task, rows.target, scores)
        partition = evidence.partition
        resamples = resamples_of(
            *(evidence.collected, rows.index, whole),
            seed=evidence.seed,
            by=partition.by,
            ties=partition.ties,
        )
        drawn = whole.drawn(resamples)
        blank = Estimate(float("nan"), method="", n=len(rows), level=evidence.level)
        scale = cls(evidence, picked, rows, whole, drawn, blank)
        return replace(scale, known=scale.lost(scale.constant))

    @property
    def constant(self) -> Array:
        """What the best answer that is the same for all of the rows has as scores."""
        evidence, rows = self.evidence, self.rows
        found = evidence.task.constant(rows.target, evidence.schema, len(rows))
        spelt = evidence.task.spells  # in the steps that there are
        return found[:, : evidence.scores.shape[1]] if spelt else found

    @property
    def metric(self) -> Metric:
        """By which scores are told apart."""
        return self.evidence.headline

    def judged(self, scores: Array) -> Judged:
        """Other answers for the same rows."""
        return Judged.of(self.evidence.task, self.rows.target, scores)

    def marks(self, judged: Judged) -> Array:
        """What the leading metric counts."""
        by = self.evidence.threshold if self.metric.decided else None
        return decided(judged.scores, by)

    def score(self, scores: Array) -> float:
        """The leading metric of other answers."""
        return self.evidence.leading(self.rows.target, scores)

    def lost(self, scores: Array) -> Estimate:
        """What is lost by other answers, above 0 where they are worse, with its paired interval."""
        other = self.judged(scores)
        level, n = self.evidence.level, len(self.rows)
        if not np.isfinite(self.marks(other)).all():
            return Estimate(float("nan"), method="answers that are no numbers", n=n, level=level)
        both = self.marks(self.whole), self.marks(other)
        gap = compare(self.metric, other.target, *both, self.drawn, level=level).difference
        if self.metric.greater:
            return gap
        low, high = -gap.high, -gap.low
        return Estimate(-float(gap), low=low, high=high, method=gap.method, n=gap.n, level=level)

    def changed(self, scores: Array) -> float:
        """The share of answers that are others now; NaN where they are numbers."""
        if not self.evidence.task.labelled:
            return float("nan")
        by = self.evidence.threshold
        ours, theirs = (
            decided(one.scores, by).argmax(axis=-1) for one in (self.whole, self.judged(scores))
        )
        return float((ours != theirs).mean())


def robustness(evidence: Evidence, most: int) -> "pd.DataFrame | None":
    """What the leading score loses where cells of test rows are disturbed before they are encoded.

    Every kind of column says what may happen to its cells, and how much of it people would hardly
    notice. Nothing is fitted again.

    Args:
        evidence: whose test rows and model these are.
        most: test rows that are disturbed, evenly spaced; 0 for none.

    Returns:
        One row a disturbance and strength: `disturbance`, `strength`, `columns` that it happens to,
        whether it is `mild`, the `score` of the disturbed rows, its `loss` with the interval of
        the paired difference, `known_lost` (the loss as a share of what the model is better by
        than the best constant answer) and the share of answers that are `changed`, where answers
        are classes. The first row is that of rows as they are, the last one that of the constant
        answer. None with fewer than 50 test rows, or where nothing can happen to cells.

    Reference:
        Hendrycks and Dietterich, Benchmarking neural network robustness to common corruptions and
        perturbations, ICLR 2019.
    """
    import pandas as pd

    rows = len(evidence.data.test)
    if not most or rows < FEWEST or evidence.trained is None:
        return None
    ways = ways_of(evidence)
    if not ways:
        return None
    picked = np.arange(0, rows, -(-rows // most))
    scale = Scale.of(evidence, picked)
    asked = [*disturbed(evidence, scale.rows, ways)]
    if not asked:
        return None
    asked = [(NONE, evidence.scores[picked]), *asked, (CONSTANT, scale.constant)]
    lines = [_line(scale, way, scores) for way, scores in asked]
    table = pd.DataFrame(lines).assign(loss=pd.Series([one["loss"] for one in lines], dtype=object))
    return table if evidence.task.labelled else table.drop(columns="changed")


def _line(scale: Scale, way: Way, scores: Array) -> dict[str, object]:
    names, loss, known = list(way.of), scale.lost(scores), float(scale.known)
    if way is NONE:
        loss = Estimate(0.0, method=ITSELF, n=loss.n, level=loss.level)
    return {
        "disturbance": way.name,
        "strength": way.strength,
        "columns": plural(len(names), "column") if len(names) > 1 else "".join(names),
        "mild": way.mild,
        "score": scale.score(scores),
        "loss": loss,
        "known_lost": float(loss) / known if known > 0 else float("nan"),
        "changed": scale.changed(scores),
    }


def ways_of(evidence: Evidence) -> list[Way]:
    """What may happen to the columns that are read; equal disturbances of several at once."""
    codec, index = evidence.data.codec, evidence.data.train.index
    found: dict[tuple[str, str], Way] = {}
    still = evidence.task.sequence or evidence.task.plane
    for name, column in codec.columns.items() if len(index) else ():
        for one in column.kind.disturbances(column.column, seen_of(evidence, column)):
            if not (one.moves and still):
                way = Way(one.name, one.strength, one.mild, {})
                found.setdefault((one.name, one.strength), way).of[name] = one
    return sorted(found.values(), key=lambda way: [w.name for w in found.values()].index(way.name))


def seen_of(evidence: Evidence, column: FittedColumn) -> Array:
    """Canonical cells of some training rows, evenly spaced."""
    index = evidence.data.train.index
    some = index[:: -(-len(index) // (FEW_SEEN if column.kind.chunk else SEEN))]
    return cells_of(evidence.collected.table.take(some), column.column).values


def disturbed(evidence: Evidence, rows: Rows, ways: list[Way]) -> Iterator[tuple[Way, Array]]:
    """Each way that changes what the model reads, and the model's scores of the rows then.

    Cells are read once, in pieces as the kinds want them, since files would not fit otherwise.
    """
    from fivefold.models.score import score

    codec, model = evidence.data.codec, evidence.asked.model
    chunks = [column.kind.chunk for column in codec.columns.values() if column.kind.chunk]
    step = min([len(rows), *chunks])
    told: list[list[Array]] = [[] for _ in ways]
    changes = [False] * len(ways)
    for first in range(0, len(rows), step):
        piece = rows.take(slice(first, first + step))
        table = evidence.collected.table.take(piece.index)
        cells = {n: cells_of(table, c.column).values for n, c in codec.columns.items()}
        parts = {n: _encoded(cells[n], c) for n, c in codec.columns.items()}
        for number, way in enumerate(ways):
            draw = np.random.default_rng([evidence.seed, number, first])
            worse = {n: one.change(cells[n], draw) for n, one in way.of.items()}
            arrays = _arrays(evidence, parts, worse)
            changes[number] |= any(
                not np.array_equal(array, piece.inputs[name], equal_nan=array.dtype.kind == "f")
                for name, array in arrays.items()
            )
            inputs = {**piece.inputs, **arrays}
            told[number].append(codec.cut(score(model, inputs), inputs))
    for way, pieces, counts in zip(ways, told, changes, strict=True):
        if counts:
            yield way, np.concatenate(pieces)


def _arrays(
    evidence: Evidence, parts: Mapping[str, Array], worse: Mapping[str, Array]
) -> dict[str, Array]:
    """The arrays of the blocks in which some columns are worse."""
    arrays = {}
    for block in evidence.data.codec.blocks:
        names = [column.name for column in block.columns]
        if worse.keys() & set(names):
            told = [
                _encoded(worse[name], column) if name in worse else parts[name]
                for name, column in zip(names, block.columns, strict=True)
            ]
            arrays[block.name] = block.block.encode(told, block.state)
    return arrays


def _encoded(values: Array, column: FittedColumn) -> Array:
    """Canonical cells as their kind encodes them."""
    return encode_cells(Cells(values, lambda raw, _: raw), column)
