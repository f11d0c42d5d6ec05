"""What a run tells those who listen."""

import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fivefold.core.finding import Finding
from fivefold.core.wording import first_line


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a run.

    Args:
        path: names from the outermost stage inward, `("evaluate", "fold-2", "train")`; empty for
            the run itself.
    """

    path: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A run begins, or a study; `recipe` is the pipeline as JSON text, empty where it is none."""

    seed: int
    device: str = "auto"
    directory: str = ""
    recipe: str = ""


@dataclass(frozen=True, kw_only=True)
class RunFinished(Event):
    """It is over; `error` says in a line why it failed, and is empty if it did not."""

    seconds: float
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class StageStarted(Event):
    """A stage begins; `number` of `total` counts from 1."""

    number: int
    total: int


@dataclass(frozen=True, kw_only=True)
class StageFinished(Event):
    """A stage has written its artifact."""

    number: int
    total: int
    seconds: float
    wrote: str


@dataclass(frozen=True, kw_only=True)
class StageTaken(Event):
    """A stage is not run: what it wrote was taken from the directory of the run."""

    number: int
    total: int
    wrote: str
    directory: str


@dataclass(frozen=True, kw_only=True)
class Progress(Event):
    """Long work goes on: `done` of `total` units (`epoch`, `row`), with values of interest.

    `titles` says how people write the names of some values.
    """

    done: int
    total: int
    unit: str
    values: Mapping[str, float] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    """A decision worth a line."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Measured(Event):
    """How fast something went, in a line; it decides nothing, and is another one each time."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Found(Event):
    """A finding, as soon as it is made."""

    finding: Finding


@dataclass(frozen=True, kw_only=True)
class Settled(Event):
    """Everything that a stage has decided, as plain values by name."""

    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Scored(Event):
    """Scores by name, with their intervals where they have some, on `rows`: `test`, `folds`."""

    values: Mapping[str, float]
    rows: str


@dataclass(frozen=True, kw_only=True)
class FileWritten(Event):
    """A file or a folder for people to use, such as a bundle."""

    file: str


Observer = Callable[[Event], None]


class Guarded:
    """An observer whose failure ends no run: it is told once, and the observer left out then.

    Args:
        observer: of the user's.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer: Observer | None = observer

    def __call__(self, event: Event) -> None:
        """Hand it on."""
        if self._observer is None:
            return
        try:
            self._observer(event)
        except Exception as error:
            name = getattr(self._observer, "__name__", type(self._observer).__name__)
            self._observer = None
            text = f"The observer {name} fails, and the run goes on without it: {error!r}"
            try:
                warnings.warn(text, RuntimeWarning, stacklevel=2)
            except RuntimeWarning:  # where warnings are errors, which this one must not be
                print(text, file=sys.stderr)


@contextmanager
def announced(observers: Sequence[Observer], started: RunStarted) -> Iterator[None]:
    """Tell of the beginning of a run, and of its end, whichever that is."""
    for observer in observers:
        observer(started)
    began, error = time.perf_counter(), ""
    try:
        yield
    except BaseException as caught:
        error = f"{type(caught).__name__}: {first_line(caught)}".rstrip(": ")
        raise
    finally:
        seconds = time.perf_counter() - began
        finished = RunFinished(path=started.path, seconds=seconds, error=error)
        for observer in observers:
            observer(finished)
