"""What scores over the same folds say of two pipelines, and of many."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.folds import held_per_learnt
from fivefold.metrics.comparison import Verdict
from fivefold.metrics.intervals import corrected_t
from fivefold.metrics.metric import Metric
from fivefold.metrics.significance import Significance, corrected_t_test, holm

if TYPE_CHECKING:
    import pandas as pd

Folded = Mapping[str, "pd.DataFrame"]
"""Scores by name of the pipeline, one row a fold, the folds of all in one order."""

BEST, TIE = "the best", "a tie with the best"
_TOLD = ("difference", "p", "p_holm", "verdict")
_SAID = {"a tie": TIE, "loses": "worse than the best"}


def best_of(means: Mapping[str, float], metric: Metric) -> str:
    """The name with the best score; the first of equal ones, and one that has a score."""
    known = {name: float(score) for name, score in means.items() if score == score}
    names = list(known or means)
    sign = 1 if metric.greater else -1
    return max(names, key=lambda name: sign * known.get(name, 0.0))


def against(scored: Folded, reference: str, metric: Metric, *, level: float) -> "pd.DataFrame":
    """Every other pipeline against one, in one family of tests; columns as of `every_pair`."""
    pairs = [(name, reference) for name in scored if name != reference]
    return _tested(scored, pairs, metric, level)


def every_pair(scored: Folded, metric: Metric, *, level: float) -> "pd.DataFrame":
    """Every pipeline against every other, in one family of tests.

    Returns:
        One row a pair: `one`, `other`, `difference` (the score of the one minus that of the other,
        with the corrected interval), `t` and `p` of the corrected resampled t-test, `p_holm`, and
        `verdict` on the one: `wins`, `loses`, `a tie`; `not measured` where there is no p, for
        which the difference says why.
    """
    return _tested(scored, list(combinations(scored, 2)), metric, level)


def _tested(
    scored: Folded, pairs: Sequence[tuple[str, str]], metric: Metric, level: float
) -> "pd.DataFrame":
    import pandas as pd

    gaps: list[Estimate] = []
    lines: list[dict[str, Any]] = []
    for one, other in pairs:
        first, second = scored[one], scored[other]
        differences = (first[metric.name] - second[metric.name]).to_numpy()
        ratio = (held_per_learnt(first) + held_per_learnt(second)) / 2
        test = corrected_t_test(differences, ratio, first["held_out_rows"].to_numpy())
        gaps.append(_gap(differences, ratio, test, metric, level))
        lines.append({"one": one, "other": other, "t": test.statistic, "p": test.p})
    frame = pd.DataFrame(lines, columns=["one", "other", "t", "p"])
    frame.insert(2, "difference", pd.Series(gaps, dtype=object))
    frame["p_holm"] = holm(frame["p"].to_numpy(float))
    frame["verdict"] = [
        verdict_of(gap, p, metric, level) for gap, p in zip(gaps, frame["p_holm"], strict=True)
    ]
    return frame


def _gap(
    differences: Array, ratio: float, test: Significance, metric: Metric, level: float
) -> Estimate:
    """The mean difference; its interval where there is a test, else the reason."""
    low, high = metric.bounds
    made = corrected_t(differences, ratio, level=level, within=(low - high, high - low))
    if test.method == "nadeau-bengio":
        return made
    return Estimate(made, method=test.method, n=made.n, level=level)


def verdict_of(gap: Estimate, p: float, metric: Metric, level: float) -> Verdict:
    """What a difference and the p-value of its family say of the first of two."""
    if not np.isfinite(p):
        return "not measured"
    if p >= 1 - level:
        return "a tie"
    return "wins" if (gap > 0) == metric.greater else "loses"


def beside_best(names: Sequence[str], frame: "pd.DataFrame", rows: int) -> "pd.DataFrame":
    """What a table says of each model and the best one.

    Args:
        names: of all models, in order.
        frame: each against the best one, with the columns `one`, `difference`, `p`, `p_holm` and
            `verdict`.
        rows: what the best one is compared with itself on.
    """
    import pandas as pd

    told_of = [frame[name] for name in ("one", *_TOLD)]  # no records: they make floats of scores
    lines = {one: dict(zip(_TOLD, line, strict=True)) for one, *line in zip(*told_of, strict=True)}
    itself = Estimate.itself(rows)
    best = {"difference": itself, "p": np.nan, "p_holm": np.nan, "verdict": BEST}
    told = [lines.get(name, best) for name in names]
    return pd.DataFrame(
        {
            "difference": pd.Series([line["difference"] for line in told], dtype=object),
            "p": [line["p"] for line in told],
            "p_holm": [line["p_holm"] for line in told],
            "verdict": [_SAID.get(line["verdict"], line["verdict"]) for line in told],
        }
    )
