"""How often the truth was held: of all rows, of each class or part, of each period, and anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.conformal import (
    EDGE,
    bound_estimates,
    bound_metrics,
    bounds_estimated,
    errors_of,
    held_by,
    with_truth,
)
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.conformal import limit
from fivefold.tasks.conformal import SETS, Conformal

if TYPE_CHECKING:
    import pandas as pd

PERIODS, PERIOD_ROWS = 6, 30
"""Periods that are told of at most, and the test rows of each at least."""


@dataclass(frozen=True)
class Anew:
    """What is held where the limit of each period is set anew by the latest rows before it.

    Args:
        inside: `(n,)` bool, of the test rows.
        sizes: `(n,)` widths, or sizes of sets.
    """

    inside: Array
    sizes: Array

    @classmethod
    def of(cls, evidence: Evidence) -> "Self | None":
        """Go through the periods of the test rows; None where these are too few for any.

        The first period has the limit of the kept rows; each later one that of as many rows, the
        latest whose truth was known before its first moment. There is one limit for all answers.
        """
        from fivefold.models.answered import answered

        periods = [rows for _, rows in periods_of(evidence)]
        if not periods or evidence.trained is None or evidence.conformal is None:
            return None
        schema, data = evidence.schema, evidence.data
        kept = with_truth(data.valid.divided(always=True)[1], schema)
        scores = answered(evidence.trained.model, kept, data.codec)
        known = ~evidence.task.lacking(evidence.target)
        errors = np.full(len(evidence.target), np.nan)
        errors[known] = errors_of(schema, evidence.target[known], evidence.scores[known])
        errors = np.concatenate([errors_of(schema, kept.target, scores), errors])
        begun, ended = (_moments(evidence, kept.index, last=last) for last in (False, True))
        inside, sizes = np.zeros(len(known), bool), np.zeros(len(known))
        for rows in periods:
            first = begun[len(kept) :][rows].min()
            before = np.flatnonzero((ended < first) & np.isfinite(errors))
            latest = before[np.argsort(ended[before], kind="stable")][-len(kept) :]
            latest = latest if len(latest) == len(kept) else np.arange(len(kept))
            reach = float(limit(errors[latest], evidence.conformal.level))
            reach += EDGE if evidence.task.bounds(schema) == SETS else 0.0
            several = max(1, len(schema.classes) if evidence.task.bounds(schema) == SETS else 1)
            conformal = Conformal(
                level=evidence.conformal.level,
                limits=(reach if np.isfinite(reach) else None,) * several,
                rows=(len(latest),) * several,
                unit="moment",
            )
            inside[rows], sizes[rows] = held_by(
                *(conformal, schema, evidence.target[rows], evidence.scores[rows]),
                evidence.threshold,
            )
        return cls(inside, sizes)

    def estimates(self, evidence: Evidence, rows: Array) -> dict[str, Estimate]:
        """How often the truth of some of the test rows is held, and how wide that is."""
        return bounds_estimated(evidence, self.inside, self.sizes, rows)


def _moments(evidence: Evidence, kept: Array, *, last: bool) -> Array:
    """When each kept row and test row is of, or until when its target looks ahead."""
    name = (evidence.schema.named("until") if last else None) or evidence.schema.named("time")
    column = evidence.collected.table.column(str(name))
    return np.asarray(column[np.concatenate([kept, evidence.data.test.index])])


def coverage_tables(evidence: Evidence) -> "dict[str, pd.DataFrame]":
    """The table `coverage`, where there is something to tell."""
    if evidence.conformal is None or not len(evidence.target):
        return {}
    return {"coverage": _coverage_table(evidence)}


def _coverage_table(evidence: Evidence) -> "pd.DataFrame":
    """How often the truth was held: of all test rows, of each class or part, of each period."""
    import pandas as pd

    conformal, lines = evidence.conformal, list[dict[str, Any]]()
    assert conformal is not None
    anew = None if conformal.promised else Anew.of(evidence)
    for name, rows, kept, reach in parts_of(evidence):
        if rows.any():
            line = {"rows_of": name, "wanted": conformal.level, "kept_rows": kept, "limit": reach}
            told = evidence.metrics if name == "all" else bound_estimates(evidence, rows)
            names = [metric.name for metric in bound_metrics(evidence.schema)]
            line |= {"rows": int(rows.sum()), **{n: told[n] for n in names}}
            if anew is not None:
                line |= {f"{n}_anew": one for n, one in anew.estimates(evidence, rows).items()}
            lines.append(line)
    columns = {key: pd.Series([line[key] for line in lines], dtype=object) for key in lines[0]}
    return pd.DataFrame(columns).astype({"rows": int, "wanted": float})


def parts_of(evidence: Evidence) -> Iterator[tuple[str, Array, int | None, float | None]]:
    """Names of some test rows, which, how many kept rows set their limit, and what it is."""
    conformal, target, schema = evidence.conformal, evidence.target, evidence.schema
    assert conformal is not None
    every, lone = np.ones(len(target), bool), len(set(conformal.limits)) == 1
    total = conformal.rows[0] if lone else None
    yield "all", every, total, conformal.limits[0] if lone else None
    limits = list(zip(conformal.rows, conformal.limits, strict=True))
    if evidence.task.bounds(schema) == SETS:
        for place, (kept, reach) in enumerate(limits):
            yield str(schema.classes[place]), target == place, kept, reach
    elif conformal.edges:
        places = np.searchsorted(
            conformal.edges, evidence.task.answers(evidence.scores, schema), side="right"
        )
        ends = ["", *(f"{edge:.4g}" for edge in conformal.edges), ""]
        for place, (kept, reach) in enumerate(limits):
            low, high = ends[place], ends[place + 1]
            name = f"answers {low} to {high}" if low and high else f"answers from {low}"
            yield name if low else f"answers below {high}", places == place, kept, reach
    if not conformal.promised:
        for name, rows in periods_of(evidence):
            yield name, rows, None, None


def periods_of(evidence: Evidence) -> Iterator[tuple[str, Array]]:
    """Test rows in the order of their moments, in pieces of about equal size."""
    name = evidence.schema.named("time")
    if name is None:
        return
    moments = evidence.collected.table.column(name)[evidence.data.test.index]
    order = np.argsort(moments, kind="stable")
    pieces = min(PERIODS, len(order) // PERIOD_ROWS)
    for piece in np.array_split(order, pieces) if pieces > 1 else []:
        rows = np.zeros(len(moments), bool)
        rows[piece] = True
        ends = (str(moments[piece[end]]) for end in (0, -1))
        first, last = (end[:16].removesuffix("T00:00") for end in ends)
        yield f"{first} to {last}", rows
