"""From what a network gives to what people asked for."""

from typing import Any, Literal

import torch
from torch import Tensor, nn

Link = Literal["identity", "log"]

STEEP = 20.0
"""How far from 0 an output of the log link counts: e^20 is 485 million times the mean."""


class Head(nn.Module):
    """The end of every network: values in their own unit, or probabilities.

    A network learns values of mean 0 and deviation 1; the head gives them their unit back. With
    the log link it learns the logarithm of a rate over the mean one, so that an output of 0 means
    the mean under either link. For classes it holds the temperature, 1 until something calibrates
    it.

    Args:
        task: what is predicted.
        mean: of the training targets, for regression; above 0 for the log link.
        std: their standard deviation, above 0.
        link: `identity` for outputs that are values, `log` for logarithms of rates.

    Example:
        >>> Head("regression", mean=100.0, std=10.0)(torch.tensor([[0.5]])).tolist()
        [[105.0]]
        >>> Head("regression", mean=100.0, link="log")(torch.tensor([[0.0]])).tolist()
        [[100.0]]
    """

    mean: Tensor
    std: Tensor
    temperature: Tensor

    def __init__(
        self, task: str, *, mean: float = 0.0, std: float = 1.0, link: Link = "identity"
    ) -> None:
        super().__init__()
        self.task: str = task
        self.link: Link = link
        if task == "regression":
            self.register_buffer("mean", torch.tensor(mean, dtype=torch.float64))
            self.register_buffer("std", torch.tensor(std, dtype=torch.float64))
        else:
            self.register_buffer("temperature", torch.ones(()))

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from; buffers are loaded."""
        return {"task": self.task, "link": self.link}

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to float32 logits, or to float64 values in their own unit.

        float32 would not tell values apart whose mean is millions of deviations away from 0.
        """
        if self.link == "log":
            return outputs.double().clamp(-STEEP, STEEP).exp() * self.mean
        if self.task == "regression":
            return outputs.double() * self.std + self.mean
        return outputs.float() / self.temperature

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to float32 probabilities `(n, classes)` or float64 values `(n,)`."""
        logits: Tensor = self(outputs)
        match self.task:
            case "regression":
                return logits[:, 0]
            case "binary":
                return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], dim=1)
        return torch.softmax(logits, dim=1)
