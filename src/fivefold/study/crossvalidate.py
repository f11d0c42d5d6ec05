"""What a pipeline is worth on rows that it did not learn from, over many divisions of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, get_args

import numpy as np

from fivefold.artifacts import Collected
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.estimate import Estimate
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.core.wish import FUNCTION, Asked, Wish, counts, one_of
from fivefold.core.wording import one_line, plural
from fivefold.division import By, rule_of
from fivefold.errors import ConfigError
from fivefold.evaluate.folds import Folds, Held, held_out, metrics_by_name
from fivefold.folds import EachGroup, draw_divisions, fold_name, number_of_folds
from fivefold.partition import Partition
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.reasons import check_left, why_of
from fivefold.study.start import Start
from fivefold.study.unit import Outcome, Unit

if TYPE_CHECKING:
    import pandas as pd

Inner = Callable[[Collected, Partition, int], Sequence[Stage]]
"""From rows, a fold and a seed to the stages that the fold runs: what it chooses, it chooses from
the fold's own training and validation rows."""


DRAWN: Mapping[str, Wish] = {
    "folds": counts(2),
    "repeats": counts(1),
    "by": one_of(get_args(By)),
}
"""What the arguments may be by which studies draw folds."""


EACH = replace(
    counts(2),
    wanted='{} of 2 or more, or "groups"',
    fits=lambda value: (isinstance(value, str) and value == "groups") or counts(2).fits(value),
)


def drawing(folds: Any, repeats: Any, by: Any, *, each: bool = False) -> Asked:
    """These arguments with what each may be; folds for each group where that is possible."""
    given = {"folds": folds, "repeats": repeats, "by": by}
    wishes = {**DRAWN, "folds": EACH} if each else DRAWN
    return {name: (given[name], wish) for name, wish in wishes.items()}


class CrossValidated(Artifact):
    """Scores of a pipeline, each on rows that the network of its fold did not see.

    Attributes:
        metrics: mean over all folds with the corrected interval, by name.
        scores: one row a fold: `repeat`, `fold`, `train_rows`, `valid_rows`, `held_out_rows`,
            `seconds` of all stages, and each metric; and `why`, where a fold failed, which has no
            scores then.
        predictions: one row a held-out row (or a position of one that counts) in each repeat:
            `repeat`, `row` (its place in the collected table), `fold`, `target`, and `score` or one
            `score_CLASS` a class.
    """

    metrics: Mapping[str, Estimate]
    scores: "pd.DataFrame"
    predictions: "pd.DataFrame"

    def table(self) -> "pd.DataFrame":
        """One row a metric: `metric`, `score` with its interval, `lowest` and `highest` fold."""
        import pandas as pd

        names = list(self.metrics)
        return pd.DataFrame(
            {
                "metric": names,
                "score": pd.Series([*self.metrics.values()], dtype=object),
                "lowest": [self.scores[name].min() for name in names],
                "highest": [self.scores[name].max() for name in names],
            }
        )

    def markdown(self) -> str:
        """The table as Markdown."""
        from fivefold.report.tables import markdown

        return markdown(self.table())

    def __repr__(self) -> str:
        return text_of(f"CrossValidated, {self._how()}", self.table())

    def _repr_html_(self) -> str:
        return html_of(f"Cross-validated: {self._how()}", self.table())

    def _how(self) -> str:
        repeats = self.scores["repeat"].nunique()
        times = f" {repeats} times" if repeats > 1 else ""
        scored = {name: each.n for name, each in self.metrics.items()}
        lacking = [
            f"{name} of {count} of {len(self.scores)} alone, as the others have none"
            for name, count in scored.items()
            if count < len(self.scores)
        ]
        why = why_of(self.scores["why"]) if "why" in self.scores else ""
        said = [f"{self.scores['fold'].nunique()} folds{times}", *lacking, why]
        return "; ".join(filter(None, said))


def cross_validate(
    pipeline: Chain,
    *,
    folds: int | EachGroup = 10,
    repeats: int = 1,
    by: By = "auto",
    inner: Inner | None = None,
    **conduct: Unpack[Conduct],
) -> CrossValidated:
    """Refit a pipeline on k folds of its training and validation rows; test rows are in none.

    Whatever is fitted is fitted anew in every fold: statistics, vocabularies, weights. Each fold
    sets a part of its training rows aside to stop by. One that fails has no scores, and says why.

    Args:
        pipeline: from its source to a stage that trains; what comes after that is left out.
        folds: at least 2; `groups` for one a group, which it leaves out.
        repeats: how often to draw them anew.
        by: the rule by which folds are drawn, as of `Split`; `auto` is that of the pipeline: its
            `Split`, else by group or time where it names such columns, else stratified.
        inner: `inner(collected, division, seed)` gives the stages that a fold runs, for what is to
            be chosen by its own training and validation rows; None runs those of the pipeline.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        Means with the interval of Nadeau and Bengio, scores of folds, and predictions.

    Raises:
        ConfigError: if an argument is wrong.
        DataError: if there are too few rows, groups or moments for the folds.
        ResumeError: if `directory` holds another study.
        TrainingError: if every fold failed.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train(epochs=2, quality="fast")])
        >>> found = ff.cross_validate(pipeline, folds=3, progress=False)
        >>> found.scores["held_out_rows"].sum()
        np.int64(120)

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003.
    """
    given = {**drawing(folds, repeats, by, each=True), "inner": (inner, FUNCTION.or_none())}
    check_study("cross_validate", conduct, given, pipeline)
    asked = {"folds": folds, "repeats": repeats, "by": by}
    with conducted("cross_validate", asked, **conduct) as study:
        start = study.gather(pipeline)
        units, k = [], folds_of(start, folds, by)
        for name, division, seed in drawn_folds(start, k, repeats, by, study.seed):
            stages, fault = start.stages, None
            if inner is not None:
                try:
                    stages = tuple(inner(start.collected, division, seed))
                except Exception as error:
                    fault = error
            units.append(
                Unit(
                    name=name,
                    start=start,
                    stages=stages,
                    partition=division,
                    seed=seed,
                    fault=fault,
                )
            )
        outcomes = study.run(units)
        check_left("cross_validate", {"": outcomes})
        found = summed(start, outcomes, k)
        metric = start.task.metrics[0].name
        study.conclude(plural(len(units), "fold"), metric, found.metrics[metric])
        return found


class Fold(NamedTuple):
    """One fold of a study.

    Args:
        name: of its refit.
        division: the rows that it learns from and stops by; test rows are those held out.
        seed: of its refit.
    """

    name: str
    division: Partition
    seed: int


def folds_of(start: Start, folds: int | EachGroup, by: By) -> int:
    """How many folds a study draws."""
    rule = None if by == "auto" else by
    return number_of_folds(start.collected, start.partition, folds, by=rule)


def drawn_folds(start: Start, folds: int, repeats: int, by: By, seed: int) -> list[Fold]:
    """All folds, repeat by repeat: those of the first are what `Evaluate(folds=)` refits.

    Raises:
        ConfigError: if they are to be drawn several times by time, which draws the same.
        DataError: if there are too few rows, groups or moments for them.
    """
    asked = start.partition.by if by == "auto" else by
    if repeats > 1 and rule_of(start.collected, asked, start.partition.ties) in ("time", "purged"):
        wanted = "repeats=1 by time, as folds by time are always the same"
        remedy = 'Leave repeats out, or pass by="stratified".'
        raise ConfigError.expected("Folds", wanted, str(repeats), remedy)
    run, drawn = Session(seed=seed), list[Fold]()
    again, rule = run.child(start.judge).seed, None if by == "auto" else by
    for repeat in range(1, repeats + 1):
        drawing = again if repeat == 1 else derive_seed(again, f"repeat-{repeat}")
        divisions = draw_divisions(start.collected, start.partition, folds, drawing, by=rule)
        for number, division in enumerate(divisions, 1):
            name = fold_name(number, repeat)
            drawn.append(Fold(name, division, run.refitted(start.judge, name).seed))
    return drawn


def lines_of(start: Start, outcomes: Sequence[Outcome], folds: int) -> "pd.DataFrame":
    """One row a fold: what it was made of, and each metric."""
    return summed(start, outcomes, folds).scores


def summed(start: Start, outcomes: Sequence[Outcome], folds: int) -> CrossValidated:
    """What the folds of a study say together; they are given repeat by repeat."""
    held = [_held(start, outcome, place % folds + 1) for place, outcome in enumerate(outcomes)]
    found = Folds.of(held, start.task.metrics, start.metrics, level=start.level)
    repeats = [place // folds + 1 for place in range(len(held))]
    sizes = [len(each.predictions) for each in held]
    scores, predictions = found.scores.copy(), found.predictions.copy()
    if "why" in scores:
        scores["why"] = scores["why"].fillna("")
    scores.insert(0, "repeat", repeats)
    predictions.insert(0, "repeat", np.repeat(repeats, sizes))
    return CrossValidated(metrics=found.metrics, scores=scores, predictions=predictions)


def _held(start: Start, outcome: Outcome, fold: int) -> Held:
    """What a fold says: its scores, or why it has none."""
    if not outcome.failed:
        return held_out(
            start.collected,
            outcome.rows,
            outcome.scores,
            fold=fold,
            learnt=outcome.learnt,
            stopped=outcome.stopped,
            seconds=outcome.fit_seconds,
            own=start.metrics,
        )
    import pandas as pd

    line = {
        "fold": fold,
        "train_rows": outcome.learnt,
        "valid_rows": outcome.stopped,
        "held_out_rows": len(outcome.index),
        "seconds": np.nan,
        **dict.fromkeys(metrics_by_name(start.task.metrics, start.metrics), np.nan),
        "why": one_line(outcome.failed),
    }
    return Held(line=line, predictions=pd.DataFrame())
