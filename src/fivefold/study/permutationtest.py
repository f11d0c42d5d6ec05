"""Is a score better than chance? Refits of a whole pipeline to targets of other rows."""

from typing import TYPE_CHECKING, Unpack

import numpy as np

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.estimate import Estimate
from fivefold.core.wish import TEXT, counts
from fivefold.core.wording import plural
from fivefold.division import By
from fivefold.errors import ConfigError, TrainingError
from fivefold.metrics.metric import title
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.compare import metric_named
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.crossvalidate import drawing, drawn_folds, lines_of, summed
from fivefold.study.permute import Permute
from fivefold.study.reasons import check_left
from fivefold.study.start import Start
from fivefold.study.unit import Unit

if TYPE_CHECKING:
    import pandas as pd

GIVEN = "as they are"


class PermutationTest(Artifact):
    """What a pipeline scores on rows that it has not learnt from, and what it would by chance.

    Attributes:
        metric: the name of the score.
        score: with the targets as they are, mean over folds, with its interval.
        p: how likely a score as good is where inputs tell nothing of the target; at least one part
            in as many as there are refitted worlds, the given one among them.
        scores: one row a fold of each world: `permutation` (0 is the given one), then what a fold
            says in `cross_validate`.
        figure: scores by chance, and the given one, as SVG text.
    """

    metric: str
    score: Estimate
    p: float
    scores: "pd.DataFrame"
    figure: str

    @property
    def chance(self) -> "pd.Series":
        """The mean over folds of each world in which targets are those of other rows."""
        others = self.scores[self.scores["permutation"] > 0]
        return others.groupby("permutation")[self.metric].mean().dropna()

    @property
    def verdict(self) -> str:
        """Whether the score is better than chance, in a sentence."""
        known, chance = len(self.chance), self.chance
        told = "is better than chance" if self.p <= 0.05 else "cannot be told from chance"
        least = 1 / (known + 1)
        few = f"; no fewer than {least:.2g} can come of so few" if self.p <= least else ""
        return (
            f"{title(self.metric)} {self.score} {told}: with the targets of other rows the same "
            f"pipeline scores {chance.mean():.4g} on average, from {chance.min():.4g} to "
            f"{chance.max():.4g} (p = {self.p:.2g}, {plural(known, 'permutation')}{few})."
        )

    def table(self) -> "pd.DataFrame":
        """Two rows: the score with the targets `as they are`, and with those of other rows."""
        import pandas as pd

        chance = self.chance
        return pd.DataFrame(
            {
                "targets": [GIVEN, "of other rows"],
                "worlds": [1, len(chance)],
                self.metric: pd.Series([self.score, float(chance.mean())], dtype=object),
                "lowest": [float(self.score), chance.min()],
                "highest": [float(self.score), chance.max()],
                "p": [self.p, float("nan")],
            }
        )

    def markdown(self) -> str:
        """The table as Markdown, and the verdict."""
        from fivefold.report.tables import markdown

        return f"{markdown(self.table())}\n\n{self.verdict}"

    def __repr__(self) -> str:
        return "\n".join([text_of("Permutation test", self.table()), self.verdict])

    def _repr_html_(self) -> str:
        caption = "What the pipeline scores with the targets of other rows, and with its own."
        return html_of(self.verdict, self.table(), svg=self.figure, caption=caption)


def permutation_test(
    pipeline: Chain,
    *,
    permutations: int = 50,
    folds: int = 3,
    by: By = "auto",
    metric: str | None = None,
    **conduct: Unpack[Conduct],
) -> PermutationTest:
    """Refit a whole pipeline to targets of other rows, and see how often that scores as well.

    What is chosen by training rows is chosen anew in every fold of every world: columns of a wide
    table, strengths, weights. So a leak of the target into the choice of columns shows: a pipeline
    that finds something where there is nothing scores as well in these worlds. Rows are those of
    `cross_validate`; test rows are in none. Groups stay whole, and what follows one another in time
    goes on doing so.

    Args:
        pipeline: from its source to a stage that trains.
        permutations: worlds in which targets are those of other rows; 19 at least can tell a score
            from chance at 5 %.
        folds: at least 2.
        by: the rule by which folds are drawn, as in `cross_validate`.
        metric: by which is judged; None is the first of the task.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        The score, those by chance, and p.

    Raises:
        ConfigError: if an argument is wrong, or rows have no target that others may be given.
        ResumeError: if `directory` holds another study.
        TrainingError: if all refits of the given world, or of the others, failed.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=3)])
        >>> found = ff.permutation_test(pipeline, permutations=4, folds=2, progress=False)
        >>> found.p, len(found.chance)
        (0.2, 4)

    Reference:
        Ojala and Garriga, Permutation tests for studying classifier performance, JMLR 2010.
    """
    given = {
        **drawing(folds, 1, by),
        "permutations": (permutations, counts(1)),
        "metric": (metric, TEXT.or_none()),
    }
    check_study("permutation_test", conduct, given, pipeline)
    asked = {"permutations": permutations, "folds": folds, "by": by}
    with conducted("permutation_test", asked, **conduct) as study:
        start = study.gather(pipeline)
        _check_target(start)
        chosen = metric_named(start.task, metric, start.metrics)
        drawn = drawn_folds(start, folds, 1, by, study.seed)
        units = [
            Unit(
                name=f"{fold} {GIVEN}" if not number else f"{fold} permutation {number}",
                start=start,
                stages=(*([Permute(number=number)] if number else []), *start.stages),
                partition=division,
                seed=seed,
            )
            for number in range(permutations + 1)
            for fold, division, seed in drawn
        ]
        outcomes = study.run(units)
        check_left("permutation_test", {GIVEN: outcomes[:folds]})
        worlds = [
            lines_of(start, outcomes[first : first + folds], folds)
            for first in range(0, len(outcomes), folds)
        ]
        score = summed(start, outcomes[:folds], folds).metrics[chosen.name]
        found = _judged(worlds, score, chosen.name, greater=chosen.greater)
        study.conclude(plural(permutations, "permutation"), chosen.name, score)
        return found


def _judged(
    worlds: "list[pd.DataFrame]", score: Estimate, metric: str, *, greater: bool
) -> PermutationTest:
    import pandas as pd

    from fivefold.report.figures import by_chance

    scores = pd.concat(
        [world.assign(permutation=number) for number, world in enumerate(worlds)],
        ignore_index=True,
    )
    means = np.array([world[metric].mean() for world in worlds[1:]], float)
    means = means[np.isfinite(means)]
    if not len(means):
        raise TrainingError.expected(
            "permutation_test",
            "scores with the targets of other rows",
            "that every refit to them failed",
            "Mend what is told of them, or see that each fold has rows of each class.",
        )
    as_good = (means >= float(score)) if greater else (means <= float(score))
    return PermutationTest(
        metric=metric,
        score=score,
        p=float((1 + as_good.sum()) / (1 + len(means))),
        scores=scores,
        figure=by_chance(means, float(score), title(metric)),
    )


def _check_target(start: Start) -> None:
    """Refuse rows whose targets are no others'."""
    task = start.task
    if task.trees is None or task.sequence or task.ahead:
        raise ConfigError.expected(
            "permutation_test",
            "a target that other rows may have: classes, labels or numbers",
            task.name,
            "Compare the pipeline with a simple model: ff.compare.",
        )
