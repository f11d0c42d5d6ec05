"""Several networks whose scores are mixed by fixed weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Inputs, described


def _mean(outputs: Tensor, shares: Tensor) -> Tensor:
    return (outputs * shares).sum(0)


def _log_mean(outputs: Tensor, shares: Tensor) -> Tensor:
    return torch.logsumexp(outputs + shares.log(), dim=0)


def _softmax(outputs: Tensor, shares: Tensor) -> Tensor:
    return _log_mean(F.log_softmax(outputs, dim=-1), shares)


def _logit(outputs: Tensor, shares: Tensor) -> Tensor:
    return _log_mean(F.logsigmoid(outputs), shares) - _log_mean(F.logsigmoid(-outputs), shares)


RULES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mean": _mean,
    "log": _log_mean,
    "softmax": _softmax,
    "logit": _logit,
}
"""From outputs of networks, `(networks, n, ...)`, and shares to outputs whose scores are the mean
of theirs, by how a head makes scores: as they are, exponentials, by softmax, by sigmoid."""


class Mix(nn.Module):
    """Networks over the same inputs; the scores are the weighted mean of theirs, exactly.

    Args:
        inputs: what they read.
        outputs: numbers a row.
        networks: at least one, built-in ones where the mixture is to be saved.
        rule: one of `RULES`, by the head.
        names: of the networks, for people.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> one, other = nn.Linear(3, 1), nn.Linear(3, 1)
        >>> mix = Mix(Width(3), 1, networks=[one, other], rule="logit", names=["a", "b"])
        >>> mix.weights.copy_(torch.tensor([0.25, 0.75])).tolist()
        [0.25, 0.75]
        >>> rows = torch.ones(2, 3)
        >>> mean = 0.25 * torch.sigmoid(one(rows)) + 0.75 * torch.sigmoid(other(rows))
        >>> torch.allclose(torch.sigmoid(mix(rows)), mean)
        True
    """

    weights: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        networks: Sequence[nn.Module],
        rule: str,
        names: Sequence[str],
    ) -> None:
        super().__init__()
        self.inputs, self.outputs, self.rule, self.names = inputs, outputs, rule, tuple(names)
        self.networks = nn.ModuleList(networks)
        count = len(self.networks)
        self.register_buffer("weights", torch.full((count,), 1 / count))

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from, where each network has some."""
        networks = [getattr(network, "description", None) for network in self.networks]
        arguments = {"networks": networks, "rule": self.rule, "names": list(self.names)}
        return described("mix", self.inputs, self.outputs, arguments)

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        return dict(zip(self.names, self.weights.tolist(), strict=True))

    def forward(self, batch: Batch) -> Tensor:
        """`(n, outputs)` whose scores are the mean of those of the networks."""
        outputs = torch.stack([network(batch) for network in self.networks])
        shares = self.weights.view(-1, *[1] * (outputs.ndim - 1))
        return RULES[self.rule](outputs, shares)
