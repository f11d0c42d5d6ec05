"""One documented study of a pipeline, which fills the ten tables."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from fivefold.artifacts import Collected, Evaluated
from fivefold.core.chain import Chain
from fivefold.core.wish import FLAG, PATH, Wish, counts
from fivefold.core.wording import plural
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.ten import tables_of
from fivefold.evaluate.timing import SECONDS, fastest_tied
from fivefold.observers.advance import duration
from fivefold.pipeline import Pipeline
from fivefold.report.outlet import check_place
from fivefold.report.ten import unfilled
from fivefold.result import Result
from fivefold.study import answers
from fivefold.study.compare import Compared, compare_in
from fivefold.study.conduct import Conduct, check_study, conducted
from fivefold.study.investigation import Investigation
from fivefold.study.questions import GIVEN, RIVALS, Question, questions
from fivefold.study.start import split_pipeline
from fivefold.study.study import Study
from fivefold.study.timed import Timed, time_models
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    import pandas as pd


FOLDS, FOLDS_QUICK = 5, 3
SECONDS_QUICK = 0.1


def investigate(
    pipeline: Chain,
    *,
    folds: int | None = None,
    quick: bool = False,
    to: str | Path | None = None,
    tables: "Mapping[str, pd.DataFrame] | None" = None,
    **conduct: Unpack[Conduct],
) -> Investigation:
    """Study a pipeline: run it, vary it over folds, time what answers, and fill the ten tables.

    One run scores the test rows, once. Then ways of preparing the rows, networks and estimators,
    augmentation, and weights learnt elsewhere are varied, as far as they apply, over the same folds
    of the training and validation rows with the same seeds. Then every model is timed, by torch and
    by its graph. What a pipeline writes elsewhere, its bundle, is left out.

    Args:
        pipeline: from its source to a stage that trains; `Evaluate()` is added if it has none.
        folds: over which variants are compared; None is 5, or 3 if `quick`.
        quick: fewer variants, folds and timings, for a first look.
        to: where to write the report, as HTML; where its name ends in `.md`, the tables alone, as
            Markdown.
        tables: of other studies, by name: `{"tuning_results": tuned.tables["tuning_results"]}`.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Raises:
        ConfigError: if an argument is wrong.
        PreflightError: if faults were found before the work, no place for the report for one.
        ResumeError: if `directory` holds another study.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train(
        ...     "mlp", epochs=2)])
        >>> found = ff.investigate(pipeline, quick=True, progress=False)  # doctest: +SKIP
        >>> found.tables["model_comparison"]  # doctest: +SKIP
    """
    began = time.perf_counter()
    wishes = {
        "folds": (folds, counts(2).or_none()),
        "quick": (quick, FLAG),
        "to": (to, PATH.or_none()),
        "tables": (tables, TABLES.or_none()),
    }
    check_study("investigate", conduct, wishes, pipeline)
    if to is not None:
        check_place("investigate, to", Path(to))
    count = (FOLDS_QUICK if quick else FOLDS) if folds is None else folds
    with conducted("investigate", {"folds": count, "quick": quick}, **conduct) as study:
        result = _run(pipeline, study)
        asked = questions(pipeline, result, quick=quick)
        compared = _compare(pipeline, asked, result, study, count)
        standings = None if compared is None else _standings(compared, result)
        timed = time_models(result, _rivals(asked), study, SECONDS_QUICK if quick else SECONDS)
        found = dict(tables or {})
        found |= _tables(result, asked, standings, timed)
        seconds = time.perf_counter() - began
        found["hardware"] = answers.with_facts(
            result.tables["hardware"], {**timed.facts, "seconds of the study": f"{seconds:.1f}"}
        )
        together = tables_of(result, found)
        given = result[Evaluated].tables["limitations"]
        last = answers.limits(together, given, standings)
        together = tables_of(result, {**found, "limitations": last})
        done = Investigation(result=result, compared=compared, tables=together, seconds=seconds)
        variants = 1 if compared is None else len(compared.table)
        metric, score = next(iter(result.metrics.items()))
        study.conclude(plural(variants, "variant"), metric, score)
    if to is not None:
        done.write(to)
    return done


def _are_tables(value: Any) -> bool:
    """Whether it is frames by name."""
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and hasattr(table, "columns") for name, table in value.items()
    )


TABLES = Wish(
    "{} as frames by name",
    _are_tables,
    'Write tables={{"tuning_results": tuned.tables["tuning_results"]}}.',
)


def _run(pipeline: Chain, study: Study) -> Result:
    """The pipeline's own run, which scores the test rows; what has side effects is left out."""
    begin, tail = split_pipeline(pipeline, study.name)
    judging = [s for s in pipeline.stages if isinstance(s, Evaluate)] or [Evaluate()]
    stages = [*pipeline.stages[:begin], *tail, *judging]
    whole = Pipeline(stages)
    whole.preflight(device=study.device)
    study.note("First the run itself; what is to come, and how long it takes, is told after it.")
    execution = whole.execute(
        seed=study.seed,
        device=study.device,
        directory=None if study.directory is None else study.directory / "run",
        resume=study.resume,
        observers=study.observers,
        cache=study.cache,
    )
    return Result(execution)


def _compare(
    pipeline: Chain,
    asked: Sequence[Question],
    result: Result,
    study: Study,
    folds: int,
) -> Compared | None:
    """All variants over the same folds; None where there are none."""
    variants = {name: each for question in asked for name, each in question.variants.items()}
    if not variants:
        study.note("Nothing of this pipeline is varied.")
        return None
    seconds = sum(took for name, took in result.seconds.items() if name in _refitted(pipeline))
    refits = folds * (1 + len(variants))
    study.note(
        f"{plural(refits, 'refit')} come next: {', '.join([GIVEN, *variants])}, over "
        f"{plural(folds, 'fold')}. At most about "
        f"{duration(refits * seconds / max(1, study.n_jobs))}; then everything is timed."
    )
    return compare_in(study, {GIVEN: pipeline, **variants}, folds=folds)


def _refitted(pipeline: Chain) -> set[str]:
    """Names of the stages that every refit runs."""
    begin, _ = split_pipeline(pipeline, "investigate")
    return set(pipeline.names[begin:])


def _standings(compared: Compared, result: Result) -> answers.Standings:
    task = task_of(result[Collected].schema.task)
    level = next(iter(result.metrics.values())).level
    return answers.Standings(compared.scores, task, task.metrics[0], level)


def _rivals(asked: Sequence[Question]) -> Mapping[str, Chain]:
    return next(q.variants for q in asked if q.table == RIVALS)


def _tables(
    result: Result,
    asked: Sequence[Question],
    standings: answers.Standings | None,
    timed: Timed,
) -> "dict[str, pd.DataFrame]":
    """What the run and the folds say together, by name of the table."""
    plain, rivals = result.tables, list(_rivals(asked))
    found = {
        "architectures": answers.architectures_scored(plain["architectures"], standings, rivals)
    }
    for question in asked:
        if question.table == RIVALS:
            continue
        if question.variants and standings is not None:
            found[question.table] = answers.effect_table(question, standings)
        else:
            found[question.table] = unfilled(question.why, applies=question.applies)
    tied = ["model"]
    compared = plain["model_comparison"]
    if standings is not None and rivals:
        compared = answers.compared_models(compared, rivals, standings, timed.speed)
        best = standings.tied_with_best([GIVEN, *rivals])
        tied = ["model" if name == GIVEN else name for name in best]
    found["model_comparison"] = compared
    found["prediction_speed"] = fastest_tied(timed.speed, tied)
    return found
