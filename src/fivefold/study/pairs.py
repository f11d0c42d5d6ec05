"""What scores over the same folds say of two pipelines, and of many."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.wording import plural
from fivefold.evaluate.folds import held_per_learnt, mean_of
from fivefold.metrics.comparison import Ruling
from fivefold.metrics.intervals import corrected_t
from fivefold.metrics.metric import Metric
from fivefold.metrics.significance import Significance, corrected_t_test, holm
from fivefold.study.reasons import with_whys

if TYPE_CHECKING:
    import pandas as pd

Folded = Mapping[str, "pd.DataFrame"]
"""Scores by name of the pipeline, one row a fold, the folds of all in one order."""

DIFFERENCES = ("difference", "p", "p_holm", "verdict")
REFERENCE = "the reference"
"""The verdict on what all others of a table are compared with."""


def best_of(means: Mapping[str, float], metric: Metric) -> str:
    """The name with the best score; the first of equal ones, and one that has a score."""
    known = {name: float(score) for name, score in means.items() if score == score}
    names = list(known or means)
    sign = 1 if metric.greater else -1
    return max(names, key=lambda name: sign * known.get(name, 0.0))


def best_over_folds(scored: Folded, metric: Metric) -> str:
    """The name with the best mean over the folds in which any has a score.

    Who lacks a score in one of these is not the best: a mean of fewer folds would be better for
    failing in the hardest.
    """
    found = {name: frame[metric.name].to_numpy(float) for name, frame in scored.items()}
    asked = np.any([np.isfinite(each) for each in found.values()], axis=0)
    kept = {name: each[asked] for name, each in found.items()}
    whole = {name: each for name, each in kept.items() if np.isfinite(each).all()}
    return best_of({name: float(each.mean()) for name, each in (whole or kept).items()}, metric)


def against(
    scored: Folded,
    reference: str,
    metric: Metric,
    *,
    level: float,
    partly: Collection[str] = (),
) -> "pd.DataFrame":
    """Every other pipeline against one, in one family of tests; columns as of `every_pair`.

    Args:
        scored: all of them.
        reference: the name of the one.
        metric: to compare by.
        level: coverage of intervals.
        partly: those that are compared over the folds in which they have a score.
    """
    pairs = [(name, reference) for name in scored if name != reference]
    return _tested(scored, pairs, metric, level, partly)


def every_pair(scored: Folded, metric: Metric, *, level: float) -> "pd.DataFrame":
    """Every pipeline against every other, in one family of tests.

    Returns:
        One row a pair: `one`, `other`, `difference` (the score of the one minus that of the other,
        with the corrected interval), `t` and `p` of the corrected resampled t-test, `p_holm`, and
        `verdict` on the one: `wins`, `loses`, `a tie`; `not measured` where there is no p, for
        which the difference says why: one of the two has no score in a fold, for instance.
    """
    return _tested(scored, list(combinations(scored, 2)), metric, level)


def _tested(
    scored: Folded,
    pairs: Sequence[tuple[str, str]],
    metric: Metric,
    level: float,
    partly: Collection[str] = (),
) -> "pd.DataFrame":
    import pandas as pd

    gaps: list[Estimate] = []
    lines: list[dict[str, Any]] = []
    for one, other in pairs:
        first, second = scored[one], scored[other]
        scores = [frame[metric.name].to_numpy(float) for frame in (first, second)]
        lacks = int(np.logical_xor(*np.isfinite(scores)).sum())
        with np.errstate(invalid="ignore"):  # of two that are infinite
            differences = scores[0] - scores[1]
        ratio = (held_per_learnt(first) + held_per_learnt(second)) / 2
        test = corrected_t_test(differences, ratio, first["held_out_rows"].to_numpy())
        if lacks and one not in partly:
            test = Significance(np.nan, np.nan, f"one has no score in {plural(lacks, 'fold')}")
        gaps.append(_gap(differences, ratio, test, metric, level))
        lines.append({"one": one, "other": other, "t": test.statistic, "p": test.p})
    frame = pd.DataFrame(lines, columns=["one", "other", "t", "p"])
    frame.insert(2, "difference", pd.Series(gaps, dtype=object))
    frame["p_holm"] = holm(frame["p"].to_numpy(float))
    frame["verdict"] = [
        ruling_of(gap, p, metric, level) for gap, p in zip(gaps, frame["p_holm"], strict=True)
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


def ruling_of(gap: Estimate, p: float, metric: Metric, level: float) -> Ruling:
    """What a difference and the p-value of its family say of the first of two."""
    if not np.isfinite(p):
        return "not measured"
    if p >= 1 - level:
        return "a tie"
    return "wins" if (gap > 0) == metric.greater else "loses"


def beside(
    scored: Folded,
    reference: str,
    metric: Metric,
    metrics: Sequence[Metric],
    *,
    level: float,
    partly: Collection[str] = (),
) -> "pd.DataFrame":
    """Pipelines over the same folds, each beside one of them.

    Args:
        scored: all of them, the reference too.
        reference: its name.
        metric: to compare by.
        metrics: to tell the means of.
        level: coverage of intervals.
        partly: as of `against`.

    Returns:
        One row a pipeline, in order: the mean of each of `metrics` with its interval, what
        `differences` says, `seconds` of a fold on average, how many `folds`; and `why` some failed,
        where any did.
    """
    import pandas as pd

    frames = list(scored.values())
    means = {
        m.name: pd.Series(
            [mean_of(frame, m.name, level=level, within=m.bounds) for frame in frames],
            dtype=object,
        )
        for m in metrics
    }
    tested = against(scored, reference, metric, level=level, partly=partly)
    told = differences(list(scored), tested, len(scored[reference]))
    table = pd.concat([pd.DataFrame(means), told], axis=1)
    table["seconds"] = [float(frame["seconds"].mean()) for frame in frames]
    table["folds"] = [len(frame) for frame in frames]
    return with_whys(table, frames)


def differences(names: Sequence[str], tested: "pd.DataFrame", n: int) -> "pd.DataFrame":
    """What every table says of models beside the one that they are compared with.

    Args:
        names: of all models, in order, the reference among them.
        tested: each other one against it: `one` and the columns below.
        n: folds or rows that the reference is compared with itself on.

    Returns:
        One row a model: `difference` (its score minus that of the reference) with its interval, or
        the reason why there is none; `p`; `p_holm`; and the `verdict` on it: `wins`, `loses`, `a
        tie`, `not measured`, or `the reference`, whose difference is that from itself.
    """
    import pandas as pd

    itself = (Estimate.itself(n), np.nan, np.nan, REFERENCE)
    columns = [tested[name] for name in ("one", *DIFFERENCES)]  # records make floats of scores
    lines = {one: cells for one, *cells in zip(*columns, strict=True)}
    cells = zip(*(lines.get(name, itself) for name in names), strict=True)
    told = dict(zip(DIFFERENCES, map(list, cells), strict=True))
    return pd.DataFrame({**told, "difference": pd.Series(told["difference"], dtype=object)})
