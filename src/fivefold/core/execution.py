"""Running the stages of a chain, whole or again in part."""

import time
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.events import Noted, StageFinished, StageStarted
from fivefold.core.faults import raise_all
from fivefold.core.key import Key
from fivefold.core.resume import begin, earlier, keep, pass_by, take
from fivefold.core.run import Run, arguments, depends, directory_faults, with_derived
from fivefold.core.session import Session
from fivefold.core.wiring import Step
from fivefold.core.wording import together
from fivefold.errors import FivefoldError, WiringError


@dataclass(frozen=True)
class Execution:
    """A run that took place: each step with what stood before it and what it wrote.

    Args:
        run: its constants.
        steps: those that ran.
        before: the context that each step found.
        context: what stands after the last one.
        seconds: wall-clock time by name of the step.
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
        given; so is a step with side effects, and what needs its output. Steps that depend on
        nothing changed keep the output they had.

        Args:
            changes: artifacts that take the place of those of their class, from the beginning.
            stop: number of steps to consider, all of them if None.
            run: constants to use instead of this run's own, which leave its files alone.
            rehearsed: call `rehearse()` instead of `run()` where a stage has it.

        Returns:
            The context after the last of these steps; this execution stays as it is.

        Raises:
            WiringError: if an artifact that was given from outside depends on a changed one.
        """
        run = self.run.apart() if run is None else run
        given = {Key(type(artifact)): artifact for artifact in changes}
        stale, left_out = set(given), set[Key]()
        start = self.before[0] if self.before else self.context
        _refuse_stale(start, given)
        context = start
        for key, artifact in given.items():
            context = context.extended(key, artifact)
        before: list[Context] = []
        steps = self.steps[:stop]
        for position, step in enumerate(steps):
            before.append(context)
            writes = step.signature.writes
            reads = {read.key: read.optional for read in step.signature.reads}
            if writes in given and writes not in reads:
                continue
            if not any(depends(key, stale, context) for key in reads):
                after = (*self.before, self.context)[position + 1]
                derived = [key for key in after if key not in context and key not in stale]
                for key in dict.fromkeys([*derived, writes]):
                    if key not in left_out and key in after:
                        context = context.taking(key, after)
                continue
            needed = {key for key, optional in reads.items() if not optional}
            if type(step.stage).side_effects or needed & left_out:
                left_out.add(writes)
                context = context.only(key for key in context if key != writes)
                continue
            stale.add(writes)
            context = run_step(step, steps, tuple(before), context, run, rehearsed=rehearsed)[0]
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
        ResumeError: if the run to go on with is another one.
        FivefoldError: what a stage raised, with a note of where it happened; `error.written` is
            the context with what was written before, to go on from.
    """
    active = steps[:until]
    before: list[Context] = []
    taken, record = take(steps, until, context, run, earlier(run, steps))
    seconds: dict[str, float] = {}
    preflight([step for step in active if step.name not in taken], context, run)
    record = begin(run, steps, record)
    rehearsed = set(taken)
    late = any(type(step.stage).has_rehearsal() for step in active if step.name in taken)
    for position, step in enumerate(active):
        before.append(context)
        if step.name in taken:
            done = pass_by(step, len(steps), context, run, taken, record)
            context, seconds[step.name] = done
        else:
            if (late or type(step.stage).has_rehearsal()) and step.name not in rehearsed:
                rehearsed |= _rehearse(active, position, tuple(before[:-1]), context, run, taken)
            late = False
            try:
                context, seconds[step.name] = run_step(step, steps, tuple(before), context, run)
            except BaseException as error:
                with suppress(AttributeError):
                    error.written = context  # type: ignore[attr-defined]
                raise
            record = keep(step, before[-1], context, run, record, seconds[step.name])
        preflight([s for s in active[position + 1 :] if s.name not in taken], context, run)
    return Execution(run, active, tuple(before), context, seconds)


def preflight(steps: Sequence[Step], context: Context, run: Run) -> None:
    """Ask every stage for its faults and raise them together.

    Raises:
        PreflightError: listing all of them, when there are several; one alone as it is.
    """
    faults = directory_faults(run.directory)
    for step in steps:
        try:
            faults += step.stage.preflight(run.session(step.name, context), context)
        except FivefoldError as fault:
            faults.append(fault)
    raise_all(faults)


def run_step(
    step: Step,
    steps: Sequence[Step],
    before: tuple[Context, ...],
    context: Context,
    run: Run,
    *,
    rehearsed: bool = False,
) -> tuple[Context, float]:
    """One step on a context, with all it reads at hand or derived.

    Args:
        step: to run.
        steps: of the whole chain.
        before: the contexts that the steps so far found, this one's included.
        context: what this one finds.
        run: constants of the run.
        rehearsed: call `rehearse()` where the stage has it.

    Returns:
        The context after the step, and wall-clock seconds.
    """
    total, began, path = len(steps), time.perf_counter(), (*run.path, step.name)
    if not rehearsed:
        run.emit(StageStarted(path=path, number=step.number, total=total))
    past = tuple(steps[: step.number - 1])

    def refit(artifact: Artifact, name: str) -> Context:
        done = Execution(run, past, before[: len(past)], context)
        return done.again([artifact], run=run.child(step.name, name))

    declared = step.signature.writes
    is_rehearsal = rehearsed and type(step.stage).has_rehearsal()
    function = step.stage.rehearse if is_rehearsal else step.stage.run
    try:
        for read in step.signature.reads:
            context = with_derived(read.key, context, run)
        session = run.session(step.name, context, refit)
        written = function(**arguments(step.signature, context, session))
    except BaseException as error:
        elapsed = time.perf_counter() - began
        done = steps[: len(before)] if rehearsed else past
        error.add_note(_where(step, steps, done, path, elapsed, is_rehearsal))
        raise
    if type(written) is not declared.type:
        raise WiringError(
            f"{step.title} (stage {step.number} of {total}) declares {declared}, "
            f"and run() returned {type(written).__name__}.",
            remedy=f"Define {step.title} again, after {declared}: its class statement ran twice."
            if type(written).__qualname__ == declared.type.__qualname__
            else f"Return {declared.type.__name__}, exactly.",
            key=declared,
        )
    reads = [read.key for read in step.signature.reads if read.key in context]
    elapsed = time.perf_counter() - began
    if not rehearsed:
        run.emit(
            StageFinished(
                path=path, number=step.number, total=total, seconds=elapsed, wrote=str(declared)
            )
        )
    return context.extended(declared, written, reads, writer=step.title), elapsed


def _refuse_stale(start: Context, given: Mapping[Key, Artifact]) -> None:
    """Given artifacts must not depend on what changes: nothing here could make them again."""
    for key in start:
        origins = start.origins(key)
        if key in given:
            continue
        first = next((k for k in given if origins is None or k in origins), None)
        if first is None or (origins is None and _is_origin(key, first)):
            continue
        raise WiringError(
            f"Refit: expected all that depends on {first} to be made again, "
            f"found {key} given from outside.",
            remedy=f"Begin the pipeline before the stage that writes {key}.",
            key=key,
        )


def _is_origin(key: Key, derived: Key) -> bool:
    derivation = derived.type.derivation
    return derivation is not None and any(read.key == key for read in derivation.reads)


def _rehearse(
    steps: tuple[Step, ...],
    position: int,
    before: tuple[Context, ...],
    context: Context,
    run: Run,
    taken: Container[str],
) -> set[str]:
    """Let every stage that can show, before the long work, that it will not fail for sure.

    Returns:
        The names of those that did.
    """
    done: set[str] = set()
    for step in steps[position:]:
        if not type(step.stage).has_rehearsal() or step.name in taken:
            continue
        for read in step.signature.reads:
            context = with_derived(read.key, context, run)
        required = [r.key for r in step.signature.reads if not r.optional]
        missing = [k for k in required if k.type is not Session and k not in context]
        if missing:
            names = ", ".join(map(str, missing))
            note = f"{step.title} is not rehearsed before {steps[position].title}: it needs {names}"
            run.emit(Noted(path=(*run.path, step.name), text=note))
            continue
        context = run_step(step, steps, before, context, run, rehearsed=True)[0]
        done.add(step.name)
    return done


def _where(
    step: Step,
    steps: Sequence[Step],
    done: Sequence[Step],
    path: tuple[str, ...],
    elapsed: float,
    rehearsal: bool,
) -> str:
    written = [str(s.signature.writes) for s in done]
    listed = together(written) or "nothing"
    verb = "was" if len(written) <= 1 else "were"
    what = f"the rehearsal of {step.title}" if rehearsal else step.title
    inside = f" ({' / '.join(path)})" if len(path) > 1 else ""
    where = f"in {what}{inside}, stage {step.number} of {len(steps)}"
    return f"{where}, after {elapsed:.1f} s; {listed} {verb} written"
