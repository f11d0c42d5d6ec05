"""A run on a terminal: lines for stages, a bar for long work."""

import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TextIO

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

if TYPE_CHECKING:
    from tqdm import tqdm


QUIET = 4.0
"""Seconds after which a run that nobody can watch says where it is."""

SHORT = {"train_loss": "train", "valid_loss": "valid"}
"""What stands before values of an epoch."""


class Console:
    """Prints what a run tells; shows a bar with the time left where someone can watch it.

    Where nobody can, in a pipe or a file, a line says after 4 seconds of silence how far the work
    is.

    Args:
        stream: where to; if None standard error, or standard output in a notebook, which sets
            what comes from the other one in red.
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
        self._bar: tqdm[Any] | None = None
        self._bar_path: tuple[str, ...] = ()
        self._refits: set[str] = set()
        self._printed = self._entered = time.monotonic()
        self._stage = ""
        self._ended = threading.Event()

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
            case StageStarted() if not nested:
                self._close()
                self._refits.clear()
                self._stage, self._entered = event.path[-1], time.monotonic()
            case StageFinished() if not nested:
                self._close()
                head = f"[{event.number}/{event.total}] {event.path[-1]}"
                refits = f", {len(self._refits)} refits" if self._refits else ""
                self._write(f"{head:<18} {duration(event.seconds):>9}  {event.wrote}{refits}")
            case StageTaken() if not nested:
                head = f"[{event.number}/{event.total}] {event.path[-1]}"
                self._write(f"{head:<18} {'taken':>9}  {event.wrote} from {event.directory}")
            case Progress():
                self._advance(event)
            case Noted() | Measured() if not nested:
                self._write(f"  {self._said(event.text)}")
            case Found() if event.finding.severity == "serious" and not nested:
                self._write(f"  ! {self._said(event.finding.sentence)}")
            case _:
                pass

    def _begin(self) -> None:
        """Watch over the silence from now on, until the run has ended."""
        if self._watched() or not self._lines:
            return
        self._ended = ended = threading.Event()
        self._printed = time.monotonic()

        def watch() -> None:
            while not ended.wait(max(0.1, self._printed + QUIET - time.monotonic())):
                if self._stage and time.monotonic() - self._printed >= QUIET:
                    went = duration(time.monotonic() - self._entered)
                    self._write(f"  {self._stage}, after {went}")

        threading.Thread(target=watch, name="fivefold-console", daemon=True).start()

    def _advance(self, event: Progress) -> None:
        if not self._watched():
            if time.monotonic() - self._printed >= QUIET:
                self._write(_line(event))
            return
        if self._bar is None or self._bar_path != event.path or event.total != self._bar.total:
            self._close()
            self._bar = self._drawn(event)
            self._bar_path = event.path
            self._bar.set_postfix(_shown(event))
        else:
            self._bar.set_postfix(_shown(event), refresh=False)
            self._bar.update(event.done - self._bar.n)
        if event.done >= event.total:
            self._close()

    def _drawn(self, event: Progress) -> "tqdm[Any]":
        name = "  " + " ".join(event.path[1:] or event.path)
        return _bar(name, event.unit, event.total, self._out, done=event.done)

    def _watched(self) -> bool:
        if self._bars is not None:
            return self._bars
        return self._out.isatty() or in_notebook()

    @property
    def _out(self) -> TextIO:
        return self._stream or (sys.stdout if in_notebook() else sys.stderr)

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


class RowsBar:
    """Rows as they are done, with rows per second and the time left; for somebody who watches.

    Args:
        name: of the work.
        shown: False for silence.
        stream: where to; as of `Console` if None.
    """

    def __init__(self, name: str, *, shown: bool = True, stream: TextIO | None = None) -> None:
        self._name = name
        self._stream = stream or (sys.stdout if in_notebook() else sys.stderr)
        self._shown = shown and self._stream.isatty()
        self._bar: tqdm[Any] | None = None

    def advance(self, rows: int, total: int = 0) -> None:
        """Tell that so many more are done, of `total` (0 where that is not known)."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar = _bar(self._name, "rows", total or None, self._stream, leave=True)
        self._bar.update(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _bar(
    name: str, unit: str, total: int | None, stream: TextIO, *, done: int = 0, leave: bool = False
) -> "tqdm[Any]":
    with warnings.catch_warnings():  # without ipywidgets a plain bar does in a notebook
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

    return tqdm(
        total=total,
        initial=done,  # the time left is judged by what comes after the first event
        unit=f" {unit}",
        unit_scale=unit == "rows",
        desc=name,
        file=stream,
        leave=leave,
        dynamic_ncols=True,
        bar_format=None if unit == "rows" else _FORMAT,
    )


_FORMAT = "{desc} {n_fmt}/{total_fmt}{unit} |{bar:10}| {remaining} left{postfix}"
"""Of a bar beside which values stand: within 80 columns."""


def in_notebook() -> bool:
    """Whether a notebook shows what is printed: this process is its kernel."""
    found = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(found).__name__ == "ZMQInteractiveShell"


def _shown(event: Progress) -> dict[str, str]:
    return {
        SHORT.get(name, name.replace("_", " ")): _number(value)
        for name, value in event.values.items()
        if name != "seconds_left"
    }


def _line(event: Progress) -> str:
    """How far long work is, for those who read it later.

    Example:
        >>> values = {"train_loss": 0.41, "valid_loss": 0.4, "best": 0.39, "seconds_left": 41.2}
        >>> _line(Progress(path=("train",), done=12, total=60, unit="epoch", values=values))
        '  epoch 12/60  train 0.41  valid 0.4  best 0.39  41.2 s left'
    """
    told = [f"{name} {value}" for name, value in _shown(event).items()]
    left = event.values.get("seconds_left")
    told += [] if left is None else [f"{duration(left)} left"]
    within = " ".join(event.path[1:])
    head = f"{within} {event.unit}".strip()
    return "  ".join([f"  {head} {event.done:,}/{event.total:,}", *told])


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def duration(seconds: float) -> str:
    """A time as people say it.

    Example:
        >>> duration(0.0042), duration(7.25), duration(184), duration(7500)
        ('4 ms', '7.2 s', '3 min 4 s', '2 h 5 min')
    """
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds) // 60} min {int(seconds) % 60} s"
    return f"{int(seconds) // 3600} h {int(seconds) % 3600 // 60} min"
