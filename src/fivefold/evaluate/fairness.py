"""How a model fares on groups by columns that the user names, and how far these lie apart.

Rates are of answers as they are decided. Of two classes the positive one counts; of more each class
against the others, and a gap is the largest of any. Numbers have their errors in place of rates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.gaps import FEWEST_OF_RATE, Gap, Rates, gap, rates_of
from fivefold.metrics.intervals import NORMAL
from fivefold.metrics.resampling import LEAST_DRAWS
from fivefold.sensitive import Group, Grouping, groupings
from fivefold.tasks.judged import Judged
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import pandas as pd

RATE, FOUND, FALSE = "positive_rate", "true_positive_rate", "false_positive_rate"
PRECISE = "precision"
OF_CLASS = {RATE: "rate", FOUND: "recall", FALSE: "false_rate"}
"""The same of one class against all others."""
LEAN, SIZE = "mean_error", "mean_absolute_error"
GAPS = {
    "demographic_parity_gap": (RATE,),
    "equalised_odds_gap": (FOUND, FALSE),
    "equal_opportunity_gap": (FOUND,),
    "mean_error_gap": (LEAN,),
    "absolute_error_gap": (SIZE,),
}
"""What each gap is the largest difference of."""
FEW_CLASSES = 6
"""Up to which each class has columns of its own in the table."""
ALL, FEW = "all test rows", "too few rows"


class Quantity(NamedTuple):
    """What is averaged over the rows of groups.

    Args:
        sort: by which gaps know it.
        name: of its column in the table.
        values: `(n,)` of the rows.
        among: `(n,)` bool, the rows that it is of.
        share: whether rows are counted.
    """

    sort: str
    name: str
    values: Array
    among: Array
    share: bool = True


def gaps_of(schema: Schema) -> tuple[str, ...]:
    """The names of the gaps that such rows have."""
    sorts = (RATE, FOUND, FALSE) if schema.classes else (LEAN, SIZE)
    return tuple(name for name, of in GAPS.items() if of[0] in sorts)


def quantities(evidence: Evidence) -> list[Quantity]:
    """What is compared of the test rows, by what is predicted."""
    answers = evidence.flat
    residuals = evidence.task.residuals(answers.target, answers.scores)
    counted = evidence.task.by_class(answers.target, decided(answers.scores, evidence.threshold))
    known = ~evidence.task.lacking(answers.target)
    if counted is None or not len(answers.target):
        if residuals is None or residuals.ndim != 1:
            return []
        off = -residuals
        return [
            Quantity(LEAN, LEAN, off, known, share=False),
            Quantity(SIZE, SIZE, np.abs(off), known, share=False),
        ]
    truth, said, _ = counted
    if evidence.schema.positive is not None and not evidence.task.several:
        true, told = truth[:, 1], said[:, 1]
        return [
            Quantity(RATE, RATE, told, known),
            Quantity(FOUND, FOUND, told, known & true),
            Quantity(FALSE, FALSE, told, known & ~true),
            Quantity(PRECISE, PRECISE, true, known & told),
        ]
    found = list[Quantity]()
    for place, label in enumerate(evidence.schema.classes):
        true, told = truth[:, place], said[:, place]
        for sort, among in ((RATE, known), (FOUND, known & true), (FALSE, known & ~true)):
            found.append(Quantity(sort, f"{OF_CLASS[sort]}_{label}", told, among))
    return found


def with_gaps(evidence: Evidence, names: Sequence[str]) -> Evidence:
    """The same evidence with the gaps of groups by these columns, if any are asked for.

    The metrics are of the column with the largest gap; the table has each column, and every two.
    """
    if not names or not len(evidence.target):
        return evidence
    by = groupings(evidence.collected.table.take(evidence.data.test.index), evidence.schema, names)
    every, heavy = compared(evidence, by), compared(evidence, by, evidence.weight)
    metrics, weighted, lines = dict(evidence.metrics), dict(evidence.weighted), list[Any]()
    for name, sorts in GAPS.items():
        if not any(one.quantity.sort in sorts for one in every):
            continue
        lone = [one for one in every if len(one.by.columns) == 1]
        metrics[name] = widest(evidence, lone, sorts).estimate
        if evidence.weight is not None:
            lone = [one for one in heavy if len(one.by.columns) == 1]
            weighted[name] = widest(evidence, lone, sorts).estimate
        for one in by:
            line = _line(evidence, one, name, every)
            if evidence.weight is not None:
                own = [each for each in heavy if each.by is one]
                line["weighted"] = widest(evidence, own, sorts).estimate
            lines.append(line)
    gaps = _frame(lines) if lines else None
    return replace(evidence, metrics=metrics, weighted=weighted, gaps=gaps, sensitive=tuple(by))


class Compared(NamedTuple):
    """One quantity in the groups by one column, or by two, that have rows enough.

    Args:
        by: the columns.
        quantity: what is averaged.
        groups: that are compared.
        rates: of these.
    """

    by: Grouping
    quantity: Quantity
    groups: tuple[Group, ...]
    rates: Rates


def compared(
    evidence: Evidence, by: Sequence[Grouping], weight: Array | None = None
) -> list[Compared]:
    """What may be compared: groups, and rows of them that a rate stands on, that are not too few.

    Args:
        evidence: of the model.
        by: the groups.
        weight: `(n,)` how much each test row counts; None for 1 each.
    """
    found = list[Compared]()
    for one in by:
        for quantity, rates in rates_by(evidence, one, quantities(evidence), weight):
            enough = np.array(
                [g.compared and (g.members & quantity.among).sum() >= FEWEST_OF_RATE
                 for g in one.groups]
            ) & (rates.rows > 1)  # fmt: skip
            kept = tuple(g for g, is_enough in zip(one.groups, enough, strict=True) if is_enough)
            found.append(Compared(one, quantity, kept, rates.only(enough)))
    return found


def rates_by(
    evidence: Evidence, by: Grouping, asked: Sequence[Quantity], weight: Array | None = None
) -> Iterator[tuple[Quantity, Rates]]:
    """Of each quantity the rates of all groups of one grouping."""
    members, unit = np.stack([one.members for one in by.groups], axis=1), _unit(evidence)
    for one in asked:
        rows = np.flatnonzero(one.among)
        yield (
            one,
            rates_of(
                *(one.values[rows], members[rows]),
                weight=None if weight is None else weight[rows],
                unit=None if unit is None else unit[rows],
                share=one.share,
            ),
        )


def widest(evidence: Evidence, some: Sequence[Compared], sorts: Sequence[str]) -> Gap:
    """The largest difference of two groups, of any of these quantities, by any of the columns."""
    rates = [one.rates for one in some if one.quantity.sort in sorts]
    return gap(rates, level=evidence.level, seed=evidence.seed)


def _unit(evidence: Evidence) -> Array | None:
    """`(n,)` what varies independently, where that is not rows."""
    drawn = evidence.resamples
    if drawn.kind in ("row", "cluster"):
        return None
    return drawn.part_of_row if drawn.kind == "block" else drawn.unit_of_row


def _line(evidence: Evidence, by: Grouping, name: str, every: Sequence[Compared]) -> dict[str, Any]:
    """What is told of one gap by one column, or by two."""
    some = [one for one in every if one.by is by and one.quantity.sort in GAPS[name]]
    found = widest(evidence, some, GAPS[name])
    line = {"column": by.told, "gap": name, "value": found.estimate, "by_chance": found.by_chance}
    line |= {"p": found.chance, "more": "", "less": "", "of": ""}
    if found.where is not None:
        place, more, less = found.where
        one = some[place]
        told = {"more": one.groups[more].told, "less": one.groups[less].told}
        line |= told | {"of": one.quantity.name}
    count = min(len(one.groups) for one in some)  # of which each rate stands on enough rows
    return line | {"groups": count, "left_out": len(by.groups) - count}


def fairness(evidence: Evidence) -> "pd.DataFrame | None":
    """How the model fares on each group by the columns that were asked for.

    Returns:
        One row a group, first one of all test rows: `column` (of two, rows that groups of both
        share), `group`, `rows`; the scores that lead; of two classes `positive_rate`,
        `true_positive_rate`, `false_positive_rate` and `precision`, of up to six a `rate_` and a
        `recall_` each; of numbers `mean_error` (above 0: too high) and `mean_absolute_error`; where
        rows have weights the first score by these, `weighted_` and its name; `note` where a group
        has too few rows. None where it was not asked.
    """
    if not evidence.sensitive:
        return None
    asked = [one for one in quantities(evidence) if _shown(evidence, one)]
    every = Grouping(("",), (Group(ALL, np.ones(len(evidence.target), bool)),))
    lines = list[dict[str, Any]]()
    for by in (every, *evidence.sensitive):
        known = [*rates_by(evidence, by, asked)]
        for place, group in enumerate(by.groups):
            line = {"column": by.told, "group": group.told, "rows": group.rows}
            if group.compared or by is every:
                line |= _scores(evidence, group.members)
                line |= {one.name: _told(evidence, rates, place) for one, rates in known}
            lines.append(line | {"note": "" if group.compared or by is every else FEW})
    order = [*lines[0]]
    return _frame([{name: line.get(name, float("nan")) for name in order} for line in lines])


def _shown(evidence: Evidence, one: Quantity) -> bool:
    """Whether a quantity has a column of its own: of many classes none has."""
    few = len(evidence.schema.classes) <= FEW_CLASSES
    return not one.share or one.name in (RATE, FOUND, FALSE, PRECISE) or (few and one.sort != FALSE)


def _scores(evidence: Evidence, members: Array) -> dict[str, Estimate]:
    """The scores that lead, of some test rows."""
    judged = Judged.of(evidence.task, evidence.target[members], evidence.scores[members])
    drawn = judged.drawn(evidence.resamples.only(members)).fewer(LEAST_DRAWS)
    told = evidence.estimate(judged, evidence.headlines, drawn=drawn)
    if evidence.weight is not None:
        first = evidence.headlines[:1]
        heavy = evidence.estimate(judged, first, None, evidence.weight[members], drawn)
        told |= {f"weighted_{name}": score for name, score in heavy.items()}
    return told


def _told(evidence: Evidence, rates: Rates, place: int) -> Estimate:
    """One rate with its interval, by Wilson on rows, or on as many as say as much."""
    value, rows = float(rates.value[place]), float(rates.rows[place])
    if not rows:
        return Estimate(float("nan"), method="no such rows", n=0, level=evidence.level)
    one = rates.only(np.arange(len(rates.value)) == place)
    low, high = one.ends(NORMAL.inv_cdf((1 + evidence.level) / 2))
    method = "wilson" if rates.share else "normal"
    ends = {"low": float(low[0]), "high": float(high[0])}
    return Estimate(value, **ends, method=method, n=round(rows), level=evidence.level)


def _frame(lines: Sequence[dict[str, Any]]) -> "pd.DataFrame":
    import pandas as pd

    kept = {key: pd.Series([line[key] for line in lines], dtype=object) for key in lines[0]}
    counts = [name for name in ("rows", "groups", "left_out") if name in kept]
    return pd.DataFrame(kept).astype(dict.fromkeys(counts, int))
