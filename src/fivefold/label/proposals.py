"""A model that is refitted while people label, and what it was worth each time."""

from collections.abc import Callable
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any

from fivefold.core.wording import one_line
from fivefold.label.outlook import Outlook


class Proposals:
    """Refits a model in a thread of its own, as soon as so many labels are new.

    Nothing waits for it: what it thinks is that of its last fit until the next one is done.

    Args:
        learn: fits a model to what is labelled by now, and tells what it thinks of all items; None
            where there is too little to learn from.
        every: labels after which it is called again.

    Attributes:
        outlook: what the model thinks; None while there is none.
        curve: one line a fit: `labels`, `metric`, `score`, `low`, `high` and `rows` that it was
            judged by.
        fault: why the last fit failed, in words; empty where it did not.

    Example:
        >>> proposals = Proposals(lambda: Outlook(items=["a"], guesses=["spam"], learnt=10))
        >>> proposals.heed(10)
        >>> proposals.wait(5)
        True
        >>> proposals.outlook.guess("a")
        'spam'
        >>> proposals.close()
    """

    def __init__(self, learn: Callable[[], Outlook | None], *, every: int = 10) -> None:
        self._learn, self._every = learn, every
        self._lock, self._seen, self._wanted = Lock(), 0, 0
        self._idle, self._ended = Flag(), False
        self._idle.set()
        self._thread: Thread | None = None
        self.outlook: Outlook | None = None
        self.curve: list[dict[str, Any]] = []
        self.fault = ""

    def heed(self, labels: int) -> None:
        """Begin a fit if that many labels are enough more than the last one knew."""
        with self._lock:
            self._wanted = labels
            if self._ended or abs(labels - self._seen) < self._every or not self._idle.is_set():
                return
            self._seen = labels
            self._idle.clear()
            self._thread = Thread(target=self._fit, name="fivefold proposals", daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until no fit is going on; False if one still is."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """Begin no further fit."""
        with self._lock:
            self._ended = True

    def _fit(self) -> None:
        try:
            outlook, fault = self._learn(), ""
        except Exception as error:
            outlook, fault = None, one_line(str(error))
        with self._lock:
            self.fault = fault
            if outlook is not None:
                self.outlook = outlook
                self.curve = [*self.curve, _point(outlook)]
            self._idle.set()
        self.heed(self._wanted)


def _point(outlook: Outlook) -> dict[str, Any]:
    score = outlook.score
    told: dict[str, Any] = {"labels": outlook.learnt, "metric": outlook.metric}
    if score is None or score != score:
        return {**told, "score": None, "low": None, "high": None, "rows": 0}
    low, high = (None if end != end else end for end in (score.low, score.high))
    return {**told, "score": float(score), "low": low, "high": high, "rows": score.n}
