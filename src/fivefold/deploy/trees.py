"""Trees and estimators in an exported graph: one operator of `ai.onnx.ml`, or a graph, each."""

from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.subgraph import MATRIX, SCORES, Subgraph
from fivefold.models.trees import ML_DOMAIN, ML_OPSET, Trees, tree_node

_DOMAIN = "fivefold"


class Placeholder(nn.Module):
    """Stands for trees while a network is exported; `fill` puts the operator in its place.

    Args:
        place: which of those that were set aside it stands for.
        outputs: numbers a row.
        dtype: of them.
    """

    def __init__(self, place: int, outputs: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.place, self.outputs, self.dtype = place, outputs, dtype

    def forward(self, matrix: Tensor) -> Tensor:
        """A node of no runtime, with the shape of the trees' answer."""
        return torch.onnx.ops.symbolic(
            f"{_DOMAIN}::Trees",
            [matrix],
            attrs={"place": self.place},
            dtype=self.dtype,
            shape=(matrix.shape[0], self.outputs),
        )


def set_aside(model: nn.Module) -> list[Trees | Subgraph]:
    """Take trees and graphs out of a network, in place, each leaving a placeholder."""
    found: list[Trees | Subgraph] = []
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if isinstance(child, Trees | Subgraph):
                dtype = torch.float32 if isinstance(child, Trees) else torch.float64
                setattr(parent, name, Placeholder(len(found), child.outputs, dtype))
                found.append(child)
    return found


def fill(proto: Any, aside: list[Trees | Subgraph]) -> None:
    """Replace the placeholders in a `ModelProto` by what was set aside."""
    from onnx import helper

    nodes = list[Any]()
    for node in proto.graph.node:
        if node.domain != _DOMAIN:
            nodes.append(node)
            continue
        (place,) = (attribute.i for attribute in node.attribute)
        module = aside[place]
        if isinstance(module, Subgraph):
            nodes += _inlined(proto.graph, module, node.input[0], node.output[0])
            continue
        grown = tree_node(module.arrays(), node.input[0], node.output[0])
        grown.name = node.name
        nodes.append(grown)
    kept = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del proto.graph.node[:]
    proto.graph.node.extend(kept)
    others = [opset for opset in proto.opset_import if opset.domain != _DOMAIN]
    if len(others) < len(proto.opset_import):
        del proto.opset_import[:]
        proto.opset_import.extend([*others, helper.make_opsetid(ML_DOMAIN, ML_OPSET)])
        known = {opset.domain for opset in proto.opset_import}
        proto.opset_import.extend(o for o in _opsets(aside) if o.domain not in known)


def _opsets(aside: list[Trees | Subgraph]) -> list[Any]:
    """Which operators the graphs of estimators have, each domain once."""
    import onnx

    graphs = [one.graph for one in aside if isinstance(one, Subgraph)]
    found = [opset for graph in graphs for opset in onnx.load_from_string(graph).opset_import]
    return [*{opset.domain: opset for opset in found}.values()]


def _inlined(graph: Any, module: Subgraph, matrix: str, scores: str) -> list[Any]:
    """The nodes of an estimator's graph, to stand between two values of a graph; it gets constants.

    All names inside get a prefix, those in the bodies of loops too.
    """
    import onnx

    prefix = "estimator/"
    inner = onnx.compose.add_prefix(onnx.load_from_string(module.graph), prefix).graph
    graph.initializer.extend(inner.initializer)
    ends = {f"{prefix}{MATRIX}": matrix, f"{prefix}{SCORES}": scores}
    nodes = list(inner.node)
    for node in nodes:
        for values in (node.input, node.output):
            for place, name in enumerate(values):
                values[place] = ends.get(name, name)
    return nodes
