"""Networks that look at each row alone: norms over channels in place of those over rows."""

from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase

GROUPS = 8
"""Groups of channels, or the most below it that divide them."""

NORM = "norm"
"""The argument of a network's description that says so: it is `group` then."""


def across_rows(module: nn.Module) -> str:
    """The name of the first layer that counts over rows what it has seen; empty for none.

    Example:
        >>> across_rows(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
        'BatchNorm1d'
    """
    return next(
        (
            type(layer).__name__
            for layer in module.modules()
            if isinstance(layer, _BatchNorm)
            or (isinstance(layer, _NormBase) and layer.track_running_stats)
        ),
        "",
    )


def grouped(body: nn.Module) -> nn.Module:
    """A built-in network in which group norms stand where batch norms did, which it notes.

    Args:
        body: changed in place.

    Reference:
        Wu and He, Group Normalization, ECCV 2018.
    """
    held = [
        (parent, name, layer)
        for parent in body.modules()
        for name, layer in parent.named_children()
        if isinstance(layer, _BatchNorm)
    ]
    for parent, name, norm in held:
        channels = norm.num_features
        groups = next(n for n in range(min(GROUPS, channels), 0, -1) if channels % n == 0)
        setattr(parent, name, nn.GroupNorm(groups, channels))
    for layer in body.modules():
        if hasattr(layer, "layout"):
            layer.layout = torch.contiguous_format  # type: ignore[assignment]  # rows one by one have no other
    description: Any = getattr(body, "description", None)
    if description is not None:
        description["arguments"][NORM] = "group"
    return body
