"""How much a network computes: floating-point operations, counted where torch computes them."""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch


def forward_operations(network: nn.Module, batch: Batch) -> int:
    """Floating-point operations of a forward pass in eval mode.

    Products of matrices, convolutions and attention are counted, a multiplication and an addition
    as two operations; additions of biases, activations and norms, and the comparisons of trees are
    not.

    Args:
        network: on the device of the batch; it is left in the mode it was in.
        batch: rows as it gets them.

    Example:
        >>> forward_operations(nn.Linear(3, 2), torch.zeros(5, 3))
        60
    """
    from torch.utils.flop_counter import FlopCounterMode

    modes = [(module, module.training) for module in network.modules()]
    try:
        with FlopCounterMode(display=False) as counted, torch.no_grad():
            network.eval()(batch)
    finally:
        for module, training in modes:
            module.training = training
    return int(counted.get_total_flops())


def step_operations(network: nn.Module, batch: Batch) -> int:
    """Floating-point operations of a step of training: forward and backward, without the optimizer.

    Args:
        network: a copy of it computes.
        batch: rows as it gets them.

    Example:
        >>> two = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
        >>> forward = forward_operations(two, torch.zeros(5, 3))
        >>> step_operations(two, torch.zeros(5, 3)) - forward  # no gradient of the inputs
        280
    """
    from torch.utils.flop_counter import FlopCounterMode

    twin = copy.deepcopy(network).train()
    with (
        torch.random.fork_rng(devices=[]),
        FlopCounterMode(display=False) as counted,
        torch.enable_grad(),
    ):
        outputs: Tensor = twin(batch)
        outputs.sum().backward()  # type: ignore[no-untyped-call]
    return int(counted.get_total_flops())


def rows_of(batch: Batch) -> int:
    """How many rows a batch holds."""
    tensors = batch.values() if isinstance(batch, Mapping) else [batch]
    return len(next(iter(tensors)))
