"""A graph of ONNX as a module: what a fitted estimator answers by, here and in a bundle."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.models.trees import ML_DOMAIN, ML_OPSET
from fivefold.serve.graph import Graph

OPSET, IR = 20, 10
MATRIX, SCORES = "matrix", "scores"


class Subgraph(nn.Module):
    """Float32 `(n, width)` to float64 `(n, outputs)`, by a graph that is held as bytes.

    It has one input, `matrix`, and one output, `scores`.

    Args:
        size: bytes of the graph.
        outputs: numbers a row.
    """

    content: Tensor

    def __init__(self, size: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.register_buffer("content", torch.zeros(size, dtype=torch.uint8))

    @classmethod
    def of(cls, graph: bytes, outputs: int) -> "Subgraph":
        """A module that holds this graph."""
        self = cls(len(graph), outputs)
        self.content.copy_(torch.frombuffer(bytearray(graph), dtype=torch.uint8))
        return self

    @property
    def graph(self) -> bytes:
        """The serialised `ModelProto`."""
        return self.content.cpu().numpy().tobytes()

    def forward(self, matrix: Tensor) -> Tensor:
        """`(n, width)` float32 to `(n, outputs)` float64."""
        run = _RUNNING.get(self)
        if run is None:
            run = _RUNNING[self] = Graph(self.graph)
        answers = run({MATRIX: matrix.detach().cpu().contiguous().numpy()})
        return torch.from_numpy(answers).to(matrix.device)

    def _load_from_state_dict(self, *arguments: Any) -> None:
        _RUNNING.pop(self, None)
        super()._load_from_state_dict(*arguments)


_RUNNING: WeakKeyDictionary[Subgraph, Graph] = WeakKeyDictionary()


def blank(width: int, outputs: int) -> bytes:
    """A graph for `Subgraph` that gives all outputs one number; an estimator is to follow."""
    from onnx import TensorProto, helper, numpy_helper

    constants = {"zeros": np.zeros((width, outputs)), "share": np.full(outputs, 1 / outputs)}
    nodes = [
        helper.make_node("Cast", [MATRIX], ["exact"], to=TensorProto.DOUBLE),
        helper.make_node("MatMul", ["exact", "zeros"], ["none"]),
        helper.make_node("Add", ["none", "share"], [SCORES]),
    ]
    tensors = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    return serialised(nodes, width, outputs, tensors)


def serialised(
    nodes: Sequence[Any], width: int, outputs: int, constants: Sequence[Any] = ()
) -> bytes:
    """A graph for `Subgraph` from its nodes, those of `ai.onnx.ml` among them.

    Args:
        nodes: from `matrix` to `scores`.
        width: columns of the matrix.
        outputs: numbers a row.
        constants: tensors that the nodes read.
    """
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        list(nodes),
        "estimator",
        [helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, ["rows", width])],
        [helper.make_tensor_value_info(SCORES, TensorProto.DOUBLE, ["rows", outputs])],
        list(constants),
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML_DOMAIN, ML_OPSET)]
    content: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=IR
    ).SerializeToString()
    return content
