"""Which small areas of a picture, a text or a sound the answers hang on."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fivefold.codecs.personal import masked
from fivefold.core.estimate import Estimate
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.robustness import FEWEST, Scale, Way, disturbed, seen_of
from fivefold.kinds.area import Area
from fivefold.kinds.disturbance import Disturbance

if TYPE_CHECKING:
    import pandas as pd

LEAST = 0.2
"""Of what a model knows, that must be lost for certain before an area is asked alone."""

ASKED = 3
"""Areas that are asked alone, at most."""


def shortcuts(evidence: Evidence, most: int) -> "pd.DataFrame | None":
    """What the leading score loses where a small area of each cell is another row's.

    Areas that cost much are asked alone too: all else of the cell is another row's then. Both are
    told as shares of what the model is better by than the best constant answer. Intervals hold for
    all areas together (Bonferroni).

    Args:
        evidence: whose test rows and model these are.
        most: test rows that are asked about, evenly spaced; 0 for none.

    Returns:
        One row an area: the `column`, the `area`, its `share` of a cell, the `score` without it,
        what is `lost` by that with the interval of the paired difference, `known_lost`, the score
        where the area is `alone`, what is `missed` then with its interval, and `known_kept`; NaN
        where that was not asked; and where it lies in a picture. None with fewer than 50 test rows,
        where answers are those of positions, where kinds know no areas, or the model knows nothing.
    """
    import pandas as pd

    rows, task = len(evidence.data.test), evidence.task
    if not most or rows < FEWEST or evidence.trained is None:
        return None
    if task.sequence or task.plane or task.spells:
        return None
    areas = areas_of(evidence)
    if not areas:
        return None
    evidence = replace(evidence, level=1 - (1 - evidence.level) / len(areas))
    scale = Scale.of(evidence, np.arange(0, rows, -(-rows // most)))
    if not scale.known.low > 0:
        return None
    known = float(scale.known)
    without = _asked(scale, areas, alone=False)
    order = sorted(range(len(areas)), key=lambda n: -float(without[n].cost))
    worth = [n for n in order if without[n].cost.low > LEAST * known][:ASKED]
    alone = dict(zip(worth, _asked(scale, [areas[n] for n in worth], alone=True), strict=True))
    blank = Estimate(float("nan"), method="not asked", n=len(scale.rows), level=evidence.level)
    costs, lines = [blank, *(without[n].cost for n in order)], [_whole(scale)]
    missed = [scale.known, *(alone[n].cost if n in alone else blank for n in order)]
    for n in order:
        name, area = areas[n]
        box = dict(zip(("top", "bottom", "left", "right"), area.box, strict=False))
        line = {"column": name, "area": masked(area.name), "share": area.share}
        line |= {"score": without[n].score, "alone": alone[n].score if n in alone else np.nan}
        lines.append(line | box)
    table = pd.DataFrame(lines).assign(
        lost=pd.Series(costs, dtype=object),
        missed=pd.Series(missed, dtype=object),
        known_lost=[float(cost) / known for cost in costs],
        known_kept=[1 - float(cost) / known for cost in missed],
    )
    told = ["column", "area", "share", "score", "lost", "known_lost", "alone", "missed"]
    boxes = [name for name in ("top", "bottom", "left", "right") if name in table]
    return table[[*told, "known_kept", *boxes]]


class Cost(NamedTuple):
    """A score of changed rows, and what is lost beside that of the rows as they are."""

    score: float
    cost: Estimate


def _whole(scale: Scale) -> dict[str, object]:
    """The line of the rows as they are."""
    score = scale.score(scale.evidence.scores[scale.picked])
    constant = scale.score(scale.constant)
    return {"column": "", "area": "nothing", "share": 0.0, "score": score, "alone": constant}


def _asked(scale: Scale, areas: list[tuple[str, Area]], *, alone: bool) -> list[Cost]:
    """What the model scores where each area is another row's, or all but each."""
    evidence = scale.evidence
    ways = [_way(name, area, alone=alone) for name, area in areas]
    told = {way.name: scores for way, scores in disturbed(evidence, scale.rows, ways)}
    same = evidence.scores[scale.picked]  # where nothing that is read has changed
    every = [told.get(way.name, same) for way in ways]
    return [Cost(scale.score(scores), scale.lost(scores)) for scores in every]


def areas_of(evidence: Evidence) -> list[tuple[str, Area]]:
    """The columns that have small areas, and these."""
    if not len(evidence.data.train.index):
        return []
    return [
        (name, area)
        for name, column in evidence.data.codec.columns.items()
        for area in column.kind.areas(column.column, seen_of(evidence, column))
    ]


def _way(column: str, area: Area, *, alone: bool) -> Way:
    change = area.alone if alone else area.exchanged
    name = f"{column}: {area.name}"
    return Way(name, "", False, {column: Disturbance(name, "", change)})
