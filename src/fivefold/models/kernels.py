"""Random convolutions of series, and a linear model of what they find."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from fivefold.models.inputs import Inputs, described
from fivefold.models.standard import Standard
from fivefold.models.timenet import signal_of

SIZE = 9
"""Steps that a kernel weighs, with gaps between them."""

OUTSIDE = 1e4
"""What is taken from a convolution behind the end of a series, so that it is no maximum."""


class Kernels(Standard):
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

    def __init__(self, inputs: Inputs, outputs: int, *, count: int = 504) -> None:
        signal = signal_of(inputs, "Kernels")
        lines, widest = 2 * signal.channels, max(1, (signal.steps - 1) // (SIZE - 1))
        dilations = [2**power for power in range(int(math.log2(widest)) + 1)]
        each = -(-count // len(dilations))
        super().__init__(2 * each * len(dilations), outputs)
        self.dilations = dilations
        self.description = described("kernels", inputs, outputs, {"count": count})
        for dilation in dilations:
            weight = torch.randn(each, lines, SIZE)
            some = torch.rand(each, lines) <= torch.rand(each, 1)
            some[torch.arange(each), torch.randint(lines, (each,))] = True
            weight = (weight - weight.mean(dim=2, keepdim=True)) * some[:, :, None]
            weight = weight / weight.flatten(1).norm(dim=1)[:, None, None]
            self.register_buffer(f"weight{dilation}", weight)
            self.register_buffer(f"bias{dilation}", 2 * torch.rand(each) - 1)

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
