"""What a run tells while it trains."""

from collections.abc import Callable, Mapping

from fivefold.core.events import Noted, Progress
from fivefold.core.session import Session

LONG = 5.0
"""Seconds from which an estimate is worth a line."""


def make_reporter(epochs: int, session: Session) -> Callable[[Mapping[str, float]], None]:
    """A function that tells the listeners each epoch, the first one with an estimate.

    Args:
        epochs: at most.
        session: whose listeners are told.
    """
    seconds, seen = 0.0, 0
    best = float("inf")

    def report(row: Mapping[str, float]) -> None:
        nonlocal seconds, seen, best
        seconds, seen = seconds + row["seconds"], seen + 1
        done = int(row["epoch"])
        best = min(best, row["valid_loss"])
        left = seconds / seen * (epochs - done)
        values = {
            "train_loss": row["train_loss"],
            "valid_loss": row["valid_loss"],
            "best": best,
            "seconds_left": left,
        }
        session.emit(Progress(done=done, total=epochs, unit="epoch", values=values))
        if done == 1 and left > LONG:
            all_of_them = _words(left + seconds)
            text = f"One epoch takes {seconds:.1f} s, all {epochs} of them {all_of_them} at most."
            session.emit(Noted(text=text))

    return report


def _words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
