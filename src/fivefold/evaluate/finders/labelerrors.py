"""Labels that are likely wrong: how many, which, and what they should be.

Wrong labels and classes that overlap look alike row by row. They differ in how errors fall off:
where classes overlap, the surer a model is, the more seldom it errs; labels that were mixed up are
wrong as often where it is surest. So the share of errors among the surest rows is that of wrong
labels, if it stays the same among them and is well below that of a constant answer. A target that
is random to the same degree everywhere cannot be told from wrong labels, by anything.

Reference:
    Menon et al., Learning from Corrupted Binary Labels via Class-Probability Estimation, ICML 2015;
    Northcutt, Jiang and Chuang, Confident Learning, JAIR 2021.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.division import identical
from fivefold.evaluate import simple
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.outoffold import drawn_units, out_of_fold, reading_of
from fivefold.keys import codes_of
from fivefold.label.confident import self_confidence
from fivefold.metrics.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ROWS = 500
SUREST = ((0.8, 0.4), (0.5, 0.4), (0.3, 0.2))
"""Parts of the rows, by how sure their answers are, whose halves err alike if labels are wrong; and
how much of a constant answer's errors that is at most, as few rows are sure in many ways."""

FEWEST_ERRORS = 20  # among these
LEAST_SHARE, MOST_SHARE = 0.01, 0.15  # of wrong labels: below it nothing is told, above it no error
ALIKE = 0.375  # of these errors, that the surer half has at least where they do not fall off
LEVEL = 0.6  # of the interval of that
SHOWN = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelErrors:
    """Rows whose label is likely wrong, those first that are least believed."""

    index: Array  # `(k,)` places in the collected table
    given: Array  # `(k,)` indices of their classes
    suggested: Array  # likewise, by models that did not learn from them
    confidence: Array  # `(k,)` probabilities of the given class
    confidence_suggested: Array  # and of the suggested one
    share: float  # of all labels
    low: float  # of its 95 % interval
    high: float  # likewise
    rows: int  # that were judged

    def table(self, classes: tuple[object, ...]) -> "pd.DataFrame":
        """`row`, `given`, `suggested`, `confidence` and `confidence_suggested`, one row a label."""
        import pandas as pd

        named = {
            name: pd.Series([classes[k] for k in codes], dtype=object)
            for name, codes in (("given", self.given), ("suggested", self.suggested))
        }
        sure = {
            "confidence": self.confidence,
            "confidence_suggested": self.confidence_suggested,
        }
        return pd.DataFrame({"row": self.index, **named, **sure})


def share_of_errors(given: Array, probabilities: Array) -> tuple[float, int] | None:
    """The share of labels that are wrong, if they are: that of errors among the surest answers.

    Args:
        given: `(n,)` indices of classes.
        probabilities: `(n, classes)`, each row by a model that did not learn from it.

    Returns:
        A fraction and the rows that it is of; None where errors fall off with how sure answers are,
        are few, or as many as those of a constant answer, so that classes overlap instead.

    Example:
        >>> sure = np.linspace(0.99, 0.6, 1000)
        >>> given = (np.arange(1000) % 20 == 0).astype(int)
        >>> given[500:] = np.arange(500) % 2
        >>> share_of_errors(given, np.stack([sure, 1 - sure], axis=1))
        (0.05, 500)
    """
    rows = len(given)
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != given)[order]
    blind = 1 - np.bincount(given).max() / rows
    for part, most in SUREST:
        half = int(part * rows) // 2
        surer, others = int(wrong[:half].sum()), int(wrong[half : 2 * half].sum())
        errors = surer + others
        share = errors / (2 * half)
        if errors < FEWEST_ERRORS or share > min(MOST_SHARE, most * blind):
            continue
        if wilson(errors, 2 * half, level=0.9)[0] < LEAST_SHARE:
            continue
        if wilson(surer, errors, level=LEVEL)[0] >= ALIKE:
            return share, 2 * half
    return None


def find_label_errors(evidence: Evidence, answered: "pd.DataFrame | None") -> LabelErrors | None:
    """Labels of training and validation rows that are likely wrong; none of test rows.

    Args:
        evidence: of a run.
        answered: out-of-fold answers of the model, as `Folds.predictions` has them; without them a
            simple model gives some.

    Returns:
        None where the task has no class a row, where nothing speaks of wrong labels, where there
        are fewer than 500 rows, or no simple model reads them.
    """
    data, schema = evidence.data, evidence.schema
    count = len(data.train) + len(data.valid)
    task = evidence.task
    if not task.labelled or task.sequence or count < FEWEST_ROWS or _free_of_errors(evidence):
        return None
    index = np.concatenate([data.train.index, data.valid.index])
    given = np.concatenate([data.train.target, data.valid.target])
    classes = len(schema.classes)
    chances = None
    if answered is not None and f"score_{schema.classes[0]}" in answered:
        known = answered.drop_duplicates("row")
        index, given = known["row"].to_numpy(), known["target"].to_numpy().astype(int)
        chances = known[[f"score_{label}" for label in schema.classes]].to_numpy(float)
    elif (read := reading_of(data, classes)) is not None:
        rows, kind = read
        group = evidence.collected.schema.named("group")
        units = (
            identical(evidence.collected, index)
            if group is None
            else codes_of(evidence.collected.table.column(group)[index])
        )
        fit = getattr(simple.SIMPLE["class"], kind)
        chances = out_of_fold(rows, fit, drawn_units(units, evidence.seed), evidence.seed)
    found = None if chances is None else share_of_errors(given, chances)
    if chances is None or found is None:
        return None
    own, suggested = self_confidence(given, chances), chances.argmax(axis=1)
    order = np.argsort(own, kind="stable")
    likely = order[(suggested != given)[order]][: round(found[0] * len(given))]
    low, high = wilson(round(found[0] * found[1]), found[1])
    return LabelErrors(
        index=index[likely],
        given=given[likely],
        suggested=suggested[likely],
        confidence=own[likely],
        confidence_suggested=chances.max(axis=1)[likely],
        share=found[0],
        low=low,
        high=high,
        rows=len(given),
    )


def _free_of_errors(evidence: Evidence) -> bool:
    """Whether the model hardly errs where it is surest, so that nothing need be fitted."""
    chances = evidence.task.chances(evidence.scores)
    if chances is None or not len(chances):
        return chances is None
    sure = np.argsort(-chances.max(axis=1), kind="stable")[: (len(chances) + 1) // 2]
    return bool((chances.argmax(axis=1) != evidence.target)[sure].mean() < LEAST_SHARE)


def label_errors(evidence: Evidence, found: LabelErrors) -> Finding:
    """What is told of labels that are likely wrong."""
    count = len(found.index)
    worst = found.table(evidence.schema.classes).head(SHOWN)
    first = worst.iloc[0]
    sentence = (
        f"{plural(count, 'label')} of {found.rows:,} training and validation rows are likely wrong "
        f"({per_cent(found.share)}, {per_cent(found.low)} to {per_cent(found.high)}): models that "
        "did not learn from them err as often where they are surest as where they are less sure. "
        f"Row {first['row']:,}, the least believed one, is {first['given']} and looks like "
        f"{first['suggested']}."
    )
    listed = [
        {name: _plain(value) for name, value in row.items()} for row in worst.to_dict("records")
    ]
    numbers = {"rows": count, "of": found.rows, "share": found.share}
    return finding(
        "label_errors", sentence, **numbers, low=found.low, high=found.high, worst=listed
    )


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
