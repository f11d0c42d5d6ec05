"""How far a row is from the mean of others, in deviations along their own axes."""

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array

SMALLEST = 1e-6
"""Of an axis: its variance as a part of the largest; others are rounding, and left out."""

SHRUNK = 1e-3
"""Part of the mean variance that is added to each, so that no axis counts without bound."""


class Distance(nn.Module):
    """Mahalanobis' distance of standardised columns, in float64; nothing in it learns.

    Args:
        width: columns of the matrix.

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(500, 1)) @ [[1.0, 1.0]]
        >>> rows[:, 1] += 0.1 * np.random.default_rng(1).normal(size=500)
        >>> distance = Distance(2)
        >>> distance.fit(rows)
        >>> along, across = distance(torch.tensor([[2.0, 2.0], [1.0, -1.0]])).tolist()
        >>> along < 3 and across > 10
        True

    Reference:
        Mahalanobis, On the generalised distance in statistics, 1936.
    """

    centre: Tensor
    axes: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("axes", torch.zeros(width, width, dtype=torch.float64))

    def fit(self, matrix: Array) -> None:
        """Take the axes from rows, `(n, width)`."""
        centre, axes = axes_of(np.asarray(matrix, np.float64))
        self.centre.copy_(torch.from_numpy(centre))
        self.axes.zero_()
        self.axes[:, : axes.shape[1]] = torch.from_numpy(axes).to(self.axes)

    def forward(self, matrix: Tensor) -> Tensor:
        """`(n, width)` to float64 `(n,)`."""
        along = (matrix.double() - self.centre) @ self.axes
        return (along * along).sum(dim=1).sqrt()


def axes_of(matrix: Array) -> tuple[Array, Array]:
    """The mean of rows, and the axes along which each deviation counts alike.

    Args:
        matrix: `(n, width)` float64.

    Returns:
        `(width,)`, and `(width, k)` of the axes along which the rows differ.
    """
    centre, spread = matrix.mean(0), matrix.std(0)
    varies = spread > 1e-12 * np.abs(centre).clip(1e-300)
    unit = np.where(varies, spread, 1.0)
    standard = np.where(varies, (matrix - centre) / unit, 0.0)
    variances, axes = np.linalg.eigh(standard.T @ standard / max(1, len(matrix) - 1))
    kept = variances > SMALLEST * variances.max(initial=0.0)
    if not kept.any():
        return centre, np.zeros((len(centre), 0))
    scale = np.sqrt(variances[kept] + SHRUNK * variances.mean())
    return centre, np.where(varies, 1 / unit, 0.0)[:, None] * axes[:, kept] / scale
