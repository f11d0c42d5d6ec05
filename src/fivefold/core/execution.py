"""Running the stages of a chain, whole or again in part: what was decided is carried out."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fivefold.core.context import Context, Given
from fivefold.core.decide import Decision, decide
from fivefold.core.derived import arguments, derived_name, present, provide
from fivefold.core.events import StageFinished, StageStarted, StageTaken
from fivefold.core.identity import identify
from fivefold.core.key import Key
from fivefold.core.record import Record, content_of
from fivefold.core.session import Session, check_refit_name
from fivefold.core.stage import Stage
from fivefold.core.wiring import Step, exchange
from fivefold.core.wording import together
from fivefold.errors import WiringError


@dataclass(frozen=True)
class Execution:
    """A run that took place: each step with what stood before it and what it wrote.

    Args:
        session: what is the same for all steps.
        steps: those that ran.
        before: the context that each step found.
        context: what stands after the last one.
        seconds: wall-clock time by name of the step.
    """

    session: Session
    steps: tuple[Step, ...]
    before: tuple[Context, ...]
    context: Context
    seconds: Mapping[str, float] = field(default_factory=dict)

    def again(
        self,
        changes: Given = (),
        *,
        stages: Mapping[str, Stage] | None = None,
        stop: int | None = None,
        session: Session | None = None,
        rehearsed: bool = False,
    ) -> Context:
        """Run again what depends on changed artifacts or settings, directly or not.

        A step that writes a changed artifact without reading it is left out, as its output is
        given; so is a step with side effects, and what needs its output. Steps that depend on
        nothing changed keep the output they had.

        Args:
            changes: artifacts that take the place of others, from the beginning.
            stages: those to run in the place of others, by name of the step.
            stop: number of steps to consider, all of them if None.
            session: to run in instead of this run's own, which leaves its files alone.
            rehearsed: call `rehearse()` instead of `run()` where a stage has it.

        Returns:
            The context after the last of these steps; this execution stays as it is.

        Raises:
            WiringError: if an artifact that was given from outside depends on a changed one, or a
                stage does not fit in the place of another.
        """
        session = self.session.apart() if session is None else session
        given = Context.of(changes)
        context = self.before[0] if self.before else self.context
        _refuse_stale(context, given)
        steps, old = self.steps[:stop], (*self.before, self.context)[1:]
        if stages:
            steps = exchange(steps, stages, context)
        decisions = decide(
            steps,
            context,
            changed=frozenset(given),
            exchanged=frozenset(stages or ()),
            old=old,
            rehearsed=rehearsed,
        )
        if session.directory is not None:
            given = given.with_contents(content_of)
        for key, content in zip(given, given.contents(given).values(), strict=True):
            context = context.extended(key, given[key], content=content)
        tried = () if rehearsed else None
        return carry_out(decisions, context, session, len(steps), old=old, tried=tried).context


def carry_out(
    decisions: Sequence[Decision],
    context: Context,
    session: Session,
    total: int,
    *,
    old: Sequence[Context] = (),
    record: Record | None = None,
    tried: Sequence[Step] | None = None,
    ahead: Callable[[int, Context], None] | None = None,
) -> Execution:
    """Do what was decided, step by step.

    Args:
        decisions: for each step.
        context: artifacts that are there before the first.
        session: of the run.
        total: number of steps of the whole chain.
        old: for a refit, what stood after each step before.
        record: of the run's folder, where artifacts are taken from and kept.
        tried: the steps that are done, where these are but tried and nobody is told.
        ahead: is called before each step, with its position and what it finds.
    """
    done = Execution(session, (), (), context)
    for position, decision in enumerate(decisions):
        if ahead is not None:
            ahead(position, done.context)
        step, context, seconds = decision.step, done.context, dict(done.seconds)
        if decision.lost:
            context = context.only(key for key in context if key != step.signature.writes)
        elif decision.act == "keep":
            context = _keep(step, context, old[position])
        elif decision.act == "take" and record is not None:
            context = take(step, context, record)
            seconds[step.name] = record.saved[step.name].seconds
            taken = StageTaken(
                number=step.number,
                total=total,
                wrote=str(step.signature.writes),
                directory=str(session.directory),
            )
            session.child(step.name).emit(taken)
        elif decision.act != "skip":
            context, seconds[step.name] = _run(
                decision, done, old[position] if old else Context(), total, record, tried
            )
        done = Execution(
            session, (*done.steps, step), (*done.before, done.context), context, seconds
        )
    return done


def _run(
    decision: Decision,
    done: Execution,
    old: Context,
    total: int,
    record: Record | None,
    tried: Sequence[Step] | None,
) -> tuple[Context, float]:
    """The context after a step that is run or rehearsed, and wall-clock seconds."""
    step, session, context = decision.step, done.session, done.context
    child, writes, began = session.child(step.name), step.signature.writes, time.perf_counter()
    rehearse, names = decision.act == "rehearse", list[str]()
    if tried is None:
        child.emit(StageStarted(number=step.number, total=total))

    def derive(key: Key, context: Context) -> Context:
        if key in decision.same and key in old:
            return context.taking(key, old)
        function, at = key.type.derivation, session.child(derived_name(key))
        reads = present(function, context)
        artifact = key.type.derive(**arguments(function, context, at))
        identity = identify((), at, context.contents(reads)) if session.directory else {}
        content = at.replace(identity=identity).key
        if record is not None:
            content = record.keep(derived_name(key), key, artifact, child, content)
        return context.extended(key, artifact, reads, content=content)

    def refit(
        changes: Given, *, name: str, stages: Mapping[str, Stage] | None, keep_seed: bool
    ) -> Context:
        check_refit_name(name, names)
        names.append(name)
        inner = session.refitted(step.name, name, keep_seed=keep_seed)
        if session.directory is not None:  # what cannot be saved is what this step makes of it
            made = f"{child.key} {name}"
            changes = Context.of(changes).with_contents(lambda each: content_of(each) or made)
        return replace(done, context=context).again(changes, stages=stages, session=inner)

    try:
        context = provide(step.signature, context, derive)
        reads = present(step.signature, context)
        if session.directory is not None:
            child = child.replace(identity=identify([step], child, context.contents(reads)))
        child = child.replace(refitting=None if rehearse else refit)
        function = step.stage.rehearse if rehearse else step.stage.run
        written = function(**arguments(step.signature, context, child))
        _check_written(step, total, written)
    except BaseException as error:
        past = done.steps if tried is None else tried
        error.add_note(_where(step, total, past, child.path, time.perf_counter() - began, rehearse))
        if tried is None:
            with suppress(AttributeError):
                error.written = done.context  # type: ignore[attr-defined]
        raise
    elapsed, content = time.perf_counter() - began, child.key
    if tried is None:
        child.emit(
            StageFinished(number=step.number, total=total, seconds=elapsed, wrote=str(writes))
        )
    if record is not None:
        content = record.keep(step.name, writes, written, child, content, elapsed)
    return context.extended(writes, written, reads, writer=step.title, content=content), elapsed


def _check_written(step: Step, total: int, written: object) -> None:
    declared = step.signature.writes
    if type(written) is declared.type:
        return
    raise WiringError(
        f"{step.title} (stage {step.number} of {total}) declares {declared}, "
        f"and run() returned {type(written).__name__}.",
        remedy=f"Define {step.title} again, after {declared}: its class statement ran twice."
        if type(written).__qualname__ == declared.type.__qualname__
        else f"Return {declared.type.__name__}, exactly.",
        key=declared,
    )


def take(step: Step, context: Context, record: Record) -> Context:
    """The context after a step that is not run, as what it wrote lies in the folder of the run.

    Raises:
        StoreError: if that, or what was derived for it, is not whole.
    """

    def stored(key: Key, context: Context) -> Context:
        name, reads = derived_name(key), present(key.type.derivation, context)
        artifact = record.load(key.type, name)
        return context.extended(key, artifact, reads, content=record.saved[name].sha256)

    context, writes = provide(step.signature, context, stored), step.signature.writes
    artifact = record.load(writes.type, step.name)
    reads, content = present(step.signature, context), record.saved[step.name].sha256
    return context.extended(writes, artifact, reads, writer=step.title, content=content)


def _keep(step: Step, context: Context, old: Context) -> Context:
    """The context after a step of a refit that is not run, with what stood there before."""

    def kept(key: Key, context: Context) -> Context:
        return context.taking(key, old) if key in old else context

    return kept(step.signature.writes, provide(step.signature, context, kept))


def _refuse_stale(start: Context, given: Context) -> None:
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


def _where(
    step: Step,
    total: int,
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
    where = f"in {what}{inside}, stage {step.number} of {total}"
    return f"{where}, after {elapsed:.1f} s; {listed} {verb} written"
