"""The tables of a run, each cell measured in it.

Scores stand with their intervals in one cell, as estimates. A number that does not apply (the
mean of a text column) is NaN.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import PARTS
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.curves import roc_auc
from fivefold.metrics.intervals import wilson
from fivefold.metrics.tagging import NO_ENTITY, OTHER_ENDS, entity_outcomes, entity_rows
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import pandas as pd

MODEL = "model"
ELSEWHERE = "made elsewhere"
"""Where a model was made that nobody here can ask."""


def _estimates(values: Sequence[float]) -> "pd.Series[Any]":
    import pandas as pd

    return pd.Series(values, dtype=object)


def model_comparison(evidence: Evidence, milliseconds_per_row: float) -> "pd.DataFrame":
    """The model, its parts and the simple models on the same test rows.

    Returns:
        One row for the model, one for each part that it mixes, one for each simple model: `model`,
        the metrics that models are compared by (three headlines, of classes accuracy, precision,
        recall and F1 as well), where rows have weights the first of them by these (`weighted_` and
        its name), `difference` (the model's first metric minus this one's), `verdict`
        (on the model: `wins`, `loses`, `a tie`), `fit_seconds`, `milliseconds_per_row`,
        `rows_fitted` and `note`.
    """
    import pandas as pd

    names = [metric.name for metric in evidence.compared]
    rivals = (*evidence.parts, *evidence.rivals)
    fitted = [rival.baseline for rival in rivals]
    columns: dict[str, Any] = {"model": [MODEL, *(one.name for one in fitted)]}
    for name in names:
        columns[name] = _estimates([evidence.metrics[name], *(r.metrics[name] for r in rivals)])
    if evidence.weighted:
        scored = [evidence.weighted, *(r.weighted for r in rivals)]
        columns[f"weighted_{names[0]}"] = _estimates([by_weight[names[0]] for by_weight in scored])
    itself = Estimate.itself(len(evidence.target))
    columns["difference"] = _estimates([itself, *(r.comparison.difference for r in rivals)])
    columns["verdict"] = ["", *(r.comparison.verdict for r in rivals)]
    known = evidence.trained
    seconds = float("nan") if known is None else known.resources.seconds
    columns["fit_seconds"] = [seconds, *(one.fit_seconds for one in fitted)]
    columns["milliseconds_per_row"] = [
        milliseconds_per_row,
        *(one.milliseconds_per_row for one in fitted),
    ]
    learnt = 0 if known is None else known.settings.rows
    rows = learnt or (0 if known is None else len(evidence.data.train))
    columns["rows_fitted"] = [rows, *(one.rows_fitted for one in fitted)]
    valid = len(evidence.data.valid)
    how = "learnt from" if learnt else "stopped by"
    stops = f"{how} {valid:,} validation rows" if valid else ""
    stops = ELSEWHERE if known is None else stops
    columns["note"] = [stops, *(one.note for one in fitted)]
    return pd.DataFrame(columns)


def per_class(evidence: Evidence) -> "pd.DataFrame":
    """How each class fares.

    Returns:
        One row a class: `class`, `train_rows`, `test_rows`, `precision` and `recall` with
        Wilson's intervals, `f1`, `roc_auc` against the rest; where a row may have several of them
        the `threshold` from which on it is said.
    """
    import pandas as pd

    target, scores = evidence.flat.target, evidence.flat.scores
    marks = decided(scores, evidence.threshold)
    found, counted = (evidence.task.by_class(target, each) for each in (scores, marks))
    assert found is not None
    assert counted is not None
    (truth, _, chances), said = found, counted[1]
    said = said & ~evidence.task.lacking(target)[:, None]
    hits, predicted, support = (truth & said).sum(0), said.sum(0), truth.sum(0)

    def shares(rows: Array, reason: str) -> "pd.Series[Any]":
        pairs = zip(hits, rows, strict=True)
        return _estimates([_share(*pair, reason, evidence.level) for pair in pairs])

    areas = [roc_auc(truth[:, k], chances[:, k]) for k in range(len(support))]
    areas = [float("nan")] * len(support) if evidence.only_labels else areas
    several = evidence.task.several and len(scores) > 0
    more = {"threshold": scores[0, :, 1]} if several else {}
    return pd.DataFrame(
        {
            "class": [str(label) for label in evidence.schema.classes],
            "train_rows": evidence.train_counts,
            "test_rows": support,
            "precision": shares(predicted, "never predicted"),
            "recall": shares(support, "no test rows"),
            "f1": 2 * hits / np.where(predicted + support > 0, predicted + support, np.nan),
            "roc_auc": areas,
            **more,
        }
    )


def per_entity(evidence: Evidence) -> "pd.DataFrame":
    """How each kind of entity fares, where labels mark them.

    Returns:
        One row a kind: `entity`, `test_entities`, `precision` and `recall` of whole entities with
        Wilson's intervals, `f1`, and how many were found with `other_ends`, as `other_kinds`, and
        not at all, `missed`.
    """
    import pandas as pd

    classes, level = evidence.schema.classes, evidence.level
    lines: list[dict[str, Any]] = []
    outcomes = Counter(entity_outcomes(evidence.target, evidence.scores, classes))
    for kind, hits, told, there in entity_rows(evidence.target, evidence.scores, classes):
        ends, missed = outcomes[kind, OTHER_ENDS], outcomes[kind, NO_ENTITY]
        lines.append(
            {
                "entity": kind,
                "test_entities": there,
                "precision": _share(hits, told, "never predicted", level),
                "recall": _share(hits, there, "no test rows", level),
                "f1": 2 * hits / (told + there),
                "other_ends": ends,
                "other_kinds": there - outcomes[kind, kind] - ends - missed,
                "missed": missed,
            }
        )
    return pd.DataFrame(lines)


def _share(hits: int, rows: int, reason: str, level: float) -> Estimate:
    if not rows:
        return Estimate(float("nan"), method=reason, n=0, level=level)
    low, high = wilson(int(hits), int(rows), level=level)
    return Estimate(hits / rows, low=low, high=high, method="wilson", n=int(rows), level=level)


def cleaning(evidence: Evidence) -> "pd.DataFrame":
    """What `Clean` changed.

    Returns:
        One row a spelling and its column, one for each sort of training rows that were left out:
        `column`, `change`, `from`, `to`, and how many rows of each part it touched, `rows_train`,
        `rows_valid`, `rows_test`.
    """
    import pandas as pd

    names = ["column", "change", "from", "to", *(f"rows_{part}" for part in PARTS)]
    return pd.DataFrame(list(evidence.collected.cleaning or ()), columns=names)


def labelling(evidence: Evidence) -> "pd.DataFrame":
    """Who labelled the rows, and how good that is.

    Returns:
        One row a person, rule and function: `annotator`, `sort`, `labels` that were given. Of
        people `accuracy` as Dawid and Skene estimate it, `agreement` with others on what both
        labelled, `self_agreement`, `skipped` and `seconds` a label. Of functions `coverage` of all
        rows, `overlap` with others and `conflict` as fractions of what they said, and `accuracy` on
        rows that people labelled at random.
    """
    import pandas as pd

    lines = []
    for told in evidence.collected.labelling or ():
        line = dict(told)
        low, high = line.pop("accuracy_low", None), line.pop("accuracy_high", None)
        n = line.pop("accuracy_n", 0)
        if low is not None and high is not None:
            share = line["accuracy"]
            line["accuracy"] = Estimate(share, low=low, high=high, method="wilson", n=n)
        lines.append(line)
    table = pd.DataFrame(lines)
    if "accuracy" in table:
        found = [line.get("accuracy") for line in lines]
        nothing = float("nan")
        table["accuracy"] = _estimates([nothing if one is None else one for one in found])
    return table


def markers(evidence: Evidence) -> "pd.DataFrame":
    """The columns that training rows chose of very many, the one that tells most first.

    Returns:
        One row a column: `column`; `share` of halves of the training rows in which it was among as
        many; `explained`, the part of the target's variance in training rows that it shares; `p`
        of that by chance; `q`, the share of false ones among all that tell as much or more.
    """
    import pandas as pd

    return pd.DataFrame(list(evidence.data.markers))
