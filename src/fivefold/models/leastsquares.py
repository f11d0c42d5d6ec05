"""Least squares with a penalty from sums over rows, and how far a gain may be chance."""

import torch
from torch import Tensor


def solved(gram: Tensor, cross: Tensor, penalty: Tensor | float) -> Tensor:
    """Float32 weights `(features, outputs)`, each feature in its own size.

    Args:
        gram: float64 `(features, features)` products of features with one another.
        cross: float64 `(features, outputs)` products with what is to be told.
        penalty: of the squares of weights, as a part of the square of each feature; one of all, or
            `(features,)`.

    Example:
        >>> x = torch.tensor([[1.0, 0.0], [1.0, 2.0], [1.0, 4.0]], dtype=torch.float64)
        >>> y = 3 + 0.5 * x[:, 1:]
        >>> solved(x.T @ x, x.T @ y, 0.0).flatten().round(decimals=4).tolist()
        [3.0, 0.5]
    """
    size = gram.diagonal().sqrt()
    unused = size <= 1e-9 * size.max()
    size = torch.where(unused, torch.ones_like(size), size)
    scaled = gram / size[:, None] / size[None]
    scaled.diagonal().add_(penalty + 1e-9)
    weights = torch.linalg.solve(scaled, cross / size[:, None]) / size[:, None]
    weights[unused] = 0
    found: Tensor = weights.float()
    return found


def doubted(differences: Tensor, block: int) -> float:
    """The mean of differences and its standard error, over blocks of rows that overlap."""
    count = max(1, len(differences) // max(block, 1))
    means = torch.stack([part.mean() for part in differences.tensor_split(count)])
    error = means.std() / count**0.5 if count > 1 else torch.zeros(())
    return float(means.mean() + error)
