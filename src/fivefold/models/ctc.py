"""The head of transcripts: what steps say to what they spell, however it lies among them."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss

NEVER = -1e4
"""The logit of what cannot be: a letter behind the end of a row, or one never seen."""


def ended(logits: Tensor, there: Tensor) -> Tensor:
    """Logits of steps that say nothing where a row has no step.

    Args:
        logits: `(n, steps, 1 + letters)`.
        there: `(n, steps)`, above 0 where a row has a step.
    """
    nothing = torch.full_like(logits[:1, :1], NEVER)
    nothing[..., 0] = 0.0
    return torch.where(there[..., None] > 0, logits, nothing)


class CtcHead(Head):
    """A logit for each letter at each step, and first that of none.

    Args:
        outputs: `(steps, 1 + letters)`.

    Example:
        >>> CtcHead((2, 3)).scores(torch.zeros(1, 2, 3)).shape
        torch.Size([1, 2, 3])

    Reference:
        Graves et al., Connectionist Temporal Classification, ICML 2006.
    """

    never: Tensor
    mixing = "softmax"

    def __init__(self, outputs: tuple[int, ...] = (1, 2)) -> None:
        super().__init__(outputs)
        self.register_buffer("never", torch.zeros(self.outputs[-1]))

    def fit(self, target: Array) -> None:
        """Letters that no training row has are never said."""
        seen = torch.zeros(self.outputs[-1], dtype=torch.bool)
        seen[0] = True
        seen[torch.from_numpy(target[target >= 0] + 1)] = True
        self.never.copy_(torch.where(seen, 0.0, NEVER))

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, steps, 1 + letters)` to float32 logits."""
        return outputs.float() + self.never

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, steps, 1 + letters)` to float32 probabilities."""
        return torch.softmax(self(outputs), dim=-1)

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """The negative logarithm of the probability of each row's letters, in nats.

        Rows whose letters need more steps than there are, or have one that no training row has,
        cost nothing, and teach nothing.
        """
        assert name == "ctc", f"{name} is no loss for transcripts"

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            logs = torch.log_softmax(self(outputs), dim=-1).transpose(0, 1)
            there = outputs.detach()[..., 1:].amax(dim=-1) > NEVER / 2
            letters = (target >= 0).sum(dim=1)
            most = max(1, int(letters.max())) if len(letters) else 1
            wanted = target[:, :most].clamp(min=0) + 1
            costs = F.ctc_loss(
                *(logs, wanted, there.sum(dim=1), letters), reduction="none", zero_infinity=True
            )
            foreign = (self.never[wanted] * (target[:, :most] >= 0)).sum(dim=1) < 0
            costs = torch.where(foreign, 0.0, costs)
            if weight is None:
                return costs.mean()
            return (costs * weight).sum(), weight.sum()

        return loss

    def deviations(self, scores: Array) -> Array:
        """Probabilities that 1e-4 in each logit changes by half as much at most."""
        return np.asarray(scores / 5)
