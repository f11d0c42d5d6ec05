"""What becomes of each step of a run, and why: decided before anything is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fivefold.core.difference import differences
from fivefold.core.key import Key
from fivefold.core.provided import derived_for
from fivefold.core.wiring import Step, lacking
from fivefold.core.wording import together

Act = Literal["run", "take", "keep", "skip", "rehearse"]


@dataclass(frozen=True)
class Decision:
    """What becomes of one step.

    Args:
        step: in its place.
        act: `run` it, `take` what it wrote from the folder of the run or from the cache, `keep`
            what it wrote in the run that is refitted, `skip` it, `rehearse` it in place of running
            it.
        why: in words.
        lost: whether what it writes is not there afterwards.
        derived_as_it_was: what is derived for it, and needs not be derived anew.
        ahead: of this step and those after it, what is rehearsed before it.
        look: what was known of it when that was decided, where there is a cache.
    """

    step: Step
    act: Act
    why: str
    lost: bool = False
    derived_as_it_was: frozenset[Key] = frozenset()
    ahead: tuple["Decision", ...] = ()
    look: "Look | None" = field(default=None, repr=False)

    @property
    def can_rehearse(self) -> bool:
        """Whether its stage has a rehearsal."""
        return type(self.step.stage).has_rehearsal()


def decide(
    steps: Sequence[Step],
    there: Iterable[Key] = (),
    *,
    stored: Collection[str] = (),
    damaged: Mapping[str, str] | None = None,
) -> tuple[Decision, ...]:
    """What becomes of the steps of a run: taken up to the first that is not complete, then run.

    Args:
        steps: in order.
        there: what stands before the first.
        stored: names of the complete artifacts in the folder of a run that is gone on with.
        damaged: what is wrong with others there, by name.
    """
    now, decisions, first = _Now(there), list[Decision](), ""
    for step in steps:
        reached = now.reached(step)
        act: Act = "run"
        if not stored and not damaged:
            why = "there was nothing to take"
        elif type(step.stage).side_effects:
            why = "it has side effects"
        elif first:
            why = f"{first} runs before it"
        elif step.name not in stored:
            why = (damaged or {}).get(step.name, "what it writes is not complete")
        elif reached:
            why = f"{_named(reached)} made anew"
        else:
            act, why = "take", "what it wrote is complete"
        decisions.append(now.follow(Decision(step, act, why)))
        if act == "run" and not type(step.stage).side_effects:
            first = first or step.title
    return tuple(decisions)


@dataclass(frozen=True)
class Look:
    """What is known of a step when all that it reads is there.

    Args:
        identity: what decides its bits.
        amiss: why it cannot be cached, in words.
        damaged: what is wrong with what the cache holds, in words.
        cached: whether the cache holds what it wrote with this identity.
        before: what decided its bits in the last run with this step; None if none is known.
    """

    identity: Mapping[str, Any]
    amiss: str = ""
    damaged: str = ""
    cached: bool = False
    before: Mapping[str, Any] | None = None

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """What differs from the last run, by name: what it was and what it is."""
        return {} if self.before is None else differences(self.before, self.identity)


def settle(decision: Decision, look: Look) -> Decision:
    """What becomes of a step that would be run, once all that it reads is there."""
    act: Act = "run"
    if look.amiss:
        why = f"it cannot be cached: {look.amiss}"
    elif look.damaged:
        why = look.damaged
    elif look.cached:
        act, why = "take", "nothing that decides its bits has changed"
    else:
        why = _changed(look) or decision.why
    return replace(decision, act=act, why=why, look=look)


def _changed(look: Look) -> str:
    if look.before is None:
        return "no earlier run of it is known"
    changes = look.changes
    if not changes:
        return "what it wrote is not there any more"
    name, (was, now) = next(iter(changes.items()))
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{name} was {was} and is {now}{more}"


def with_rehearsals(decisions: Sequence[Decision], there: Iterable[Key]) -> tuple[Decision, ...]:
    """The same decisions, with what is rehearsed ahead of the long work.

    That begins with the first step that runs and can be rehearsed, or with the first that runs if
    one with a rehearsal is taken. What lacks an input then is tried before it runs itself. A step
    that would be rehearsed alone is not where its run begins with the same.

    Args:
        decisions: for a run, in order.
        there: what stands before the first.
    """
    now, done, tried = _Now(there), list[Decision](), set[str]()
    late = any(each.act == "take" and each.can_rehearse for each in decisions)
    for position, decision in enumerate(decisions):
        wanted = decision.step.name not in tried and (late or decision.can_rehearse)
        if decision.act == "run" and wanted:
            rest = [each.step for each in decisions[position:] if each.act == "run"]
            ahead = rehearsals(rest, now.there)
            shown = [each.step for each in ahead if each.act == "rehearse"]
            if shown == [decision.step] and decision.step.stage.tries_first:
                ahead = tuple(each for each in ahead if each.act != "rehearse")
            decision = replace(decision, ahead=ahead)
            tried |= {each.step.name for each in decision.ahead if each.act == "rehearse"}
        late = late and decision.act != "run"
        done.append(now.follow(decision))
    return tuple(done)


def rehearsals(steps: Sequence[Step], there: Iterable[Key]) -> tuple[Decision, ...]:
    """Which steps to come can show that they will not fail for sure, and why others cannot."""
    now, decisions = _Now(there), list[Decision]()
    for step in steps:
        required = [read.key for read in step.signature.reads if not read.optional]
        missing = [str(key) for key in required if lacking(key, now.there)]
        decision = Decision(step, "rehearse", "it is still to come")
        if not decision.can_rehearse:
            decision = Decision(step, "skip", "it has no rehearsal")
        elif missing:
            decision = Decision(step, "skip", f"it needs {', '.join(missing)}")
        decisions.append(now.follow(decision))
    return tuple(decisions)


def decide_again(
    steps: Sequence[Step],
    there: Iterable[Key],
    changed: Set[Key],
    *,
    old: Mapping[str, Collection[Key]],
    exchanged: Collection[str] = (),
    rehearsed: bool = False,
) -> tuple[Decision, ...]:
    """What becomes of the steps of a refit: what a change reaches runs again, all else is kept.

    Args:
        steps: in order.
        there: what stood before the first.
        changed: what is handed over in place of what was there.
        old: what stood after each step, by its name.
        exchanged: names of the steps whose stage is another than it was.
        rehearsed: whether stages with a rehearsal are rehearsed, not run.
    """
    now, decisions = _Now([*there, *changed], changed), list[Decision]()
    for step in steps:
        writes = step.signature.writes
        given = writes in changed and all(read.key != writes for read in step.signature.reads)
        reached = now.reached(step)
        needs = [r.key for r in step.signature.reads if r.key in now.lost and not r.optional]
        if given:
            decision = Decision(step, "skip", f"{writes} is given")
        elif not reached and step.name not in exchanged and writes in old[step.name]:
            decision = Decision(step, "keep", "nothing that it reads has changed")
        elif not reached and step.name not in exchanged:
            decision = Decision(step, "skip", "it was left out before", lost=True)
        elif type(step.stage).side_effects:
            decision = Decision(step, "skip", "it has side effects", lost=True)
        elif needs:
            decision = Decision(step, "skip", f"{_named(needs)} left out", lost=True)
        else:
            why = f"{_named(reached)} changed" if reached else "its settings are changed"
            decision = Decision(step, "run", why)
            if rehearsed and decision.can_rehearse:
                decision = Decision(step, "rehearse", why)
        decisions.append(now.follow(decision))
    return tuple(decisions)


class _Now:
    """What is there at a step: made anew or as it was, and what is not there any more."""

    def __init__(self, there: Iterable[Key], anew: Iterable[Key] = ()) -> None:
        self.there, self.anew, self.lost = set(there), set(anew), set[Key]()

    def reached(self, step: Step) -> list[Key]:
        """What a step reads that is not as it was."""
        return [read.key for read in step.signature.reads if self._differs(read.key)]

    def follow(self, decision: Decision) -> Decision:
        """Take note of what a step writes, and of what is derived for it."""
        signature = decision.step.signature
        if decision.lost:
            self.lost.add(signature.writes)
            self.there.discard(signature.writes)
        if decision.act == "skip":
            return decision
        same = set[Key]()
        for read in signature.reads:
            for key in tuple(derived_for(read.key, self.there)):
                (self.anew if self._differs(key) else same).add(key)
                self.there.add(key)
        self.there.add(signature.writes)
        if decision.act in ("run", "rehearse"):
            self.anew.add(signature.writes)
        return replace(decision, derived_as_it_was=frozenset(same))

    def _differs(self, key: Key) -> bool:
        if key in self.anew or key in self.lost:
            return True
        if key in self.there or key.type.derivation is None:
            return False
        return any(self._differs(read.key) for read in key.type.derivation.reads)


def _named(keys: Sequence[Key]) -> str:
    return f"{together([*map(str, keys)])} {'is' if len(keys) == 1 else 'are'}"
