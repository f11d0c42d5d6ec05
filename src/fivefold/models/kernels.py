"""Random convolutions of series, and a linear model of what they find."""

import math
import warnings
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fivefold.metrics.weight import relative
from fivefold.models.head import Head
from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.learner import Feed
from fivefold.models.linear import linear_weights
from fivefold.models.timenet import signal_of

SIZE = 9
"""Steps that a kernel weighs, with gaps between them."""

STRENGTHS = (0.001, 0.01, 0.1, 1.0)
"""How little weights are held back, as `C` of logistic regression; tried in order."""

PENALTIES = (1000.0, 100.0, 10.0, 1.0)
"""Likewise for numbers, as `alpha` of ridge regression."""

ROWS = 256
"""Rows that are convolved at a time."""

OUTSIDE = 1e4
"""What is taken from a convolution behind the end of a series, so that it is no maximum."""


class Kernels(nn.Module):
    """Random convolutions, of each the mean of its positive part and its maximum; a linear layer.

    Both are continuous: counts of positive numbers would jump where a runtime rounds otherwise.

    Args:
        inputs: a `Signal`.
        outputs: numbers a row.
        count: convolutions, about.

    Example:
        >>> from fivefold.models.inputs import Signal
        >>> Kernels(Signal(4, 50), 3)(torch.ones(5, 4, 50)).shape
        torch.Size([5, 3])

    Reference:
        Dempster, Petitjean and Webb, ROCKET: Exceptionally Fast and Accurate Time Series
        Classification Using Random Convolutional Kernels, Data Mining and Knowledge Discovery 34,
        2020; the mean of the positive part in place of their share.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, inputs: Inputs, outputs: int, *, count: int = 504) -> None:
        super().__init__()
        signal = signal_of(inputs, "Kernels")
        self.description = described("kernels", inputs, outputs, {"count": count})
        self.inputs, self.outputs = inputs, outputs
        lines, widest = 2 * signal.channels, max(1, (signal.steps - 1) // (SIZE - 1))
        self.dilations = [2**power for power in range(int(math.log2(widest)) + 1)]
        each = -(-count // len(self.dilations))
        for dilation in self.dilations:
            weight = torch.randn(each, lines, SIZE)
            some = torch.rand(each, lines) <= torch.rand(each, 1)
            some[torch.arange(each), torch.randint(lines, (each,))] = True
            weight = (weight - weight.mean(dim=2, keepdim=True)) * some[:, :, None]
            weight = weight / weight.flatten(1).norm(dim=1)[:, None, None]
            self.register_buffer(f"weight{dilation}", weight)
            self.register_buffer(f"bias{dilation}", 2 * torch.rand(each) - 1)
        width = 2 * each * len(self.dilations)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("std", torch.ones(width))
        self.out = nn.Linear(width, outputs)

    def features(self, lines: Tensor) -> Tensor:
        """Float `(n, lines, steps)` to `(n, features)`, not scaled yet."""
        present = lines[:, -1:]
        count, read = present.sum(dim=2).clamp(min=1), lines[:, :-2]
        found = []
        for dilation in self.dilations:
            weight = self.get_buffer(f"weight{dilation}")
            bias = self.get_buffer(f"bias{dilation}")
            side = dilation * (SIZE // 2)
            maps = functional.conv1d(read, weight, bias, padding=side, dilation=dilation)
            found.append((torch.relu(maps) * present).sum(dim=2) / count)
            found.append((maps + OUTSIDE * (present - 1)).amax(dim=2))
        return torch.cat(found, dim=1)

    @torch.no_grad()
    def fit_buffers(self, batch: Batch) -> None:
        """Learn the mean and the deviation of each feature."""
        assert isinstance(batch, Tensor)
        pieces = [self.features(part).double() for part in torch.split(batch, ROWS)]
        found = torch.cat(pieces)
        self.mean.copy_(found.mean(dim=0))
        self.std.copy_(found.std(dim=0, correction=0).clamp(min=1e-3))

    def scaled(self, lines: Tensor) -> Tensor:
        """The features with mean 0 and deviation 1 in training, bounded where they are far out."""
        return ((self.features(lines) - self.mean) / self.std).clamp(-10, 10)

    def forward(self, lines: Tensor) -> Tensor:
        """Float `(n, lines, steps)` to `(n, outputs)`."""
        outputs: Tensor = self.out(self.scaled(lines))
        return outputs


@torch.no_grad()
def fit_kernels(
    kernels: Kernels,
    train: Feed,
    valid: Feed,
    head: Head,
    *,
    read: Callable[[Batch], Tensor],
    seconds_left: Callable[[], float | None],
) -> Tensor | None:
    """Fit the linear layer on training rows, its strength by validation rows, in place.

    Args:
        kernels: on the device of the rows.
        train: rows to learn from.
        valid: rows that choose the strength.
        head: says what answers cost, and what is learnt.
        read: takes the lines out of a batch.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class or
        there are no validation rows.
    """
    from threadpoolctl import threadpool_limits

    learn, outputs = head.task.trees, kernels.outputs
    counted = None if train.weight is None else train.weight.cpu().numpy()
    target = train.target.cpu().numpy()
    kept = np.arange(len(target)) if counted is None else np.flatnonzero(counted)
    y = target[kept] if learn == "number" else target[kept].astype(np.int64)
    if not valid.rows or (learn != "number" and len(np.unique(y)) < max(2, outputs)):
        return None

    def matrix(feed: Feed, features: Callable[[Tensor], Tensor]) -> Tensor:
        starts = range(0, feed.rows, ROWS)
        parts = (feed.take(slice(start, start + ROWS)).inputs for start in starts)
        return torch.cat([features(read(part)) for part in parts]).double()

    found = matrix(train, kernels.features)
    kernels.mean.copy_(found.mean(dim=0))
    kernels.std.copy_(found.std(dim=0, correction=0).clamp(min=1e-3))
    x, judged = (matrix(feed, kernels.scaled).cpu().numpy() for feed in (train, valid))
    weight = None if counted is None else relative(counted[kept])
    by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
    best, answer = float("inf"), None
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tried = linear_weights(
            x[kept], y, weight, learn, outputs, strengths=STRENGTHS, penalties=PENALTIES
        )
        for weights, bias in tried:
            answers = torch.from_numpy(judged @ weights + bias).to(valid.device)
            cost = head.nats(answers, valid.target, **by_row).item()
            if cost < best:
                best, answer = cost, answers.float()
                kernels.out.weight.copy_(torch.from_numpy(weights.T))
                kernels.out.bias.copy_(torch.from_numpy(bias))
            left = seconds_left()
            if cost > best or (left is not None and left <= 0):
                break
    return answer
