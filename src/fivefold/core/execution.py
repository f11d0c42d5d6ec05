"""Running the stages of a chain, whole or again in part: what was decided is carried out."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from fivefold.core.context import Context, Given
from fivefold.core.decide import Decision, decide_again
from fivefold.core.events import Noted, StageFinished, StageStarted, StageTaken
from fivefold.core.identity import identify
from fivefold.core.key import Key
from fivefold.core.record import Record, saved_digest
from fivefold.core.session import Session, check_refit_name
from fivefold.core.stage import Stage
from fivefold.core.wiring import Step, arguments, derived_name, exchange, present, provide
from fivefold.core.wording import together
from fivefold.errors import WiringError


@dataclass(frozen=True)
class Execution:
    """A run that took place: what became of each step and why, and what stood before each.

    `context` stands after the last of them; `seconds` are wall-clock time by name of the step.
    """

    session: Session
    context: Context
    decisions: tuple[Decision, ...] = ()
    before: tuple[Context, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in order."""
        return tuple(decision.step for decision in self.decisions)

    @property
    def after(self) -> tuple[Context, ...]:
        """The context after each step."""
        return (*self.before, self.context)[1:]

    def and_then(
        self, decision: Decision, context: Context, seconds: float | None = None
    ) -> "Execution":
        """With one step more, what stands after it, and the time that it took if it ran."""
        took = {} if seconds is None else {decision.step.name: seconds}
        decisions, before = (*self.decisions, decision), (*self.before, self.context)
        return Execution(self.session, context, decisions, before, {**self.seconds, **took})

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
        context.check_apart_from(given)
        steps = self.steps[:stop]
        old = {step.name: there for step, there in zip(self.steps, self.after, strict=True)}
        if stages:
            steps = exchange(steps, stages, context)
        decisions = decide_again(
            steps,
            context,
            frozenset(given),
            old=old,
            exchanged=frozenset(stages or ()),
            rehearsed=rehearsed,
        )
        if session.directory is not None:
            given = given.with_digests(saved_digest)
        for key, digest in zip(given, given.digests(given).values(), strict=True):
            context = context.extended(key, given[key], digest=digest)
        start = Execution(session, context)
        work = Work(len(steps), old, tried=start if rehearsed else None)
        return carry_out(decisions, start, work).context


@dataclass(frozen=True)
class Work:
    """What is the same for all steps that are carried out.

    Args:
        total: number of steps of the whole chain.
        old: for a refit, what stood after each step before, by its name.
        record: of the run's folder, where artifacts are taken from and kept.
        tried: what was done, where the steps are but tried after it and nobody is told.
        check: is called before each step but the first, with those to come and what they find.
    """

    total: int
    old: Mapping[str, Context] = field(default_factory=dict)
    record: Record | None = None
    tried: Execution | None = None
    check: Callable[[Sequence[Decision], Context], None] | None = None


def carry_out(decisions: Sequence[Decision], done: Execution, work: Work) -> Execution:
    """Do what was decided, step by step, after what is done."""
    for position, decision in enumerate(decisions):
        if position and work.check is not None:
            work.check(decisions[position:], done.context)
        _rehearse(decision, done, work)
        done = _ACTS[decision.act](decision, done, work)
    return done


def _rehearse(decision: Decision, done: Execution, work: Work) -> None:
    """Try what comes ahead of a step; what it gives is forgotten."""
    for each in decision.ahead:
        if each.act == "skip" and each.can_rehearse:
            text = f"{each.step.title} is not rehearsed before {decision.step.title}: {each.why}"
            done.session.child(each.step.name).emit(Noted(text=text))
    carry_out(decision.ahead, done, Work(work.total, tried=done))


def _skip(decision: Decision, done: Execution, work: Work) -> Execution:
    gone = {decision.step.signature.writes} if decision.lost else ()
    return done.and_then(decision, done.context.only(k for k in done.context if k not in gone))


def _keep(decision: Decision, done: Execution, work: Work) -> Execution:
    """A step of a refit that is not run, with what stood there before."""
    step, old = decision.step, work.old[decision.step.name]

    def kept(key: Key, context: Context) -> Context:
        return context.taking(key, old) if key in old else context

    context = kept(step.signature.writes, provide(step.signature, done.context, kept))
    return done.and_then(decision, context)


def _take(decision: Decision, done: Execution, work: Work) -> Execution:
    step, record = decision.step, work.record
    assert record is not None
    context = take(step, done.context, record)
    taken = StageTaken(
        number=step.number,
        total=work.total,
        wrote=str(step.signature.writes),
        directory=str(done.session.directory),
    )
    done.session.child(step.name).emit(taken)
    return done.and_then(decision, context, record.saved[step.name].seconds)


def take(step: Step, context: Context, record: Record) -> Context:
    """The context after a step that is not run, as what it wrote lies in the folder of the run.

    Raises:
        StoreError: if that, or what was derived for it, is not whole.
    """

    def stored(key: Key, context: Context) -> Context:
        name, reads = derived_name(key), present(key.type.derivation, context)
        artifact = record.load(key.type, name)
        return context.extended(key, artifact, reads, digest=record.saved[name].sha256)

    context, writes = provide(step.signature, context, stored), step.signature.writes
    artifact = record.load(writes.type, step.name)
    reads, digest = present(step.signature, context), record.saved[step.name].sha256
    return context.extended(writes, artifact, reads, writer=step.title, digest=digest)


def _run(decision: Decision, done: Execution, work: Work) -> Execution:
    """A step that is run, or rehearsed in place of that."""
    step, session, told = decision.step, done.session, work.tried is None
    child, writes, began = session.child(step.name), step.signature.writes, time.perf_counter()
    if told:
        child.emit(StageStarted(number=step.number, total=work.total))
    try:
        context = provide(step.signature, done.context, partial(_derive, decision, session, work))
        reads = present(step.signature, context)
        if session.directory is not None:
            child = child.replace(identity=identify([step], child, context.digests(reads)))
        function = step.stage.rehearse
        if decision.act == "run":
            refits = partial(_refit, replace(done, context=context), step, child, list[str]())
            function, child = step.stage.run, child.replace(refitting=refits)
        written = function(**arguments(step.signature, context, child))
        _check_written(step, work.total, written)
    except BaseException as error:
        error.add_note(_where(decision, child.path, done, work, time.perf_counter() - began))
        if told:
            with suppress(AttributeError):
                error.written = done.context  # type: ignore[attr-defined]
        raise
    seconds, digest = time.perf_counter() - began, child.digest
    if told:
        child.emit(
            StageFinished(number=step.number, total=work.total, seconds=seconds, wrote=str(writes))
        )
    if work.record is not None:
        digest = work.record.keep(step.name, writes, written, child, seconds)
    context = context.extended(writes, written, reads, writer=step.title, digest=digest)
    return done.and_then(decision, context, seconds)


_ACTS: Mapping[str, Callable[[Decision, Execution, Work], Execution]] = {
    "run": _run,
    "rehearse": _run,
    "take": _take,
    "keep": _keep,
    "skip": _skip,
}


def _derive(
    decision: Decision, session: Session, work: Work, key: Key, context: Context
) -> Context:
    """The context with an artifact that no stage writes, for a step that reads it."""
    old = work.old.get(decision.step.name, Context())
    if key in decision.derived_as_it_was and key in old:
        return context.taking(key, old)
    function, at = key.type.derivation, session.child(derived_name(key))
    reads = present(function, context)
    artifact = key.type.derive(**arguments(function, context, at))
    if session.directory is not None:
        at = at.replace(identity=identify((), at, context.digests(reads)))
    digest = at.digest
    if work.record is not None:
        digest = work.record.keep(derived_name(key), key, artifact, at)
    return context.extended(key, artifact, reads, digest=digest)


def _refit(
    done: Execution,
    step: Step,
    session: Session,
    names: list[str],
    changes: Given,
    *,
    name: str,
    stages: Mapping[str, Stage] | None,
    keep_seed: bool,
) -> Context:
    """What a stage calls as `session.refit`; `names` are those of its refits so far."""
    check_refit_name(name, names)
    names.append(name)
    inner = done.session.refitted(step.name, name, keep_seed=keep_seed)
    if inner.directory is not None:  # what cannot be saved is what this step makes of it
        made = f"{session.digest} {name}"
        changes = Context.of(changes).with_digests(lambda each: saved_digest(each) or made)
    return done.again(changes, stages=stages, session=inner)


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


def _where(
    decision: Decision, path: tuple[str, ...], done: Execution, work: Work, elapsed: float
) -> str:
    step, past = decision.step, work.tried or done
    written = [str(each.step.signature.writes) for each in past.decisions if not each.lost]
    verb = "was" if len(written) <= 1 else "were"
    what = f"the rehearsal of {step.title}" if decision.act == "rehearse" else step.title
    inside = f" ({' / '.join(path)})" if len(path) > 1 else ""
    where = f"in {what}{inside}, stage {step.number} of {work.total}"
    return f"{where}, after {elapsed:.1f} s; {together(written) or 'nothing'} {verb} written"
