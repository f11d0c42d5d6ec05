"""A network and simpler models beside it, of which a weighted sum answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Inputs


class SumBlend(nn.Module, ABC):
    """What several models that answer together have in common, whatever they are.

    Each is an attribute, None where it is not there; the network always is. What each counts, and
    how sure it is let to be, are buffers in the order of `every`.

    Args:
        inputs: sizes of what it reads.
        outputs: numbers a row.
        network: a built-in one.

    Attributes:
        every: names of all that may answer, the network first.
        beside: what stands beside the network, in words.
    """

    every: ClassVar[tuple[str, ...]]
    beside: ClassVar[str]
    weights: Tensor
    scales: Tensor

    def __init__(self, inputs: Inputs, outputs: int, network: nn.Module) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.network = network
        self.register_buffer("weights", torch.tensor([1.0] + [0.0] * (len(self.every) - 1)))
        self.register_buffer("scales", torch.ones(len(self.every)))

    @abstractmethod
    def plain(self, batch: Batch) -> Batch:
        """A batch as the network reads it."""

    @property
    def names(self) -> tuple[str, ...]:
        """What there is to answer."""
        return tuple(name for name in self.every if getattr(self, name) is not None)

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        shares = self.weights / self.weights.sum()
        return {n: float(w) for n, w in zip(self.every, shares, strict=True) if n in self.names}

    @property
    def shares(self) -> dict[str, Tensor]:
        """What each answer is multiplied by, by name."""
        return dict(zip(self.every, self.weights * self.scales, strict=True))

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(self.plain(batch))

    def take(
        self, made: Mapping[str, nn.Module], weights: Mapping[str, float], scales: Mapping[str, Any]
    ) -> str:
        """Let models answer that count; what each counts, in words."""
        for name, module in made.items():
            if weights[name] > 0:
                setattr(self, name, module.train(self.training))
        self.weights.copy_(torch.tensor([weights.get(name, 0.0) for name in self.every]))
        self.scales.copy_(torch.tensor([scales.get(name, 1.0) for name in self.every]))
        total = sum(weights.values())
        return ", ".join(f"the {name} {one / total:.0%}" for name, one in weights.items())
