"""Looking on while a unit is trained: it may be ended early, and its answers are timed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from fivefold.core.content import content_of
from fivefold.core.stage import Stage
from fivefold.train.callback import Callback, Running
from fivefold.train.snapshot import is_estimator

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.assemble import Assembled

FEWEST = 10
"""Finished trials from whose courses bounds are made."""

FIRST = 3
"""Epochs of which none ends a trial, nor does one of the first third of those to come."""

PATIENCE = 3
"""Epochs one after another in which a trial must be beaten."""

CALLS = 100
"""Answers by which the time of one is judged."""

MEASURES = ("model", "quality", "loss", "quantile", "label_smoothing", "class_weights")
"""Settings of a stage that decide what its validation loss is."""

BEATEN = "behind three quarters of the earlier trials"
LATE = "the time of the study is up"


@dataclass(frozen=True)
class Watch:
    """What is looked at while a unit is done, and after.

    Attributes:
        bounds: by epoch what `is_beaten` compares its best validation losses with.
        moment: at which training ends, seconds since 1970; None has none.
        timed: whether it is measured how long one row's answer takes.
    """

    bounds: tuple[float, ...] = ()
    moment: float | None = None
    timed: bool = False

    def pack(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Self:
        """What `pack` gave."""
        return cls(**{**packed, "bounds": tuple(packed["bounds"])})

    def over(self, stages: Sequence[Stage]) -> tuple[Stage, ...]:
        """The same stages, the last one that tells how training goes watched."""
        trainers = [stage for stage in stages if _tells(stage)]
        return tuple(
            stage.replace(callbacks=(*stage.settings().get("callbacks", ()), Watcher(self)))
            if trainers and stage is trainers[-1]
            else stage
            for stage in stages
        )


class Watcher(Callback):
    """Ends training where it is beaten, or the time is up."""

    folds = True
    name = "fivefold.study.watch"

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.called_with = {"bounds": list(watch.bounds)}  # a moment is none of what is repeated
        self.moment = watch.moment
        if watch.moment is not None:
            self.step = self._look  # type: ignore[method-assign]

    def epoch(self, run: Running) -> None:
        """Compare."""
        if self.watch.bounds:
            course = course_of([row["valid_loss"] for row in run.fitted.history])
            if is_beaten(course, self.watch.bounds, run.epochs):
                run.stop(f"{BEATEN} by epoch {len(course)}")

    def _look(self, run: Running) -> None:
        if self.moment is not None and time.time() > self.moment:
            run.stop(LATE)


def course_of(losses: Sequence[float]) -> tuple[float, ...]:
    """The best validation loss up to each epoch.

    Example:
        >>> course_of([3.0, 1.0, 2.0])
        (3.0, 1.0, 1.0)
    """
    return tuple(accumulate(losses, min))


def bounds_of(
    courses: Sequence[Sequence[float]], scores: Sequence[float], *, greater: bool
) -> tuple[float, ...]:
    """By epoch the worst best loss so far of all trials but those that came to be the last quarter.

    A loss is not a score: what was behind and became good says how far behind is far enough. A
    trial that ended before keeps its last loss.

    Args:
        courses: as of `course_of`, of trials that were not ended by a bound.
        scores: what each came to.
        greater: whether more is better.

    Returns:
        As many as the longest course has; none of fewer than ten trials.

    Example:
        >>> courses = [[5, 4], [9, 3], [7, 6], *[[8, 8]] * 7]
        >>> bounds_of(courses, [0.9, 0.8, 0.7, *[0.5] * 7], greater=True)
        (9, 8)
    """
    kept = [(score, course) for score, course in zip(scores, courses, strict=True) if len(course)]
    if len(kept) < FEWEST:
        return ()
    kept.sort(key=lambda pair: pair[0], reverse=greater)
    better = [course for _, course in kept[: 3 * len(kept) // 4]]
    longest = max(len(course) for _, course in kept)
    return tuple(max(c[min(epoch, len(c) - 1)] for c in better) for epoch in range(longest))


def is_beaten(course: Sequence[float], bounds: Sequence[float], epochs: int) -> bool:
    """Whether a trial would hardly come to be more than one of the last quarter.

    It has been above the bounds in three epochs one after another, after a third of its epochs,
    and would not come below the last bound if it went on to fall as it did in these: losses fall
    less and less, so that is more than it may hope for.

    Args:
        course: its best losses so far, as of `course_of`.
        bounds: of `bounds_of`.
        epochs: that it has at most.

    Example:
        >>> is_beaten([9, 9, 9, 9, 9, 9], [8, 7, 6, 5, 4, 3, 2], 7)
        True
        >>> is_beaten([9, 8.5, 8, 7.5, 6, 4.5], [8, 7, 6, 5, 4, 3.5, 3.5], 7)  # it may yet arrive
        False

    Reference:
        Golovin et al., Google Vizier, KDD 2017, section 3.2, for the comparison with a median,
        which this takes the place of.
    """
    epoch = len(course)
    if not max(FIRST, epochs // 3) + PATIENCE <= epoch < min(epochs, len(bounds)):
        return False
    last = range(epoch - PATIENCE, epoch)
    fall = (course[last[0] - 1] - course[-1]) / PATIENCE
    hoped = course[-1] - fall * (epochs - epoch)
    behind = all(course[place] > bounds[place] for place in last)
    return behind and hoped > bounds[min(epochs, len(bounds)) - 1]


def measure_of(stages: Sequence[Stage]) -> str:
    """What the validation loss of stages is, as a digest: equal ones can be compared.

    Empty where there is none, or it cannot be told.
    """
    trainers = [stage for stage in stages if _tells(stage)]
    if not trainers:
        return ""
    stage = trainers[-1]
    measured = {n: value for n, value in sorted(stage.settings().items()) if n in MEASURES}
    digest = content_of([type(stage), measured])  # losses of one's own may have one name
    return digest if isinstance(digest, str) else ""


def answer_seconds(model: "Assembled", inputs: "Mapping[str, Array]") -> float:
    """The median time of one row's answer, by the graph that would be served.

    One thread of onnxruntime, as it is served; encoding of the row is left out.

    Args:
        model: the network.
        inputs: the codec's arrays, at least one row.

    Raises:
        ModelError: if it cannot be exported.
    """
    from fivefold.deploy.export import export_onnx
    from fivefold.serve.graph import Graph

    graph = Graph(export_onnx(model, inputs))
    row = {name: values[:1] for name, values in inputs.items()}
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        graph(row)
        times.append(time.perf_counter() - began)
    return median(times)


def unended(stages: Sequence[Stage]) -> list[str]:
    """Names of the estimators in stages, whose fit nothing ends before its end."""
    models = [getattr(stage, "model", None) for stage in stages]
    return [type(model).__name__ for model in models if is_estimator(model)]


def _tells(stage: Stage) -> bool:
    """Whether its training takes callbacks, which the fit of an estimator does not."""
    known = "callbacks" in type(stage).model_fields
    return known and not is_estimator(getattr(stage, "model", None))
