"""A run from its first step on: what is there is taken, all else is done."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from fivefold.core.context import Context
from fivefold.core.decide import Decision, decide
from fivefold.core.events import Noted
from fivefold.core.execution import Execution, carry_out, take
from fivefold.core.faults import raise_all
from fivefold.core.identity import identify
from fivefold.core.lock import LOCK, locked
from fivefold.core.record import RECIPE, TORN, Record, begin, content_of, earlier
from fivefold.core.session import Session
from fivefold.core.wiring import Step
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
    with ExitStack() as held:
        return _execute(steps, context, session, until, held)


def _execute(
    steps: tuple[Step, ...],
    context: Context,
    session: Session,
    until: int | None,
    held: ExitStack,
) -> Execution:
    is_new = session.directory is not None and not session.directory.exists()
    if not is_new:
        held.enter_context(locked(session.directory))
    if session.directory is not None:
        session = session.replace(identity=identify(steps, session))
        context = context.with_contents(content_of)
    record = earlier(session)
    decisions = _decide_taking(steps, until, context, session, record)
    to_run = [each.step for each in decisions if each.act == "run"]
    preflight(to_run, context, session)
    if is_new:  # nothing is written before that
        held.enter_context(locked(session.directory))
    record = begin(session, [step.name for step in steps], record)
    was_rehearsed = any(_can_rehearse(each.step) for each in decisions if each.act == "take")
    rehearsed: set[str] = set()

    def ahead(position: int, context: Context) -> None:
        """Faults of the steps to come, and before the long work their rehearsals."""
        step, rest = steps[position], [each for each in to_run if each.number > position]
        if position:
            preflight(rest, context, session)
        late = was_rehearsed and rest == to_run
        if step in rest and step.name not in rehearsed and (late or _can_rehearse(step)):
            tried = decide(rest, context, rehearsed=True)
            for each in tried:
                if each.act == "skip" and _can_rehearse(each.step):
                    text = f"{each.step.title} is not rehearsed before {step.title}: {each.why}"
                    session.child(each.step.name).emit(Noted(text=text))
            carry_out(tried, context, session, len(steps), tried=steps[:position])
            rehearsed.update(each.step.name for each in tried if each.act == "rehearse")

    return carry_out(decisions, context, session, len(steps), record=record, ahead=ahead)


def _decide_taking(
    steps: Sequence[Step],
    until: int | None,
    context: Context,
    session: Session,
    record: Record | None,
) -> tuple[Decision, ...]:
    """What becomes of the steps of a run; what is taken is whole, and loaded.

    What turns out to be damaged is made again, and so is all after it.
    """
    decisions = decide(steps, context, stored=record.saved if record else ())
    if record is None:
        return decisions[:until]
    there = context
    for step in [each.step for each in decisions[:until] if each.act == "take"]:
        try:
            there = take(step, there, record)
        except StoreError as error:
            text = f"{step.name} is made again: {error.summary}"
            session.child(step.name).emit(Noted(text=text))
            later = [each.name for each in steps[step.number :]]
            record.clear(later)  # what was made from it would be gone on with
            record.forget([step.name, *later])
            record.write()
            return _decide_taking(steps, until, context, session, record)
    record.forget(each.step.name for each in decisions if each.act == "run")
    return decisions[:until]


def _can_rehearse(step: Step) -> bool:
    return type(step.stage).has_rehearsal()


def preflight(steps: Sequence[Step], context: Context, session: Session) -> None:
    """Ask every stage for its faults and raise them together.

    Raises:
        PreflightError: listing all of them, when there are several; one alone as it is.
    """
    faults = directory_faults(session.directory)
    for step in steps:
        try:
            faults += step.stage.preflight(session.child(step.name), context)
        except FivefoldError as fault:
            faults.append(fault)
    raise_all(faults)


def check_resumable(directory: Path | None, given: Context) -> None:
    """Refuse to go on where no folder is named, or from artifacts that no folder vouches for.

    Raises:
        ConfigError: if there is no directory.
        ResumeError: if artifacts come from outside.
    """
    if directory is None:
        raise ConfigError(
            "Pipeline.run: expected a directory to resume in, found none.",
            remedy="Pass directory= with the folder of the run, the same at every start.",
        )
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
    found = ""
    if not above.is_dir():
        found = f"a file, {above}"
    elif above == directory and not (directory / RECIPE).is_file():
        others = [p for p in directory.iterdir() if p.name != LOCK and not p.match(TORN)]
        found = "a folder that holds something else" if others else ""
    if not found and not os.access(above, os.W_OK | os.X_OK):
        found = f"{above} read-only"
    if not found:
        return []
    return [
        PreflightError(
            f"Pipeline.run: expected to save into {directory}, found {found}.",
            remedy="Choose a new folder, or that of an earlier run.",
            path=directory,
        )
    ]
