"""The table of a search for settings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FIRST = ("rank", "trial", "state", "score")
LAST = ("seconds",)


def tuning_results(
    trials: "pd.DataFrame",
    *,
    greater: bool = True,
    importance: Mapping[str, float] | None = None,
    settings: Sequence[str] | None = None,
) -> "pd.DataFrame":
    """The trials of a search, the best first.

    Args:
        trials: one row a trial, in the order they began: `trial` (its number), `score` (of
            validation rows, a float or an Estimate; NaN where it has none), a column a setting
            (`train.lr`); if known `state` (`complete`, `pruned`, `failed`), `seconds`, and what
            else there is to say.
        greater: whether more of the score is better.
        importance: of the settings, shares of 1, by name.
        settings: which columns these are; None for all that have a dot in their name.

    Returns:
        `rank` (from 1 among those that were finished, NaN for others), `trial`, `state`, `score`,
        `gap` (to the best), the settings, then the rest; settings in the order of their importance.
        With `importance` a last row of this name holds it below each setting.

    Example:
        >>> import pandas as pd
        >>> trials = pd.DataFrame({"trial": [0, 1], "score": [0.7, 0.9], "train.lr": [0.1, 0.01]})
        >>> tuning_results(trials)[["rank", "trial", "train.lr"]].to_numpy().tolist()
        [[1.0, 1.0, 0.01], [2.0, 0.0, 0.1]]
    """
    import pandas as pd

    known = {} if importance is None else dict(importance)
    names = [c for c in trials.columns if "." in str(c)] if settings is None else list(settings)
    names.sort(
        key=lambda name: -known.get(name, 0.0)
    )  # stable: as they came where nothing is known
    table = trials.copy()
    if "state" not in table:
        table["state"] = ["complete" if score == score else "failed" for score in table["score"]]
    score = table["score"].map(float)
    finished = (table["state"] == "complete") & score.notna()
    ordered = (-score if greater else score).where(finished)
    table["rank"] = ordered.rank(method="min")
    best = (score[finished].max() if greater else score[finished].min()) if finished.any() else None
    table["gap"] = float("nan") if best is None else (score - best).abs()
    table = (
        table.assign(_by=ordered).sort_values(["_by", "trial"], kind="stable").drop(columns="_by")
    )
    head = [*FIRST, "gap", *names]
    rest = [c for c in table.columns if c not in head and c not in LAST]
    table = table[[*head, *rest, *(c for c in LAST if c in table)]].reset_index(drop=True)
    if known:
        row = dict.fromkeys(table.columns) | {"state": "importance"}
        row |= {name: known.get(name) for name in names}
        table = pd.concat([table.astype(object), pd.DataFrame([row], dtype=object)])
        table = table.reset_index(drop=True)
    return table
