"""Many networks for tables in one: they share their weights, and each looks at them in its way."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Codes, Inputs, Width, described, parts
from fivefold.models.mlp import split
from fivefold.models.piecewise import Piecewise

FEATURES = 512
"""Features that measured numbers become, all together, at most (or one a number)."""


class TabM(nn.Module):
    """An ensemble of multi-layer perceptrons over a table, trained as one network.

    All members read the same features: the table as it is, and for each measured number a vector
    learnt from the pieces of its range. Numbers beyond what training rows have shown are pulled
    in to it. A member's layers are the shared ones with each row and column scaled by factors of
    its own; its last layer is its own.

    Args:
        inputs: a `Width`, `Codes`, or both by the names `table` and `codes`.
        outputs: numbers a row.
        members: networks in one.
        width: of the hidden layers.
        depth: hidden layers, at least 1.
        dropout: fraction of hidden units left out in training, 0 to 1.
        bins: pieces a measured number.
        space: length of the vector that a measured number becomes; None is 12, fewer where there
            are more than 42 numbers.
        rectify: whether negative parts of these vectors become 0; None is where there is one
            output: values and two classes gain by it, more classes lose.

    Example:
        >>> network = TabM(Width(6, measured=2), 3, members=4)
        >>> network(torch.zeros(5, 6)).shape, network.eval()(torch.zeros(5, 6)).shape
        (torch.Size([5, 4, 3]), torch.Size([5, 3]))

    Reference:
        Gorishniy et al., TabM: Advancing Tabular Deep Learning with Parameter-Efficient
        Ensembling, ICLR 2025, section 3; the pieces: On Embeddings for Numerical Features in
        Tabular Deep Learning, NeurIPS 2022, section 3.2.
    """

    low: Tensor
    high: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        members: int = 16,
        width: int = 192,
        depth: int = 2,
        dropout: float = 0.1,
        bins: int = 32,
        space: int | None = None,
        rectify: bool | None = None,
    ) -> None:
        super().__init__()
        named = parts(inputs)
        if not all(isinstance(part, Width | Codes) for part in named.values()):
            raise TypeError(f"TabM reads a table, found {inputs}")
        table = next((part for part in named.values() if isinstance(part, Width)), Width(0))
        codes = next((part for part in named.values() if isinstance(part, Codes)), Codes())
        self.members, self.dropout = members, dropout
        self.width, self.measured = int(table), table.measured
        if space is None:
            space = max(1, min(12, FEATURES // max(self.measured, 1)))
        rectify = outputs == 1 if rectify is None else rectify
        arguments = {"members": members, "width": width, "depth": depth, "dropout": dropout}
        arguments |= {"bins": bins, "space": space, "rectify": rectify}
        self.description = described("tabm", inputs, outputs, arguments)
        self.register_buffer("low", torch.full((self.measured,), -math.inf))
        self.register_buffer("high", torch.full((self.measured,), math.inf))
        self.numbers = Vectors(self.measured, bins, space, rectify) if self.measured else None
        spaces = [min(50, 1 + round(1.6 * size**0.56)) for size in codes]
        self.embeddings = nn.ModuleList(map(nn.Embedding, codes, spaces))
        features = self.width + self.measured * space + sum(spaces)
        self.first = Fan(members, features, width)
        self.layers = nn.ModuleList([Scaled(members, width, width) for _ in range(depth - 1)])
        bound = 1 / math.sqrt(width)
        self.weight = nn.Parameter(torch.empty(members, width, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1, outputs).uniform_(-bound, bound))

    @torch.no_grad()
    def fit_buffers(self, batch: Batch) -> None:
        """Put bounds and pieces where the training rows are, and silence what they never use.

        Args:
            batch: all training rows, as `forward` takes them.
        """
        table, codes = split(batch)
        if table is not None:
            numbers = table[:, : self.measured]
            if self.numbers is not None and len(numbers):
                self.low.copy_(numbers.amin(dim=0))
                self.high.copy_(numbers.amax(dim=0))
                self.numbers.pieces.fit_buffers(numbers)
            self.first.weight[: self.width][~(table != 0).any(dim=0)] = 0
        for place, embedding in enumerate(self.embeddings):
            assert codes is not None
            assert isinstance(embedding, nn.Embedding)
            seen = torch.zeros(embedding.num_embeddings, dtype=torch.bool, device=codes.device)
            seen[codes[:, place]] = True
            embedding.weight[~seen] = 0

    def forward(self, batch: Batch) -> Tensor:
        """Outputs of each member in training, their mean otherwise.

        Args:
            batch: `table` float `(n, width)`, `codes` int64 `(n, columns)`; the tensor itself
                where there is one only.

        Returns:
            `(n, members, outputs)` in training, `(n, outputs)` in eval mode.
        """
        table, codes = split(batch)
        features = []
        if table is not None:
            if self.numbers is not None:
                numbers = torch.clamp(table[:, : self.measured], self.low, self.high)
                features += [numbers, table[:, self.measured :], self.numbers(numbers)]
            else:
                features.append(table)
        for place, embedding in enumerate(self.embeddings):
            assert codes is not None
            features.append(embedding(codes[:, place]))
        hidden = self._thin(F.relu(self.first(torch.cat(features, dim=1))))
        for layer in self.layers:
            hidden = self._thin(F.relu(layer(hidden)))
        outputs = torch.baddbmm(self.bias, hidden, self.weight).transpose(0, 1)
        return outputs if self.training else outputs.mean(dim=1)

    def _thin(self, hidden: Tensor) -> Tensor:
        if not (self.training and self.dropout):
            return hidden
        return thin(hidden, self.dropout)


class Vectors(nn.Module):
    """A vector for each number: the sum of a line and of its pieces.

    Args:
        columns: numbers a row.
        bins: pieces a number.
        space: length of a vector.
        rectify: whether its negative parts become 0; else the pieces start near 0.
    """

    def __init__(self, columns: int, bins: int, space: int, rectify: bool) -> None:
        super().__init__()
        self.rectify = rectify
        self.pieces = Piecewise(columns, bins)
        self.slope = nn.Parameter(torch.empty(columns, space).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.empty(columns, space).uniform_(-1, 1))
        start = 0.3 if rectify else 0.02
        self.weight = nn.Parameter(start * torch.randn(columns, bins, space))

    def forward(self, numbers: Tensor) -> Tensor:
        """`(n, columns)` to `(n, columns * space)`."""
        columns, bins, _ = self.weight.shape
        pieces = self.pieces(numbers).view(-1, columns, bins).transpose(0, 1)
        bent = torch.bmm(pieces, self.weight).transpose(0, 1)
        vectors = (numbers[:, :, None] * self.slope + self.bias + bent).flatten(1)
        return F.relu(vectors) if self.rectify else vectors


class Fan(nn.Module):
    """The first layer: one row of features for all members, as one matrix product.

    Args:
        members: networks in one.
        features: numbers a row that come in.
        width: numbers a row and member that go out.
    """

    def __init__(self, members: int, features: int, width: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(max(features, 1))
        signs = torch.randint(0, 2, (features, members, 1)).float() * 2 - 1
        self.weight = nn.Parameter(torch.empty(features, width).uniform_(-bound, bound))
        self.enter = nn.Parameter(signs)
        self.leave = nn.Parameter(torch.ones(1, members, width))
        self.bias = nn.Parameter(torch.empty(members * width).uniform_(-bound, bound))

    def forward(self, features: Tensor) -> Tensor:
        """`(n, features)` to `(members, n, width)`."""
        weight = self.weight[:, None] * (self.enter * self.leave)
        _, members, width = weight.shape
        hidden = torch.addmm(self.bias, features, weight.flatten(1))
        return hidden.view(-1, members, width).transpose(0, 1).contiguous()


class Scaled(nn.Module):
    """A later layer: the shared matrix, its rows and columns scaled for each member.

    Args:
        members: networks in one.
        features: numbers a row and member that come in.
        width: numbers a row and member that go out.
    """

    def __init__(self, members: int, features: int, width: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(features)
        self.weight = nn.Parameter(torch.empty(features, width).uniform_(-bound, bound))
        self.enter = nn.Parameter(torch.ones(members, features, 1))
        self.leave = nn.Parameter(torch.ones(members, 1, width))
        self.bias = nn.Parameter(torch.empty(members, 1, width).uniform_(-bound, bound))

    def forward(self, hidden: Tensor) -> Tensor:
        """`(members, n, features)` to `(members, n, width)`."""
        weight = self.weight * (self.enter * self.leave)
        return torch.baddbmm(self.bias, hidden, weight)


def thin(hidden: Tensor, fraction: float) -> Tensor:
    """Dropout from one random byte a unit, an eighth of the random numbers torch would draw.

    Args:
        hidden: of any shape.
        fraction: left out, 0 to 1, in steps of 1/256.

    Returns:
        The same shape; what stays is scaled up so that the expectation is kept.
    """
    words = (hidden.numel() + 7) // 8
    drawn = torch.empty(words, dtype=torch.int64, device=hidden.device).random_(-(2**63), None)
    left_out = min(round(256 * fraction), 255)
    kept = drawn.view(torch.uint8)[: hidden.numel()].view(hidden.shape) >= left_out
    return hidden * kept.to(hidden.dtype).mul_(256 / (256 - left_out))
