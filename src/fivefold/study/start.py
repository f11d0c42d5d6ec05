"""What all refits of a pipeline begin with: the rows, collected once, and how they are divided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated, Trained
from fivefold.core.cache import Cache
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.events import Observer
from fivefold.core.execution import Execution
from fivefold.core.key import Key
from fivefold.core.provided import derived_name
from fivefold.core.record import ARTIFACT
from fivefold.core.run import preflight
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.store import MANIFEST
from fivefold.core.wiring import place
from fivefold.errors import ConfigError
from fivefold.evaluate.evaluate import Evaluate
from fivefold.partition import Partition
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.metrics.metric import OwnMetric
    from fivefold.tasks.task import Task


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """Collected rows with the division that a plain run would have, and what is left to do.

    Attributes:
        context: what stands before the first stage that reads the division.
        partition: its test rows are for no fold.
        before: the stages that ran.
        stages: those that a refit runs, up to the one that trains.
        metrics: own metrics of the pipeline's Evaluate by name.
        level: coverage of intervals, as Evaluate has it.
        looks: the most models that may be scored on the test rows; None for any number.
        saved: the folder of the collected rows; None where none was asked for.
        judge: the name of the stage that scores, whose folds a study refits.
    """

    context: Context
    partition: Partition
    before: tuple[Stage, ...]
    stages: tuple[Stage, ...]
    metrics: "Mapping[str, OwnMetric]"
    level: float
    looks: int | None = None
    saved: Path | None = None
    judge: str = Evaluate.default_name()

    @property
    def collected(self) -> Collected:
        """The rows."""
        return self.context[Collected]

    @property
    def task(self) -> "Task":
        """What is predicted."""
        return task_of(self.collected.schema)


def split_pipeline(pipeline: Chain, who: str) -> tuple[int, tuple[Stage, ...]]:
    """Where the refits of a pipeline begin, and the stages that they run.

    Raises:
        ConfigError: if nothing in it reads a division of the rows, or trains.
    """
    if not isinstance(pipeline, Chain):
        remedy = "Pass Pipeline([Collect(...), Preprocess(), Train()])."
        raise ConfigError.expected(who, "a pipeline", f"a {type(pipeline).__name__}", remedy)
    stages = pipeline.stages
    wiring = [step.signature for step in place(stages)]
    reads = [Key(Partition) in [read.key for read in each.reads] for each in wiring]
    writes = [each.writes for each in wiring]
    end = writes.index(Key(Evaluated)) if Key(Evaluated) in writes else len(stages)
    begin = reads.index(True) if True in reads else end
    tail = tuple(stage for stage in stages[begin:end] if not type(stage).side_effects)
    if Key(Trained) not in [type(stage).wiring.writes for stage in tail]:
        raise ConfigError.expected(
            who,
            "a pipeline that divides rows and trains",
            " > ".join(type(stage).__name__ for stage in stages),
            "Pass one with Collect, Preprocess and Train.",
        )
    return begin, tail


def gather(
    pipeline: Chain,
    who: str,
    *,
    seed: int,
    device: str,
    directory: Path | None = None,
    resume: bool = False,
    observers: Iterable[Observer] = (),
    cache: Cache | None = None,
) -> Start:
    """Run a pipeline up to what needs a division of the rows, and draw that as a run would.

    Raises:
        ConfigError: if it is none that can be refitted.
        PreflightError: if faults were found before the work; what does not fit the rows is found
            by `begun_with`.
    """
    begin, tail = split_pipeline(pipeline, who)
    preflight(place([*tail, *_judging(pipeline)]), Context(), Session(seed=seed, device=device))
    execution = pipeline[:begin].execute(
        seed=seed,
        device=device,
        directory=directory,
        resume=resume,
        observers=observers,
        cache=cache,
    )
    context, partition = execution.context, divided(execution)
    saved = None
    if directory is not None:
        writers = [s.name for s in execution.steps if s.signature.writes == Key(Collected)]
        saved = directory / writers[-1] / ARTIFACT if writers else None
        saved = saved if saved is not None and (saved / MANIFEST).is_file() else None
    before = pipeline.stages[:begin]
    return Start(
        context=context,
        partition=partition,
        before=before,
        stages=tail,
        saved=saved,
        **_judged_by(pipeline),
    )


def divided(execution: Execution) -> Partition:
    """How the rows are divided that stages collected: as a stage said, else as a run would."""
    context = execution.context
    partition = context.get(Partition)
    if partition is None:
        session = execution.session.apart().child(derived_name(Key(Partition)))
        partition = Partition.derive(context[Collected], session)
    return partition


def begun_with(start: Start, pipeline: Chain, who: str, session: Session) -> Start:
    """The same rows for a pipeline that begins with the same stages, whose others fit them.

    Raises:
        ConfigError: if it is none that can be refitted.
        PreflightError: if its stages do not fit the rows.
    """
    _, tail = split_pipeline(pipeline, who)
    preflight(place([*tail, *_judging(pipeline)]), start.context, session)
    return replace(start, stages=tail, **_judged_by(pipeline))


def _judging(pipeline: Chain) -> list[Stage]:
    """The stages that score."""
    return [pipeline[name] for name in pipeline.writers_of(Evaluated)]


def _judged_by(pipeline: Chain) -> dict[str, Any]:
    """What the first of these says of metrics, intervals and looks, and what it is called."""
    names, usual = pipeline.writers_of(Evaluated), {"metrics": {}, "level": 0.95, "looks": None}
    if not names:
        return usual
    stage = pipeline[names[0]]
    return {"judge": names[0], **{n: getattr(stage, n, value) for n, value in usual.items()}}
