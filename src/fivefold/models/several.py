"""The head of several targets: each has the head of its own task."""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.models.boosting import Share
from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss, positive
from fivefold.tasks.onetarget import OneTarget


class SeveralHead(Head):
    """Heads side by side, whose losses count alike: each is divided by that of a constant.

    Args:
        outputs: trailing shape, `(numbers of all heads,)`.

    Attributes:
        of: the targets with the classes of their heads; `head_of` makes a class that knows them.
    """

    of: ClassVar[tuple[tuple[OneTarget, type[Head]], ...]] = ()
    scales: Tensor

    def __init__(self, outputs: tuple[int, ...] = (1,)) -> None:
        super().__init__(outputs)
        made = []
        for one, kind in self.of:
            head = kind.suiting(one.task.losses[0], one.task.outputs(one.schema))
            head.task = one.task
            made.append(head)
        self.heads = nn.ModuleList(made)
        self.register_buffer("scales", torch.ones(len(made)))
        widths = [max(1, self._few(one, head).numel()) for one, head in self._each()]
        ends = np.cumsum([0, *widths]).tolist()
        self.places = [slice(*ends[at : at + 2]) for at in range(len(made))]
        learnt = zip(self._each(), self.places, strict=True)
        self.shares = tuple(
            Share(one.task.trees or "", head.outputs[0], place) for (one, head), place in learnt
        )

    def _each(self) -> "list[tuple[OneTarget, Head]]":
        return [(one, head) for (one, _), head in zip(self.of, self.heads, strict=True)]  # type: ignore[misc]

    def fit(self, target: Array) -> None:
        """Fit each head, and measure what a constant costs."""
        for place, (one, head) in enumerate(self._each()):
            truth = one.truth(target)
            head.fit(truth)
            blind = one.task.constant(truth, one.schema, len(truth))
            cost = float(one.task.row_losses(truth, blind).mean()) if len(truth) else 1.0
            if not one.schema.classes:  # numbers are learnt with deviation 1, counts with mean 1
                cost = 1.0 if one.task.trees == "number" else cost / 2 / max(truth.mean(), 1e-9)
            self.scales[place] = max(cost, 1e-6)

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """Those of all heads side by side, `(n, width)` float32; for a loss of one's own as is."""
        if own:
            return torch.from_numpy(np.asarray(values, np.float64))
        told = [head.targets(one.truth(values)) for one, head in self._each()]
        return torch.cat([one.reshape(len(values), -1).float() for one in told], dim=1)

    def _told(self, target: Tensor) -> list[Tensor]:
        """Targets as each head takes them."""
        found = []
        for (one, head), place in zip(self._each(), self.places, strict=True):
            few = self._few(one, head)
            own = target[:, place]
            found.append((own[:, 0] if few.ndim == 1 else own).to(few.dtype))
        return found

    def _few(self, one: OneTarget, head: Head) -> Tensor:
        """Targets of one row as a head takes them, for their form."""
        return head.targets(one.truth(np.ones((1, self.of[-1][0].columns.stop))))

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """The mean of what the heads say."""
        told = zip(self._each(), self._told(target), strict=True)
        costs = [head.nats(outputs[:, one.outputs], truth, weight) for (one, head), truth in told]
        return torch.stack(costs).mean()

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to what each head gives, float64 `(n, width)`."""
        told = [head(outputs[:, one.outputs]).double().flatten(1) for one, head in self._each()]
        return torch.cat(told, dim=1)

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to the scores of all heads side by side, float64 `(n, width)`."""
        told = []
        for one, head in self._each():
            scores = head.scores(outputs[:, one.outputs]).double()
            told.append(scores.flatten(1) if scores.ndim > 1 else scores[:, None])
        return torch.cat(told, dim=1)

    def decide(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> str:
        told = []
        for (one, head), truth in zip(self._each(), self._told(target), strict=True):
            said = head.decide(outputs[:, one.outputs], truth, weight)
            told += [f"{one.name}: {said}"] if said else []
        return " ".join(told)

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """The mean over targets of their losses, each beside that of a constant."""
        losses = [head.loss(one.task.losses[0]) for one, head in self._each()]

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            parts = zip(self._each(), self._told(target), losses, self.scales, strict=True)
            by_row = () if weight is None else (weight,)
            total: Tensor | float = 0.0
            for (one, _), truth, own, scale in parts:
                cost = own(outputs[:, one.outputs], truth, *by_row)
                mean = cost[0] / positive(cost[1]) if isinstance(cost, tuple) else cost
                total = total + mean / scale
            mean = torch.as_tensor(total) / len(losses)
            return mean if weight is None else (mean * weight.sum(), weight.sum())

        return loss

    def deviations(self, scores: Array) -> Array:
        told = [head.deviations(one.given(scores)) for one, head in self._each()]
        return np.concatenate([one.reshape(len(scores), -1) for one in told], axis=1)
