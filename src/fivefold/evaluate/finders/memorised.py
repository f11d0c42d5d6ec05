"""A model that betrays which rows it learnt from."""

from fivefold.core.finding import Finding, finding
from fivefold.evaluate.evidence import Evidence

MUCH = 0.6
"""Pairs that are told apart, of a row that was learnt from and another, beyond which it is much."""
MANY = 0.05
"""Learnt rows that are found, where one of a hundred others is taken for such: five times that."""


def memorised(evidence: Evidence) -> list[Finding]:
    """Training rows that can be told from others by what the model loses, at the near end."""
    table = evidence.attacked
    if table is None:
        return []
    every = [dict(zip(table.columns, line, strict=True)) for line in table.itertuples(index=False)]
    surely = [
        one
        for one in every
        if not one["class"] and (one["roc_auc"].low > MUCH or one["caught"].low > MANY)
    ]
    if not surely:
        return []
    worst = max(surely, key=lambda one: float(one["roc_auc"]))
    area, found = worst["roc_auc"], worst["caught"]
    many = "" if found != found else f", and finds {found} of all where 1 of 100 others is mistaken"
    sentence = (
        f"The model betrays which rows it learnt from: by its {worst['attack']} one tells a "
        f"training row from another row in {area} of pairs (0.5 is guessing){many}."
    )
    facts = {"attack": worst["attack"], "roc_auc": float(area), "low": area.low, "high": area.high}
    facts |= {"caught": float(found), "caught_low": found.low} if found == found else {}
    return [finding("memorised", sentence, **facts, learnt=worst["learnt"], others=worst["others"])]
