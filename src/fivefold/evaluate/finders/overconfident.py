"""Answers that are sure where no training row was, and wrong."""

from math import erfc

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.evaluate.beyond import outside
from fivefold.evaluate.evidence import Evidence

FEWEST = 30
"""Rows outside, and inside, below which nothing is told."""

LEAST, CHANCE = 0.05, 0.01
"""How much more confidence strays from accuracy outside than inside, and by what chance at most."""


def overconfident_outside(evidence: Evidence) -> list[Finding]:
    """Test rows outside the training range whose answers are surer than they are right.

    Judged is by how much more than on the other rows (z test, one-sided).
    """
    known = outside(evidence)
    if known is None:
        return []
    out, rows = known.rows, int(known.rows.sum())
    if min(rows, len(out) - rows) < FEWEST:
        return []
    excess = known.sure - known.right
    there, elsewhere = excess[out], excess[~out]
    gap = float(there.mean() - elsewhere.mean())
    spread = float(there.var(ddof=1) / rows + elsewhere.var(ddof=1) / len(elsewhere)) ** 0.5
    chance = erfc(gap / spread / 2**0.5) / 2 if spread else float(gap <= 0)
    if gap < LEAST or chance >= CHANCE:
        return []
    sure, right = (float(one[out].mean()) for one in (known.sure, known.right))
    inside = [float(one[~out].mean()) for one in (known.sure, known.right)]
    sentence = (
        f"{rows:,} of {len(out):,} test rows lie outside what training rows hold, by "
        f"{quoted(known.columns, 3)}: there the model is {sure:.0%} sure and {right:.0%} right, on "
        f"the others {inside[0]:.0%} and {inside[1]:.0%}."
    )
    facts = {"rows": rows, "columns": known.columns, "confidence": sure, "accuracy": right}
    others = {"confidence_inside": inside[0], "accuracy_inside": inside[1], "chance": chance}
    return [finding("overconfident_outside", sentence, **facts, **others)]
