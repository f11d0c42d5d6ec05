"""Is more data worth it? Scores by number of training rows, and where they lead."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.estimate import Estimate
from fivefold.core.wish import TEXT
from fivefold.core.wording import brief, plural
from fivefold.division import By, Units, rule_of
from fivefold.errors import ConfigError, DataError, TrainingError
from fivefold.evaluate.folds import held_per_learnt, mean_of
from fivefold.metrics.metric import Metric, directed, title
from fivefold.metrics.powerlaw import PowerLaw, fit_power_law
from fivefold.partition import Partition
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.compare import metric_named
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.crossvalidate import drawing, drawn_folds, lines_of
from fivefold.study.reasons import check_left, stacked, why_of, with_whys
from fivefold.study.start import Start
from fivefold.study.unit import Unit

if TYPE_CHECKING:
    import pandas as pd

FRACTIONS = (0.1, 0.18, 0.32, 0.56, 1.0)
FEWEST = 20
"""Training rows at the smallest size, at least."""
FEWEST_SIZES = 3
"""Sizes that a curve is drawn by, at least."""
TIMES = (1, 2, 10)


class LearningCurve(Artifact):
    """How a score grows with training rows, and what more of them may bring.

    Attributes:
        metric: whose curve it is.
        table: one row a size: `fraction`, `train_rows` on average, the metric with its interval
            over folds, `seconds` of a fold; and `why`, where one failed, which has no score then.
        law: `a`, `b` and `c` of `a + b * rows ** -c`, with intervals, by the folds that have scores
            of all sizes of which there is any.
        predicted: one row for as many rows as there are, twice and ten times as many: `times`,
            `train_rows`, the metric with its interval, `gain` over as many as there are.
        scores: one row a fold and size.
        figure: the curve as SVG text.
        greater: whether more of the metric is better.
    """

    metric: str
    table: "pd.DataFrame"
    law: Mapping[str, Estimate]
    predicted: "pd.DataFrame"
    scores: "pd.DataFrame"
    figure: str
    greater: bool = True

    @property
    def verdict(self) -> str:
        """Whether more data is worth it, in a sentence."""
        line = self.predicted.iloc[1]
        score, gain = line[self.metric], line["gain"]
        reach = f"[{gain.low:+.2g}, {gain.high:+.2g}]" if gain.low == gain.low else gain.method
        return (
            f"Twice the rows ({line['train_rows']:,.0f} to train on) would give "
            f"{title(self.metric)} {score}, {directed(gain, self.greater)} ({reach}), if the "
            "curve goes on as it does."
        )

    def markdown(self) -> str:
        """Sizes and predictions as Markdown tables."""
        from fivefold.report.tables import markdown

        return f"{markdown(self.table)}\n\n{markdown(self.predicted)}\n\n{self.verdict}"

    def __repr__(self) -> str:
        tables = [text_of("Learning curve", self.table), text_of("Ahead", self.predicted)]
        return "\n".join([*tables, self.verdict])

    def _repr_html_(self) -> str:
        caption = "The score by training rows, with intervals, and the law that leads beyond them."
        drawn = html_of("Learning curve", self.table, svg=self.figure, caption=caption)
        return html_of(self.verdict, self.predicted) + drawn


def learning_curve(
    pipeline: Chain,
    *,
    fractions: Sequence[float] = FRACTIONS,
    folds: int = 5,
    repeats: int = 1,
    by: By = "auto",
    metric: str | None = None,
    **conduct: Unpack[Conduct],
) -> LearningCurve:
    """Refit a pipeline on ever more training rows of each fold, and see where that leads.

    The rows of a smaller size are among those of a larger one, classes keep their shares, groups
    stay whole, and by time the latest rows are kept. All sizes of a fold are judged on the same
    rows with the same seed; test rows are in none.

    Args:
        pipeline: from its source to a stage that trains.
        fractions: of the rows that each fold may learn from, three at least, 1 among them.
        folds: at least 2.
        repeats: how often to draw them anew.
        by: the rule by which folds are drawn, as in `cross_validate`.
        metric: whose curve; None is the first of the task.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        The scores, a power law fitted to them with its interval, and what twice and ten times as
        many rows would give by it.

    Raises:
        ConfigError: if the fractions are none.
        DataError: if the smallest leaves fewer than 20 training rows.
        ResumeError: if `directory` holds another study.
        TrainingError: if so many refits failed that no curve is left.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=2)])
        >>> found = ff.learning_curve(
        ...     pipeline, fractions=(0.5, 0.7, 1), folds=2, progress=False)
        >>> list(found.table["train_rows"])
        [24, 33, 48]

    Reference:
        Hestness et al., Deep learning scaling is predictable, empirically, 2017.
    """
    given = {**drawing(folds, repeats, by), "metric": (metric, TEXT.or_none())}
    check_study("learning_curve", conduct, given, pipeline)
    sizes = _checked(fractions)
    asked = {
        "fractions": ", ".join(f"{size:g}" for size in sizes),
        **{"folds": folds, "repeats": repeats, "by": by},
    }
    with conducted("learning_curve", asked, **conduct) as study:
        start = study.gather(pipeline)
        chosen = metric_named(start.task, metric, start.metrics)
        units = [
            Unit(
                name=f"{fold} {size:g}",
                start=start,
                stages=start.stages,
                partition=part_of(start, division, size, seed),
                seed=seed,
            )
            for fold, division, seed in drawn_folds(start, folds, repeats, by, study.seed)
            for size in sizes
        ]
        _check_rows(units[0].partition, sizes[0])
        outcomes, step = study.run(units), len(sizes)
        check_left("learning_curve", {"": outcomes})
        frames = {
            size: lines_of(start, outcomes[place::step], folds) for place, size in enumerate(sizes)
        }
        found = _curve(frames, chosen, start.level)
        last = found.table[chosen.name].iloc[-1]
        study.conclude(plural(len(sizes), "size"), chosen.name, last)
        return found


def part_of(start: Start, division: Partition, fraction: float, seed: int) -> Partition:
    """A fraction of the rows that a fold learns from and stops by; those held out stay.

    What a smaller fraction takes, a larger one takes too.
    """
    if fraction >= 1:
        return division
    ties = division.ties
    units = Units.of(start.collected, rule_of(start.collected, division.by, ties), ties)

    def taken(rows: Array) -> Array:
        places = units.places(rows, seed)
        return rows[places >= 1 - fraction if units.is_timed else places < fraction]

    how = f"{fraction:.0%} of {division.how}"
    return division.replace(train=taken(division.train), valid=taken(division.valid), how=how)


def _checked(fractions: Sequence[float]) -> list[float]:
    try:
        sizes = sorted({float(size) for size in fractions})
    except (TypeError, ValueError):
        sizes = []
    if len(sizes) < 3 or not sizes[0] > 0 or sizes[-1] != 1:
        raise ConfigError.expected(
            "learning_curve",
            "three fractions or more, above 0, the largest of them 1",
            ", ".join(f"{size:g}" for size in sizes) or brief(fractions),
            "Leave them out, or pass fractions=(0.1, 0.3, 1).",
            argument="fractions",
        )
    return sizes


def _check_rows(partition: Partition, fraction: float) -> None:
    if len(partition.train) < FEWEST:
        raise DataError.expected(
            "learning_curve",
            f"at least {FEWEST} training rows at the smallest fraction",
            f"{len(partition.train)} at {fraction:g}",
            "Begin with a larger fraction.",
            rows=len(partition.train),
        )


def _curve(frames: "Mapping[float, pd.DataFrame]", metric: Metric, level: float) -> LearningCurve:
    import pandas as pd

    from fivefold.report.figures import score_by_rows

    rows = np.array([frame["train_rows"].mean() for frame in frames.values()])
    scored = np.stack([frame[metric.name].to_numpy(float) for frame in frames.values()], axis=1)
    some = np.isfinite(scored).any(axis=0)
    whole = np.isfinite(scored[:, some]).all(axis=1)
    if some.sum() < FEWEST_SIZES or not whole.any():
        wanted = f"a fold with scores of {FEWEST_SIZES} sizes or more"
        whys = [why_of(frame["why"]) for frame in frames.values() if "why" in frame]
        raise TrainingError.expected(
            "learning_curve",
            wanted,
            f"scores of {int(some.sum())} of {len(frames)} sizes",
            "Mend what is told of those that failed, or leave their fractions out.",
            evidence="\n".join(dict.fromkeys(filter(None, whys))),
        )
    law = fit_power_law(
        rows[some],
        scored[np.ix_(whole, some)],
        greater=metric.greater,
        bounds=metric.bounds,
        test_per_train=held_per_learnt(frames[1.0]),
        level=level,
    )
    means = [
        mean_of(frame, metric.name, level=level, within=metric.bounds) for frame in frames.values()
    ]
    table = pd.DataFrame(
        {
            "fraction": list(frames),
            "train_rows": [round(each) for each in rows],
            metric.name: pd.Series(means, dtype=object),
            "seconds": [float(frame["seconds"].mean()) for frame in frames.values()],
        }
    )
    table = with_whys(table, frames.values())
    scores = stacked(frame.assign(fraction=size) for size, frame in frames.items())
    grid = np.geomspace(rows[0], TIMES[-1] * rows[-1], 60)
    figure = score_by_rows(rows, means, [(each, law.at(each)) for each in grid], title(metric.name))
    return LearningCurve(
        metric=metric.name,
        greater=metric.greater,
        table=table,
        law=law.parameters,
        predicted=_ahead(law, metric.name, rows[-1]),
        scores=scores,
        figure=figure,
    )


def _ahead(law: PowerLaw, name: str, rows: float) -> "pd.DataFrame":
    import pandas as pd

    gains: list[Any] = [law.gain(rows, times * rows) for times in TIMES]
    gains[0] = Estimate.itself(law.folds)
    return pd.DataFrame(
        {
            "times": list(TIMES),
            "train_rows": [round(times * rows) for times in TIMES],
            name: pd.Series([law.at(times * rows) for times in TIMES], dtype=object),
            "gain": pd.Series(gains, dtype=object),
        }
    )
