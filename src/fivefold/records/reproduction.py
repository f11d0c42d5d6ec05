"""A run, run again: whether it gives what it gave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated
from fivefold.collect.collect import Collect
from fivefold.core.chain import Chain
from fivefold.core.difference import differences
from fivefold.core.estimate import Estimate
from fivefold.core.events import Observer
from fivefold.core.faults import raise_all
from fivefold.core.scratch import scratch
from fivefold.core.stage import Stage
from fivefold.core.wish import FLAG, FUNCTIONS, PATH, Asked, Wish, faults_of, list_of
from fivefold.errors import DataError, ResumeError
from fivefold.kinds.kind import Kind
from fivefold.records.changed import differing, facts_of
from fivefold.records.remade import ELSEWHERE, alone, given_again, remade
from fivefold.records.saved import SavedRun
from fivefold.report.tables import printed
from fivefold.serve.own import adopt_all
from fivefold.study.conduct import PIPELINE
from fivefold.tasks.task import Task
from fivefold.train import callback, rebuilt
from fivefold.train.callback import Callback

if TYPE_CHECKING:
    import pandas as pd


def objects_of(noun: str, cls: type[Any]) -> Wish:
    """A list of classes, or of their objects."""

    def fits(one: Any) -> bool:
        return issubclass(one, cls) if isinstance(one, type) else isinstance(one, cls)

    return list_of(noun, fits, such_as=cls.__name__)


STAGES = list_of(
    "classes of stages",
    lambda one: isinstance(one, type) and issubclass(one, Stage),
    such_as="MyStage",
)
ESTIMATORS = list_of("classes of estimators", rebuilt.is_estimator_class, such_as="MyEstimator")


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What a run gave then, and what it gives now.

    Args:
        run: its folder.
        surroundings: what differs between then and now: `what`, `then`, `now`.
        scores: by metric: `metric`, `then`, `now` and their `difference`.
        left_out: stages of one's own with side effects, which were not run.
    """

    run: str
    surroundings: "pd.DataFrame"
    scores: "pd.DataFrame"
    left_out: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every score is what it was, to the last bit."""
        return bool((self.scores["difference"] == 0).all())

    def __str__(self) -> str:
        said = [f"Run {self.run}, run again."]
        if len(self.surroundings):
            said += ["", "What is not as it was:", *printed(self.surroundings)]
        said += [f"Left out, as it has side effects: {name}." for name in self.left_out]
        count = int((self.scores["difference"] != 0).sum())
        verdict = f"{count} of {len(self.scores)} scores differ."
        if not count:
            verdict = f"All {len(self.scores)} scores are equal, to the last bit."
        return "\n".join([*said, "", *printed(self.scores), "", verdict])

    __repr__ = __str__


def reproduce(
    run: str | PathLike[str],
    *,
    anyway: bool = False,
    pipeline: Chain | None = None,
    stages: Iterable[type[Stage]] = (),
    kinds: Iterable[Kind | type[Kind]] = (),
    tasks: Iterable[Task | type[Task]] = (),
    callbacks: Iterable[Callback | type[Callback]] = (),
    estimators: Iterable[type[Any]] = (),
    progress: bool = True,
    observers: Iterable[Observer] = (),
) -> Reproduction:
    """Run again what a folder holds a run of, and say by how much each score differs.

    It runs in a folder of its own, which is removed: the run stays as it is, and so does its
    bundle, as one is written beside the new run and thrown away.

    Args:
        run: the folder, as `run(directory=...)` wrote it.
        anyway: go on where the data, or the pipeline that is handed over, are not what they were.
        pipeline: as the run had it, for what a recipe cannot hold: a module of your own, a loss, a
            frame. In the shell `--with FILE.py`, the file at whose top it stands. None makes it
            from the recipe.
        stages: classes of your own that its recipe names, if they are not imported yet.
        kinds: the same of kinds of columns.
        tasks: the same of what is predicted.
        callbacks: objects or classes of those that it names.
        estimators: classes of estimators of your own that it names, found by their names.
        progress: show lines and bars.
        observers: functions that are told every event.

    Returns:
        The scores of then and now, and what else is not as it was.

    Raises:
        ConfigError: if an argument is wrong, or the pipeline is not that of the run.
        ResumeError: if the folder holds no run, or one that was not evaluated.
        RecipeError: if a setting is a module, a function or a frame, which a recipe cannot hold,
            and `pipeline` is not handed over; or an estimator of a class that is neither
            scikit-learn's, imported nor handed over.
        DataError: if the data are not what they were.
    """
    wishes: Asked = {
        "run": (run, PATH),
        "anyway": (anyway, FLAG),
        "pipeline": (pipeline, PIPELINE.or_none()),
        "stages": (stages, STAGES),
        "kinds": (kinds, objects_of("kinds", Kind)),
        "tasks": (tasks, objects_of("tasks", Task)),
        "callbacks": (callbacks, objects_of("callbacks", Callback)),
        "estimators": (estimators, ESTIMATORS),
        "progress": (progress, FLAG),
        "observers": (observers, FUNCTIONS),
    }
    raise_all(faults_of("reproduce", wishes))
    adopt_all(kinds, tasks)
    callback.hand_over(callbacks)
    rebuilt.hand_over(estimators)
    saved = SavedRun.of(run, "reproduce")
    then = _scores(saved)
    whole = remade(saved, stages) if pipeline is None else given_again(saved, pipeline, anyway)
    found = saved.record.identity
    with scratch("reproduce") as place:
        kept, left_out = alone(whole, place, saved)
        asked: dict[str, Any] = {
            "seed": int(found["seed"]),
            "device": str(found["device"]),
            "directory": place / "run",
            "progress": progress,
            "observers": observers,
        }
        pairs = zip(kept.names, kept, strict=True)
        collects = next((name for name, stage in pairs if isinstance(stage, Collect)), None)
        if collects is not None:
            gathered = kept.run(until=collects, **asked)[Collected]
            _check_data(saved, gathered, anyway)
        kept.run(resume=collects is not None, **asked)
        again = SavedRun.of(place / "run", "reproduce")
        return Reproduction(
            run=fspath(run),
            surroundings=_surroundings(saved, again),
            scores=_compared(then, _scores(again)),
            left_out=left_out,
        )


def _scores(run: SavedRun) -> dict[str, Estimate]:
    """Every score that a run gave, with those of folds and by weights under names of their own.

    Raises:
        ResumeError: if it was not evaluated.
    """
    found: dict[str, Estimate] = {}
    for field, title in {"metrics": "", "weighted": "weighted ", "folds": "folds "}.items():
        scores: Mapping[str, Estimate] = run.field(Evaluated, field) or {}
        found |= {f"{title}{name}": score for name, score in scores.items()}
    if not found:
        raise ResumeError.expected(
            "reproduce",
            f"a run with scores in {run.folder}",
            f"none ({run.state})",
            "Run it to its end first, with Evaluate in the pipeline.",
            path=run.folder,
        )
    return found


def _check_data(saved: SavedRun, now: Collected, anyway: bool) -> None:
    then = saved.field(Collected, "provenance") or {}
    digest = str(then.get("sha256") or "")
    if anyway or not digest or digest == now.provenance.sha256:
        return
    found = f"{now.provenance.sha256[:12]} ({now.provenance.rows:,} rows)"
    raise DataError.expected(
        "reproduce",
        f"the data of the run, {digest[:12]} ({then.get('rows', 0):,} rows)",
        found,
        "Bring the data back, or pass anyway=True to see what other data give.",
        wanted_sha256=digest,
        found_sha256=now.provenance.sha256,
    )


def _surroundings(then: SavedRun, now: SavedRun) -> "pd.DataFrame":
    import pandas as pd

    own = {*ELSEWHERE, "state"}
    contents = [{"contents": _contents(run)} for run in (then, now)]
    lines = [
        {"what": name, "then": was, "now": is_now}
        for name, (was, is_now) in {**differing(then, now), **differences(*contents)}.items()
        if name.rpartition(".")[2] not in own
    ]
    facts, others = facts_of(then), facts_of(now)
    lines += [
        {"what": name, "then": facts[name], "now": others[name]}
        for name in facts
        if name not in own and facts[name] != others[name]
    ]
    return pd.DataFrame(lines, columns=["what", "then", "now"])


def _contents(run: SavedRun) -> dict[str, Any]:
    """Digests of what stands in the settings of a run, and is noted by its name alone."""
    steps = run.record.steps.values()
    return {name: digest for step in steps for name, digest in step.get("contents", {}).items()}


def _compared(then: Mapping[str, Estimate], now: Mapping[str, Estimate]) -> "pd.DataFrame":
    import pandas as pd

    lines = []
    for name in {**then, **now}:
        one, other = (float(scores.get(name, float("nan"))) for scores in (then, now))
        same = one == other or (one != one and other != other and name in then and name in now)
        lines.append((name, one, other, 0.0 if same else other - one))
    return pd.DataFrame(lines, columns=["metric", "then", "now", "difference"])
