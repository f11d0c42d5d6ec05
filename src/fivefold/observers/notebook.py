"""Long work in a notebook: a bar that is drawn in its place, and leaves nothing behind."""

import html
import sys
import time
from typing import Any

from fivefold.core.digits import digits
from fivefold.core.events import Progress
from fivefold.observers.advance import Advance, duration

EVERY = 0.1
"""Seconds between two drawings, at least."""

ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:0 1.2em;font-family:monospace"


class NotebookBar:
    """A bar of HTML, which needs no widgets: one output that is replaced, and is empty at the end.

    Args:
        event: the first that tells of the work.
    """

    def __init__(self, event: Progress) -> None:
        from IPython import display

        self.advance, self.total = Advance(event), event.total
        self._began, self._first, self._drawn = time.monotonic(), event.done, time.monotonic()
        show: Any = display.display
        self._handle = show(self._bundle(), raw=True, display_id=True)

    def move(self, event: Progress) -> None:
        """Show how far it is now, unless it was shown a moment ago."""
        self.advance.take(event)
        if time.monotonic() - self._drawn >= EVERY:
            self._drawn = time.monotonic()
            self._handle.update(self._bundle(), raw=True)

    def clear(self) -> None:
        """Lines are printed below it."""

    refresh = clear

    def close(self) -> None:
        """Take it away: what it showed is in the report, and in a kept notebook only in the way."""
        self._handle.update({"text/plain": "", "text/html": ""}, raw=True)

    def _bundle(self) -> dict[str, str]:
        left, event = self._left(), self.advance.event
        told = [self.advance.head, *([] if left is None else [f"{duration(left)} left"])]
        told += self.advance.told(digits)
        bar = f'<progress value="{event.done}" max="{event.total}" style="width:10em"></progress>'
        cells = "".join(f"<span>{html.escape(each)}</span>" for each in told)
        return {
            "text/plain": "  ".join(told),
            "text/html": f'<div style="{ROW}">{bar}{cells}</div>',
        }

    def _left(self) -> float | None:
        """Seconds that are left: told, or guessed by what was seen."""
        event, done = self.advance.event, self.advance.event.done - self._first
        if self.advance.left is not None or done <= 0:
            return self.advance.left
        return (time.monotonic() - self._began) / done * (event.total - event.done)


def in_notebook() -> bool:
    """Whether a notebook shows what is printed: this process is its kernel."""
    found = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return any(one.__name__ == "ZMQInteractiveShell" for one in type(found).__mro__)
