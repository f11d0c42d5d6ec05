"""Groups of rows on which answers are worst, at fault or not, and what was promised of them."""

from typing import TYPE_CHECKING

import numpy as np

from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.excess import excess_of
from fivefold.evaluate.finders.slices import single_slices
from fivefold.evaluate.finders.subgroups import costs_of, losses_of

if TYPE_CHECKING:
    import pandas as pd

MOST = 20
"""Groups that have a line."""


def hardest(evidence: Evidence) -> "pd.DataFrame | None":
    """The groups by one column whose error is largest, hardest first.

    Returns:
        `column`, `values`, `rows`; `error`, the mean of what one counts as error; `promised`, what
        the model's own probabilities expect of it; `simple`, that of the simple model that errs
        least there, and `simple_model`, which that is. The first line is of all test rows. None
        where no column has groups.
    """
    import pandas as pd

    rows = evidence.collected.table.take(evidence.data.test.index)
    groups = single_slices(rows, evidence.schema)
    if not groups:
        return None
    losses, excess = losses_of(evidence), excess_of(evidence, costs_of(evidence))
    simple = {
        rival.baseline.name: losses_of(evidence, rival.baseline.scores)
        for rival in evidence.rivals
        if rival.baseline.scores is not None
    }
    order = sorted(groups, key=lambda one: -float(losses[one.members].mean()))[:MOST]
    named = [(*one.where[0], one.members) for one in order]
    lines = []
    for column, values, members in [("", "all test rows", np.ones(len(losses), bool)), *named]:
        line = {"column": column, "values": values, "rows": int(members.sum())}
        line["error"] = float(losses[members].mean())
        if excess is not None:
            line["promised"] = float(excess.errors[members].mean())
        if simple:
            theirs = {name: float(lost[members].mean()) for name, lost in simple.items()}
            best = min(theirs, key=lambda name: theirs[name])
            line |= {"simple": theirs[best], "simple_model": best}
        lines.append(line)
    return pd.DataFrame(lines)
