"""Scores of many methods on many sets, as tables: who stands where."""

from typing import Any

import pandas as pd
from machine import table

OWN, VARIANT = "fivefold", "fivefold-"
BEATEN = ("linear", "mlp")
"""Methods that fivefold must never be worse than by more than a standard deviation."""


def frame_of(scores: list[dict[str, Any]]) -> pd.DataFrame:
    """One row a set and method: means over the seeds, in the order of appearance."""
    frame = pd.DataFrame(scores).drop_duplicates(["set", "method", "seed"], keep="last")
    groups = frame.groupby(["set", "method"], sort=False)
    means = groups.agg(
        metric=("metric", "first"),
        score=("score", "mean"),
        sd=("score", "std"),
        error=("error", "mean"),
        test_sd=("test_sd", "mean"),
        fit_seconds=("fit_seconds", "median"),
        predict_seconds=("predict_seconds", "median"),
        rows_test=("rows_test", "first"),
        seeds=("seed", "count"),
    ).reset_index()
    # No error of a fraction is known better than to half a test row.
    least = (0.5 / means["rows_test"]).where(means["metric"] != "rmse", 0.0)
    means["error"] = means["error"].clip(lower=least)
    means["ratio"] = means["error"] / means.groupby("set")["error"].transform("min")
    return means


def sections(scores: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Titles and Markdown: scores, seconds, standing, verdicts."""
    means = frame_of(scores)
    made = [
        ("Scores, mean ± standard deviation over seeds (best in bold)", score_table(means)),
        ("Fit, median seconds", seconds_table(means, "fit_seconds")),
        ("Predict all test rows, median seconds", seconds_table(means, "predict_seconds")),
        ("Standing", standing_table(means)),
    ]
    if OWN in set(means["method"]):
        made.append(("Never worse than linear or MLP by more than one sd", verdicts(means)))
    return made


def score_table(means: pd.DataFrame) -> str:
    methods = list(dict.fromkeys(means["method"]))
    rows = []
    for name, group in means.groupby("set", sort=False):
        cells = {row.method: _score(row) for row in group.itertuples()}
        first = group.iloc[0]
        rows.append(
            [f"{name} ({first.metric}, {first.rows_test:,} test rows)"]
            + [cells.get(method, "-") for method in methods]
        )
    return table(["set", *methods], rows)


def _score(row: Any) -> str:
    digits = 0 if row.score > 1000 else 1 if row.score > 2 else 4
    text = f"{row.score:,.{digits}f}"
    text = f"**{text}**" if row.ratio == 1.0 else text
    return f"{text} ± {row.sd:.{digits}f}" if row.seeds > 1 else text


def seconds_table(means: pd.DataFrame, column: str) -> str:
    methods = list(dict.fromkeys(means["method"]))
    rows = []
    for name, group in means.groupby("set", sort=False):
        cells = dict(zip(group["method"], group[column], strict=True))
        rows.append([str(name), *(f"{cells[m]:.2f}" if m in cells else "-" for m in methods)])
    return table(["set", *methods], rows)


def standing_table(means: pd.DataFrame) -> str:
    """Ranks among the methods that ran on every set; ratios on the sets that each ran on.

    A variant of fivefold is ranked in the place of its default, so that variants do not push one
    another down.
    """
    is_variant = means["method"].str.startswith(VARIANT)
    standings = _ranked(means[~is_variant])
    others = means[~is_variant & (means["method"] != OWN)]
    for variant, group in means[is_variant].groupby("method", sort=False):
        ranked = _ranked(pd.concat([group, others]))
        standings = pd.concat([standings, ranked[ranked["method"] == variant]])
    rows = []
    for method, group in standings.groupby("method", sort=False):
        rank = group["rank"].mean(skipna=False)
        rows.append(
            (
                rank if rank == rank else float("inf"),
                [
                    str(method),
                    f"{len(group)}",
                    f"{rank:.2f}" if rank == rank else "-",
                    str(int((group["ratio"] == 1.0).sum())),
                    f"{group['ratio'].median():.3f}",
                    f"{group['ratio'].max():.2f}",
                    f"{group['fit_seconds'].median():.1f}",
                    f"{group['fit_seconds'].max():.1f}",
                ],
            )
        )
    head = ["method", "sets", "mean rank", "best on", "median error / best", "worst error / best"]
    text = table(
        [*head, "median fit, s", "longest fit, s"],
        [cells for _, cells in sorted(rows, key=lambda row: row[0])],
    )
    ranked = standings[standings["rank"].notna() & ~standings["method"].str.startswith(VARIANT)]
    return (
        f"{text}\n\nErrors: 1 - AUC, 1 - accuracy, RMSE, of the mean over seeds; at least half a "
        f"test row. Ranks among the {ranked['method'].nunique()} methods that ran on all "
        f"{means['set'].nunique()} sets, equal errors sharing theirs; a variant of fivefold takes "
        "its default's place."
    )


def _ranked(means: pd.DataFrame) -> pd.DataFrame:
    """With `rank`, NaN for methods that lack a set, and `ratio` to the lowest error."""
    counts = means.groupby("method")["set"].transform("nunique")
    whole = counts == means["set"].nunique()
    return means.assign(
        rank=means[whole].groupby("set")["error"].rank(),
        ratio=means["error"] / means.groupby("set")["error"].transform("min"),
    )


def verdicts(means: pd.DataFrame) -> str:
    """Fivefold's mean score beside each simple model's, in standard deviations of its test."""
    rows, missed = [], []
    for name, group in means.groupby("set", sort=False):
        by_method = {row.method: row for row in group.itertuples()}
        own = by_method.get(OWN)
        for other in (by_method[m] for m in BEATEN if own is not None and m in by_method):
            sign = -1.0 if own.metric == "rmse" else 1.0
            ahead = sign * (own.score - other.score) / max(own.test_sd, 1e-12)
            holds = ahead >= -1.0
            missed += [] if holds else [f"{name} against {other.method}"]
            rows.append(
                [
                    str(name),
                    other.method,
                    f"{own.score:.4g}",
                    f"{other.score:.4g}",
                    f"{own.test_sd:.2g}",
                    f"{ahead:+.1f}",
                    "holds" if holds else "MISSED",
                ]
            )
    head = ["set", "against", "fivefold", "other", "sd of the test score", "ahead by, sd", ""]
    verdict = f"Missed: {', '.join(missed)}." if missed else "Holds on every set."
    return f"{table(head, rows)}\n\n{verdict}"
