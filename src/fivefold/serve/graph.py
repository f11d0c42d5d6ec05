"""An ONNX graph, checked and run."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import BundleError

BATCH = 1024  # rows of a run: as fast as more, in less memory
BATCH_BYTES = 2**24  # of the arrays of so many rows, at most

_SCORES = ["scores"]
# Fields of onnx.proto that lead to a tensor: ModelProto.graph and .functions; GraphProto.node,
# .initializer and .sparse_initializer; NodeProto.attribute; AttributeProto.t, .g, .tensors,
# .graphs, .sparse_tensor and .sparse_tensors; SparseTensorProto.values and .indices.
_PATHS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_EXTERNAL = {13, 14}  # TensorProto.external_data and .data_location


def load_runtime() -> Any:
    """The module `onnxruntime`, imported so that it looks up no host and writes no device id.

    It reads the variable once, when it is imported first; a value that the user has set stays.
    Whatever else imports it (the exporter of torch does) is to be called after this.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


class Graph:
    """A graph in onnxruntime, on the CPU.

    Args:
        content: a serialised `ModelProto` that holds all its tensors itself.
        name: of the entry, for messages.
        threads: of a run; 0 is one a core. More than one wait for work by spinning, which is slow
            where others use the cores too.

    Raises:
        BundleError: if it wants data from another file, or onnxruntime refuses it.
    """

    def __init__(
        self, content: bytes | memoryview, name: str = "model.onnx", *, threads: int = 1
    ) -> None:
        onnxruntime = load_runtime()

        if not _self_contained(content, name):
            raise BundleError(
                f"Bundle: expected {name!r} to hold its own weights, found a path to another file.",
                remedy="Do not load it: Deploy writes no such bundle.",
                entry=name,
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(
                bytes(content), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own classes are not public
            raise BundleError(
                f"Bundle: expected {name!r} to be a graph for onnxruntime "
                f"{onnxruntime.__version__}, found {error}.",
                remedy="Install the versions of the bundle's requirements.txt.",
                entry=name,
            ) from error
        self.inputs: tuple[str, ...] = tuple(node.name for node in self._session.get_inputs())

    def __call__(self, blocks: Mapping[str, Array]) -> Array:
        """Scores of all rows, 1,024 at a time; fewer where rows are large.

        Args:
            blocks: arrays by input, first axis rows; others are left out.

        Returns:
            Float32 `(rows, classes)` or `(rows,)`.
        """
        rows = len(next(iter(blocks.values())))
        row_bytes = sum(blocks[name][:1].nbytes for name in self.inputs)
        size = max(1, min(BATCH, BATCH_BYTES // max(1, row_bytes)))
        if rows <= size:
            scores: Array = self._session.run(
                _SCORES, {name: blocks[name] for name in self.inputs}
            )[0]
            return scores
        parts = []
        for start in range(0, max(rows, 1), size):
            batch = {name: blocks[name][start : start + size] for name in self.inputs}
            parts.append(self._session.run(_SCORES, batch)[0])
        return np.concatenate(parts)


def _self_contained(content: bytes | memoryview, name: str) -> bool:
    try:
        return not _points_outside(memoryview(content), "model")
    except (IndexError, RecursionError):
        raise BundleError.expected(
            "Bundle", f"{name!r} to be an ONNX graph", "other bytes", "Deploy again.", entry=name
        ) from None


def _points_outside(message: memoryview, kind: str) -> bool:
    """Whether a tensor below this message is kept in another file."""
    paths = _PATHS.get(kind, {})
    for number, value in _fields(message):
        if kind == "tensor" and number in _EXTERNAL and value != 0:
            return True
        deeper = number in paths and isinstance(value, memoryview)
        if deeper and _points_outside(value, paths[number]):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer: whole numbers, and views of what has a length."""
    offset = 0
    while offset < len(message):
        key, offset = _varint(message, offset)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, offset = _varint(message, offset)
            yield number, value
        elif wire == 2:
            length, offset = _varint(message, offset)
            if offset + length > len(message):
                raise IndexError("the message is cut off")
            yield number, message[offset : offset + length]
            offset += length
        elif wire in (1, 5):
            offset += 8 if wire == 1 else 4
        else:
            raise IndexError("no such wire type")


def _varint(message: memoryview, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7
        if shift > 63:
            raise IndexError("the number is too long")
