"""AdamW as this house sets it up."""

import torch
from torch import nn


def adamw(model: nn.Module, *, lr: float, weight_decay: float) -> torch.optim.Optimizer:
    """AdamW in one fused kernel a step; matrices decay, biases and norms do not.

    Args:
        model: its parameters that require gradients are held.
        lr: the full learning rate.
        weight_decay: a fraction of each matrix, times the rate, that every step takes away.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    fused = all(p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in parameters)
    matrices = [parameter for parameter in parameters if parameter.ndim >= 2]
    others = [parameter for parameter in parameters if parameter.ndim < 2]
    groups = [
        {"params": held, "weight_decay": decay}
        for held, decay in ((matrices, weight_decay), (others, 0.0))
        if held
    ]
    return torch.optim.AdamW(groups, lr=lr, fused=fused)
