"""What a run tells those who listen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fivefold.core.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a run.

    Args:
        path: names from the outermost stage inward, `("evaluate", "fold-2", "train")`; empty for
            the run itself.
    """

    path: tuple[str, ...] = ()


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
    """Long work goes on: `done` of `total` units (`epoch`, `row`), with values of interest."""

    done: int
    total: int
    unit: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    """A decision worth a line."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Found(Event):
    """A finding, as soon as it is made."""

    finding: Finding


Observer = Callable[[Event], None]
