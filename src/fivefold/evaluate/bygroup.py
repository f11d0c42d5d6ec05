"""How a model fares on each group of rows that belong together."""

from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.cell import word
from fivefold.evaluate.evidence import Evidence
from fivefold.keys import codes_of
from fivefold.metrics.resampling import LEAST_DRAWS, resample
from fivefold.tasks.judged import Judged

if TYPE_CHECKING:
    import pandas as pd

MOST = 50
"""Groups that have a line each, the largest ones; the others have one together."""
OTHERS = "all others"


def by_group(evidence: Evidence) -> "pd.DataFrame | None":
    """The headline metrics of the test rows of each group, with intervals of its rows.

    Returns:
        One row a group, of the name of the group column, `rows`, and the metrics; the lowest score
        first. None where rows have no groups, or all test rows are of one.
    """
    import pandas as pd

    name = evidence.schema.named("group")
    if name is None or not len(evidence.target):
        return None
    values = evidence.collected.table.column(name)[evidence.data.test.index]
    codes = codes_of(values)
    sizes = np.bincount(codes)
    if len(sizes) < 2:
        return None
    largest = np.argsort(-sizes, kind="stable")[:MOST]
    heads = np.unique(codes, return_index=True)[1]
    named = [(word(values[heads[code]]), codes == code) for code in largest]
    if len(sizes) > MOST:
        named.append((OTHERS, ~np.isin(codes, largest)))
    metrics, lines, firsts = evidence.headlines, list[dict[str, object]](), list[float]()
    first = metrics[0]
    for group, inside in named:
        judged = Judged.of(evidence.task, evidence.target[inside], evidence.scores[inside])
        drawn = judged.drawn(resample(int(inside.sum()), seed=evidence.seed)).fewer(LEAST_DRAWS)
        scores = evidence.estimate(judged, metrics, drawn=drawn)
        lines.append({name: group, "rows": int(inside.sum()), **scores})
        firsts.append(float(scores[first.name]))
    order = np.argsort(firsts if first.greater else np.negative(firsts), kind="stable")
    columns = lines[0].keys()
    return pd.DataFrame(
        {key: pd.Series([lines[n][key] for n in order], dtype=object) for key in columns}
    ).astype({"rows": int})
