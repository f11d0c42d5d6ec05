"""What a network is taught with, and what it may do around its epochs."""

from typing import NamedTuple

from torch import Tensor

from fivefold.models.inputs import Batch
from fivefold.models.losses import Cost, Loss


class Piece(NamedTuple):
    """Some rows, as network and loss get them.

    Attributes:
        inputs: one tensor `(n, ...)`, or several by name.
        target: `(n, ...)` as the loss takes them.
        weight: `(n,)` what each row counts; None where all count alike.
    """

    inputs: Batch
    target: Tensor
    weight: Tensor | None = None

    def cost(self, loss: Loss, outputs: Tensor) -> Cost:
        """What the outputs of a network for these rows cost."""
        more = () if self.weight is None else (self.weight,)
        return loss(outputs, self.target, *more)
