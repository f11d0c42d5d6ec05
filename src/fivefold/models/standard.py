"""A linear layer over features of mean 0 and deviation 1, and how it is fitted at once."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.models.head import Head
from fivefold.models.inputs import Batch
from fivefold.models.learner import Feed
from fivefold.models.linear import Strengths, fit_linear

STRENGTHS = Strengths(classes=(0.001, 0.01, 0.1, 1.0), numbers=(1000.0, 100.0, 10.0, 1.0))
"""Weights of many numbers that are alike are held back more than those of terms."""

ROWS = 256
"""Rows that are convolved at a time."""

FAR = 10.0
"""Deviations beyond which a feature counts as this."""


class Standard(nn.Module):
    """A linear layer over features, scaled by what they are in training.

    Args:
        width: features.
        outputs: numbers a row.

    Example:
        >>> Standard(4, 2)(torch.ones(5, 4)).shape
        torch.Size([5, 2])
    """

    mean: Tensor
    std: Tensor

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.width, self.outputs = width, outputs
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("std", torch.ones(width))
        self.out = nn.Linear(width, outputs)

    def features(self, rows: Tensor) -> Tensor:
        """`(n, ...)` to `(n, width)`, not scaled yet; as they are, by default."""
        return rows

    @torch.no_grad()
    def fit_buffers(self, batch: Batch) -> None:
        """Learn the mean and the deviation of each feature."""
        assert isinstance(batch, Tensor)
        pieces = [self.features(part).double() for part in torch.split(batch, ROWS)]
        self.scale_by(torch.cat(pieces))

    @torch.no_grad()
    def scale_by(self, found: Tensor) -> None:
        """Take mean and deviation over from float64 features `(n, width)`."""
        self.mean.copy_(found.mean(dim=0))
        self.std.copy_(found.std(dim=0, correction=0).clamp(min=1e-3))

    def scaled(self, rows: Tensor) -> Tensor:
        """The features with mean 0 and deviation 1 in training, bounded where they are far out."""
        return ((self.features(rows) - self.mean) / self.std).clamp(-FAR, FAR)

    def forward(self, rows: Tensor) -> Tensor:
        """`(n, ...)` to `(n, outputs)`."""
        outputs: Tensor = self.out(self.scaled(rows))
        return outputs


@torch.no_grad()
def fit_standard(
    model: Standard,
    train: Feed,
    valid: Feed,
    head: Head,
    *,
    read: Callable[[Batch], Tensor],
    seconds_left: Callable[[], float | None],
    all_rows: bool = False,
) -> Tensor | None:
    """Fit the linear layer on training rows, its strength by validation rows, in place.

    Args:
        model: on the device of the rows.
        train: rows to learn from.
        valid: rows that choose the strength.
        head: says what answers cost, and what is learnt.
        read: takes what it reads out of a batch.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.
        all_rows: whether it learns from validation rows too once they have chosen.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class or
        there are no validation rows.
    """

    def matrix(feed: Feed, features: Callable[[Tensor], Tensor]) -> Tensor:
        starts = range(0, feed.rows, ROWS)
        parts = (feed.take(slice(start, start + ROWS)).inputs for start in starts)
        return torch.cat([features(read(part)) for part in parts]).double()

    def matrices(kept: Array) -> list[tuple[Array, Array]]:
        model.scale_by(matrix(train, model.features))
        x, judged = (matrix(feed, model.scaled).cpu().numpy() for feed in (train, valid))
        return [(x[kept], judged)]

    def load(way: int, weights: Array, bias: Array) -> None:
        model.out.weight.copy_(torch.from_numpy(weights.T))
        model.out.bias.copy_(torch.from_numpy(bias))

    return fit_linear(
        train,
        valid,
        head,
        model.outputs,
        matrices=matrices,
        load=load,
        strengths=STRENGTHS,
        seconds_left=seconds_left,
        all_rows=all_rows,
    )
