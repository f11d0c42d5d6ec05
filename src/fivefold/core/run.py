"""A run from its first step on: what is there is taken, all else is done."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fivefold.core.circumstances import moment, noted
from fivefold.core.context import Context
from fivefold.core.decide import Decision, decide, with_rehearsals
from fivefold.core.events import Noted
from fivefold.core.execution import Execution, Work, carry_out
from fivefold.core.faults import raise_all
from fivefold.core.identity import identify, sources_of
from fivefold.core.lock import LOCK, locked
from fivefold.core.parameters import has_parameters, parameters_of
from fivefold.core.record import RECIPE, TORN, Record, begin_record, find_record, saved_digest
from fivefold.core.session import Session
from fivefold.core.space import holds_space
from fivefold.core.taking import look_ahead, take
from fivefold.core.wiring import Step
from fivefold.core.wording import brief, together
from fivefold.errors import ConfigError, FivefoldError, PreflightError, ResumeError, StoreError


def execute(
    steps: tuple[Step, ...], context: Context, session: Session, *, until: int | None = None
) -> Execution:
    """Run steps one after the other, `until` that many are done.

    Raises:
        PreflightError: if another run works in the folder, or if faults were found.
        ResumeError: if the run to go on with is another one.
        FivefoldError: what a stage raised, with a note of where it happened; `error.written` is
            the context with what was written before, to go on from.
    """
    folder = session.directory
    if folder is not None:
        session = session.replace(identity=identify(steps, session))
    if session.is_keyed:
        context = context.with_digests(saved_digest)

    def check(to_come: Sequence[Decision], context: Context) -> None:
        run = [each.step for each in to_come if each.act == "run"]
        preflight(run, context, session, ahead=[each.step for each in to_come])

    is_new = folder is not None and not folder.exists()
    with ExitStack() as held:
        if not is_new:
            held.enter_context(locked(folder))
        record = find_record(session)
        decisions = _decide(steps, context, session, record)
        if session.cache is not None:
            decisions = look_ahead(decisions[:until], context, session, record)
        decisions = with_rehearsals(decisions[:until], context)
        check(decisions, context)
        if is_new:  # nothing is written before that
            held.enter_context(locked(folder))
        record = begin_record(session, [step.name for step in steps], record)
        held.enter_context(noted(folder))
        work = Work(len(steps), record=record, check=check)
        done = carry_out(decisions, Execution(session, context, when=moment()), work)
        if record is not None:
            record.finished = len(done.decisions) == len(steps)
            record.write()
        return done


def _decide(
    steps: Sequence[Step], context: Context, session: Session, record: Record | None
) -> tuple[Decision, ...]:
    """What becomes of the steps of a run; what is taken is whole, and loaded.

    What turns out to be damaged is made again, and so is all after it.
    """
    damaged = {} if record is None else _with_other_sources(steps, session, record)
    while record is not None:
        decisions, there = decide(steps, context, stored=record.saved, damaged=damaged), context
        try:
            for step in [each.step for each in decisions if each.act == "take"]:
                there = take(step, there, session, record)
        except StoreError as error:
            damaged[step.name] = error.summary
            session.child(step.name).emit(Noted(text=f"{step.name} is made again: {error.summary}"))
            later = [each.name for each in steps[step.number :]]
            record.clear(later)  # what was made from it would be gone on with
            record.forget([step.name, *later])
            record.write()
        else:
            record.forget(each.step.name for each in decisions if each.act == "run")
            return decisions
    return decide(steps, context)


def _with_other_sources(steps: Sequence[Step], session: Session, record: Record) -> dict[str, str]:
    """The first step of a finished run whose source is not what it was, and why it is made again.

    A run that was interrupted goes on with the rows that it collected, and says so.
    """
    for step in (step for step in steps if step.name in record.saved):
        then = record.steps.get(step.name, {}).get("sources")
        now = {k: v for k, v in sources_of([step]).items() if isinstance(v, str)}  # not if gone
        if not then or not now or not {k for k in now if then.get(k, "") != now[k]}:
            continue
        child, name = session.child(step.name), step.name
        names = together([k for k in now if then.get(k) != now[k]])
        if record.finished:
            child.emit(Noted(text=f"{name} is made again: what is read ({names}) has changed."))
            later = [each.name for each in steps[step.number - 1 :]]
            record.clear(later)
            record.forget(later)
            record.finished = False
            record.write()
            return {name: f"what is read ({names}) has changed since"}
        text = f"What is read ({names}) has changed; the run goes on with the rows as they were."
        child.emit(Noted(text=text))
    return {}


def preflight(
    steps: Sequence[Step],
    context: Context,
    session: Session,
    *,
    ahead: Sequence[Step] | None = None,
) -> None:
    """Ask every stage for its faults and raise them together.

    Args:
        steps: to run.
        context: what was written so far.
        session: the run.
        ahead: all steps to come, those that are taken too; None where these are all.

    Raises:
        PreflightError: listing all of them, when there are several; one alone as it is.
    """
    faults = directory_faults(session.directory)
    faults += [] if session.cache is None else session.cache.faults()
    faults += reading_open(steps if ahead is None else ahead, context)
    is_open = {key for key in context if context[key].is_open}
    whole = context.only(key for key in context if key not in is_open)
    for step in steps:
        unsettled = open_faults(step)
        if unsettled:
            faults += unsettled
            continue
        try:
            faults += step.stage.preflight(
                session.child(step.name), context if step.stage.completes else whole
            )
        except FivefoldError as fault:
            faults.append(fault)
    raise_all(faults)


def reading_open(steps: Sequence[Step], context: Context) -> list[FivefoldError]:
    """The fault of the first stage that would read what no stage before it completes."""
    is_open = {key for key in context if context[key].is_open}
    for place, step in enumerate(steps):
        if step.stage.completes:
            is_open.discard(step.signature.writes)
        if step.ahead and step.stage.takes_open:
            continue
        for read in step.signature.reads:
            if read.key in is_open:
                by = (s for s in steps[place:] if s.stage.completes)
                later = next((s.title for s in by if s.signature.writes == read.key), "")
                return [context[read.key].open_fault(step.title, later)]
    return []


def open_faults(step: Step) -> list[FivefoldError]:
    """What of a stage's settings is a space, where a run needs a value."""
    return [
        PreflightError.expected(
            step.title,
            f"one value for `{name}`",
            brief(value),
            "Use ff.tune(pipeline), which chooses, or give a value.",
            setting=name,
        )
        for setting, given in step.stage.settings().items()
        for name, value in _inner(setting, given).items()
        if holds_space(value)
    ]


def _inner(setting: str, value: Any) -> dict[str, Any]:
    """A setting by its name; of an estimator its parameters."""
    if not has_parameters(value):
        return {setting: value}
    return {f"{setting}.{name}": inner for name, inner in parameters_of(value).items()}


def check_resumable(directory: Path | None, given: Context) -> None:
    """Refuse to go on where no folder is named, or from artifacts that no folder vouches for.

    Raises:
        ConfigError: if there is no directory.
        ResumeError: if artifacts come from outside.
    """
    if directory is None:
        remedy = "Pass directory= with the folder of the run, the same at every start."
        raise ConfigError.expected("Pipeline.run", "a directory to resume in", "none", remedy)
    if len(given):
        raise ResumeError(
            "Pipeline.run: expected a pipeline from its source on to resume, "
            f"found one given {', '.join(map(str, given))}.",
            remedy="Resume the whole pipeline, or run this part without resume.",
        )


def directory_faults(directory: Path | None) -> list[FivefoldError]:
    """What keeps a run from saving its artifacts there: no folder, not writable, not its own."""
    if directory is None:
        return []
    above = next(path for path in (directory, *directory.parents) if path.exists())
    of_a_run = above != directory or (directory / RECIPE).is_file()
    if not above.is_dir():
        found = f"a file, {above}"
    elif not of_a_run and any(p.name != LOCK and not p.match(TORN) for p in directory.iterdir()):
        found = "a folder that holds something else"
    elif not os.access(above, os.W_OK | os.X_OK):
        found = f"{above} read-only"
    else:
        return []
    summary = f"Pipeline.run: expected to save into {directory}, found {found}."
    remedy = "Choose a new folder, or that of an earlier run."
    return [PreflightError(summary, remedy=remedy, path=directory)]
