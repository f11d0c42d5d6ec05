"""The default network for rows that mix kinds: a table with images, with texts."""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.models.inputs import Batch, Codes, Inputs, Size, Width, described, parts
from fivefold.models.mlp import Mlp
from fivefold.models.parts import part_for

FUSIONS = ("product", "joint", "sum")


class Products(nn.Module):
    """The sum of the products of all pairs of what several encoders give, number by number.

    Args:
        width: numbers of each.
        count: encoders.

    Example:
        >>> Products(8, 3)([torch.ones(5, 8)] * 3).shape
        torch.Size([5, 8])

    Reference:
        Kim et al., Hadamard Product for Low-rank Bilinear Pooling, ICLR 2017; Rendle,
        Factorization Machines, ICDM 2010, for the sum over pairs.
    """

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.turned = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width)) for _ in range(count)
        )

    def forward(self, encoded: list[Tensor]) -> Tensor:
        """`(n, width)` of each encoder to the same shape."""
        every = torch.stack([turn(one) for turn, one in zip(self.turned, encoded, strict=True)])
        sums: Tensor = (every.sum(dim=0) ** 2 - (every**2).sum(dim=0)) / 2
        return sums


class Mixture(nn.Module):
    """One encoder a kind of input, side by side; a linear head, plus one for what goes together.

    Most of what kinds tell adds up. A head that must find that out first overfits small sets.

    Args:
        inputs: sizes by name; `table` and `codes` share an encoder.
        outputs: numbers a row.
        width: features that each encoder gives.
        dropout: fraction of features left out in training, 0 to 1.
        fusion: `sum` adds up what each encoder tells, and nothing else; `joint` has layers for
            what goes together; `product` gives these the products of pairs of encoders too, without
            which what neither tells alone is not found.

    Example:
        >>> from fivefold.models.inputs import Text
        >>> network = Mixture({"table": Width(3), "note": Text(8, 50)}, 2)
        >>> network({"table": torch.zeros(5, 3), "note": torch.ones(5, 8, dtype=int)}).shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 64,
        dropout: float = 0.2,
        fusion: Literal["product", "joint", "sum"] = "product",
    ) -> None:
        super().__init__()
        if fusion not in FUSIONS:
            raise ModelError.expected(
                "Mixture", f"one of {', '.join(FUSIONS)} for `fusion`", repr(fusion), "Write one."
            )
        arguments = {"width": width, "dropout": dropout, "fusion": fusion}
        self.description = described("mixture", inputs, outputs, arguments)
        named = parts(inputs)
        table: dict[str, Size] = {
            name: part for name, part in named.items() if isinstance(part, Width | Codes)
        }
        self.tabular = tuple(table)
        self.names = tuple(name for name in named if name not in table)
        encoders: list[nn.Module] = [Mlp(table, width)] if table else []
        for name in self.names:
            part = part_for(named[name])
            if part is None:
                raise ModelError(f"Mixture: expected the size of a block, found {named[name]}.")
            encoders.append(part.encoder(named[name], width))
        self.encoders = nn.ModuleList(encoders)
        features = width * len(encoders)
        self.products = None
        if fusion == "product" and len(encoders) > 1:
            self.products = Products(width, len(encoders))
            features += width
        self.sum = nn.Linear(features, outputs)
        layers = (
            nn.LayerNorm(features),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Linear(features, 2 * width),
            nn.SiLU(),
            nn.Linear(2 * width, outputs),
        )
        self.joint = None if fusion == "sum" else nn.Sequential(*layers)

    def fit_buffers(self, batch: Batch) -> None:
        """Fit what the table's encoder takes from the training rows; see `Mlp.fit_buffers`."""
        if self.tabular:
            encoder = self.encoders[0]
            assert isinstance(encoder, Mlp)
            encoder.fit_buffers(self._table(batch))

    def forward(self, batch: Batch) -> Tensor:
        """A dict of tensors by name to `(n, outputs)`."""
        inputs = self._inputs(batch)
        encoded = [encoder(tensor) for encoder, tensor in zip(self.encoders, inputs, strict=True)]
        more = [] if self.products is None else [self.products(encoded)]
        features = torch.cat([*encoded, *more], dim=1)
        outputs: Tensor = self.sum(features)
        return outputs if self.joint is None else outputs + self.joint(features)

    def _table(self, batch: Batch) -> Batch:
        if isinstance(batch, Mapping):
            return {name: batch[name] for name in self.tabular}
        return batch

    def _inputs(self, batch: Batch) -> list[Batch]:
        """What each encoder reads."""
        table = [self._table(batch)] if self.tabular else []
        if isinstance(batch, Mapping):
            return table + [batch[name] for name in self.names]
        return table or [batch]
