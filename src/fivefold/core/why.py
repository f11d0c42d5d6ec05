"""Why a step of a run was run, or taken, in words."""

from collections.abc import Sequence

from fivefold.core.decide import Decision
from fivefold.core.wiring import position_of


def why(decisions: Sequence[Decision], name: str = "") -> str:
    """What became of the steps of a run and why, a line each.

    Args:
        decisions: that were carried out.
        name: of the step that is asked for; all of them if empty.

    Raises:
        WiringError: if there is no such step.
    """
    steps = [decision.step for decision in decisions]
    places = range(len(steps)) if not name else [position_of(name, steps)]
    return "\n".join(told(decisions[place], decisions[:place]) for place in places)


def told(decision: Decision, past: Sequence[Decision]) -> str:
    """One line about a step.

    Args:
        decision: what became of it.
        past: what became of those before it.
    """
    look, did = decision.look, _DID[decision.act]
    if decision.act == "take":
        place = "the cache" if look is not None and look.cached else "the folder of the run"
        did = f"was taken from {place}"
    line = f"{decision.step.name} {did}: {decision.why.rstrip('.')}."
    first = next(iter(look.changes), "") if look is not None else ""
    if decision.act != "run" or look is None or look.amiss:
        return line
    for each in past:  # what wrote the first thing that differs tells more
        if each.act == "run" and str(each.step.signature.writes) == first:
            return f"{line} {told(each, past[: past.index(each)])}"
    return line


_DID = {
    "run": "ran",
    "take": "was taken",
    "keep": "was kept",
    "skip": "was left out",
    "rehearse": "was rehearsed",
}
