"""Which labels are likely wrong: those that models contradict which have not learnt from them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.estimate import Estimate
from fivefold.core.wording import plural
from fivefold.division import By
from fivefold.errors import ConfigError
from fivefold.label.confident import confident_joint, likely_errors, self_confidence
from fivefold.metrics.intervals import wilson
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.crossvalidate import drawing, drawn_folds, folds_of
from fivefold.study.reasons import check_left
from fivefold.study.start import Start
from fivefold.study.unit import Outcome, Unit

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20


class Relabelled(Artifact):
    """Rows in the order in which a person should look at their labels again.

    Attributes:
        rows: one row a labelled row: `row` (its place in the collected table), `given`, `suggested`
            by the models, `confidence` in the given one and in the suggested one
            (`confidence_suggested`), `likely` wrong or not; likely errors first, of these those
            that are least believed.
        joint: how many rows have one label and are of another class, as far as can be told: one
            row a given label, one column a class.
        share: of rows whose label is likely wrong, with its interval.
    """

    rows: "pd.DataFrame"
    joint: "pd.DataFrame"
    share: Estimate

    @property
    def likely(self) -> "Array":
        """Places of the rows that are likely wrong, the likeliest first."""
        return np.asarray(self.rows.loc[self.rows["likely"], "row"])

    @property
    def verdict(self) -> str:
        """How many labels are likely wrong, in a sentence."""
        count = len(self.likely)
        return (
            f"{plural(count, 'label')} of {len(self.rows):,} {'is' if count == 1 else 'are'} "
            f"likely wrong: a share of {self.share}. Models that did not learn from them say so; "
            "what a person says counts."
        )

    def table(self) -> "pd.DataFrame":
        """The first rows to look at."""
        return self.rows.head(SHOWN)

    def markdown(self) -> str:
        """The table as Markdown, and the verdict."""
        from fivefold.report.tables import markdown

        return f"{markdown(self.table())}\n\n{self.verdict}"

    def __repr__(self) -> str:
        return "\n".join([text_of("Relabel", self.table()), self.verdict])

    def _repr_html_(self) -> str:
        return html_of(self.verdict, self.table())


def relabel(
    pipeline: Chain,
    *,
    folds: int = 5,
    repeats: int = 1,
    by: By = "auto",
    **conduct: Unpack[Conduct],
) -> Relabelled:
    """Find labels that are likely wrong, by confident learning.

    Each training and validation row is answered by a model that has not learnt from it; test rows
    are in none of this, so that nothing that they are judged by is changed by a model.

    Args:
        pipeline: from its source to a stage that trains, whose target is a class.
        folds: at least 2.
        repeats: how often to draw them anew; probabilities are means.
        by: the rule by which folds are drawn, as in `cross_validate`.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        Rows, likely errors first.

    Raises:
        ConfigError: if an argument is wrong, or the target is none of classes.
        ResumeError: if `directory` holds another study.
        TrainingError: if every fold failed.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=5)])
        >>> found = ff.relabel(pipeline, folds=2, progress=False)
        >>> len(found.rows), len(found.likely) < 30
        (120, True)

    Reference:
        Northcutt, Jiang and Chuang, Confident Learning, JAIR 2021.
    """
    check_study("relabel", conduct, drawing(folds, repeats, by), pipeline)
    asked = {"folds": folds, "repeats": repeats, "by": by}
    with conducted("relabel", asked, **conduct) as study:
        start = study.gather(pipeline)
        _check_task(start)
        whole = _of_all_rows(start)
        units = [
            Unit(name=name, start=start, stages=start.stages, partition=division, seed=seed)
            for name, division, seed in drawn_folds(
                whole, folds_of(whole, folds, by), repeats, by, study.seed
            )
        ]
        outcomes = study.run(units)
        check_left("relabel", {"": outcomes})
        found = _found(start, [outcome for outcome in outcomes if not outcome.failed])
        study.conclude(plural(len(units), "fold"), "share of likely errors", found.share)
        return found


def _of_all_rows(start: Start) -> Start:
    """What folds are drawn from: rows that no model is judged by may have wrong labels too."""
    schema = start.collected.schema
    if (judged := schema.named("judged")) is not None:
        schema = schema.replace(judged, role="ignored")
    return replace(start, context=Context.of(start.collected.replace(schema=schema)))


def _check_task(start: Start) -> None:
    task = start.task
    if not task.labelled or task.sequence:
        remedy = "Look at the rows of the largest errors: ff.cross_validate(pipeline).predictions."
        wanted = "a target of which each row has one class"
        raise ConfigError.expected("relabel", wanted, task.name, remedy)


def _found(start: Start, outcomes: Sequence[Outcome]) -> Relabelled:
    import pandas as pd

    classes = start.collected.schema.classes
    sums: dict[int, Any] = {}
    labels: dict[int, int] = {}
    for outcome in outcomes:
        chances = start.task.chances(outcome.scores)
        assert chances is not None
        for row, chance, label in zip(outcome.index, chances, outcome.target, strict=True):
            before, times = sums.get(int(row), (0.0, 0))
            sums[int(row)] = (before + np.asarray(chance, float), times + 1)
            labels[int(row)] = int(label)
    rows = np.array(sorted(sums), np.int64)
    given = np.array([labels[row] for row in rows], np.int64)
    chances = np.stack([sums[row][0] / sums[row][1] for row in rows])
    wrong, own = likely_errors(given, chances), self_confidence(given, chances)
    suggested = chances.argmax(axis=1)
    frame = pd.DataFrame(
        {
            "row": rows,
            "given": pd.Series([classes[i] for i in given], dtype=object),
            "suggested": pd.Series([classes[i] for i in suggested], dtype=object),
            "confidence": own,
            "confidence_suggested": chances.max(axis=1),
            "likely": wrong,
        }
    )
    order = np.lexsort((own, ~wrong))
    low, high = wilson(int(wrong.sum()), len(rows))
    share = Estimate(float(wrong.mean()), low=low, high=high, method="wilson", n=len(rows))
    joint = pd.DataFrame(confident_joint(given, chances), columns=[str(one) for one in classes])
    joint.insert(0, "given", pd.Series(list(classes), dtype=object))
    return Relabelled(rows=frame.iloc[order].reset_index(drop=True), joint=joint, share=share)
