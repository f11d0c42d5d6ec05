"""Groups by columns that the user names among which answers are not the same for the same truth."""

from collections.abc import Sequence

import numpy as np

from fivefold.core.digits import digits
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import plural
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.fairness import FALSE, FOUND, LEAN, RATE, SIZE, Compared, compared, widest
from fivefold.evaluate.finders.subgroups import MUCH, at_most

MOST_CHANCE = 0.005
MATTERS = 0.1
"""Of a difference of rates; of mean errors a quarter of the usual error."""
LEAN_MATTERS = 0.25


def unequal_groups(evidence: Evidence) -> list[Finding]:
    """One finding a column: the rate of which two groups differ most, beyond chance and by much.

    Rates of answers that are right or wrong come first; if only the share of answers differs that
    is a note, as the truth may differ as much. Two columns together are told where neither is.
    """
    looked = [
        one
        for one in compared(evidence, evidence.sensitive)
        if one.quantity.sort in (RATE, FOUND, FALSE, LEAN, SIZE) and len(one.groups) > 1
    ]
    found = list[Finding]()
    told = set[str]()
    for by in evidence.sensitive:
        if len(by.columns) > 1 and told & set(by.columns):
            continue
        own = [one for one in looked if one.by is by]
        for sorts in ((FOUND, FALSE, LEAN, SIZE), (RATE,)):
            some = [one for one in own if one.quantity.sort in sorts]
            worst = _worst(evidence, some, len(looked))
            if worst is not None:
                found.append(worst)
                told |= set(by.columns)
                break
    return found


def _worst(evidence: Evidence, some: Sequence[Compared], looked: int) -> Finding | None:
    """What differs most of what is surely different, and matters; chance counts all looks."""
    best: tuple[float, Finding] | None = None
    for one in some:
        found = widest(evidence, [one], (one.quantity.sort,))
        chance = min(1.0, found.chance * looked)
        if not chance < MOST_CHANCE or found.where is None:
            continue
        _, more, less = found.where
        size = _size(evidence, one, more, less)
        if size < 1 or (best is not None and best[0] >= size):
            continue
        high, low = (float(one.rates.value[place]) for place in (more, less))
        column = f"`{one.by.told}`" if len(one.by.columns) == 1 else f"({one.by.told})"
        groups = (one.groups[more].told, one.groups[less].told)
        severity: Severity = "note" if one.quantity.sort == RATE else "warning"
        sentence = (
            f"{_said(evidence, one)}: {digits(round(high, 3))} where {column} is `{groups[0]}`, "
            f"{digits(round(low, 3))} where it is `{groups[1]}`, a gap of {found.estimate} (p "
            f"{at_most(chance)}, corrected for {plural(looked, 'look')})."
        )
        facts = {"columns": [*one.by.columns], "quantity": one.quantity.name, "chance": chance}
        facts |= {"gap": float(found.estimate), "more": groups[0], "less": groups[1]}
        best = size, finding("unequal_groups", sentence, severity, **facts)
    return None if best is None else best[1]


def _size(evidence: Evidence, one: Compared, more: int, less: int) -> float:
    """How large a difference is beside the least one that matters."""
    high, low = (float(one.rates.value[place]) for place in (more, less))
    if one.quantity.share:
        return (high - low) / MATTERS
    if one.quantity.sort == SIZE:
        return high / low / MUCH if low > 0 else np.inf
    usual = float(np.abs(one.quantity.values[one.quantity.among]).mean())
    return (high - low) / (LEAN_MATTERS * usual) if usual > 0 else 0.0


def _said(evidence: Evidence, one: Compared) -> str:
    """What differs, in words."""
    sort, target = one.quantity.sort, evidence.schema.predicted
    if sort in (LEAN, SIZE):
        what = "mean error" if sort == LEAN else "mean absolute error"
        return f"The {what} of `{target}` differs between groups"
    label = evidence.schema.positive
    label = one.quantity.name.partition("_")[2].removeprefix("rate_") if label is None else label
    if sort == RATE:
        return f"`{label}` is answered for unlike shares of groups"
    if sort == FOUND:
        return f"Rows that are `{label}` are found unlike often in groups"
    return f"Rows that are not `{label}` are taken for it unlike often in groups"
