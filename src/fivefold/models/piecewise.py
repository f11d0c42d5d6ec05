"""Numbers as pieces: each number becomes how far it has come through each of its bins."""

import torch
from torch import Tensor, nn


class Piecewise(nn.Module):
    """Piecewise-linear encoding of numbers, bins at quantiles of the training rows.

    A number in the middle of the third of four bins becomes (1, 1, 0.5, 0). The first and the
    last bin go on beyond their edges, so that no two different numbers look the same. It has
    buffers only; `fit_buffers` sets them.

    Args:
        columns: numbers a row.
        bins: bins a number.

    Example:
        >>> pieces = Piecewise(1, 2)
        >>> pieces.fit_buffers(torch.tensor([[0.0], [1.0], [3.0]]))
        >>> pieces(torch.tensor([[2.0]])).tolist()
        [[1.0, 0.5]]

    Reference:
        Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning,
        NeurIPS 2022, section 3.2.
    """

    low: Tensor
    slope: Tensor
    floor: Tensor
    ceiling: Tensor

    def __init__(self, columns: int, bins: int) -> None:
        super().__init__()
        self.columns, self.bins = columns, bins
        self.register_buffer("low", torch.zeros(columns, bins))
        self.register_buffer("slope", torch.zeros(columns, bins))
        self.register_buffer("floor", torch.zeros(columns, bins))
        self.register_buffer("ceiling", torch.ones(columns, bins))

    @torch.no_grad()
    def fit_buffers(self, numbers: Tensor) -> None:
        """Put the edges of the bins at quantiles, `numbers` being `(n, columns)`.

        Repeated quantiles make fewer bins; a bin that is not needed gives 0 for every number.
        """
        for tensor in (self.low, self.slope, self.floor):
            tensor.zero_()
        self.ceiling.fill_(1)
        for j in range(self.columns):
            edges = _edges(numbers[:, j].double().cpu(), self.bins)
            used = len(edges) - 1
            if used < 1:
                continue
            self.low[j, :used] = edges[:-1].float()
            self.slope[j, :used] = (1 / edges.diff()).float()
            self.floor[j, 0] = -torch.inf
            self.ceiling[j, used - 1] = torch.inf

    def forward(self, numbers: Tensor) -> Tensor:
        """`(n, columns)` to `(n, columns * bins)`."""
        pieces = (numbers[:, :, None] - self.low) * self.slope
        return pieces.clamp(self.floor, self.ceiling).flatten(1)


def _edges(column: Tensor, bins: int) -> Tensor:
    """At most `bins + 1` edges: quantiles in which a value seen m times counts sqrt(m) times.

    Plain quantiles of a column that is mostly zero are zero, and tell nothing of the rest.
    """
    values, counts = torch.unique(column, return_counts=True)
    reached = counts.double().sqrt().cumsum(0)
    wanted = torch.linspace(0, 1, bins + 1, dtype=torch.float64) * reached[-1]
    places = torch.searchsorted(reached, wanted).clamp(max=len(values) - 1)
    places[-1] = len(values) - 1
    edges: Tensor = torch.unique(values[places])
    return edges
