"""One refit of a study: which stages, on which rows, and what comes of it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, PartName, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.core.artifact import UNSAVED, Artifact
from fivefold.core.context import Context
from fivefold.core.decide import decide_again
from fivefold.core.execution import Execution, Work, carry_out
from fivefold.core.identity import identify
from fivefold.core.key import Key
from fivefold.core.record import saved_digest
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wiring import place
from fivefold.decided import Decided
from fivefold.partition import Partition
from fivefold.study.mishap import let_go, may_pass, reason_of, trace_of
from fivefold.study.start import Start
from fivefold.study.watch import LATE, Watch, answer_seconds
from fivefold.tasks.judged import Judged
from fivefold.train.mix import Mix
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator

if TYPE_CHECKING:
    from fivefold.codecs.table import Array

OUTCOME = "outcome"


@dataclass(frozen=True, kw_only=True, eq=False)
class Unit:
    """One refit.

    Attributes:
        name: of its folder, and in messages; another one for each unit of a study.
        start: what it begins with.
        stages: that it runs, up to one that trains.
        partition: the rows that it learns from, stops by and is judged on.
        seed: of the refit; equal ones for what is compared in pairs.
        part: whose rows are scored; of an estimator, which would learn from those for validation,
            these are test rows.
        watch: what is looked at meanwhile.
        mixed: whether a model is also asked without each part of what it mixes.
        chosen: addresses of what a search chose for it, which may be chosen otherwise.
        deployed: whether an estimator answers by its graph, as a run scores it; else in its own
            precision.
        fault: why it cannot be begun.
    """

    name: str
    start: Start
    stages: tuple[Stage, ...]
    partition: Partition
    seed: int
    part: PartName = "test"
    watch: Watch | None = None
    mixed: bool = False
    chosen: tuple[str, ...] = ()
    deployed: bool = False
    fault: Exception | None = None

    def __post_init__(self) -> None:
        held = self.partition.valid
        if self.part == "valid" and any(map(_learns_all, self.stages)):
            judged = self.partition.replace(valid=held[:0], test=held)
            object.__setattr__(self, "partition", judged)
            object.__setattr__(self, "part", "test")
        elif self.part == "valid":
            object.__setattr__(self, "stages", tuple(map(_judged, self.stages)))

    @cached_property
    def partition_digest(self) -> str:
        """The digest that the division would be saved with."""
        return saved_digest(self.partition)

    def identity(self, device: str) -> dict[str, Any]:
        """What decides the bits of the outcome, as plain values."""
        session = Session(seed=self.seed, device=device)
        digests = self.start.context.digests([Key(Collected)])
        reads = {**digests, "Partition": self.partition_digest, "part": self.part}
        if self.watch is not None:
            reads["bounds"] = " ".join(map(repr, self.watch.bounds))
        if self.mixed:
            reads["mixed"] = "asked without each part"
        if self.deployed:
            reads["scored"] = "as deployed"
        handed = self.start.context.own([Key(Collected)])
        return identify(place(self.stages), session, reads, handed=handed)


def _learns_all(stage: Stage) -> bool:
    """Whether what a stage trains learns from validation rows too, as it stops by none."""
    trains = type(stage).wiring.writes == Key(Trained)
    return trains and is_estimator(getattr(stage, "model", None))


def _judged(stage: Stage) -> Stage:
    """A stage as it is where validation rows judge: nothing that it trains learns from them."""
    if isinstance(stage, Mix):
        return stage.replace(members=[{**each, "all_rows": False} for each in stage.members])
    return stage.replace(all_rows=False) if isinstance(stage, Options) else stage


class Outcome(Artifact):
    """What came of a unit.

    Attributes:
        scores: `(n, ...)` of the rows of its part.
        target: `(n, ...)` the truth for these.
        index: `(n,)` their positions in the collected table.
        weight: `(n,)` how much each counts; None for 1 each.
        learnt: training rows, and `stopped` those that training stopped by.
        seconds: wall-clock time by name of the stage.
        settings: what was decided in training.
        identity: what decided the bits; empty where nothing is kept.
        course: validation losses by epoch.
        ended: what ended training before its time, in words; empty where nothing did.
        failed: why there are no scores, in words.
        passing: whether what failed may pass at another start: memory, a file, code of the user's.
        answer_seconds: of one row, where that was measured.
        without: scores without each part of what the model mixes, by its name, where these were
            asked for; none in that of a part that answers alone.
        trace: where it arose, as Python tells it; empty for what fivefold refuses.
        error: the failure itself, where it arose in this process.
    """

    scores: "Array"
    target: "Array"
    index: "Array"
    weight: "Array | None"
    learnt: int
    stopped: int
    seconds: Mapping[str, float]
    settings: Decided
    identity: Mapping[str, Any]
    course: tuple[float, ...] = ()
    ended: str = ""
    failed: str = ""
    passing: bool = False
    answer_seconds: float | None = None
    without: "Mapping[str, Array]" = field(default_factory=dict)
    trace: str = ""
    error: BaseException | None = field(default=None, metadata=UNSAVED)

    @property
    def rows(self) -> Rows:
        """The rows that were scored, without their inputs."""
        return Rows(inputs={}, target=self.target, index=self.index, weight=self.weight)

    @property
    def fit_seconds(self) -> float:
        """All stages together."""
        return sum(self.seconds.values())

    @property
    def lasts(self) -> bool:
        """Whether the same unit would come to the same end: no clock and no failure ended it."""
        return not self.passing and LATE not in self.ended


def refit(unit: Unit, session: Session) -> Execution:
    """Run the stages of a unit after what it starts with, as a refit of a run is."""
    watch = unit.watch
    steps = place(unit.stages if watch is None else watch.over(unit.stages))
    digest = unit.partition_digest if session.is_keyed else ""
    context = unit.start.context.extended(Key(Partition), unit.partition, digest=digest)
    names = frozenset(step.name for step in steps)
    decisions = decide_again(steps, context, frozenset(context), old={}, exchanged=names)
    return carry_out(decisions, Execution(session, context), Work(len(steps)))


def fit_unit(unit: Unit, session: Session, identity: Mapping[str, Any]) -> Outcome:
    """Refit, and score the rows that it is judged on; a failure is an outcome too.

    Args:
        unit: which stages on which rows.
        session: of the refit, below whose directory training keeps its states.
        identity: what decides the bits; empty where nothing is kept.
    """
    try:
        return _fitted(unit, session, identity)
    except Exception as error:
        let_go(error)
        return failed(unit, identity, error)


def _fitted(unit: Unit, session: Session, identity: Mapping[str, Any]) -> Outcome:
    if unit.fault is not None:
        raise unit.fault
    execution = refit(unit, session)
    data, trained = execution.context[Preprocessed], execution.context[Trained]
    rows, watch = getattr(data, unit.part), unit.watch
    scores, timed = scores_of_model(execution.context, unit), watch and watch.timed
    seconds = answer_seconds(trained.model, data.train.inputs) if timed else None
    return Outcome(
        scores=scores,
        target=rows.target,
        index=rows.index,
        weight=rows.weight,
        learnt=trained.settings.rows or len(unit.partition.train),
        stopped=0 if trained.settings.rows else len(unit.partition.valid),
        seconds=dict(execution.seconds),
        settings=trained.settings,
        identity=dict(identity),
        course=tuple(map(float, trained.history["valid_loss"])),
        ended=next((f.sentence for f in trained.findings if f.code == "stopped"), ""),
        answer_seconds=seconds,
        without=scores_without(execution.context, unit.part) if unit.mixed else {},
    )


def failed(unit: Unit, identity: Mapping[str, Any], error: BaseException) -> Outcome:
    """What came of a unit that could not be done: the rows that it was to learn and to answer."""
    import numpy as np

    division, whole = unit.partition, any(map(_learns_all, unit.stages))
    return Outcome(
        scores=np.empty(0),
        target=np.empty(0),
        index=getattr(division, unit.part),
        weight=None,
        learnt=len(division.train) + (len(division.valid) if whole else 0),
        stopped=0 if whole else len(division.valid),
        seconds={},
        settings=Decided(),
        identity=dict(identity),
        failed=reason_of(error),
        passing=may_pass(error),
        trace=trace_of(error),
        error=error,
    )


def scores_of_model(context: Context, unit: Unit) -> "Array":
    """What the trained model answers for the rows that a unit is judged on."""
    from fivefold.models.answered import answered

    data, model = context[Preprocessed], context[Trained].model
    return answered(model, getattr(data, unit.part), data.codec, exact=not unit.deployed)


def first_metric(unit: Unit, outcome: Outcome) -> dict[str, float]:
    """The first metric of the scored rows; nothing where it failed."""
    if outcome.failed:
        return {}
    task = unit.start.task
    judged = Judged.of(task, outcome.target, outcome.scores)
    return {task.metrics[0].name: task.metrics[0](judged.target, judged.scores)}


def scores_without(context: Context, part: PartName) -> "dict[str, Array]":
    """What a blend answers without each of its parts; nothing of one that needs no other."""
    import numpy as np

    from fivefold.models.blend import Blend
    from fivefold.models.networks import BLENDS
    from fivefold.models.score import score_parts

    data, model = context[Preprocessed], context[Trained].model
    if not isinstance(model.body, (Blend, *BLENDS)):
        return {}
    found = score_parts(model, getattr(data, part).inputs, without=True)
    return found or {name: np.empty(0) for name, share in model.body.parts.items() if share}


def keep(outcome: Outcome, folder: Path) -> None:
    """Save an outcome whole, and let go of what training left to go on from.

    Raises:
        StoreError: if something in it would need pickle.
    """
    outcome.save(folder / OUTCOME)
    for path in folder.iterdir():
        if path.is_dir() and path.name != OUTCOME:
            shutil.rmtree(path)
