"""A moving average of the weights, which generalises better than the last of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor


class Average:
    """Exponential moving average of tensors, kept beside them.

    Args:
        weights: what is averaged, as it is now.
        decay: the part that an average keeps in a step, in [0, 1). Early on it keeps less, so that
            the first weights are soon forgotten.

    Reference:
        Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
    """

    def __init__(self, weights: Sequence[Tensor], decay: float) -> None:
        self.weights, self.decay, self.steps = list[Tensor](), decay, 0
        self.means = list[Tensor]()
        self.take_up(weights)

    def take_up(self, weights: Sequence[Tensor]) -> None:
        """Average all of these, of which the first are averaged already."""
        self.means += [weight.detach().clone() for weight in weights[len(self.weights) :]]
        self.weights = list(weights)

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are after one more step."""
        self.steps += 1
        keep = min(self.decay, self.steps / (self.steps + 9))
        torch._foreach_lerp_(self.means, self.weights, 1 - keep)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the averages in the place of the weights for a while."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        held = [weight.clone() for weight in self.weights]
        torch._foreach_copy_(self.weights, self.means)
        torch._foreach_copy_(self.means, held)
