"""What was made before and is taken: from the folder of a run, or from the cache."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from fivefold.core.artifact import Artifact, Outline
from fivefold.core.cache import Entry, key_of
from fivefold.core.context import Context
from fivefold.core.decide import Decision, Look, settle
from fivefold.core.difference import differences
from fivefold.core.events import Noted
from fivefold.core.identity import handed_by, identify, unseen
from fivefold.core.key import Key
from fivefold.core.outline import outline_of
from fivefold.core.provided import derived_name, present, provide
from fivefold.core.record import Record, saved_digest
from fivefold.core.session import Session
from fivefold.core.wiring import Step
from fivefold.errors import StoreError


def take(step: Step, context: Context, session: Session, record: Record) -> Context:
    """The context after a step that is not run, as what it wrote lies in the folder of the run.

    Raises:
        StoreError: if that, or what was derived for it, is not whole.
        ResumeError: if it is put into what the stage makes, whose settings hold something else.
    """

    def stored(key: Key, context: Context) -> Context:
        name, reads = derived_name(key), present(key.type.derivation, context)
        artifact = record.load(key.type, name)
        return context.extended(key, artifact, reads, digest=record.saved[name].sha256)

    context, writes = provide(step.signature, context, stored), step.signature.writes
    reads, digest = present(step.signature, context), record.saved[step.name].sha256
    if record.needs_stage(step.name):
        digests, child = context.digests(reads), session.child(step.name)
        record.check_holds(step.name, identify([step], child, digests, sources=False))
    artifact = record.load(writes.type, step.name, outline_of(step, context, session))
    own = handed_by(step)
    return context.extended(writes, artifact, reads, writer=step.title, digest=digest, own=own)


def take_cached(decision: Decision, context: Context, session: Session) -> tuple[Context, Entry]:
    """The context after a step that is not run, as the cache holds what it wrote.

    Raises:
        StoreError: if that is damaged or gone.
    """
    assert decision.look is not None
    step, writes = decision.step, decision.step.signature.writes
    outline = outline_of(step, context, session)
    artifact, entry = _loaded(key_of(decision.look.identity), writes, session, outline)
    reads = present(step.signature, context)
    digest, own, title = entry.artifact, handed_by(step), step.title
    context = context.extended(writes, artifact, reads, writer=title, digest=digest, own=own)
    return context, entry


def derived_identity(key: Key, context: Context, session: Session) -> Session:
    """The session in which an artifact is derived that no stage writes, with its identity."""
    at = session.child(derived_name(key))
    if not session.is_keyed:
        return at
    read = present(key.type.derivation, context)
    digests, handed = context.digests(read), context.own(read)
    return at.replace(identity=identify((), at, digests, handed=handed, artifact=key.type))


def derived_before(key: Key, context: Context, session: Session) -> Artifact:
    """An artifact that no stage writes, as the cache holds it.

    Raises:
        StoreError: if that is damaged or not there.
    """
    return _loaded(derived_identity(key, context, session).digest, key, session)[0]


def looked(
    decision: Decision, context: Context, session: Session, before: Sequence[Step]
) -> Decision:
    """What becomes of a step that would be run, by what the cache holds.

    Args:
        decision: to run it.
        context: all that it reads is there.
        session: of the run.
        before: the steps before it.
    """
    step, cache = decision.step, session.cache
    assert cache is not None
    child, writes = session.child(step.name), step.signature.writes
    reads = present(step.signature, context)
    identity = identify([step], child, context.digests(reads), handed=context.own(reads))
    amiss, damaged, cached = type(step.stage).uncacheable or unseen(identity), "", False
    if not amiss:
        try:
            entry = cache.find(key_of(identity))
            if entry is not None and entry.refits in ("", refits_of(before, context, session)):
                outline = outline_of(step, context, session)
                cache.hold(entry, cache.load(entry, writes.type, outline))
                cached = True
        except StoreError as error:
            damaged = error.summary
            child.emit(Noted(text=f"{step.name} is made again: {damaged}"))
    elif step.title not in cache.said:
        cache.said.add(step.title)
        child.emit(Noted(text=f"{step.title} is not cached: {amiss}."))
    earlier = None
    if not cached and not session.is_refit:
        known = list(cache.earlier(step.name, identity))
        earlier = min(known, key=lambda each: len(differences(each, identity)), default=None)
    return settle(decision, Look(identity, amiss, damaged, cached, earlier))


def known(
    decision: Decision, context: Context, session: Session, record: Record | None
) -> Decision:
    """The decision for a step with what decides its bits, and what did in the folder's last run."""
    if decision.look is not None:
        return decision
    step = decision.step
    reads = present(step.signature, context)
    digests, handed = context.digests(reads), context.own(reads)
    look = Look(
        identify([step], session.child(step.name), digests, handed=handed),
        before=None if record is None else record.earlier.get(step.name),
    )
    return replace(decision, look=look) if look.before is None else settle(decision, look)


def refits_of(before: Sequence[Step], context: Context, session: Session) -> str:
    """The digest of what decides the bits of a step's refits; empty where that is not known."""
    digests, handed = context.digests(context), context.own(context)
    identity = identify(before, session, digests, handed=handed, sources=False)
    return "" if unseen(identity) else key_of(identity)


def look_ahead(
    decisions: Sequence[Decision], context: Context, session: Session, record: Record | None
) -> tuple[Decision, ...]:
    """The decisions for a run, with what can be taken from the cache up to a step that runs."""
    found, before = [_of_effects(decision) for decision in decisions], list[Step]()
    for place, decision in enumerate(decisions):
        step = decision.step
        if decision.act == "take" and record is not None:
            context = take(step, context, session, record)
        elif type(step.stage).side_effects:
            break
        else:
            try:
                context = provide(step.signature, context, partial(_derived, session))
            except StoreError:
                break
            found[place] = looked(decision, context, session, before)
            if found[place].act != "take":
                break
            context, entry = take_cached(found[place], context, session)
            assert session.cache is not None
            session.cache.hold(entry, context[step.signature.writes])
        before.append(step)
    return tuple(found)


def _of_effects(decision: Decision) -> Decision:
    effects = decision.act == "run" and type(decision.step.stage).side_effects
    return replace(decision, why="it has side effects") if effects else decision


def _derived(session: Session, key: Key, context: Context) -> Context:
    artifact = derived_before(key, context, session)
    reads = present(key.type.derivation, context)
    return context.extended(key, artifact, reads, digest=saved_digest(artifact))


def _loaded(
    key: str, of: Key, session: Session, outline: Outline | None = None
) -> tuple[Artifact, Entry]:
    cache = session.cache
    assert cache is not None
    try:
        entry = cache.find(key)
        if entry is not None:
            return cache.load(entry, of.type, outline), entry
    except StoreError as error:
        session.emit(Noted(text=f"{of} is made again: {error.summary}"))
        raise
    remedy = "Make the artifact again."
    raise StoreError.expected("Cache", f"{of} of {key[:12]}", "none", remedy)
