"""Where a run failed, in words."""

from collections.abc import Sequence

from fivefold.core.decide import Decision
from fivefold.core.wording import together


def where(
    decision: Decision, path: Sequence[str], past: Sequence[Decision], total: int, seconds: float
) -> str:
    """What stands below an error: in which stage, after how long, and what was written before.

    Args:
        decision: what was done when it failed.
        path: names from the outermost stage inward.
        past: what was done before.
        total: number of stages.
        seconds: after which it failed.
    """
    step = decision.step
    written = [str(each.step.signature.writes) for each in past if not each.lost]
    verb = "was" if len(written) <= 1 else "were"
    what = f"the rehearsal of {step.title}" if decision.act == "rehearse" else step.title
    inside = f" ({' / '.join(path)})" if len(path) > 1 else ""
    stage = f"in {what}{inside}, stage {step.number} of {total}"
    return f"{stage}, after {seconds:.1f} s; {together(written) or 'nothing'} {verb} written"
