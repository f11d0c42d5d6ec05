"""A run on a terminal or in a notebook: lines for stages, a bar for long work."""

import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from fivefold.core.events import (
    Event,
    Found,
    Measured,
    Noted,
    Progress,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    StageTaken,
)
from fivefold.observers.advance import WIDTH, Advance, duration, fitting
from fivefold.observers.notebook import NotebookBar, in_notebook
from fivefold.observers.terminalbar import TerminalBar

QUIET = 3.0
"""Seconds after which a run that nobody can watch says where it is."""


class Console:
    """Prints what a run tells; shows a bar with the time left where someone can watch it.

    Where nobody can, in a pipe or a file, a line says after 3 seconds of silence how far the work
    is.

    Args:
        stream: where to; if None standard error, or standard output in a notebook, which sets
            what comes from the other one in red, and where a bar is an output of its own.
        bars: whether to draw bars; if None, only on a terminal and in a notebook.
        lines: whether to print lines too; bars leave none behind.
        said: what is written for the sentence of a finding, where its advice is not for Python.

    Example:
        >>> import sys
        >>> from fivefold.core.events import Noted
        >>> Console(sys.stdout, bars=False)(Noted(path=("train",), text="16 epochs at most."))
          16 epochs at most.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        bars: bool | None = None,
        lines: bool = True,
        said: Callable[[str], str] = str,
    ) -> None:
        self._stream = stream
        self._bars = bars
        self._lines = lines
        self._said = said
        self._bar: TerminalBar | NotebookBar | None = None
        self._advance: Advance | None = None
        self._refits: set[str] = set()
        self._printed = self._entered = self._told = time.monotonic()
        self._untold = False
        self._stage = ""
        self._ended = threading.Event()
        self._home: TextIO | None = None  # of a run: while a graph is written others are silenced

    def __call__(self, event: Event) -> None:
        """Print one event."""
        nested = len(event.path) > 1
        if nested:
            self._refits.add(event.path[1])
        match event:
            case RunStarted():
                self._begin()
            case RunFinished():
                self._ended.set()
                self._home = None
            case StageStarted() if not nested:
                self._close()
                self._refits.clear()
                self._enter(event.path[-1])
            case StageFinished() if not nested:
                self._close()
                self._enter("between stages")
                head = f"[{event.number}/{event.total}] {event.path[-1]}"
                refits = f", {len(self._refits)} refits" if self._refits else ""
                self._write(f"{head:<18} {duration(event.seconds):>9}  {event.wrote}{refits}")
            case StageTaken() if not nested:
                head = f"[{event.number}/{event.total}] {event.path[-1]}"
                self._write(f"{head:<18} {'taken':>9}  {event.wrote} from {event.directory}")
            case Progress():
                self._move(event)
            case Noted() | Measured() if not nested:
                self._write(f"  {self._said(event.text)}")
            case Found() if event.finding.severity == "serious" and not nested:
                self._write(f"  ! {self._said(event.finding.sentence)}")
            case _:
                pass

    def _enter(self, place: str) -> None:
        self._stage, self._entered = place, time.monotonic()
        self._told, self._advance, self._untold = self._entered, None, False

    def _begin(self) -> None:
        """Watch over the silence from now on, until the run has ended."""
        self._home = self._out
        if self._watched() or not self._lines:
            return
        self._ended = ended = threading.Event()
        self._printed = time.monotonic()

        def watch() -> None:
            while not ended.wait(max(0.1, self._printed + QUIET - time.monotonic())):
                if self._stage and time.monotonic() - self._printed >= QUIET:
                    self._speak()

        threading.Thread(target=watch, name="fivefold-console", daemon=True).start()

    def _speak(self) -> None:
        """Say how far the work is, or if that is known for how long it has gone on."""
        advance = self._advance
        if advance is not None and self._untold:
            self._told, self._untold = time.monotonic(), False
            self._write(line(advance))
        else:
            went = duration(time.monotonic() - self._entered)
            behind = "" if advance is None else f": {advance.head}"
            self._write(f"  {self._stage}, after {went}{behind}")

    def _move(self, event: Progress) -> None:
        if not self._watched():
            if self._advance is not None and self._advance.is_of(event):
                self._advance.take(event)
            else:
                self._advance = Advance(event)
            self._untold = True
            if time.monotonic() - self._told >= QUIET:
                self._speak()
            return
        if self._bar is not None and self._bar.advance.is_of(event):
            self._bar.move(event)
        else:
            self._close()
            apart = self._stream is None and in_notebook()
            self._bar = NotebookBar(event) if apart else TerminalBar(event, self._out)
        if event.done >= event.total:
            self._close()

    def _watched(self) -> bool:
        if self._bars is not None:
            return self._bars
        return self._out.isatty() or in_notebook()

    @property
    def _out(self) -> TextIO:
        return self._stream or self._home or (sys.stdout if in_notebook() else sys.stderr)

    def _write(self, line: str) -> None:
        if not self._lines:
            return
        self._printed = time.monotonic()
        if self._bar is not None:
            self._bar.clear()
        print(line, file=self._out, flush=True)
        if self._bar is not None:
            self._bar.refresh()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def line(advance: Advance) -> str:
    """How far long work is, for those who read it later, in 80 columns.

    Example:
        >>> values = {"train_loss": 0.41, "valid_loss": 0.4, "best": 0.39, "seconds_left": 41.2}
        >>> at = Progress(path=("train",), done=12, total=60, unit="epoch", values=values)
        >>> line(Advance(at))
        '  epoch 12/60  train 0.410  valid 0.400  best 0.390  41.2 s left'
    """
    left = [] if advance.left is None else [f"{duration(advance.left)} left"]
    room = WIDTH - len("  ".join(["", advance.head, *left])) - 2
    told = fitting(advance.told(), room, "  ")
    return "  ".join(["", advance.head, *([told] if told else []), *left])
