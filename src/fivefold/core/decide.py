"""What becomes of each step of a run, and why: decided before anything is done."""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from fivefold.core.derived import derived_for
from fivefold.core.key import Key
from fivefold.core.wiring import Step, lacking
from fivefold.core.wording import together

Act = Literal["run", "take", "keep", "skip", "rehearse"]


@dataclass(frozen=True)
class Decision:
    """What becomes of one step.

    Args:
        step: in its place.
        act: `run` it, `take` what it wrote from the folder of the run, `keep` what it wrote in the
            run that is refitted, `skip` it, `rehearse` it in place of running it.
        why: in words.
        lost: whether what it writes is not there afterwards.
        same: what is derived for it, and is as it was.
    """

    step: Step
    act: Act
    why: str
    lost: bool = False
    same: frozenset[Key] = frozenset()


def decide(
    steps: Sequence[Step],
    there: Iterable[Key] = (),
    *,
    stored: Collection[str] = (),
    changed: Set[Key] | None = None,
    exchanged: Collection[str] = (),
    old: Sequence[Collection[Key]] = (),
    rehearsed: bool = False,
) -> tuple[Decision, ...]:
    """What becomes of each step; reads and writes nothing.

    Args:
        steps: in order.
        there: what stands before the first.
        stored: names of the complete artifacts in the folder of a run that is gone on with.
        changed: for a refit, what is handed over in place of what was there.
        exchanged: for a refit, names of the steps whose stage is another than it was.
        old: for a refit, what stood after each step before.
        rehearsed: whether stages with a rehearsal are rehearsed. Without `changed` that is all
            that is done: what is rehearsed is still to come.
    """
    now = _Now(set(there) | set(changed or ()), set(changed or ()))
    decisions: list[Decision] = []
    first = ""
    for position, step in enumerate(steps):
        if changed is not None:
            other = step.name in exchanged
            decision = _refitted(step, now, changed, other, old[position], rehearsed)
        elif rehearsed:
            decision = _tried(step, now)
        else:
            decision = _resumed(step, now, stored, first)
            if decision.act == "run" and not type(step.stage).side_effects:
                first = first or step.title
        decisions.append(now.follow(decision))
    return tuple(decisions)


class _Now:
    """What is there at a step: made anew or as it was, and what is not there any more."""

    def __init__(self, there: set[Key], anew: set[Key]) -> None:
        self.there, self.anew, self.lost = there, anew, set[Key]()

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
        return replace(decision, same=frozenset(same))

    def _differs(self, key: Key) -> bool:
        if key in self.anew or key in self.lost:
            return True
        if key in self.there or key.type.derivation is None:
            return False
        return any(self._differs(read.key) for read in key.type.derivation.reads)


def _resumed(step: Step, now: _Now, stored: Collection[str], first: str) -> Decision:
    """In a run that begins, or goes on: stages are taken up to the first that is not complete."""
    reached = now.reached(step)
    if not stored:
        return Decision(step, "run", "nothing of the run is there yet")
    if type(step.stage).side_effects:
        return Decision(step, "run", "it has side effects")
    if first:
        return Decision(step, "run", f"{first} runs before it")
    if step.name not in stored:
        return Decision(step, "run", "what it writes is not complete")
    if reached:
        return Decision(step, "run", f"{_named(reached)} made anew")
    return Decision(step, "take", "what it wrote is complete")


def _refitted(
    step: Step,
    now: _Now,
    changed: Set[Key],
    other: bool,
    old: Collection[Key],
    rehearsed: bool,
) -> Decision:
    """In a refit: what a change reaches runs again, all else is as it was."""
    stage, writes = type(step.stage), step.signature.writes
    if writes in changed and all(read.key != writes for read in step.signature.reads):
        return Decision(step, "skip", f"{writes} is given")
    reached = now.reached(step)
    if not reached and not other:
        if writes in old:
            return Decision(step, "keep", "nothing that it reads has changed")
        return Decision(step, "skip", "it was left out before", lost=True)
    if stage.side_effects:
        return Decision(step, "skip", "it has side effects", lost=True)
    lost = [r.key for r in step.signature.reads if r.key in now.lost and not r.optional]
    if lost:
        return Decision(step, "skip", f"{_named(lost)} left out", lost=True)
    why = f"{_named(reached)} changed" if reached else "its settings are changed"
    return Decision(step, "rehearse" if rehearsed and stage.has_rehearsal() else "run", why)


def _tried(step: Step, now: _Now) -> Decision:
    """Ahead of the long work: what can show that it will not fail for sure."""
    if not type(step.stage).has_rehearsal():
        return Decision(step, "skip", "it has no rehearsal")
    required = [read.key for read in step.signature.reads if not read.optional]
    missing = [key for key in required if lacking(key, now.there)]
    if missing:
        return Decision(step, "skip", f"it needs {', '.join(map(str, missing))}")
    return Decision(step, "rehearse", "it is still to come")


def _named(keys: Sequence[Key]) -> str:
    return f"{together([*map(str, keys)])} {'is' if len(keys) == 1 else 'are'}"
