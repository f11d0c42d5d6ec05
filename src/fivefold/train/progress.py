"""What a run tells while it trains."""

from fivefold.core.events import Noted, Progress
from fivefold.core.session import Session
from fivefold.train.callback import Callback, Running
from fivefold.train.validation_score import ValidationScore

LONG = 5.0  # seconds from which an estimate is worth a line


class Reporter(Callback):
    """Tells the listeners of a run each epoch, the first one with an estimate.

    Args:
        session: whose listeners are told.
        score: the leading score of the task, told where it is known.
    """

    def __init__(self, session: Session, score: ValidationScore | None = None) -> None:
        self.session, self.score = session, score
        self.seconds, self.seen, self.best = 0.0, 0, float("inf")

    def epoch(self, run: Running) -> None:
        """Tell an epoch, and after the first how long all of them will take."""
        row, total = run.row, run.epochs
        self.seconds, self.seen = self.seconds + row["seconds"], self.seen + 1
        done = int(row["epoch"])
        self.best = min(self.best, row["valid_loss"])
        left = self.seconds / self.seen * (total - done)
        values = {
            "train_loss": row["train_loss"],
            "valid_loss": row["valid_loss"],
            "best": self.best,
            "seconds_left": left,
        }
        titles = {}
        if self.score is not None and (found := self.score.value) is not None:
            values[f"valid_{self.score.name}"] = found
            titles[f"valid_{self.score.name}"] = self.score.title
        self.session.emit(
            Progress(done=done, total=total, unit="epoch", values=values, titles=titles)
        )
        if done == 1 and left > LONG:
            all_of_them = _words(left + self.seconds)
            self.note(
                run,
                f"One epoch takes {self.seconds:.1f} s, all {total} of them {all_of_them} at most.",
            )

    def note(self, run: Running, text: str) -> None:
        """Tell it."""
        del run
        self.session.emit(Noted(text=text))


def _words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
