"""Boosted decision trees as a module of buffers, and the one operator by which they answer."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.serve.graph import load_runtime

NODES = ("feature", "threshold", "left", "right", "value", "root", "bias")
"""The operator's inputs after the matrix, in order."""
FLOATS = ("threshold", "value", "bias")

ML_DOMAIN, ML_OPSET = "ai.onnx.ml", 4
_OPSET, _IR = 20, 10


class Trees(nn.Module):
    """A sum of decision trees over the columns of one matrix; nothing in it learns.

    A node sends a row to the left where `row[feature] <= threshold`; a leaf sends it to itself.

    Args:
        nodes: of all trees together.
        trees: how many there are, those of each output one after another.
        depth: steps from a root to the deepest leaf.
        outputs: numbers a row; `trees` is a multiple of it, unless they are shared.
        shared: whether each leaf has a number for every output.

    Example:
        >>> trees = Trees(3, 1, 1, 1)
        >>> stump = {"feature": [1, 0, 0], "threshold": [0.5, 0, 0], "left": [1, 1, 2],
        ...          "right": [2, 1, 2], "value": [0, -1, 1], "root": [0], "bias": [10.0]}
        >>> trees.load_nodes(stump)
        >>> trees(torch.tensor([[9.0, 0.5], [9.0, 0.6]])).tolist()
        [[9.0], [11.0]]
    """

    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    value: Tensor
    root: Tensor
    bias: Tensor

    def __init__(
        self, nodes: int, trees: int, depth: int, outputs: int, *, shared: bool = False
    ) -> None:
        super().__init__()
        self.nodes, self.trees, self.depth, self.outputs = nodes, trees, depth, outputs
        for name in ("feature", "left", "right"):
            self.register_buffer(name, torch.zeros(nodes, dtype=torch.int64))
        self.register_buffer("threshold", torch.zeros(nodes))
        self.register_buffer("value", torch.zeros((nodes, outputs) if shared else nodes))
        self.register_buffer("root", torch.zeros(trees, dtype=torch.int64))
        self.register_buffer("bias", torch.zeros(outputs))

    @property
    def sizes(self) -> list[int]:
        """What it is built from, as plain values."""
        return [self.nodes, self.trees, self.depth, self.outputs]

    def arrays(self) -> dict[str, Array]:
        """Its nodes, by the names of the buffers."""
        return {name: getattr(self, name).cpu().numpy() for name in NODES}

    @torch.no_grad()
    def load_nodes(self, arrays: Mapping[str, Array | Sequence[float]]) -> None:
        """Copy fitted nodes in, by the names of the buffers."""
        for name, values in arrays.items():
            buffer: Tensor = getattr(self, name)
            buffer.copy_(torch.as_tensor(np.asarray(values)))

    def forward(self, matrix: Tensor) -> Tensor:
        """`(n, width)` float32 without NaN to `(n, outputs)`."""
        nodes: list[Any] = [*(getattr(self, name) for name in NODES), self.depth]
        # An exporter knows no operator of ours.
        descend = walk if torch.compiler.is_exporting() else trees
        answer: Tensor = descend(matrix, *nodes)
        return answer


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
    if value.ndim > 1:
        return value[node].sum(dim=1) + bias
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
    if len(arrays["value"]) > len(arrays["feature"]):
        arrays["value"] = arrays["value"].reshape(len(arrays["feature"]), -1)
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
        arrays: the nodes of all trees, by the names of the operator's inputs. Where `value` is
            `(nodes, outputs)`, each leaf counts for every output, and not for that of its tree.
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
    weights, every = arrays["value"][leaf], 1
    output = tree[leaf] // max(1, len(roots) // len(bias))
    if weights.ndim > 1:
        every = len(bias)
        output = np.tile(np.arange(every), len(weights))
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
        target_treeids=np.repeat(tree[leaf], every).tolist(),
        target_nodeids=np.repeat(place[leaf], every).tolist(),
        target_ids=output.tolist(),
        target_weights=weights.ravel().tolist(),
    )


def join_trees(
    trees: Sequence[Any], bias: Array, shares: Sequence[float] | None = None
) -> tuple[list[int], dict[str, Array]]:
    """The node tables of scikit-learn's histogram trees as one table.

    A threshold is rounded down to float32, so that `x <= threshold` decides every float32 `x`
    as it did in float64.

    Args:
        trees: record arrays with `feature_idx`, `num_threshold`, `left`, `right`, `is_leaf`,
            `depth` and `value`, without categorical splits; for several outputs, those of the
            first output first, equally many each.
        bias: `(outputs,)` added at the end.
        shares: what each tree's values are multiplied by; None is 1.

    Returns:
        What `Trees` is built from (nodes, trees, depth, outputs), and its buffers.
    """
    starts = np.cumsum([0, *(len(tree) for tree in trees)])
    joined: dict[str, list[Array]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }
    depth = 0
    for place, tree in enumerate(trees):
        leaf, start = tree["is_leaf"].astype(bool), starts[place]
        itself = np.arange(len(tree))
        share = 1.0 if shares is None else shares[place]
        joined["feature"].append(np.where(leaf, 0, tree["feature_idx"]).astype(np.int64))
        joined["threshold"].append(round_down(np.where(leaf, 0.0, tree["num_threshold"])))
        for side in ("left", "right"):
            joined[side].append(start + np.where(leaf, itself, tree[side]).astype(np.int64))
        joined["value"].append(np.where(leaf, share * tree["value"], 0.0).astype(np.float32))
        depth = max(depth, int(tree["depth"].max()))
    arrays = {name: np.concatenate(parts) for name, parts in joined.items()}
    arrays["root"] = starts[:-1].astype(np.int64)
    arrays["bias"] = np.asarray(bias, np.float32)
    return [int(starts[-1]), len(trees), depth, len(bias)], arrays


def round_down(values: Array) -> Array:
    """The largest float32 that is not above each float64 value.

    Example:
        >>> round_down(np.array([0.1])) <= np.array([0.1])
        array([ True])
    """
    nearest = values.astype(np.float32)
    above = nearest.astype(np.float64) > values
    return np.where(above, np.nextafter(nearest, np.float32(-np.inf)), nearest)
