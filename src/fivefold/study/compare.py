"""Which of several pipelines is better, if that can be told: the same folds, the same seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Unpack

from fivefold.core.artifact import UNSAVED, Artifact
from fivefold.core.chain import Chain
from fivefold.core.finding import Finding
from fivefold.core.named import Named
from fivefold.core.wish import FLAG, TEXT
from fivefold.core.wording import nearest, plural
from fivefold.division import By
from fivefold.errors import ConfigError, DataError
from fivefold.evaluate.folds import metrics_by_name
from fivefold.folds import EachGroup
from fivefold.metrics.metric import Metric, OwnMetric, title
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.result import Result
from fivefold.study.candidate import Candidate
from fivefold.study.conduct import PIPELINE, Conduct, check_study, conducted
from fivefold.study.crossvalidate import drawing, drawn_folds, folds_of, lines_of
from fivefold.study.deployed import answers_of_deployed, are_deployed
from fivefold.study.pairs import REFERENCE, Folded, beside, best_over_folds, every_pair
from fivefold.study.reasons import check_left, stacked
from fivefold.study.study import Study
from fivefold.study.testrows import (
    Answers,
    answers_of,
    count_looks,
    limit_of,
    look_at_test_rows,
    tables_of_answers,
)
from fivefold.study.unit import Unit
from fivefold.study.variants import MODELS, check_same_rows, gathered, pipelines_of
from fivefold.tasks.task import Task

if TYPE_CHECKING:
    import pandas as pd


class Compared(Artifact):
    """Several pipelines, or results, judged on the same rows.

    Attributes:
        metric: by which they were compared.
        rows: `folds` or `test rows`: what `table` stands on.
        table: one row a model: `model`, every metric with its interval, `difference` (its score
            minus that of the best one, which is `the reference`) with its interval, `p`, `p_holm`,
            the `verdict` on it; over folds also `seconds` of a fold and how many `folds`; and
            `why`, where a model failed, which has no scores then.
        pairs: every model against every other.
        scores: one row a fold and model; without folds empty.
        test: where test rows were looked at besides folds, `table` and `pairs` on these.
        findings: what these looks make of the best score.
        models: over folds what was compared, by name, for `ff.ensemble`; not saved.
    """

    metric: str
    rows: str
    table: "pd.DataFrame"
    pairs: "pd.DataFrame"
    scores: "pd.DataFrame"
    test: "Mapping[str, pd.DataFrame]"
    findings: tuple[Finding, ...] = ()
    models: Mapping[str, Candidate] = field(default_factory=dict, metadata=UNSAVED)

    @property
    def best(self) -> str:
        """The model with the best score."""
        return str(self.table.loc[self.table["verdict"] == REFERENCE, "model"].iloc[0])

    @property
    def ties(self) -> tuple[str, ...]:
        """The models that are not shown to be worse than the best one."""
        tied = self.table["verdict"] == "a tie"
        return tuple(self.table.loc[tied, "model"])

    def shown(self) -> "pd.DataFrame":
        """The table with the metric compared by, and what was found of it."""
        wanted = ("model", self.metric, "difference", "p_holm", "verdict", "seconds", "why")
        return self.table[[name for name in wanted if name in self.table]]

    def markdown(self) -> str:
        """The whole table as Markdown."""
        from fivefold.report.tables import markdown

        return markdown(self.table)

    def __repr__(self) -> str:
        return text_of(self._title(), self.shown())

    def _repr_html_(self) -> str:
        return html_of(self._title(), self.shown())

    def _title(self) -> str:
        return f"Compared by {title(self.metric)} on {self.rows}, each with the best"


def compare(
    models: Mapping[str, Any],
    *,
    folds: int | EachGroup = 10,
    repeats: int = 1,
    by: By = "auto",
    metric: str | None = None,
    test: bool = False,
    base: Chain | None = None,
    data: Any = None,
    **conduct: Unpack[Conduct],
) -> Compared:
    """Compare pipelines over the same folds with the same seeds, or models at hand on one's rows.

    Folds are drawn among training and validation rows; each difference is tested by the corrected
    resampled t-test of Nadeau and Bengio, and p-values of a table are made larger by Holm's rule,
    so that they may be read one by one. What is not shown to be worse than the best is a tie. A
    model that cannot be fitted in a fold has no score there, and its line says why.

    Args:
        models: by name: pipelines that collect the same rows; stages, or estimators of
            scikit-learn's, which take the place of `Train` in `base`; or results alone, on the test
            rows that they share; or bundles alone, paths or what `ff.load` gave, on `data`.
        folds: at least 2; `groups` for one a group, which it leaves out.
        repeats: how often to draw them anew.
        by: the rule by which folds are drawn, as in `cross_validate`.
        metric: to compare by: one of the task, or an own one of the first pipeline's `Evaluate`,
            of which more is better unless it has an attribute `greater` that is False; None is the
            first of the task.
        test: first train each once as a run would, and score the test rows at the end, by the
            paired difference. Each is a look at rows that one has once.
        base: a pipeline in which stages and estimators of `models` take the place of the stage of
            their kind, without being compared itself; the first pipeline in `models` if None.
        data: rows with the target, whatever `Collect` takes, that bundles are asked for as any
            request is. Each bundle is a look at them.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Raises:
        ConfigError: if there are fewer than two, or something else stands among them.
        DataError: if they collect other rows, or results were judged on other ones; if bundles
            predict different things.
        ResumeError: if `directory` holds another study.
        SpentError: if `test` would score more models than `Evaluate(looks=)` allows.
        TrainingError: if every refit of every model failed.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=8)])
        >>> idle = pipeline.replace("train", lr=1e-9)
        >>> found = ff.compare({"idle": idle, "learns": pipeline}, folds=3, progress=False)
        >>> found.best
        'learns'

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003; Holm,
        A simple sequentially rejective multiple test procedure, 1979; McNemar, 1947.
    """
    given = {
        "models": (models, MODELS),
        **drawing(folds, repeats, by, each=True),
        "metric": (metric, TEXT.or_none()),
        "test": (test, FLAG),
        "base": (base, PIPELINE.or_none()),
    }
    check_study("compare", conduct, given)
    results = {name: each for name, each in models.items() if isinstance(each, Result)}
    if are_deployed(models):
        return _compared_answers(answers_of_deployed(models, data), metric)
    if data is not None:
        remedy = "Leave out data=: pipelines and results have rows of their own."
        raise ConfigError.expected("compare", "bundles alone beside data=", "other models", remedy)
    if len(results) == len(models):
        return _compared_answers(answers_of(results), metric)
    pipelines = pipelines_of(models, base)
    check_study("compare", conduct, None, *pipelines.values())
    asked = {"folds": folds, "repeats": repeats, "by": by}
    with conducted("compare", asked, **conduct) as study:
        found = compare_in(
            study, pipelines, folds=folds, repeats=repeats, by=by, metric=metric, test=test
        )
        best: Any = found.table.set_index("model").loc[found.best, found.metric]
        study.conclude(plural(len(pipelines), "model"), found.metric, best)
        return found


def compare_in(
    study: Study,
    pipelines: Mapping[str, Chain],
    *,
    folds: int | EachGroup,
    repeats: int = 1,
    by: By = "auto",
    metric: str | None = None,
    test: bool = False,
) -> Compared:
    """Compare pipelines within a study that is at work; arguments as of `compare`.

    Raises:
        ConfigError: if the task has no such metric.
        DataError: if they collect other rows.
        PreflightError: telling what of any of them does not fit the rows.
        SpentError: if `test` would score more models than may be.
        TrainingError: if every refit of every model failed.
    """
    begun = gathered(study, pipelines)
    first = next(iter(begun.values()))
    starts = {
        name: replace(start, metrics=first.metrics, level=first.level)
        for name, start in begun.items()
    }
    check_same_rows(starts)
    if test and not len(first.partition.test):
        remedy = "Leave out test=True, or divide the rows with Split(test=...)."
        raise DataError.expected("compare", "test rows to look at", "none", remedy)
    chosen = metric_named(first.task, metric, first.metrics)
    answers = look_at_test_rows(study, starts) if test else None
    k = folds_of(first, folds, by)
    units = [
        Unit(
            name=f"{fold} {name}",
            start=start,
            stages=start.stages,
            partition=division,
            seed=seed,
        )
        for fold, division, seed in drawn_folds(first, k, repeats, by, study.seed)
        for name, start in starts.items()
    ]
    outcomes = study.run(units)
    by_model = {name: outcomes[place :: len(starts)] for place, name in enumerate(starts)}
    check_left(study.name, by_model)
    found = {name: lines_of(start, by_model[name], k) for name, start in starts.items()}
    models = {
        name: Candidate(pipelines[name], by_model[name][:k], start.task)
        for name, start in starts.items()
        if not any(outcome.failed for outcome in by_model[name])
    }
    metrics = [*metrics_by_name(first.task.metrics, first.metrics).values()]
    made = _compared_folds(found, chosen, metrics, first.level).replace(models=models)
    if answers is None:
        return made
    return _with_test_rows(made, study, limit_of(starts), answers, chosen)


def _with_test_rows(
    made: Compared, study: Study, limit: int | None, answers: Answers, metric: Metric
) -> Compared:
    """The same with what the models are on the test rows, which are looked at once for each."""
    table, pairs = tables_of_answers(answers, metric)
    looks = count_looks(answers, table, limit=limit, directory=study.directory)
    study.note(f"{str(looks)[0].upper()}{str(looks)[1:]}.")
    return made.replace(
        test=Named("table", {"table": table, "pairs": pairs}), findings=looks.findings
    )


def metric_named(task: Task, name: str | None, own: Mapping[str, OwnMetric]) -> Metric:
    """A metric of a task, or an own one of `Evaluate`, by name; the first one if None.

    Raises:
        ConfigError: if there is none of that name.
    """
    if name is None:
        return task.metrics[0]
    named = metrics_by_name(task.metrics, own)
    if name not in named:
        near = nearest(str(name), list(named))
        remedy = f"Write {near!r}." if near else "Name one of these, or give it to Evaluate."
        wanted = f"one of {', '.join(named)}"
        raise ConfigError.expected("Study, metric", wanted, repr(name), remedy, argument="metric")
    return named[name]


def _compared_folds(
    scored: Folded, metric: Metric, metrics: Sequence[Metric], level: float
) -> Compared:

    table = beside(scored, best_over_folds(scored, metric), metric, metrics, level=level)
    table.insert(0, "model", list(scored))
    pairs = every_pair(scored, metric, level=level)
    scores = stacked(frame.assign(model=name) for name, frame in scored.items())
    told: dict[str, Any] = {"table": table, "pairs": pairs, "scores": scores}
    return Compared(metric=metric.name, rows="folds", test={}, **told)


def _compared_answers(answers: Answers, metric: str | None) -> Compared:
    """Models at hand on the same rows; those that no run has scored on them look at them now."""
    import pandas as pd

    chosen = metric_named(answers.task, metric, answers.own)
    table, pairs = tables_of_answers(answers, chosen)
    findings = count_looks(answers, table).findings if answers.known else ()
    told: dict[str, Any] = {"table": table, "pairs": pairs, "scores": pd.DataFrame()}
    return Compared(metric=chosen.name, rows="test rows", test={}, findings=findings, **told)
