"""Searching for the settings of a pipeline, by validation scores alone."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from fivefold.core.chain import Chain
from fivefold.core.faults import missing_package
from fivefold.core.wish import ABOVE_0, FLAG, TEXT, Wish, counts
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.study.compare import metric_named
from fivefold.study.conduct import Conduct, check_study, conducted, processes
from fivefold.study.crossvalidate import CrossValidated
from fivefold.study.nested import judge_search
from fivefold.study.search import Search
from fivefold.study.start import Start
from fivefold.study.study import Study
from fivefold.study.tried import Trial, looks_of, read_trials, write_trials
from fivefold.study.tuned import Tuned
from fivefold.study.waves import Rules, Waves

if TYPE_CHECKING:
    from fivefold.codecs.schema import Schema


def tune(
    pipeline: Chain,
    space: "Mapping[str, Any] | Callable[[Chain, Schema], Mapping[str, Any]] | None" = None,
    *,
    trials: int = 50,
    folds: int = 0,
    nested: int = 0,
    metric: str | None = None,
    seconds: float | None = None,
    latency: float | None = None,
    prune: bool = True,
    warm: "Iterable[Tuned | str | Path]" = (),
    **conduct: Unpack[Conduct],
) -> Tuned:
    """Search for the settings of a pipeline that validation rows like best.

    Trials are proposed by Optuna's TPE in waves of `n_jobs`, each refitted from the raw rows. Test
    rows are in no trial. With one seed and one `n_jobs` the trials are the same, whether the study
    was ended and gone on with or not; but for `seconds` and `latency`, which ask a clock.

    Args:
        pipeline: from its source to a stage that trains; spaces may stand in its settings.
        space: what may be chosen, by `stage.setting`; by `stage` an `ff.choice` of whole stages, or
            of dicts of settings. Steps before and after the division of the rows alike. Or a
            function that gives it, of the pipeline and the schema of its rows.
        trials: how many.
        folds: of training and validation rows that each trial is scored on; 0 scores it on the
            validation rows of the pipeline.
        nested: folds, at least 2, in each of which the whole search is done anew, and its winner
            scored on rows that the search has not seen; 0 leaves the winner's score optimistic.
        metric: by which trials are compared: one of the task, or an own one of `Evaluate`, of which
            more is better unless it has an attribute `greater` that is False; None is the first of
            the task. Epochs and trials that are ended early go by the validation loss still.
        seconds: after which no trial begins and a network that trains is ended; at least one trial
            is done. The fit of an estimator comes to its own end; what is longer than that is
            told. What is nested does as many trials as were done, and is not bounded.
        latency: seconds that the answer to one row may take, by the graph that would be served.
        prune: end trials whose validation loss falls behind that of all which became the better
            three quarters of the finished ones, ten at least.
        warm: results of earlier studies, or their folders, to learn from.
        conduct: seed, device, n_jobs, directory, resume, progress, observers: see `Conduct`.

    Returns:
        The best settings, the pipeline with them, all trials.

    Raises:
        ConfigError: if an argument or a space is wrong.
        TrainingError: if every trial failed.
        ResumeError: if `directory` holds another study.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(),
        ...     ff.Train("mlp", epochs=3, lr=ff.log_uniform(1e-5, 1e-1))])
        >>> tuned = ff.tune(pipeline, trials=3, progress=False)
        >>> list(tuned.best), len(tuned.trials)
        (['train.lr'], 3)
        >>> tuned.pipeline["train"].lr == tuned.best["train.lr"]
        True

    Reference:
        Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011, section 4;
        Cawley and Talbot, On Over-fitting in Model Selection, JMLR 11, 2010, for `nested`.
    """
    values: dict[str, Any] = {"space": space, "trials": trials, "folds": folds, "nested": nested}
    values |= {"warm": warm, "metric": metric, "seconds": seconds}
    values |= {"latency": latency, "prune": prune}
    given = {name: (value, WISHES[name]) for name, value in values.items()}
    check_study("tune", conduct, given, pipeline)
    _check_installed()
    search = None if callable(space) else Search.of(pipeline, space)
    name, warmed, looks = _earlier(warm)
    wave = processes(conduct.get("n_jobs", 1), "tune")
    plain: dict[str, Any] = {"folds": folds, "prune": prune, "latency": latency, "wave": wave}
    plain |= {} if metric is None else {"metric": metric}
    asked = {"space": getattr(space, "__name__", "") if search is None else search.identity()}
    asked |= plain | {"warm": [[name, one.score, dict(one.written)] for one in warmed]}
    moment = None if seconds is None else time.time() + seconds
    with conducted("tune", asked, **conduct) as study:
        if callable(space):
            search = Search.of(pipeline, space(pipeline, study.gather(pipeline).collected.schema))
        assert search is not None
        start = _gather(study, search)
        chosen = metric_named(start.task, metric, start.metrics)
        rules = Rules(folds=folds, prune=prune, latency=latency, moment=moment, metric=chosen)
        _check_suits(start, rules, chosen.name, name)
        return _searched(
            study, search, start, rules, trials, nested=nested, warm=warmed, looks=looks
        )


def _searched(
    study: Study,
    search: Search,
    start: Start,
    rules: Rules,
    trials: int,
    *,
    nested: int,
    warm: Sequence[Trial],
    looks: Sequence[Trial],
) -> Tuned:
    """Try settings, and judge the search where that is asked for."""
    waves = Waves(
        study=study,
        search=search,
        start=start,
        partition=start.partition,
        seed=study.seed,
        rules=rules,
        warm=warm,
        after=lambda done: _note(study, search, waves.metric.name, done, looks),
    )
    waves.run(trials)
    done = len(waves.trials)
    judged = judge_search(study, search, start, rules, nested, done) if nested else None
    study.conclude(plural(done, "trial"), waves.metric.name, waves.best.score)
    return _tuned(waves, search, judged, tuple(looks))


def _note(
    study: Study, search: Search, metric: str, done: Sequence[Trial], looks: Sequence[Trial]
) -> None:
    """Write the trials down, where the study has a folder."""
    if study.directory is not None:
        space = search.identity()
        write_trials(done, study.directory, metric=metric, space=space, earlier=looks)


def _tuned(
    waves: Waves, search: Search, nested: CrossValidated | None, looks: tuple[Trial, ...]
) -> Tuned:
    """What came of a search."""
    best = waves.best
    return Tuned(
        pipeline=waves.pipelines[best.number],
        winner=best,
        tried=tuple(waves.trials),
        outcomes=waves.outcomes,
        pipelines=waves.pipelines,
        metric=waves.metric,
        task=waves.start.task,
        settings=tuple(at for at, _ in search.spaces()),
        importance=waves.proposer.importance(),
        nested=nested,
        folds=waves.rules.folds,
        overrun=waves.overrun,
        earlier=looks,
    )


def _gather(study: Study, search: Search) -> Start:
    """What trials begin with, by the first settings with which rows can be collected.

    Raises:
        Exception: what the first ones came to, if there are none.
    """
    fault: Exception | None = None
    for pipeline in search.corners():
        try:
            return study.gather(pipeline)
        except Exception as error:
            fault = fault or error
    assert fault is not None
    raise fault


def _earlier(
    warm: "Iterable[Tuned | str | Path]",
) -> tuple[str, list[Trial], list[Trial]]:
    """The metric and the trials of earlier studies; and all that these had begun from too."""
    given = [warm] if isinstance(warm, Tuned | str | Path) else list(warm)
    found = [
        (one.metric.name, one.tried, one.earlier)
        if isinstance(one, Tuned)
        else read_trials(Path(one))
        for one in given
    ]
    names = list(dict.fromkeys(name for name, _, _ in found))
    if len(names) > 1:
        remedy = "Begin from studies of one task."
        raise ConfigError.expected("tune", "one metric to learn from", ", ".join(names), remedy)
    trials = [trial for _, tried, _ in found for trial in tried]
    looks = looks_of([*trials, *(trial for _, _, earlier in found for trial in earlier)])
    return "".join(names), trials, looks


def _check_installed() -> None:
    """Refuse to search without Optuna.

    Raises:
        PreflightError: if it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("optuna") is None:
        remedy = "Install fivefold[tune]."
        raise missing_package("tune", "optuna", "proposes settings", remedy)


def _are_studies(value: Any) -> bool:
    """Whether it is an earlier study, or several."""
    if isinstance(value, Tuned | str | Path):
        return True
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        return False
    return not isinstance(value, Sequence) or all(isinstance(v, Tuned | str | Path) for v in value)


SPACE = Wish(
    "{} as spaces by address",
    lambda value: isinstance(value, Mapping) or callable(value),
    'Write space={{"train.lr": ff.log_uniform(1e-4, 1e-1)}}.',
)
WARM = Wish(
    "{} as earlier studies, or their folders",
    _are_studies,
    "Pass what ff.tune gave, or the path of its directory.",
)
WISHES: Mapping[str, Wish] = {
    "space": SPACE.or_none(),
    "trials": counts(1),
    "folds": counts(2, 0),
    "nested": counts(2, 0),
    "metric": TEXT.or_none(),
    "seconds": ABOVE_0.or_none(),
    "latency": ABOVE_0.or_none(),
    "prune": FLAG,
    "warm": WARM,
}
"""What the arguments of `tune` may be."""


def _check_suits(start: Start, rules: Rules, now: str, metric: str) -> None:
    """Refuse to choose by no rows, or by trials that were judged by something else.

    Raises:
        ConfigError: naming it.
    """
    if not rules.folds and not len(start.partition.valid):
        remedy = "Pass folds=5, or let Split draw validation rows."
        raise ConfigError.expected("tune", "validation rows to choose by", "none", remedy)
    if metric and metric != now:
        remedy = "Leave that study out of warm=."
        raise ConfigError.expected("tune", f"earlier trials judged by {now}", metric, remedy)
