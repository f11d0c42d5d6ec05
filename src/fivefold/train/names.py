"""The names that Train takes, for networks, losses and quality; torch is not imported for them."""

from collections.abc import Sequence
from typing import Literal

from fivefold.codecs.schema import TABULAR

Network = Literal["blend", "tabm", "mlp", "convnet", "textnet", "mixture"]

NETWORKS: tuple[Network, ...] = ("blend", "tabm", "mlp", "convnet", "textnet", "mixture")
"""The built-in networks: three for tables, then small images, texts, and rows that mix them."""

LossName = Literal["cross_entropy", "focal", "squared", "absolute", "huber", "quantile", "poisson"]

LOSSES: dict[str, str] = {
    "cross_entropy": "cross-entropy",
    "focal": "focal loss",
    "squared": "squared error",
    "absolute": "absolute error",
    "huber": "Huber loss",
    "quantile": "quantile loss",
    "poisson": "Poisson deviance",
}
"""The built-in losses in words."""

WEIGHTED = ("cross_entropy", "focal")
"""The losses that count the rows of a class by its weight."""

SMOOTHED = "cross_entropy"
"""The loss whose truth may be spread over all classes."""

Quality = Literal["fast", "balanced", "best"]

TABLES: tuple[Network, ...] = ("blend", "tabm", "mlp")
"""The built-in networks for tables, the default first."""


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
