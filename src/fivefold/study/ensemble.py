"""Choosing which models of a study should answer together, and how much each counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import Evaluated, Trained
from fivefold.codecs.table import Array
from fivefold.core.chain import Chain
from fivefold.core.content import content_of
from fivefold.core.faults import raise_all
from fivefold.core.session import derive_seed
from fivefold.core.wish import Wish, counts, faults_of
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.metrics.metric import Metric
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.candidate import Candidate, refuse_unmixed
from fivefold.study.compare import Compared, metric_named
from fivefold.study.tuned import Tuned
from fivefold.tasks.judged import Judged
from fivefold.train.mix import Mix
from fivefold.train.train import Train

if TYPE_CHECKING:
    import pandas as pd

STUDY = Wish(
    "a {} of ff.tune, or of ff.compare over folds",
    lambda value: isinstance(value, Tuned | Compared),
    "Pass what ff.tune or ff.compare gave.",
)
HALVES = 10
"""How often rows are halved, to choose by one half and to judge by the other."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ensembled:
    """Models of a study that answer together.

    Attributes:
        pipeline: trains them as one network, ready to run.
        weights: by number of the trial, or name of the model that was compared, together 1.
        score: of the mixture, on the rows by which it was chosen.
        single: of the best single model, on the same rows.
        judged: mean score of mixtures that were chosen by one half of the rows, on the other half.
        judged_single: the same of single models.
        metric: which score that is.
        candidates: how many models could be mixed, and how many were `left_out`.
        left_out: models whose preprocessing, or whose stage that trains, is another.
    """

    pipeline: Chain
    weights: "dict[Any, float]"
    score: float
    single: float
    judged: float
    judged_single: float
    metric: Metric
    candidates: int
    left_out: int
    settings: "pd.DataFrame"

    @cached_property
    def members(self) -> "pd.DataFrame":
        """One row a member: `trial` or `model`, `weight`, its `score`, settings of a trial."""
        key = "trial" if "trial" in self.settings else "model"
        chosen = self.settings.set_index(key).loc[list(self.weights)].reset_index()
        chosen.insert(1, "weight", list(self.weights.values()))
        return chosen.drop(columns=["state", "why", "epochs", "seconds"], errors="ignore")

    @property
    def honesty(self) -> str:
        """What the score is worth, in a sentence."""
        name = self.metric.name
        left = f" {plural(self.left_out, 'model')} with other preprocessing left out." * bool(
            self.left_out
        )
        return (
            f"{name} {self.score:.4g} on the rows by which {plural(len(self.weights), 'member')} "
            f"{'was' if len(self.weights) == 1 else 'were'} chosen, so optimistic; chosen by one "
            f"half and judged by the other "
            f"{self.judged:.4g}, against {self.judged_single:.4g} of the best single model chosen "
            f"so.{left}"
        )

    def __repr__(self) -> str:
        return text_of(f"Ensembled: {self.honesty}", self.members)

    def _repr_html_(self) -> str:
        return html_of(f"Ensembled: {self.honesty}", self.members)


def ensemble(study: Tuned | Compared, size: int = 25) -> Ensembled:
    """Choose models of a study that answer best together, by answers that they gave out of fold.

    Beginning with none, the model is added, again and again and one several times if that is best,
    with which the mean of all answers scores best; a model counts as often as it was added. What
    comes out is one pipeline that trains the members on the same rows and exports them as one
    graph; judge it by running it.

    Members share the encoded rows, so models with other preprocessing than the best group are
    left out, and so are stages that train and are no `Train`.

    Args:
        study: of `ff.tune`; with `folds` its answers are out of fold, else those for the validation
            rows, which have also chosen the epoch. Or of `ff.compare` over folds.
        size: how often a model is added, at most.

    Raises:
        ConfigError: if no model can be a member, or the task has no scores to be mixed.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(),
        ...     ff.Train("mlp", epochs=3, lr=ff.log_uniform(1e-3, 1e-1))])
        >>> found = ff.ensemble(ff.tune(pipeline, trials=4, progress=False), size=5)
        >>> round(sum(found.weights.values()), 6), found.pipeline.names[-1]
        (1.0, 'mix')

    Reference:
        Caruana et al., Ensemble Selection from Libraries of Models, ICML 2004, section 2.
    """
    raise_all(faults_of("ensemble", {"study": (study, STUDY), "size": (size, counts(1))}))
    if isinstance(study, Compared) and not study.models:
        wanted, found = "a comparison over folds", f"one of {study.rows}"
        remedy = "Pass what ff.compare of pipelines gave, not loaded."
        if "why" in study.table:
            wanted, found = "a model that answered in every fold", "none"
            remedy = "Mend what the column `why` of its table tells."
        raise ConfigError.expected("ensemble", wanted, found, remedy)
    models: Mapping[Any, Candidate] = study.models
    groups = _groups(models)
    if not groups:
        found = f"none of {plural(len(models), 'model')}"
        remedy = "Pass a study of pipelines whose networks are trained by Train."
        raise ConfigError.expected("ensemble", "models that can be mixed", found, remedy)
    refuse_unmixed(models)
    metric = _metric(study)
    best: tuple[float, list[int], _Answers] | None = None
    for group in groups:
        answers = _Answers.of({name: models[name] for name in group}, metric)
        picked = answers.select(size)
        score = answers.score(answers.mean(picked))
        if best is None or answers.is_better(score, best[0]):
            best = score, picked, answers
    assert best is not None
    score, picked, answers = best
    times = Counter(answers.names[place] for place in picked)
    weights = {name: count / len(picked) for name, count in times.most_common()}
    judged, judged_single = answers.judged(size)
    return Ensembled(
        pipeline=_pipeline(models, weights),
        weights=weights,
        score=score,
        single=max(answers.singles) if metric.greater else min(answers.singles),
        judged=judged,
        judged_single=judged_single,
        metric=metric,
        candidates=len(answers.names),
        left_out=len(models) - len(answers.names),
        settings=_table(study),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Answers:
    """What models answered to the same rows.

    Attributes:
        names: of these.
        scores: of each, `(models, rows, ...)`.
        target: the truth.
        weight: of the rows; None for 1 each.
    """

    names: Sequence[Any]
    scores: Array
    target: Array
    weight: Array | None
    metric: Metric

    @classmethod
    def of(cls, models: Mapping[Any, Candidate], metric: Metric) -> "_Answers":
        outcomes = [each.outcomes for each in models.values()]
        task = next(iter(models.values())).task
        scores = [np.concatenate([fold.scores for fold in each]) for each in outcomes]
        target = np.concatenate([fold.target for fold in outcomes[0]])
        weights = [fold.weight for fold in outcomes[0] if fold.weight is not None]
        judged = [Judged.of(task, target, each) for each in scores]
        return cls(
            names=list(models),
            scores=np.stack([each.scores for each in judged]).astype(np.float64),
            target=judged[0].target,
            weight=judged[0].of_rows(np.concatenate(weights)) if weights else None,
            metric=metric,
        )

    @property
    def singles(self) -> list[float]:
        """The score of each alone."""
        return [self.score(each) for each in self.scores]

    def mean(self, picked: Sequence[int]) -> Array:
        """The mean of the answers of some, one several times if it stands there so often."""
        return np.asarray(self.scores[list(picked)].mean(0))

    def score(self, scores: Array, rows: Array | None = None) -> float:
        """Of some answers, of all rows or some."""
        chosen = slice(None) if rows is None else rows
        weight = None if self.weight is None else self.weight[chosen]
        return float(self.metric(self.target[chosen], scores[chosen], weight))

    def is_better(self, one: float, other: float) -> bool:
        """Whether a score is better than another; one that is not defined never is."""
        return one > other if self.metric.greater else one < other

    def select(self, size: int, rows: Array | None = None) -> list[int]:
        """Places of models in the order in which they are added, up to the best mixture."""
        picked, kept = list[int](), list[int]()
        total, best = np.zeros_like(self.scores[0]), -np.inf if self.metric.greater else np.inf
        for step in range(1, size + 1):
            tried = [self.score((total + each) / step, rows) for each in self.scores]
            sign = 1.0 if self.metric.greater else -1.0
            place = int(np.nanargmax(sign * np.array(tried)))
            picked.append(place)
            total = total + self.scores[place]
            if self.is_better(tried[place], best):
                best, kept = tried[place], list(picked)
        return kept

    def judged(self, size: int) -> tuple[float, float]:
        """Means over halves of the rows: of mixtures, and of single models, chosen by the other."""
        mixtures, singles = [], []
        for time in range(HALVES):
            rng = np.random.default_rng(derive_seed(time, "halves"))
            order = rng.permutation(len(self.target))
            for chosen, held in (np.array_split(order, 2), np.array_split(order, 2)[::-1]):
                picked = self.select(size, chosen)
                first = self.select(1, chosen)
                mixtures.append(self.score(self.mean(picked), held))
                singles.append(self.score(self.mean(first), held))
        return float(np.nanmean(mixtures)), float(np.nanmean(singles))


def _metric(study: Tuned | Compared) -> Metric:
    """By which the models of a study were compared."""
    if isinstance(study, Tuned):
        return study.metric
    first = next(iter(study.models.values()))  # of which the own metrics are, as in the comparison
    judges = first.pipeline.writers_of(Evaluated)
    own = getattr(first.pipeline[judges[-1]], "metrics", {}) if judges else {}
    return metric_named(first.task, study.metric, own)


def _table(study: Tuned | Compared) -> "pd.DataFrame":
    """What is told of each member: of a trial its settings too."""
    if isinstance(study, Tuned):
        return study.trials
    return study.table[["model", study.metric]].rename(columns={study.metric: "score"})


def _groups(models: Mapping[Any, Candidate]) -> list[list[Any]]:
    """Names of models that share everything but the settings of Train."""
    groups: dict[Any, list[Any]] = {}
    known: dict[int, Any] = {}
    for model, candidate in models.items():
        pipeline = candidate.pipeline
        name = _trainer(pipeline)
        if not name:
            continue
        others = [stage for stage in pipeline.stages if stage is not pipeline[name]]
        for stage in others:
            if id(stage) not in known:  # most trials share most stages
                known[id(stage)] = content_of([type(stage), stage.settings()])
        digests = [known[id(stage)] for stage in others]
        digests.append(content_of(pipeline[name].settings().get("loss")))
        told = all(isinstance(digest, str) for digest in digests)
        key = tuple(digests) if told else model  # what cannot be seen is alone
        groups.setdefault(key, []).append(model)
    return list(groups.values())


def _trainer(pipeline: Chain) -> str:
    """The name of the stage that trains, if it is a Train."""
    trains = pipeline.writers_of(Trained)
    return trains[-1] if trains and type(pipeline[trains[-1]]) is Train else ""


def _pipeline(models: Mapping[Any, Candidate], weights: "dict[Any, float]") -> Chain:
    """The pipeline of the first member, with all of them in the place of its Train."""
    chosen = [models[name].pipeline for name in weights]
    first, members = chosen[0], [each[_trainer(each)].settings() for each in chosen]
    return first.replace(_trainer(first), Mix(tuple(members), weights=tuple(weights.values())))
