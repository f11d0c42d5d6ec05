"""The operators that torch's exporter can translate, read once in a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_READ: dict[int, Any] = {}


@contextmanager
def operators_kept() -> Iterator[None]:
    """Let the exporter take the operators that its first export in this process has read.

    It parses the source of some 500 functions each time, which is a third of what the export of a
    small network costs. It has no argument for that: where its inside is another, nothing is kept.
    """
    try:
        from torch.onnx._internal.exporter._registration import ONNXRegistry

        usual = vars(ONNXRegistry)["from_torchlib"]
    except (ImportError, KeyError):
        yield
        return
    read = ONNXRegistry.from_torchlib

    def kept(opset_version: int) -> Any:
        if opset_version not in _READ:
            _READ[opset_version] = read(opset_version)
        return _READ[opset_version]

    try:
        setattr(ONNXRegistry, "from_torchlib", staticmethod(kept))  # noqa: B010
        yield
    finally:
        setattr(ONNXRegistry, "from_torchlib", usual)  # noqa: B010
