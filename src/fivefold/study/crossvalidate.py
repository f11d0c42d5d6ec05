"""What a pipeline is worth on rows that it did not learn from, over many divisions of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from fivefold.artifacts import Collected
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.estimate import Estimate
from fivefold.core.session import derive_seed
from fivefold.core.stage import Stage
from fivefold.division import By
from fivefold.errors import ConfigError
from fivefold.evaluate.folds import mean_of, predictions_of, scores_of
from fivefold.folds import draw_divisions
from fivefold.partition import Partition
from fivefold.study.conduct import Conduct, conducted
from fivefold.study.shown import html_of, text_of
from fivefold.study.start import Start
from fivefold.study.unit import Outcome, Unit
from fivefold.tasks.judged import Judged

if TYPE_CHECKING:
    import pandas as pd

Inner = Callable[[Collected, Partition, int], Sequence[Stage]]
"""From rows, a fold and a seed to the stages that the fold runs: what it chooses, it chooses from
the fold's own training and validation rows."""


class CrossValidated(Artifact):
    """Scores of a pipeline, each on rows that the network of its fold did not see.

    Attributes:
        metrics: mean over all folds with the corrected interval, by name.
        scores: one row a fold: `repeat`, `fold`, `train_rows`, `valid_rows`, `held_out_rows`,
            `seconds` of all stages, and each metric.
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
        return f"{self.scores['fold'].nunique()} folds{times}"


def cross_validate(
    pipeline: Chain,
    *,
    folds: int = 10,
    repeats: int = 1,
    by: By = "auto",
    inner: Inner | None = None,
    **conduct: Unpack[Conduct],
) -> CrossValidated:
    """Refit a pipeline on k folds of its training and validation rows; test rows are in none.

    Whatever is fitted is fitted anew in every fold: statistics, vocabularies, weights. Each fold
    sets a part of its training rows aside to stop by.

    Args:
        pipeline: from its source to a stage that trains; what comes after that is left out.
        folds: at least 2.
        repeats: how often to draw them anew.
        by: the rule by which folds are drawn, as of `Split`; `auto` is that of the pipeline: its
            `Split`, else by group or time where it names such columns, else stratified.
        inner: chooses the stages of each fold, for nested choices.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        Means with the interval of Nadeau and Bengio, scores of folds, and predictions.

    Raises:
        ConfigError: if an argument is wrong.
        DataError: if there are too few rows, groups or moments for the folds.
        ResumeError: if `directory` holds another study.

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
    asked = {"folds": folds, "repeats": repeats, "by": by}
    with conducted("cross_validate", asked, **conduct) as study:
        start = study.gather(pipeline)
        units = []
        for repeat, fold, division, seed in drawn_folds(start, folds, repeats, by, study.seed):
            stages = start.stages
            if inner is not None:
                stages = tuple(inner(start.collected, division, seed))
            units.append(
                Unit(
                    name=fold_name(repeat, fold, repeats),
                    start=start,
                    stages=stages,
                    partition=division,
                    seed=seed,
                )
            )
        return summed(start, study.run(units), folds)


def drawn_folds(
    start: Start, folds: int, repeats: int, by: By, seed: int
) -> list[tuple[int, int, Partition, int]]:
    """Number of the repeat and of the fold, its division, and its seed, for every fold.

    Raises:
        ConfigError: if there are no repeats.
    """
    if isinstance(repeats, bool) or repeats < 1:
        remedy = "Draw the folds once, or more often."
        raise ConfigError.expected("Study", "repeats of 1 or more", repr(repeats), remedy)
    rule = None if by == "auto" else by
    drawn = []
    for repeat in range(1, repeats + 1):
        again = derive_seed(seed, f"repeat-{repeat}")
        divisions = draw_divisions(start.collected, start.partition, folds, again, by=rule)
        for fold, division in enumerate(divisions, 1):
            drawn.append((repeat, fold, division, derive_seed(again, f"fold-{fold}")))
    return drawn


def fold_name(repeat: int, fold: int, repeats: int) -> str:
    """What the unit of a fold is called."""
    return f"repeat-{repeat}-fold-{fold}" if repeats > 1 else f"fold-{fold}"


def lines_of(start: Start, outcomes: Sequence[Outcome], folds: int) -> "pd.DataFrame":
    """One row a fold: what it was made of, and each metric."""
    import pandas as pd

    lines = []
    for place, outcome in enumerate(outcomes):
        judged = Judged.of(start.task, outcome.target, outcome.scores)
        found = scores_of(start.task, judged, start.metrics, outcome.weight)
        line: dict[str, Any] = {
            "repeat": place // folds + 1,
            "fold": place % folds + 1,
            "train_rows": outcome.learnt,
            "valid_rows": outcome.stopped,
            "held_out_rows": len(outcome.index),
            "seconds": outcome.fit_seconds,
        }
        lines.append(line | found)
    return pd.DataFrame(lines)


def summed(start: Start, outcomes: Sequence[Outcome], folds: int) -> CrossValidated:
    """What the folds of a study say together; they are given repeat by repeat."""
    import pandas as pd

    scores = lines_of(start, outcomes, folds)
    pieces = []
    for place, outcome in enumerate(outcomes):
        judged = Judged.of(start.task, outcome.target, outcome.scores)
        piece = predictions_of(start.collected, place % folds + 1, outcome.index, judged)
        piece.insert(0, "repeat", place // folds + 1)
        pieces.append(piece)
    names = [*(metric.name for metric in start.task.metrics), *start.metrics]
    metrics = {name: mean_of(scores, name, level=start.level) for name in names}
    predictions = pd.concat(pieces, ignore_index=True)
    return CrossValidated(metrics=metrics, scores=scores, predictions=predictions)
