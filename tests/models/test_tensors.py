"""Tensors on disk: a file that safetensors reads, written without a second copy."""

import tracemalloc

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from fivefold.core.store import whole
from fivefold.models.tensors import _NAMES, write_tensors


@pytest.mark.parametrize("dtype", _NAMES, ids=str)
def test_tensors_of_any_type_are_read_by_safetensors(tmp_path, dtype):
    several = torch.arange(12).reshape(3, 4).to(dtype)
    tensors = {"weight": several.T, "one": several[1, 1], "none": several[:0], "é": torch.ones(3)}
    with whole(tmp_path / "a") as file:
        write_tensors(tensors, {"said": "of them"}, file)
    found = load_file(tmp_path / "a")
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape)
        one, other = (t.contiguous().reshape(-1).view(torch.uint8) for t in (found[name], tensor))
        assert torch.equal(one, other)
    with safe_open(tmp_path / "a", "pt") as opened:
        assert opened.metadata() == {"said": "of them"}


def test_tensors_are_written_without_a_copy(tmp_path):
    weights = {name: torch.ones(1_000, 2_000) for name in "ab"}  # 8 MB each
    tracemalloc.start()
    try:
        with whole(tmp_path / "a") as file:
            write_tensors(weights, {}, file)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
