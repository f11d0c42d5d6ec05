"""Decision trees as one operator: onnxruntime's own on the CPU, gathers on other devices."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.serve.runtime import load_runtime

NODES = ("feature", "threshold", "left", "right", "value", "root", "bias")
"""The operator's inputs after the matrix, in order."""
FLOATS = ("threshold", "value", "bias")

ML_DOMAIN, ML_OPSET = "ai.onnx.ml", 4
_OPSET, _IR = 20, 10


def walk(
    matrix: Tensor,
    feature: Tensor,
    threshold: Tensor,
    left: Tensor,
    right: Tensor,
    value: Tensor,
    root: Tensor,
    bias: Tensor,
    depth: int,
) -> Tensor:
    """The sum of the leaves that each row of `matrix` reaches, `(n, outputs)`; see `Trees`.

    All rows walk down all trees at once, one level a step.
    """
    node = root.expand(matrix.shape[0], len(root))
    for _ in range(depth):
        below = matrix.gather(1, feature[node]) <= threshold[node]
        node = torch.where(below, left[node], right[node])
    leaves = value[node].view(-1, len(bias), len(root) // len(bias))
    return leaves.sum(dim=2) + bias


trees = torch.library.custom_op("fivefold::trees", walk, mutates_args=())


@trees.register_fake
def _shape(matrix: Tensor, *nodes: Any) -> Tensor:
    return matrix.new_empty(matrix.shape[0], len(nodes[6]))


@trees.register_kernel("cpu")
def _on_cpu(matrix: Tensor, *nodes: Any) -> Tensor:
    content = tuple(node.numpy().tobytes() for node in nodes[:-1])
    session = _session(content, matrix.shape[1], torch.get_num_threads())
    rows = np.ascontiguousarray(matrix.numpy())
    return torch.from_numpy(session.run(None, {"matrix": rows})[0])


trees.register_autograd(lambda context, gradient: (None,) * (len(NODES) + 2))


@lru_cache(maxsize=8)
def _session(content: tuple[bytes, ...], width: int, threads: int) -> Any:
    """Onnxruntime's session for trees of these nodes; the last few are kept."""
    onnxruntime = load_runtime()
    from onnx import TensorProto, helper

    dtypes = [np.float32 if name in FLOATS else np.int64 for name in NODES]
    read = map(np.frombuffer, content, dtypes)
    arrays: dict[str, Array] = dict(zip(NODES, read, strict=True))
    graph = helper.make_graph(
        [tree_node(arrays, "matrix", "scores")],
        "trees",
        [helper.make_tensor_value_info("matrix", TensorProto.FLOAT, ["rows", width])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", len(arrays["bias"])])],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(ML_DOMAIN, ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    serialised = model.SerializeToString()
    return onnxruntime.InferenceSession(serialised, options, ["CPUExecutionProvider"])


def tree_node(arrays: Mapping[str, Array], matrix: str, scores: str) -> Any:
    """A `NodeProto` of `ai.onnx.ml` that answers as `trees` does.

    Args:
        arrays: the nodes of all trees, by the names of the operator's inputs.
        matrix: name of its input, float32 `(n, width)`.
        scores: name of its output, float32 `(n, outputs)`.
    """
    from onnx import helper

    roots, bias = arrays["root"], arrays["bias"]
    nodes = np.arange(len(arrays["feature"]))
    tree = np.searchsorted(roots, nodes, side="right") - 1
    start = roots[tree]
    leaf = arrays["left"] == nodes
    place = nodes - start
    branch = np.where(leaf, 0, 1)
    modes = np.array(["LEAF", "BRANCH_LEQ"])[branch]
    return helper.make_node(
        "TreeEnsembleRegressor",
        [matrix],
        [scores],
        domain=ML_DOMAIN,
        n_targets=len(bias),
        aggregate_function="SUM",
        post_transform="NONE",
        base_values=bias.tolist(),
        nodes_treeids=tree.tolist(),
        nodes_nodeids=place.tolist(),
        nodes_featureids=arrays["feature"].tolist(),
        nodes_values=arrays["threshold"].tolist(),
        nodes_modes=modes.tolist(),
        nodes_truenodeids=np.where(leaf, 0, arrays["left"] - start).tolist(),
        nodes_falsenodeids=np.where(leaf, 0, arrays["right"] - start).tolist(),
        target_treeids=tree[leaf].tolist(),
        target_nodeids=place[leaf].tolist(),
        target_ids=(tree[leaf] // (len(roots) // len(bias))).tolist(),
        target_weights=arrays["value"][leaf].tolist(),
    )
