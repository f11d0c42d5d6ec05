"""What each part of a pipeline is worth: refits that lack one, over the same folds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

from fivefold.artifacts import Trained
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.wish import TEXT
from fivefold.core.wording import literal, plural, together
from fivefold.division import By
from fivefold.errors import ConfigError
from fivefold.metrics.metric import Metric, title
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.compare import metric_named
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.crossvalidate import Fold, drawing, drawn_folds, lines_of
from fivefold.study.leftout import GROUPS, What, check_what, variants_without
from fivefold.study.pairs import beside
from fivefold.study.reasons import check_left, stacked
from fivefold.study.start import Start
from fivefold.study.unit import Outcome, Unit
from fivefold.study.variants import gathered

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "nothing"


class Ablated(Artifact):
    """What is lost, or won, where one part of a pipeline is left out.

    Attributes:
        metric: by which that is told.
        table: one row for the whole pipeline (`left_out` is `nothing`) and one for each part:
            `what`, `left_out`, the metric with its interval, `difference` (without it minus with
            it) with its interval, `p`, `p_holm`, the `verdict` on the pipeline without it (one that
            `loses` is worse off), `seconds` of a fold, how many `folds`; and `why`, where one
            failed, which has no scores then.
        scores: one row a fold and variant.
    """

    metric: str
    table: "pd.DataFrame"
    scores: "pd.DataFrame"

    def markdown(self) -> str:
        """The table as Markdown."""
        from fivefold.report.tables import markdown

        return markdown(self.table)

    def __repr__(self) -> str:
        return text_of(self._title(), self._shown())

    def _repr_html_(self) -> str:
        return html_of(self._title(), self._shown())

    def _title(self) -> str:
        return f"Ablated by {title(self.metric)}: what helps, one loses without"

    def _shown(self) -> "pd.DataFrame":
        return self.table.drop(columns=["p", "seconds", "folds"])


def ablate(
    pipeline: Chain,
    what: What | Sequence[What] | None = None,
    *,
    folds: int = 5,
    repeats: int = 1,
    by: By = "auto",
    metric: str | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    **conduct: Unpack[Conduct],
) -> Ablated:
    """Leave out one part of a pipeline after the other, and see what that costs.

    Every variant is refitted on the same folds of the training and validation rows with the same
    seeds, and compared with the whole pipeline by the corrected resampled t-test, Holm's rule over
    all of them. Test rows are in no fold. What an estimator that names its columns does not read is
    not refitted without: that is told.

    Args:
        pipeline: from its source to a stage that trains.
        what: `preprocess` (stages that change rows; scaling, clipping and missing indicators; other
            settings as they are by default), `augment` (each change of images), `transfer` (weights
            as given against weights drawn anew; `freeze`), `columns` (each, those of a kind, and
            `groups`), `blocks` (where rows mix kinds: the table, each text, each picture; and all
            others but it, which tells what it knows alone), `parts` (each part of a blend). None is
            all that apply.
        folds: at least 2.
        repeats: how often to draw them anew.
        by: the rule by which folds are drawn, as in `cross_validate`.
        metric: to compare by; None is the first of the task.
        groups: columns to leave out together, by a name.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Raises:
        ConfigError: if there is nothing of the sort to leave out.
        ResumeError: if `directory` holds another study.
        TrainingError: if the whole pipeline failed in every fold.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=2)])
        >>> found = ff.ablate(pipeline, "preprocess", folds=2, progress=False)
        >>> list(found.table["left_out"])
        ['nothing', 'scale="standard"', 'outliers="clip"']

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003; Holm,
        A simple sequentially rejective multiple test procedure, 1979.
    """
    given = {
        **drawing(folds, repeats, by),
        "metric": (metric, TEXT.or_none()),
        "groups": (groups, GROUPS.or_none()),
    }
    check_study("ablate", conduct, given, pipeline)
    asked_for, grouped = check_what(what), {k: list(v) for k, v in (groups or {}).items()}
    asked = {"what": ", ".join(asked_for), "folds": folds, "repeats": repeats, "by": by}
    asked["groups"] = literal(repr(grouped))
    with conducted("ablate", asked, **conduct) as study:
        whole = study.gather(pipeline)
        chosen = metric_named(whole.task, metric, whole.metrics)
        unread: list[str] = []
        left = [
            *variants_without(pipeline, whole.collected, asked_for, grouped, unread.append),
        ]
        if unread:
            study.note(_unread(pipeline, unread))
        names = [(WHOLE, ""), *((each.name, each.what) for each in left)]
        lacking = {f"without {each.what} {each.name}": each.pipeline for each in left}
        starts = [whole, *gathered(study, lacking).values()]
        mixed = "parts" in asked_for
        if not left and not mixed:
            raise _nothing(asked_for, _unread(pipeline, unread) if unread else "")
        drawn = drawn_folds(whole, folds, repeats, by, study.seed)
        outcomes = study.run(_units(drawn, starts, mixed=mixed))
        check_left("ablate, the whole pipeline", {"": outcomes[:: len(starts)]})
        lines = {
            pair: lines_of(start, outcomes[place :: len(starts)], folds)
            for place, (pair, start) in enumerate(zip(names, starts, strict=True))
        }
        if mixed:
            lines |= _parts(whole, outcomes[:: len(starts)], folds)
        if len(lines) < 2:
            raise _nothing(asked_for)
        found = _ablated(lines, chosen, whole.level)
        best = found.table[chosen.name].iloc[0]
        study.conclude(plural(len(lines), "variant"), chosen.name, best)
        return found


def _units(drawn: Iterable[Fold], starts: Sequence[Start], *, mixed: bool) -> list[Unit]:
    """The refits: of each fold all variants, of which the first tells its parts where `mixed`."""
    return [
        Unit(
            name=f"{fold} variant-{place}",
            start=start,
            stages=start.stages,
            partition=division,
            seed=seed,
            mixed=mixed and place == 0,
        )
        for fold, division, seed in drawn
        for place, start in enumerate(starts)
    ]


def _unread(pipeline: Chain, names: Sequence[str]) -> str:
    """What is not refitted, as the estimator would be the same."""
    name = type(getattr(pipeline[pipeline.writers_of(Trained)[-1]], "model", None)).__name__
    listed = together(list(dict.fromkeys(names)))
    return f"{name} reads its columns as they were collected: {listed} would change nothing for it."


def _nothing(asked: Sequence[str], why: str = "") -> ConfigError:
    remedy = "Ask for something else, or leave `what` out for all that apply."
    wanted = f"something of {', '.join(asked)} to leave out"
    return ConfigError.expected("ablate", wanted, "nothing", remedy, evidence=why)


def _parts(
    start: Start, outcomes: Sequence[Outcome], folds: int
) -> "dict[tuple[str, str], pd.DataFrame]":
    """Scores without each part of a blend: of the same refits, as the parts learn apart.

    Where a fold found no use for a part, nothing is lost without it; where one answers alone, there
    is nothing to tell.
    """
    import numpy as np

    names = dict.fromkeys(name for outcome in outcomes for name in outcome.without)
    found = {}
    if len(names) < 2:
        return {}
    for name in names:
        lacking = [name in o.without and not len(o.without[name]) for o in outcomes]
        told = [
            o if lacks or o.failed else o.replace(scores=o.without.get(name, o.scores))
            for o, lacks in zip(outcomes, lacking, strict=True)
        ]
        lines = lines_of(start, told, folds)
        scores = [metric.name for metric in start.task.metrics]
        lines.loc[lacking, scores] = np.nan
        found[name, "parts"] = lines
    return found


def _ablated(
    lines: "Mapping[tuple[str, str], pd.DataFrame]", metric: Metric, level: float
) -> Ablated:

    scored = {f"{what} {name}": frame for (name, what), frame in lines.items()}
    parts = [f"{what} {name}" for name, what in lines if what == "parts"]  # not in every fold
    table = beside(scored, next(iter(scored)), metric, [metric], level=level, partly=parts)
    table.insert(0, "what", [what for _, what in lines])
    table.insert(1, "left_out", [name for name, _ in lines])
    scores = stacked(
        frame.assign(what=what, left_out=name) for (name, what), frame in lines.items()
    )
    return Ablated(metric=metric.name, table=table, scores=scores)
