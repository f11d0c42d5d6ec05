"""A network and boosted trees that answer together."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.trees import Trees


class Blend(nn.Module):
    """A network and trees over the same table; their outputs are mixed with one weight.

    In training mode it is the network alone, so that a loop teaches the network as if the trees
    were not there. In eval mode it gives `(1 - weight) * network + weight * trees`. Without
    trees (`sizes` None) the network answers alone in both.

    Args:
        inputs: what the network reads: a `Width`, `Codes`, or both.
        outputs: numbers a row.
        network: a built-in one for these inputs; None where the trees answer alone.
        sizes: `Trees.sizes` of the trees; None has none, until `attach`.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> from fivefold.models.mlp import Mlp
        >>> network = Mlp(Width(3), 1).eval()
        >>> blend = Blend(Width(3), 1, network=network, sizes=[3, 1, 1, 1]).eval()
        >>> table = torch.ones(2, 3)
        >>> torch.equal(blend(table), network(table))
        True
    """

    weight: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None,
        sizes: list[int] | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.trees = None if sizes is None else Trees(*sizes)
        self.register_buffer("weight", torch.zeros(()))
        body: Any = None if network is None else network.description
        arguments = {"network": None if body is None else dict(body), "sizes": sizes}
        self.description = described("blend", inputs, outputs, arguments)

    @property
    def members(self) -> int:
        """How many answers a row the network gives in training; 1 for a single network."""
        return int(getattr(self.network, "members", 1))

    def attach(self, trees: Trees, weight: float) -> None:
        """Let fitted trees answer too, and note them in `description`.

        Args:
            trees: read the columns that `matrix` gives, answer in the network's unit.
            weight: of the trees, 0 to 1.
        """
        self.trees = trees.to(self.weight.device).train(self.training)
        self.weight.fill_(weight)
        self.description["arguments"]["sizes"] = trees.sizes

    def drop_network(self) -> None:
        """Leave out a network that counts nothing; the trees answer as they did."""
        self.network = None
        self.description["arguments"]["network"] = None

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        if self.trees is None:
            return {"network": 1.0}
        weight = float(self.weight)
        grown = {"trees": weight}
        return grown if self.network is None else {"network": 1 - weight, **grown}

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(batch)

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of both in eval mode."""
        if self.network is None:
            alone: Tensor = self.trees(matrix(batch))  # type: ignore[misc]
            return alone
        answer: Tensor = self.network(batch)
        if self.training or self.trees is None:
            return answer
        grown: Tensor = self.trees(matrix(batch))
        return (1 - self.weight) * answer + self.weight * grown


def matrix(batch: Batch) -> Tensor:
    """What trees read of a batch: the table, then the codes as numbers, `(n, width)` float32."""
    if not isinstance(batch, Mapping):
        return batch.float()
    return torch.cat([batch[name].float() for name in ("table", "codes") if name in batch], dim=1)
