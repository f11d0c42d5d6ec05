"""The names that Train takes, for networks, losses and quality; torch is not imported for them."""

from collections.abc import Sequence
from typing import Literal

from fivefold.codecs.schema import TABULAR

Network = Literal["blend", "tabm", "mlp", "convnet", "textnet", "mixture"]

NETWORKS: tuple[Network, ...] = ("blend", "tabm", "mlp", "convnet", "textnet", "mixture")
"""The built-in networks: three for tables, then small images, texts, and rows that mix them."""

LossName = Literal["cross_entropy", "focal", "squared", "absolute", "huber", "quantile", "poisson"]

Quality = Literal["fast", "balanced", "best"]

CLASS_LOSSES: tuple[LossName, ...] = ("cross_entropy", "focal")
"""The built-in losses for classes, the default first."""

NUMBER_LOSSES: tuple[LossName, ...] = ("squared", "absolute", "huber", "quantile", "poisson")
"""The built-in losses for regression, the default first."""

TABLES: tuple[Network, ...] = ("blend", "tabm", "mlp")
"""The built-in networks for tables, the default first."""


def fitting_losses(task: str) -> tuple[LossName, ...]:
    """The built-in losses for a task, the default first."""
    return NUMBER_LOSSES if task == "regression" else CLASS_LOSSES


def default_loss(task: str) -> LossName:
    """The loss that a task has unless another is asked for.

    Example:
        >>> default_loss("regression"), default_loss("binary")
        ('squared', 'cross_entropy')
    """
    return fitting_losses(task)[0]


def default_network(kinds: Sequence[str]) -> Network:
    """The name of the default network for input columns of these kinds.

    Example:
        >>> default_network(["numeric", "boolean"]), default_network(["text", "text"])
        ('blend', 'mixture')
    """
    if all(kind in TABULAR for kind in kinds):
        return TABLES[0]
    if len(kinds) == 1:
        return "convnet" if kinds[0] == "image" else "textnet"
    return "mixture"
