"""What was made is kept: in the folder of the run, and in the cache."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from fivefold.core.artifact import Artifact, Outline
from fivefold.core.cache import Entry
from fivefold.core.context import Context
from fivefold.core.decide import Decision
from fivefold.core.events import Noted
from fivefold.core.identity import sources_of, unseen
from fivefold.core.key import Key
from fivefold.core.provided import arguments, derived_name, present
from fivefold.core.record import Record, saved_digest
from fivefold.core.session import Session
from fivefold.core.taking import derived_before, derived_identity, refits_of
from fivefold.core.wiring import Step
from fivefold.errors import StoreError

Refits = tuple[Sequence[Step], Context, Session]
"""What a step refits: the steps before it, what stood before it, and the run."""


def keep_made(
    decision: Decision,
    artifact: Artifact,
    session: Session,
    record: Record | None,
    *,
    seconds: float,
    refits: Refits | None,
    outline: Outline | None = None,
) -> tuple[Decision, str]:
    """Save what a step wrote where that is asked for.

    Args:
        decision: to run it.
        artifact: what it wrote.
        session: of the step.
        record: of the run's folder.
        seconds: that it took.
        refits: what it refitted, if it did.
        outline: of the artifact, where its stage gives one.

    Returns:
        The decision, which says so if it cannot be cached, and the digest of what was written; or
        that of the step if it cannot be saved, or nothing if that does not tell what was written.
    """
    step, cache, amiss = decision.step, session.cache, ""
    digest = session.digest
    if record is not None:
        writes = step.signature.writes
        digest = record.keep(step.name, writes, artifact, session, seconds, outline)
    if cache is None or not artifact.is_whole:
        return decision, "" if cache is not None else digest
    entry = Entry(session.identity, "", seconds, "" if refits is None else refits_of(*refits))
    told = decision.look is None or decision.look.amiss
    if told or type(step.stage).side_effects:
        return decision, saved_digest(artifact, outline)
    if sources_of([step]) != session.identity.get("sources"):
        amiss = "what it reads has changed meanwhile"
    elif refits is not None and not entry.refits:
        amiss = "what decides the bits of its refits is not known"
    if amiss:
        return _told(decision, amiss, session), saved_digest(artifact, outline)
    try:
        place = "" if session.is_refit else step.name
        return decision, cache.keep(entry, artifact, place, outline).artifact
    except (StoreError, OSError) as error:
        said = error.summary if isinstance(error, StoreError) else str(error.strerror)
        return _told(decision, said, session), session.digest


def derive(
    decision: Decision,
    session: Session,
    old: Mapping[str, Context],
    record: Record | None,
    key: Key,
    context: Context,
) -> Context:
    """The context with an artifact that no stage writes, for a step that reads it.

    Args:
        decision: for the step.
        session: of the run.
        old: for a refit, what stood after each step before, by its name.
        record: of the run's folder.
        key: the address of the artifact.
        context: holds all that it is derived from.
    """
    there = old.get(decision.step.name, Context())
    if key in decision.derived_as_it_was and key in there:
        return context.taking(key, there)
    name, at = derived_name(key), derived_identity(key, context, session)
    function, made = key.type.derivation, None
    with suppress(StoreError):
        made = None if session.cache is None else derived_before(key, context, session)
    artifact = key.type.derive(**arguments(function, context, at)) if made is None else made
    digest = at.digest
    if record is not None:
        digest = record.keep(name, key, artifact, at)
    if session.cache is not None and made is None and not unseen(at.identity):
        with suppress(StoreError, OSError):
            session.cache.keep(Entry(at.identity, ""), artifact)
    if session.cache is not None:
        digest = saved_digest(artifact) or known_digest(at)
    return context.extended(key, artifact, present(function, context), digest=digest)


def known_digest(session: Session) -> str:
    """The digest of a step; empty where there is a cache, and it does not tell all of the step."""
    return "" if session.cache is not None and unseen(session.identity) else session.digest


def _told(decision: Decision, amiss: str, session: Session) -> Decision:
    """The decision with why what it gave was not cached, which is told once."""
    cache, title = session.cache, decision.step.title
    amiss = amiss.rstrip(".")
    if cache is not None and title not in cache.said:
        cache.said.add(title)
        session.emit(Noted(text=f"{title} is not cached: {amiss}."))
    look = None if decision.look is None else replace(decision.look, amiss=amiss)
    return replace(decision, why=f"it cannot be cached: {amiss}", look=look)
