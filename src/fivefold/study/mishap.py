"""A refit that failed: why, whether that may pass, and what it holds."""

import re
import traceback

from fivefold.core.wording import told
from fivefold.errors import FivefoldError

_WHERE = re.compile(r"^\(in (.+?)(?: \([^()]* / [^()]*\))?, stage \d+ of .*\)$", re.MULTILINE)
"""The note of a run that failed: its stage, then what is another one in each refit."""


def reason_of(error: BaseException) -> str:
    """All that an error says, and in which stage; equal failures of two refits say the same.

    Example:
        >>> error = ValueError("no")
        >>> error.add_note("in Train (tune / trial-1 / train), stage 2 of 2, after 0.1 s; ...")
        >>> print(reason_of(error))
        ValueError: no
        (in Train)
    """
    return _WHERE.sub(r"(in \1)", told(error))


def trace_of(error: BaseException) -> str:
    """Where an error arose, as Python tells it; empty for what fivefold refuses."""
    if isinstance(error, FivefoldError):
        return ""
    return "".join(traceback.format_exception(error))


def may_pass(error: BaseException) -> bool:
    """Whether a failure may be none at another start.

    What fivefold refuses it refuses again; memory, files and code of the user's may change.

    Example:
        >>> may_pass(MemoryError()), may_pass(FivefoldError("Train: expected rows, found none."))
        (True, False)
    """
    from fivefold.train.stepper import is_out_of_memory

    if not isinstance(error, FivefoldError):
        return True
    cause = error.__cause__ or error.__context__
    return cause is not None and (
        isinstance(cause, MemoryError | OSError) or is_out_of_memory(cause)
    )


def let_go(error: BaseException | None) -> None:
    """Free what the frames of a failure hold, a network for one; where it arose can still be told.

    Frames that have not ended keep what they hold.
    """
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
