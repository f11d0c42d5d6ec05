"""Running the stages of a chain, whole or again in part: what was decided is carried out."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from fivefold.core.context import Context, Given
from fivefold.core.decide import Decision, decide_again, with_rehearsals
from fivefold.core.events import Noted, StageFinished, StageStarted, StageTaken
from fivefold.core.failure import refused, where, with_run
from fivefold.core.identity import handed_by
from fivefold.core.keeping import derive, keep_made, known_digest
from fivefold.core.key import Key
from fivefold.core.outline import outline_of
from fivefold.core.provided import arguments, present, provide
from fivefold.core.record import Record, saved_digest
from fivefold.core.session import Session, check_refit_name
from fivefold.core.stage import Stage
from fivefold.core.taking import known, looked, take, take_cached
from fivefold.core.why import told
from fivefold.core.wiring import Step, check_written, exchange


@dataclass(frozen=True)
class Execution:
    """A run that took place: what became of each step and why, and what stood before each.

    `context` stands after the last of them; `seconds` are wall-clock time by name of the step;
    `when` is the moment when it was begun, in UTC, empty where that is not known.
    """

    session: Session
    context: Context
    decisions: tuple[Decision, ...] = ()
    before: tuple[Context, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    when: str = ""

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
        took = {**self.seconds, **took}
        return replace(self, context=context, decisions=decisions, before=before, seconds=took)

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
        session, given = session or self.session.apart(), Context.of(changes)
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
        if session.is_keyed:
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
    """Do what was decided, step by step, after what is done.

    Where there is a cache, it is looked at before a step is run: then what decides the bits of the
    step is known, and what was made of the same is taken.
    """
    to_come = list(decisions)
    while to_come:
        ready = _settle(to_come, done, work)
        if len(to_come) < len(decisions) and work.check is not None:
            work.check(to_come, done.context)
        decision = to_come.pop(0)
        _rehearse(decision, ready, work)
        after = _ACTS[decision.act](decision, ready, work)
        done = replace(after, before=(*done.before, done.context))
        if work.record is not None:
            work.record.decided[decision.step.name] = told(done.decisions[-1], done.decisions[:-1])
        judged = work.tried is None and not done.session.is_refit
        if judged and (error := refused(done.decisions, done.context, work.total)) is not None:
            raise with_run(error, done)
    return done


def _settle(to_come: list[Decision], done: Execution, work: Work) -> Execution:
    """Decide by the cache what becomes of the next step; what is done, with what is derived."""
    decision, session, stage = to_come[0], done.session, to_come[0].step.stage
    is_open = decision.act == "run" and decision.look is None and not stage.side_effects
    if session.cache is None or work.tried is not None or not is_open:
        return done
    with _noting(decision, done, work):
        add = partial(derive, decision, session, work.old, work.record)
        context = provide(decision.step.signature, done.context, add)
        to_come[0] = looked(decision, context, session, done.steps)
    if to_come[0].act == "take" and decision.ahead:  # the tries go on to the next that runs
        to_come[0] = replace(to_come[0], ahead=())
        to_come[:] = with_rehearsals(to_come, done.context)
    return replace(done, context=context)


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
    step, record, session = decision.step, work.record, done.session
    writes, child = step.signature.writes, session.child(step.name)
    if decision.look is not None and session.cache is not None:
        add = partial(derive, decision, session, work.old, work.record)
        context, entry = take_cached(decision, provide(step.signature, done.context, add), session)
        seconds, place = entry.seconds, session.cache.folder
        child = child.replace(identity=decision.look.identity)
        if record is not None:
            made, outline = context[(writes.type, writes.label)], outline_of(step, context, session)
            record.keep(step.name, writes, made, child, seconds, outline)
        if not session.is_refit:
            session.cache.note(step.name, child.digest)
    else:
        assert record is not None
        context = take(step, done.context, session, record)
        seconds, place = record.saved[step.name].seconds, record.folder
    wrote, total = str(writes), work.total
    child.emit(StageTaken(number=step.number, total=total, wrote=wrote, directory=str(place)))
    return done.and_then(decision, context, seconds)


def _run(decision: Decision, done: Execution, work: Work) -> Execution:
    """A step that is run, or rehearsed in place of that."""
    step, session, heard = decision.step, done.session, work.tried is None
    child, writes, began = session.child(step.name), step.signature.writes, time.perf_counter()
    if heard:
        child.emit(StageStarted(number=step.number, total=work.total))
    names = list[str]()
    with _noting(decision, done, work):
        add = partial(derive, decision, session, work.old, work.record)
        context = provide(step.signature, done.context, add)
        reads = present(step.signature, context)
        if session.is_keyed:
            decision = known(decision, context, session, work.record)
            child = child.replace(identity=decision.look.identity if decision.look else {})
        function = step.stage.rehearse
        if decision.act == "run":
            refits = partial(_refit, replace(done, context=context), step, child, names)
            function, child = step.stage.run, child.replace(refitting=refits)
        written = function(**arguments(step.signature, context, child))
        check_written(step, work.total, written)
    seconds, digest, wrote = time.perf_counter() - began, child.digest, str(writes)
    if heard:
        total = work.total
        child.emit(StageFinished(number=step.number, total=total, seconds=seconds, wrote=wrote))
        decision, digest = keep_made(
            decision,
            written,
            child,
            work.record,
            seconds=seconds,
            refits=(done.steps, context, session) if names else None,
            outline=outline_of(step, context, session),
        )
    own = handed_by(step)
    context = context.extended(writes, written, reads, writer=step.title, digest=digest, own=own)
    return done.and_then(decision, context, seconds)


_ACTS: Mapping[str, Callable[[Decision, Execution, Work], Execution]] = {
    "run": _run,
    "rehearse": _run,
    "take": _take,
    "keep": _keep,
    "skip": _skip,
}


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
    if inner.is_keyed:  # what cannot be saved is what this step makes of it
        digest = known_digest(session)
        made = f"{digest} {name}" if digest else ""
        changes = Context.of(changes).with_digests(lambda each: saved_digest(each) or made)
    return done.again(changes, stages=stages, session=inner)


@contextmanager
def _noting(decision: Decision, done: Execution, work: Work) -> Iterator[None]:
    """Say of what fails where it was, and what was written before."""
    began = time.perf_counter()
    try:
        yield
    except BaseException as error:
        path, past = done.session.child(decision.step.name).path, work.tried or done
        seconds = time.perf_counter() - began
        error.add_note(where(decision, path, past.decisions, work.total, seconds))
        if work.tried is None:
            with suppress(AttributeError):
                error.written = done.context  # type: ignore[attr-defined]
        raise
