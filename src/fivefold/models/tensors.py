"""Tensors as a safetensors file, written one after another."""

import json
from collections.abc import Mapping

import torch
from torch import Tensor

from fivefold.core.format import Hashed

_NAMES = {
    **{torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"},
    **{torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8"},
    **{torch.uint8: "U8", torch.uint16: "U16", torch.uint32: "U32", torch.uint64: "U64"},
    **{torch.bool: "BOOL", torch.complex64: "C64"},
    **{torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2"},
}


def is_storable(tensor: Tensor) -> bool:
    """Whether a tensor can be written: of a type that the format names, and with all its values."""
    laid = tensor.layout == torch.strided and tensor.device.type != "meta"
    return laid and tensor.dtype in _NAMES and not (tensor.is_conj() or tensor.is_neg())


def write_tensors(tensors: Mapping[str, Tensor], about: Mapping[str, str], file: Hashed) -> None:
    """Write named tensors, of any device and layout in memory, and texts about them.

    safetensors itself makes bytes of all of them at once, twice; here one is held at a time.

    Args:
        tensors: by name.
        about: the metadata.
        file: to write to.

    Raises:
        KeyError: if the format has no name for the type of one of them.
    """
    header: dict[str, object] = {"__metadata__": dict(about)}
    ordered = sorted(tensors.items(), key=lambda pair: (-pair[1].element_size(), pair[0]))
    end = 0
    for name, tensor in ordered:
        start, end = end, end + tensor.numel() * tensor.element_size()
        kind, shape = _NAMES[tensor.dtype], list(tensor.shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for _, tensor in ordered:
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        file.write(flat.view(torch.uint8).numpy())
