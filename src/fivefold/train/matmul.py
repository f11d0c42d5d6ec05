"""Which library multiplies matrices on the CPU: a rule on the network and the processor."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, Literal

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch
from fivefold.train.batches import private_random, seed_random
from fivefold.train.loss import Loss

Matmul = Literal["default", "onednn"]

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
    """Products of matrices that a forward pass took.

    Attributes:
        products: how many.
        operations: floating-point operations of all of them.
        convolved: those of convolutions.
        attends: whether there was attention, which oneDNN slows down.
        convolves: whether there were convolutions.
    """

    products: int = 0
    operations: float = 0.0
    convolved: float = 0.0
    attends: bool = False
    convolves: bool = False


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


def decide_matmul(
    body: nn.Module, encoded: Batch, target: Tensor, *, loss: Loss, batch: int
) -> Matmul:
    """The library that suits a network's training on this processor; no clock is looked at.

    torch multiplies float32 matrices with MKL, which leaves half of the arithmetic of AVX-512
    processors that are not Intel's unused; oneDNN does not, at the same precision, but takes
    longer to begin.

    Args:
        body: the network, as it will be trained; a copy of it is asked once.
        encoded: a few rows as it gets them.
        target: their targets.
        loss: what is minimised.
        batch: rows a step.
    """
    if target.device.type != "cpu" or not onednn_is_exact():
        return "default"
    census = _asked(body, encoded, target, loss, batch)
    pays = census.operations > WORTH * census.products and not census.attends
    return "onednn" if pays else "default"


def decide_stack(
    body: nn.Module, encoded: Batch, target: Tensor, *, loss: Loss, batch: int
) -> bool:
    """Whether copies of a network train faster as one on a CPU: where their products are small.

    Args:
        body: the network, as it will be trained; a copy of it is asked once.
        encoded: a few rows as it gets them.
        target: their targets.
        loss: what is minimised.
        batch: rows a step.
    """
    census = _asked(body, encoded, target, loss, batch)
    small = census.operations < WORTH * census.products
    return small and not census.attends and not census.convolves


def decide_threads(
    body: nn.Module, encoded: Batch, target: Tensor, *, loss: Loss, batch: int
) -> int | None:
    """Threads that suit a network's training on a CPU: one where a step is little work, or None.

    Threads wait for one another many times a step, by spinning. On an idle machine a small network
    gains a quarter from a second one; where other processes use the cores it takes a hundred
    times as long.

    Args:
        body: the network, as it will be trained; a copy of it is asked once.
        encoded: a few rows as it gets them.
        target: their targets.
        loss: what is minimised.
        batch: rows a step.
    """
    if target.device.type != "cpu":
        return None
    census = _asked(body, encoded, target, loss, batch)
    return 1 if census.operations + census.convolved < SEVERAL else None


def _asked(body: nn.Module, encoded: Batch, target: Tensor, loss: Loss, batch: int) -> Census:
    """The census of a step's forward pass."""
    twin = copy.deepcopy(body).train()
    with private_random(target.device):
        seed_random(0, target.device)
        census = take_census(loss(twin(encoded), target))
    census.operations *= batch / max(1, len(target))
    census.convolved *= batch / max(1, len(target))
    return census


@contextmanager
def matmul_set(matmul: Matmul) -> Iterator[None]:
    """Multiply float32 matrices on the CPU with this library for a while."""
    if matmul == "default":
        yield
        return
    onednn: Any = torch.backends.mkldnn
    switch = onednn.matmul
    before = switch.fp32_precision
    try:
        switch.fp32_precision = "bf16"
        yield
    finally:
        switch.fp32_precision = before


@cache
def onednn_is_exact() -> bool:
    """Whether oneDNN is there and keeps float32 where torch lets it choose a lower precision.

    The switch that sends float32 products to oneDNN allows it to round to bfloat16. Processors
    with a matrix unit (AMX) do that; those with AVX-512 alone do not, which is tried here.
    """
    if torch.backends.cpu.get_cpu_capability() != "AVX512":
        return False
    onednn: Any = torch.backends.mkldnn
    if not onednn.is_available() or torch.cpu._is_amx_tile_supported():
        return False
    if not hasattr(onednn, "matmul"):
        return False
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(2, 256, 256, generator=generator)
    with matmul_set("onednn"):
        found = left @ right
    wanted = left.double() @ right.double()
    return bool((found - wanted).abs().max() < 2e-6 * wanted.abs().max())
