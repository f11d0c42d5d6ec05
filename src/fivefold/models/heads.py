"""The heads by the classes of their tasks."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fivefold.errors import ModelError
from fivefold.models.anomaly import AnomalyHead
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.count import CountHead
from fivefold.models.ctc import CtcHead
from fivefold.models.forecasts import ForecastHead
from fivefold.models.head import Head
from fivefold.models.multilabel import MultilabelHead
from fivefold.models.ordinal import OrdinalHead
from fivefold.models.quantity import QuantityHead
from fivefold.models.segmentation import SegmentationHead
from fivefold.models.several import SeveralHead
from fivefold.tasks.anomaly import Anomaly
from fivefold.tasks.binary import Binary
from fivefold.tasks.choice import Choice
from fivefold.tasks.count import Count
from fivefold.tasks.forecast import Forecast
from fivefold.tasks.known import task_of
from fivefold.tasks.multilabel import Multilabel
from fivefold.tasks.ordinal import Ordinal
from fivefold.tasks.quantity import Quantity
from fivefold.tasks.segmentation import Segmentation
from fivefold.tasks.several import Several
from fivefold.tasks.task import Task
from fivefold.tasks.transcription import Transcription

HEADS: dict[type[Task], type[Head]] = {
    Anomaly: AnomalyHead,
    Binary: BinaryHead,
    Choice: ChoiceHead,
    Multilabel: MultilabelHead,
    Ordinal: OrdinalHead,
    Count: CountHead,
    Forecast: ForecastHead,
    Quantity: QuantityHead,
    Segmentation: SegmentationHead,
    Several: SeveralHead,
    Transcription: CtcHead,
}
"""The class of a task's head, and of those that are derived from it."""


def head_of(task: Task) -> type[Head]:
    """The class of a task's head: what its own method `head` gives, or that of its kind.

    Raises:
        ModelError: if it has none.
    """
    found = task.head() or next((HEADS[kind] for kind in type(task).__mro__ if kind in HEADS), None)
    if not (isinstance(found, type) and issubclass(found, Head)):
        raise ModelError(
            f"{type(task).__name__}: expected a class derived from Head, found {found!r}.",
            remedy="Derive the task from Choice or Quantity, or let its method `head` give one.",
        )
    return _several(task) if isinstance(task, Several) else found


@cache
def _several(task: Several) -> type[Head]:
    """A class of heads that knows the targets."""
    parts = tuple((one, head_of(one.task)) for one in task.parts)
    return type("SeveralHead", (SeveralHead,), {"of": parts})


def make_head(task: Task, outputs: tuple[int, ...], *, loss: str | None = None) -> Head:
    """A head whose buffers are still to be fitted or loaded."""
    head = head_of(task).suiting(loss, outputs)
    head.task = task
    return head


def head_from(description: Mapping[str, Any]) -> Head:
    """The head that its `description` described; its buffers are still to be loaded."""
    values = dict(description)
    task, outputs = task_of(values.pop("task")), tuple(values.pop("outputs"))
    head = head_of(task)(outputs, **values)
    head.task = task
    return head
