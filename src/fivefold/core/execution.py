"""Running the stages of a chain, whole or again in part."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fivefold.core.artifact import Artifact, Key
from fivefold.core.context import Context
from fivefold.core.events import Event, Noted, Observer, StageFinished, StageStarted
from fivefold.core.faults import raise_all
from fivefold.core.session import Link, Session, derive_seed
from fivefold.core.signature import Read, Signature
from fivefold.core.store import write_bytes
from fivefold.core.wiring import Step
from fivefold.errors import FivefoldError, StoreError, WiringError

_SESSION_ONLY = Signature((Read("session", Key(Session)),), Key(Session))


@dataclass(frozen=True)
class Run:
    """What is the same for all stages of one run."""

    seed: int = 0
    device: str = "auto"
    directory: Path | None = None
    recipe: str = "{}"
    observers: tuple[Observer, ...] = ()
    path: tuple[str, ...] = ()
    is_refit: bool = False

    def emit(self, event: Event) -> None:
        """Tell every listener."""
        for observer in self.observers:
            observer(event)

    def child(self, stage: str, name: str) -> "Run":
        """The run of a refit: own seed, sub-directory and nested events."""
        return replace(
            self,
            seed=derive_seed(self.seed, stage, name),
            directory=self.directory / stage / name if self.directory else None,
            path=(*self.path, stage, name),
            is_refit=True,
        )


@dataclass(frozen=True)
class Execution:
    """A run that took place: each step with what stood before it and what it wrote.

    Args:
        run: its constants.
        steps: those that ran.
        before: the context that each step found.
        context: what stands after the last one.
    """

    run: Run
    steps: tuple[Step, ...]
    before: tuple[Context, ...]
    context: Context
    seconds: Mapping[str, float] = field(default_factory=dict)

    def again(
        self,
        changes: Sequence[Artifact],
        *,
        stop: int | None = None,
        run: Run | None = None,
        rehearsed: bool = False,
    ) -> Context:
        """Run again what depends on the changed artifacts, directly or not.

        A step that writes a changed artifact without reading it is left out, as its output is
        given; so is a step with side effects. Steps that depend on nothing changed keep the
        output they had.

        Args:
            changes: artifacts that take the place of those of their class, from the beginning.
            stop: number of steps to consider, all of them if None.
            run: constants to use instead of this run's own.
            rehearsed: call `rehearse()` instead of `run()` where a stage has it.

        Returns:
            The context after the last of these steps; this execution stays as it is.
        """
        run = self.run if run is None else run
        given = {Key(type(artifact)): artifact for artifact in changes}
        changed = set(given)
        context = self.before[0]
        for key, artifact in given.items():
            context = context.extended(key, artifact)
        steps = self.steps[:stop]
        before: list[Context] = []
        for position, step in enumerate(steps):
            reads = {read.key for read in step.signature.reads}
            writes = step.signature.writes
            before.append(context)
            if writes in given and writes not in reads:
                continue
            if not reads & changed:
                context = _kept(self, position, context, changed)
                continue
            if type(step.stage).side_effects:
                continue
            changed.add(writes)
            context = run_step(step, len(steps), context, run, tuple(before), steps, rehearsed)
        return context


def execute(
    steps: tuple[Step, ...], context: Context, run: Run, *, until: int | None = None
) -> Execution:
    """Run steps one after the other.

    Args:
        steps: wired and checked.
        context: artifacts that are there before the first.
        run: constants of the run.
        until: number of steps to run, all of them if None.

    Raises:
        FivefoldError: what a stage raised, with a note of where it happened.
    """
    begun = time.perf_counter()
    active = steps[:until]
    before: list[Context] = []
    seconds: dict[str, float] = {}
    preflight(active, context, run)
    rehearsed = False
    for position, step in enumerate(active):
        if not rehearsed and type(step.stage).has_rehearsal():
            rehearsed = True
            _rehearse(active[position:], len(steps), context, run)
        before.append(context)
        started = time.perf_counter()
        run.emit(StageStarted(path=(*run.path, step.name), number=step.number, total=len(steps)))
        try:
            context = run_step(step, len(steps), context, run, tuple(before), active)
        except BaseException as error:
            error.add_note(_where(step, len(steps), active[:position], begun))
            raise
        seconds[step.name] = time.perf_counter() - started
        _keep(step, context, run)
        run.emit(
            StageFinished(
                path=(*run.path, step.name),
                number=step.number,
                total=len(steps),
                seconds=seconds[step.name],
                wrote=str(step.signature.writes),
            )
        )
        if position == 0:
            preflight(active[1:], context, run)
    return Execution(run, active, tuple(before), context, seconds)


def preflight(steps: Sequence[Step], context: Context, run: Run) -> None:
    """Ask every stage for its faults and raise them together.

    Raises:
        PreflightError: listing all of them, when there are several; one alone as it is.
    """
    faults: list[FivefoldError] = []
    for step in steps:
        arguments = _arguments(_SESSION_ONLY, context, run, step.name, None)
        faults += step.stage.preflight(arguments["session"])
    raise_all(faults)


def run_step(
    step: Step,
    total: int,
    context: Context,
    run: Run,
    before: tuple[Context, ...],
    steps: tuple[Step, ...],
    rehearsed: bool = False,
) -> Context:
    """One step on a context, with all it reads derived or at hand; the context after it."""
    for read in step.signature.reads:
        context = _with_derived(read.key, context, run)
    past = steps[: step.number - 1]

    def refit(artifact: Artifact, name: str) -> Context:
        done = Execution(run, past, before[: len(past)], context)
        return done.again([artifact], run=run.child(step.name, name))

    arguments = _arguments(step.signature, context, run, step.name, refit)
    is_rehearsal = rehearsed and type(step.stage).has_rehearsal()
    written = (step.stage.rehearse if is_rehearsal else step.stage.run)(**arguments)
    declared = step.signature.writes
    if type(written) is not declared.type:
        raise WiringError(
            f"{step.title} (stage {step.number} of {total}) declares {declared}, "
            f"and run() returned {type(written).__name__}.",
            remedy=f"Return {declared.type.__name__}, exactly.",
            key=declared,
        )
    return context.extended(declared, written)


def _keep(step: Step, context: Context, run: Run) -> None:
    """Save what a step wrote, where the caller wished for it."""
    if run.directory is None:
        return
    run.directory.mkdir(parents=True, exist_ok=True)
    write_bytes(run.directory / "recipe.json", run.recipe.encode())
    key = step.signature.writes
    try:
        context[key].save(run.directory / step.name / "artifact")
    except StoreError as error:
        run.emit(Noted(path=(*run.path, step.name), text=f"{key} was not saved: {error.summary}"))


def _with_derived(key: Key, context: Context, run: Run) -> Context:
    derivation = key.type.derivation
    if derivation is None or key.label or key in context:
        return context
    name = key.type.__name__.lower()
    arguments = _arguments(derivation, context, run, name, None)
    return context.extended(key, key.type.derive(**arguments))  # type: ignore[attr-defined]


def _arguments(
    signature: Signature, context: Context, run: Run, name: str, refit: Any
) -> dict[str, Any]:
    session = Session(
        seed=derive_seed(run.seed, name),
        device=run.device,
        directory=run.directory / name if run.directory else None,
        recipe=run.recipe,
        path=(*run.path, name),
        is_refit=run.is_refit,
        link=Link(context, run.emit, refit or _no_refit),
    )
    return {
        read.name: session if read.key.type is Session else context.get(read.key)
        for read in signature.reads
    }


def _no_refit(artifact: Artifact, name: str) -> Context:
    raise WiringError(
        f"{type(artifact).__name__}: expected refit() in a stage's run(), found it elsewhere.",
        remedy="Call session.refit from run().",
    )


def _rehearse(steps: Sequence[Step], total: int, context: Context, run: Run) -> None:
    """Let every stage that can show, before the long work, that it will not fail for sure."""
    for step in steps:
        if not type(step.stage).has_rehearsal():
            continue
        for read in step.signature.reads:
            context = _with_derived(read.key, context, run)
        arguments = _arguments(step.signature, context, run, step.name, None)
        if any(arguments[r.name] is None for r in step.signature.reads if not r.optional):
            continue
        try:
            context = context.extended(step.signature.writes, step.stage.rehearse(**arguments))
        except Exception as error:
            error.add_note(f"in the rehearsal of {step.title}, stage {step.number} of {total}")
            raise


def _kept(done: Execution, position: int, context: Context, changed: set[Key]) -> Context:
    """The context with what a step wrote the first time, and what was derived for it."""
    after = done.before[position + 1] if position + 1 < len(done.before) else done.context
    for key in after:
        if key not in done.before[position] or key == done.steps[position].signature.writes:
            artifact = after.get(key)
            if artifact is not None and key not in changed:
                context = context.extended(key, artifact)
    return context


def _where(step: Step, total: int, done: Sequence[Step], begun: float) -> str:
    written = [str(s.signature.writes) for s in done]
    listed = " and ".join(filter(None, [", ".join(written[:-1]), *written[-1:]])) or "nothing"
    verb = "was" if len(written) <= 1 else "were"
    elapsed = time.perf_counter() - begun
    where = f"in {step.title}, stage {step.number} of {total}"
    return f"{where}, after {elapsed:.1f} s; {listed} {verb} written"
