"""The leading score of a task while a network learns, by what validation answers anyway."""

import time
from bisect import bisect_left

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.rows import Rows
from fivefold.kinds.codec import Codec
from fivefold.models.head import Head
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of

MOST = 2000
"""Validation rows, at most, that the score is taken of."""

NUMBERS = 2**20
"""Numbers that a network gives for these rows, at most: pictures have millions of pixels."""

SHARE = 0.01
"""Of the time of training, at most, that scores may take."""


class ValidationScore:
    """The first metric of a task on validation rows, as the network answers them epoch by epoch.

    Of many rows it is taken of some that are drawn once; and only where all scores so far took a
    hundredth of the time since the beginning, so that short epochs are not slowed down. It decides
    nothing.

    Args:
        head: makes scores of what the network gives.
        codec: knows the task, and how long rows are.
        rows: for validation, in the order in which they are answered; of things that are counted
            rates.

    Attributes:
        name: of the metric; empty where a task has none, and there is no value then.
        title: the same as people write it.
    """

    def __init__(self, head: Head, codec: Codec, rows: Rows) -> None:
        self._task = task_of(codec.schema)
        names = [(metric.name, metric.title) for metric in self._task.metrics]
        self.name, self.title = names[0] if names else ("", "")
        most = min(MOST, max(1, NUMBERS // int(np.prod(head.outputs))))
        drawn = np.random.default_rng(0).permutation(len(rows))[:most]
        self._places = np.sort(drawn).tolist()
        self._rows, self._head, self._codec = rows.take(np.sort(drawn)), head, codec
        self._pieces: list[Tensor] = []
        self._began, self._spent = time.perf_counter(), 0.0
        self._due = self._working = bool(len(rows) and names)

    def hear(self, start: int, outputs: Tensor) -> None:
        """Keep what was answered to some of the rows.

        Args:
            start: the place of the first of them; 0 begins an epoch.
            outputs: `(n, *outputs)` in eval mode, of the rows from there on.
        """
        before = time.perf_counter()
        if not start:
            self._pieces = []
            self._due = self._working and self._spent <= SHARE * (before - self._began)
        if not self._due:
            return
        first, last = (bisect_left(self._places, place) for place in (start, start + len(outputs)))
        inside = torch.tensor(self._places[first:last], dtype=torch.int64) - start
        self._pieces.append(outputs.detach().index_select(0, inside.to(outputs.device)))
        self._spent += time.perf_counter() - before

    @property
    def value(self) -> float | None:
        """Of the epoch that was heard last; None where it was not due, or is not defined."""
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return None
        before = time.perf_counter()
        try:
            found = self._judged(torch.cat(pieces))
        except Exception:  # of a head or a task of one's own: Evaluate says so, after the training
            self._working = False
            return None
        self._spent += time.perf_counter() - before
        return found if np.isfinite(found) else None

    @torch.no_grad()
    def _judged(self, outputs: Tensor) -> float:
        rows, weight, target = self._rows, self._rows.weight, self._rows.target
        scores = self._head.scores(outputs.float())
        if rows.exposure is not None:
            exposure = torch.from_numpy(rows.exposure).to(scores.device)
            scores = self._head.watched(scores, exposure)
            target = target * rows.exposure
            weight = None if weight is None else weight / rows.exposure
        found = self._codec.cut(scores.cpu().numpy(), rows.inputs)
        judged = Judged.of(self._task, target, found)
        return self._task.metrics[0](
            judged.target, judged.scores, None if weight is None else judged.of_rows(weight)
        )
