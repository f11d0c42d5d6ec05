"""A run in TensorBoard: curves by epoch, scores, and findings as text."""

import json
import math
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.core.events import (
    Event,
    Found,
    Progress,
    RunFinished,
    RunStarted,
    Scored,
    Settled,
    StageFinished,
)
from fivefold.errors import PreflightError
from fivefold.observers.nesting import refit_of, scalar_name

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class TensorBoard:
    """Writes what `tensorboard --logdir FOLDER` shows; refits stand below it as runs of their own.

    Losses go by epoch, scores of the test rows and of folds with the ends of their intervals,
    findings, settings and the recipe as text. Another run needs a folder of its own.

    Args:
        folder: where to; made if it is not there.

    Raises:
        PreflightError: if TensorBoard is not installed.

    Example:
        >>> board = TensorBoard("runs/adult/board")  # doctest: +SKIP
        >>> pipeline.run(observers=[board])  # doctest: +SKIP
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        from importlib.util import find_spec

        if find_spec("tensorboard") is None:
            remedy = "Run pip install 'fivefold[tensorboard]'."
            raise PreflightError.expected("TensorBoard", "tensorboard", "it not installed", remedy)
        self._folder = Path(fspath(folder))
        self._writers: dict[str, SummaryWriter] = {}

    def __call__(self, event: Event) -> None:
        """Write what an event has of numbers and findings."""
        match event:
            case RunStarted(recipe=recipe) if recipe:
                self._text(event, "recipe", f"```\n{recipe}\n```")
            case Progress():
                for name, value in event.values.items():
                    self._scalar(event, scalar_name(event, name, event.unit), value, event.done)
            case Scored():
                for name, value in event.values.items():
                    self._scalar(event, f"{event.rows}/{name}", value, 0)
                    for end in ("low", "high"):
                        if hasattr(value, end):
                            named = f"{event.rows}/{name}/{end}"
                            self._scalar(event, named, getattr(value, end), 0)
            case Settled():
                self._text(event, f"{event.path[-1]}/settings", _listed(event.values))
            case Found():
                found = event.finding
                text = f"**{found.severity}** {found.sentence} (`{found.code}`)"
                self._text(event, f"findings/{found.stage or event.path[-1]}/{found.code}", text)
            case StageFinished():
                self._scalar(event, f"seconds/{event.path[-1]}", event.seconds, 0)
                for writer in self._writers.values():
                    writer.flush()
            case RunFinished():
                self._scalar(event, "seconds/run", event.seconds, 0)
                if event.error:
                    self._text(event, "error", event.error)
                for writer in self._writers.values():
                    writer.close()
                self._writers.clear()

    def _writer(self, event: Event) -> "SummaryWriter":
        refit = refit_of(event)
        if refit not in self._writers:
            from torch.utils.tensorboard import SummaryWriter

            self._writers[refit] = SummaryWriter(str(self._folder / refit))
        return self._writers[refit]

    def _scalar(self, event: Event, name: str, value: float, step: int) -> None:
        if math.isfinite(value):
            self._writer(event).add_scalar(name, float(value), step)

    def _text(self, event: Event, name: str, text: str) -> None:
        self._writer(event).add_text(name, text, 0)


def _listed(values: Mapping[str, Any]) -> str:
    lines = [f"| {name} | {json.dumps(value, default=str)} |" for name, value in values.items()]
    return "\n".join(["| setting | value |", "|---|---|", *lines])
