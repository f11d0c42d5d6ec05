"""Looking on while a unit is trained: it may be ended early, and its answers are timed."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from fivefold.core.recipe import write_recipe
from fivefold.core.stage import Stage
from fivefold.train.callback import Callback, Running
from fivefold.train.snapshot import is_estimator

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.assemble import Assembled

FEWEST = 5
"""Finished trials from whose courses bounds are made."""

FIRST = 4
"""The first epoch in which a trial may be ended."""

CALLS = 100
"""Answers by which the time of one is judged."""

MEASURES = ("model", "quality", "loss", "quantile", "label_smoothing", "class_weights")
"""Settings of a stage that decide what its validation loss is."""

BEATEN = "half of the earlier trials were better"
LATE = "the time of the study is up"


@dataclass(frozen=True)
class Watch:
    """What is looked at while a unit is done, and after.

    Attributes:
        bounds: by epoch; training ends where its best validation loss so far is above.
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
    """Ends training where its best validation loss is above a bound, or the time is up."""

    folds = True
    name = "fivefold.study.watch"

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.called_with = {"bounds": list(watch.bounds)}  # a moment is none of what is repeated
        if watch.moment is not None:
            self.step = self._look  # type: ignore[method-assign]

    def epoch(self, run: Running) -> None:
        """Compare."""
        bounds, epoch = self.watch.bounds, len(run.fitted.history)
        if FIRST <= epoch <= len(bounds) and run.fitted.best_loss > bounds[epoch - 1]:
            run.stop(f"{BEATEN} by epoch {epoch}")

    def _look(self, run: Running) -> None:
        if self.watch.moment is not None and time.time() > self.watch.moment and run.epoch > 1:
            run.stop(LATE)


def course_of(losses: Sequence[float]) -> tuple[float, ...]:
    """The best validation loss up to each epoch.

    Example:
        >>> course_of([3.0, 1.0, 2.0])
        (3.0, 1.0, 1.0)
    """
    return tuple(accumulate(losses, min))


def bounds_of(courses: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """By epoch the median of the best losses that finished trials had up to it.

    A trial that ended before keeps its last one.

    Args:
        courses: as of `course_of`, of trials that were not ended by a bound.

    Returns:
        As many as the longest course has; none of fewer than five trials.

    Example:
        >>> bounds_of([[5, 4], [4, 3], [3, 2], [2, 1], [9]])
        (4, 3)

    Reference:
        Golovin et al., Google Vizier, KDD 2017, section 3.2.
    """
    kept = [course for course in courses if len(course)]
    if len(kept) < FEWEST:
        return ()
    longest = max(map(len, kept))
    return tuple(median(c[min(epoch, len(c) - 1)] for c in kept) for epoch in range(longest))


def measure_of(stages: Sequence[Stage]) -> str:
    """What the validation loss of stages is, as text: equal ones can be compared; empty if none."""
    trainers = [stage for stage in stages if _tells(stage)]
    if not trainers:
        return ""
    entry: dict[str, Any] = json.loads(write_recipe(trainers[-1:], strict=False))["stages"][0]
    measured = {n: value for n, value in entry.get("with", {}).items() if n in MEASURES}
    return json.dumps([entry["stage"], measured], sort_keys=True)


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


def _tells(stage: Stage) -> bool:
    """Whether its training takes callbacks, which the fit of an estimator does not."""
    known = "callbacks" in type(stage).model_fields
    return known and not is_estimator(getattr(stage, "model", None))
