"""From what a network gives to what people asked for."""

from typing import Any

import torch
from torch import Tensor, nn

from fivefold.codecs.schema import Task


class Head(nn.Module):
    """The end of every network: values in their own unit, or probabilities.

    A network learns values of mean 0 and deviation 1; the head gives them their unit back. For
    classes it holds the temperature, 1 until something calibrates it.

    Args:
        task: what is predicted.
        mean: of the training targets, for regression.
        std: their standard deviation, above 0.

    Example:
        >>> Head("regression", mean=100.0, std=10.0)(torch.tensor([[0.5]])).tolist()
        [[105.0]]
    """

    mean: Tensor
    std: Tensor
    temperature: Tensor

    def __init__(self, task: Task, *, mean: float = 0.0, std: float = 1.0) -> None:
        super().__init__()
        self.task: Task = task
        if task == "regression":
            self.register_buffer("mean", torch.tensor(mean, dtype=torch.float64))
            self.register_buffer("std", torch.tensor(std, dtype=torch.float64))
        else:
            self.register_buffer("temperature", torch.ones(()))

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from; buffers are loaded."""
        return {"task": self.task}

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to logits, or to values in their own unit, of the same shape."""
        if self.task == "regression":
            return (outputs.double() * self.std + self.mean).float()
        return outputs.float() / self.temperature

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, outputs)` to probabilities `(n, classes)` or values `(n,)`, float32."""
        logits: Tensor = self(outputs)
        match self.task:
            case "regression":
                return logits[:, 0]
            case "binary":
                return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], dim=1)
            case "multiclass":
                return torch.softmax(logits, dim=1)
