"""Rows in an order that depends on seed and epoch alone, and what is drawn while they are seen."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod

import torch
from torch import Tensor

from fivefold.core.session import derive_seed
from fivefold.models.inputs import Batch

Data = tuple[Batch, Tensor]


def take(inputs: Batch, rows: Tensor | slice) -> Batch:
    """These rows of one tensor, or of each by name."""
    if isinstance(inputs, Mapping):
        return {name: take_rows(tensor, rows) for name, tensor in inputs.items()}
    return take_rows(inputs, rows)


def take_rows(tensor: Tensor, rows: Tensor | slice) -> Tensor:
    """These rows of a tensor: a view for a slice, a copy for positions."""
    return tensor[rows] if isinstance(rows, slice) else tensor.index_select(0, rows)


def row_values(inputs: Batch) -> int:
    """Numbers in a row, at least 1.

    Example:
        >>> row_values({"table": torch.zeros(9, 5), "image": torch.zeros(9, 1, 8, 8)})
        69
    """
    tensors = inputs.values() if isinstance(inputs, Mapping) else (inputs,)
    return max(1, sum(prod(tensor.shape[1:]) for tensor in tensors))


def permutation(rows: int, seed: int, epoch: int) -> Tensor:
    """The order of the rows in an epoch: int64 `(rows,)`, the same on every device."""
    generator = torch.Generator().manual_seed(derive_seed(seed, "order", str(epoch)))
    return torch.randperm(rows, generator=generator)


@contextmanager
def private_random(device: torch.device) -> Iterator[None]:
    """Give torch's global generators back as they were."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        yield


def seed_random(seed: int, device: torch.device) -> None:
    """Seed torch's generators of the CPU and of this device, and of no other."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


def random_state(device: torch.device) -> dict[str, Tensor]:
    """The state of those generators, as uint8 tensors by device type."""
    state = {"cpu": torch.get_rng_state()}
    return state | ({"cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def set_random_state(state: Mapping[str, Tensor], device: torch.device) -> None:
    """Put those generators where `random_state` found them."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)
