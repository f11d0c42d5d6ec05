"""The default network for tables."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Codes, Inputs, Width, described, parts
from fivefold.models.piecewise import Piecewise


class Mlp(nn.Module):
    """Layers of linear, norm, SiLU and dropout over a table.

    Measured numbers come in twice, as they are and as pieces of their range; categories come in
    as the zeros and ones of the table, or by code and are embedded here.

    Args:
        inputs: a `Width`, `Codes`, or both by the names `table` and `codes`.
        outputs: numbers a row.
        width: of the hidden layers.
        depth: hidden layers, at least 1.
        dropout: fraction of hidden units left out in training, 0 to 1.
        bins: pieces a measured number; None is 48, fewer where there are more than 40 numbers.

    Example:
        >>> Mlp(Width(6, measured=2), 3)(torch.zeros(5, 6)).shape
        torch.Size([5, 3])

    Reference:
        Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning,
        NeurIPS 2022, for the pieces.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 256,
        depth: int = 2,
        dropout: float = 0.2,
        bins: int | None = None,
    ) -> None:
        super().__init__()
        named = parts(inputs)
        if not all(isinstance(part, Width | Codes) for part in named.values()):
            raise TypeError(f"Mlp reads a table, found {inputs}")
        table = next((part for part in named.values() if isinstance(part, Width)), Width(0))
        codes = next((part for part in named.values() if isinstance(part, Codes)), Codes())
        self.width, self.measured = int(table), table.measured
        bins = min(48, 2048 // max(self.measured, 1)) if bins is None else bins
        arguments = {"width": width, "depth": depth, "dropout": dropout, "bins": bins}
        self.description = described("mlp", inputs, outputs, arguments)
        self.pieces = Piecewise(self.measured, bins) if self.measured and bins > 1 else None
        spaces = [min(50, 1 + round(1.6 * size**0.56)) for size in codes]
        self.embeddings = nn.ModuleList(map(nn.Embedding, codes, spaces))
        features = self.width + sum(spaces)
        features += self.pieces.columns * self.pieces.bins if self.pieces is not None else 0
        self.layers = nn.Sequential()
        for _ in range(depth):
            self.layers.append(nn.Linear(features, width))
            self.layers.append(nn.LayerNorm(width))
            self.layers.append(nn.SiLU())
            self.layers.append(nn.Dropout(dropout))
            features = width
        self.out = nn.Linear(features, outputs)

    @property
    def unfitted(self) -> bool:
        """Whether it can do without `fit_buffers`, as no pieces are put where rows are."""
        return self.pieces is None

    @torch.no_grad()
    def fit_buffers(self, batch: Batch) -> None:
        """Put the pieces where the training rows are, and silence what they never use.

        A weight that no training row reaches would keep its random start and add noise as soon
        as a null or an unseen category is met; it is set to 0.

        Args:
            batch: all training rows, as `forward` takes them.
        """
        table, codes = split(batch)
        used = []
        if table is not None:
            used.append((table != 0).any(dim=0))
            if self.pieces is not None:
                self.pieces.fit_buffers(table[:, : self.measured])
                used.append((self.pieces.slope != 0).flatten())
        for place, embedding in enumerate(self.embeddings):
            assert codes is not None
            assert isinstance(embedding, nn.Embedding)
            seen = torch.zeros(embedding.num_embeddings, dtype=torch.bool, device=codes.device)
            seen[codes[:, place]] = True
            embedding.weight[~seen] = 0
            used.append(torch.ones(embedding.embedding_dim, dtype=torch.bool, device=seen.device))
        first = next(layer for layer in [*self.layers, self.out] if isinstance(layer, nn.Linear))
        first.weight[:, ~torch.cat(used)] = 0

    def forward(self, batch: Batch) -> Tensor:
        """Outputs of a batch.

        Args:
            batch: `table` float `(n, width)`, `codes` int64 `(n, columns)`; the tensor itself
                where there is one only.

        Returns:
            `(n, outputs)`.
        """
        table, codes = split(batch)
        features = []
        if table is not None:
            features.append(table)
            if self.pieces is not None:
                features.append(self.pieces(table[:, : self.measured]))
        for place, embedding in enumerate(self.embeddings):
            assert codes is not None
            features.append(embedding(codes[:, place]))
        hidden: Tensor = self.layers(torch.cat(features, dim=1))
        outputs: Tensor = self.out(hidden)
        return outputs


def split(batch: Batch) -> tuple[Tensor | None, Tensor | None]:
    """The float table and the codes; at most one is absent."""
    if isinstance(batch, Mapping):
        return batch.get("table"), batch.get("codes")
    return (batch, None) if batch.is_floating_point() else (None, batch)
