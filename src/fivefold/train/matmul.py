"""Which library multiplies matrices on the CPU: a rule on the network and the processor."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

import torch

from fivefold.train.census import WORTH, Census

Matmul = Literal["default", "onednn"]


def decide_matmul(census: Census) -> Matmul:
    """The library that suits a network's training on this processor; no clock is looked at.

    torch multiplies float32 matrices with MKL, which leaves half of the arithmetic of AVX-512
    processors that are not Intel's unused; oneDNN does not, at the same precision, but takes
    longer to begin.

    Args:
        census: of a step on the CPU.
    """
    pays = census.operations > WORTH * census.products and not census.attends
    return "onednn" if pays and onednn_is_exact() else "default"


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
