"""Where a run failed, in words."""

from collections.abc import Sequence

from fivefold.core.context import Context
from fivefold.core.decide import Decision
from fivefold.core.wording import together
from fivefold.errors import FivefoldError


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


def refused(done: Sequence[Decision], context: Context, total: int) -> FivefoldError | None:
    """Why a run must not go on from what its last step made, which stands; None where it may.

    Args:
        done: what was done, the last step at the end.
        context: what stands after it, which the error carries as `written`.
        total: number of stages.
    """
    *_, last = done
    writes = last.step.signature.writes
    error = context[(writes.type, writes.label)].refusal() if writes in context else None
    if error is not None:
        written = [str(each.step.signature.writes) for each in done if not each.lost]
        error.add_note(f"stage {last.step.number} of {total}; {together(written)} were written")
        error.written = context
    return error


def with_run(error: FivefoldError, run: object) -> FivefoldError:
    """The error, which carries the run up to there as `execution`."""
    error.execution = run  # type: ignore[attr-defined]
    return error
