"""How much work a step of a network is, and what follows from that."""

import copy
from dataclasses import dataclass
from math import prod
from typing import Any

from torch import Tensor, nn

from fivefold.models.inputs import Batch
from fivefold.models.losses import Loss, mean_of
from fivefold.train.generators import private_random, seed_random

WORTH = 4e6
"""Floating-point operations of a product, on average, from which oneDNN pays for its start."""

SEVERAL = 2e8
"""Floating-point operations of a step's forward pass from which more threads than one pay."""

PRODUCTS = {
    "MmBackward0": ("self", "mat2"),
    "BmmBackward0": ("self", "mat2"),
    "AddmmBackward0": ("mat1", "mat2"),
    "BaddbmmBackward0": ("batch1", "batch2"),
}
"""Products of matrices in a graph of gradients, and what it calls the two matrices."""


@dataclass
class Census:
    """Products of matrices that a forward pass took."""

    products: int = 0  # how many
    operations: float = 0.0  # floating-point operations of all of them
    convolved: float = 0.0  # those of convolutions
    attends: bool = False  # whether there was attention, which oneDNN slows down
    convolves: bool = False  # whether there were convolutions


def take_census(value: Tensor) -> Census:
    """The products that lead to a value, read off its graph of gradients."""
    census, seen, left = Census(), set[Any](), [value.grad_fn]
    while left:
        node = left.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        left += [before for before, _ in node.next_functions]
        census.attends |= "ScaledDotProduct" in node.name()
        if node.name() == "ConvolutionBackward0":
            census.convolves = True
            kernel = getattr(node, "_saved_weight").shape  # noqa: B009 - mypy knows no such name
            census.convolved += 2.0 * prod(node._input_metadata[0].shape) * prod(kernel[1:])
        if node.name() in PRODUCTS:
            census.products += 1
            census.operations += 2.0 * prod(node._input_metadata[0].shape) * _inner(node)
    return census


def _inner(node: Any) -> int:
    """The length that a product sums over: the graph keeps sizes, or a matrix that it needs."""
    for name, axis in zip(PRODUCTS[node.name()], (-1, -2), strict=True):
        sizes = getattr(node, f"_saved_{name}_sym_sizes", None)
        if sizes is None and (matrix := getattr(node, f"_saved_{name}")) is not None:
            sizes = matrix.shape
        if sizes is not None:
            return int(sizes[axis])
    return 0


def step_census(
    body: nn.Module, encoded: Batch, target: Tensor, *, loss: Loss, batch: int
) -> Census:
    """The census of a step's forward pass.

    Args:
        body: the network, as it will be trained; a copy of it is asked once.
        encoded: a few rows as it gets them.
        target: their targets.
        loss: what is minimised.
        batch: rows a step.
    """
    twin = copy.deepcopy(body).train()
    with private_random(target.device):
        seed_random(0, target.device)
        census = take_census(mean_of(loss(twin(encoded), target)))
    census.operations *= batch / max(1, len(target))
    census.convolved *= batch / max(1, len(target))
    return census


def decide_stack(census: Census) -> bool:
    """Whether copies of a network train faster as one on a CPU: where their products are small."""
    small = census.operations < WORTH * census.products
    return small and not census.attends and not census.convolves


def decide_threads(census: Census) -> int | None:
    """Threads that suit a network's training on a CPU: one where a step is little work, or None.

    Threads wait for one another many times a step, by spinning. On an idle machine a small network
    gains a third from a second one; where other processes use the cores it takes many times as
    long.
    """
    return 1 if census.operations + census.convolved < SEVERAL else None
