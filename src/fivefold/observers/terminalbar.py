"""Long work on a terminal: a bar in the last line."""

import os
import shutil
import sys
import warnings
from typing import TYPE_CHECKING, Any, Self, TextIO

from fivefold.core.events import Progress
from fivefold.observers.advance import WIDTH, Advance, fitting

if TYPE_CHECKING:
    from tqdm import tqdm

TAKEN = 18
"""Columns that a bar and the time left take beside what is counted and the values."""


class TerminalBar:
    """A bar with the time left and what is told, within the width of the terminal.

    Args:
        event: the first that tells of the work.
        stream: the terminal.
    """

    def __init__(self, event: Progress, stream: TextIO) -> None:
        self.advance, self.total, self._stream = Advance(event), event.total, stream
        self._bar = made(
            stream,
            total=event.total,
            initial=event.done,  # a time left that is not told is judged by what comes after it
            leave=False,
            bar_format=self._format(),
        )

    def move(self, event: Progress) -> None:
        """Show how far it is now, unless it was shown a moment ago."""
        self.advance.take(event)
        self._bar.bar_format = self._format()
        self._bar.update(event.done - self._bar.n)

    def clear(self) -> None:
        """Make room for a line."""
        self._bar.clear()

    def refresh(self) -> None:
        """Draw it below a line."""
        self._bar.refresh()

    def close(self) -> None:
        """Take it away."""
        self._bar.close()

    def _format(self) -> str:
        """What tqdm draws: only bar, and time left where it is not told, are its own to say."""
        head, left = self.advance.head, self.advance.left
        told = fitting(self.advance.told(), columns(self._stream) - len(head) - TAKEN)
        before, after = (text.replace("{", "{{").replace("}", "}}") for text in (head, told))
        clock = "{remaining}" if left is None else _clock(left)
        return f"  {before} {{bar:6}} {clock}  {after}"


def _clock(seconds: float) -> str:
    """A time in the form in which tqdm tells it.

    Example:
        >>> _clock(41.2), _clock(7500)
        ('00:41', '2:05:00')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


class RowsBar:
    """Rows as they are done, with rows per second and the time left; for somebody who watches.

    Args:
        name: of the work.
        shown: False for silence.
        stream: where to; standard error if None.
    """

    def __init__(self, name: str, *, shown: bool = True, stream: TextIO | None = None) -> None:
        self._name = name
        self._stream = stream or sys.stderr
        self._shown = shown and self._stream.isatty()
        self._bar: tqdm[Any] | None = None

    def advance(self, rows: int, total: int = 0) -> None:
        """Tell that so many more are done, of `total` (0 where that is not known)."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar = made(
                self._stream, total=total or None, unit=" rows", unit_scale=True, desc=self._name
            )
        self._bar.update(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def made(stream: TextIO, **options: Any) -> "tqdm[Any]":
    """A bar of tqdm, as wide as the stream."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tqdm import tqdm

    return tqdm(file=stream, dynamic_ncols=True, **options)


def columns(stream: TextIO) -> int:
    """How wide a terminal is; 80 where that is not known."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return shutil.get_terminal_size((WIDTH, 24)).columns
