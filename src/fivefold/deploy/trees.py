"""Decision trees in an exported graph: one operator of `ai.onnx.ml` each."""

from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.trees import ML_DOMAIN, ML_OPSET, Trees, tree_node

_DOMAIN = "fivefold"


class Placeholder(nn.Module):
    """Stands for trees while a network is exported; `fill` puts the operator in its place.

    Args:
        place: which of the network's trees it stands for.
        outputs: numbers a row.
    """

    def __init__(self, place: int, outputs: int) -> None:
        super().__init__()
        self.place, self.outputs = place, outputs

    def forward(self, matrix: Tensor) -> Tensor:
        """A node of no runtime, with the shape of the trees' answer."""
        return torch.onnx.ops.symbolic(
            f"{_DOMAIN}::Trees",
            [matrix],
            attrs={"place": self.place},
            dtype=matrix.dtype,
            shape=(matrix.shape[0], self.outputs),
        )


def set_aside(model: nn.Module) -> list[Trees]:
    """Take all trees out of a network, each leaving a placeholder; it is changed in place."""
    found: list[Trees] = []
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if isinstance(child, Trees):
                setattr(parent, name, Placeholder(len(found), child.outputs))
                found.append(child)
    return found


def fill(proto: Any, trees: list[Trees]) -> None:
    """Replace the placeholders in a `ModelProto` by the operator for their trees."""
    from onnx import helper

    for node in proto.graph.node:
        if node.domain == _DOMAIN:
            (place,) = (attribute.i for attribute in node.attribute)
            grown = tree_node(trees[place].arrays(), node.input[0], node.output[0])
            grown.name = node.name
            node.CopyFrom(grown)
    others = [opset for opset in proto.opset_import if opset.domain != _DOMAIN]
    if len(others) < len(proto.opset_import):
        del proto.opset_import[:]
        proto.opset_import.extend([*others, helper.make_opsetid(ML_DOMAIN, ML_OPSET)])
