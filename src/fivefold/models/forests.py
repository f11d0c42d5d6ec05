"""Fitted trees of scikit-learn, single ones, forests and boosted ones, as one operator of ONNX.

Their nodes are read from attributes, some of which start with an underscore, as scikit-learn has no
other door to them; what answers is compared with scikit-learn's own answers before it is used.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.models.subgraph import MATRIX, SCORES, serialised
from fivefold.models.trees import join_trees, round_down, tree_node

Link = Literal["", "Sigmoid", "Softmax", "Exp"]
FORESTS = ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees")
BOOSTED = ("GradientBoosting", "HistGradientBoosting")


class Grown(NamedTuple):
    """The nodes of all trees, and what becomes of their sums, in float64.

    Attributes:
        arrays: for `tree_node`.
        spread: `(outputs,)` what sums are multiplied by.
        mean: `(outputs,)` what is added then, which float32 need not hold.
        link: from these to answers.
    """

    arrays: Mapping[str, Array]
    spread: Array
    mean: Array
    link: Link = ""


def tree_graph(estimator: Any, width: int, mean: Array, spread: Array) -> bytes | None:
    """The graph of an estimator that is made of trees; None for any other.

    Args:
        estimator: fitted.
        width: columns of its matrix.
        mean: `(columns,)` of the target; zeros for classes.
        spread: the target's deviations; ones for classes.
    """
    kind = type(estimator)
    family = kind.__name__.removesuffix("Classifier").removesuffix("Regressor")
    if not kind.__module__.startswith("sklearn.") or family not in (*FORESTS, *BOOSTED):
        return None
    if family in FORESTS:
        return _graph(forest_nodes(estimator, mean, spread), width)
    if family == "HistGradientBoosting":
        found = _histogram(estimator)
    else:
        found = _boosted(estimator, width)
    if found is None:
        return None
    nodes, baseline, share = found
    link = _link(estimator, len(baseline))
    unit = np.ones(len(baseline)) if link else spread
    each = [share / float(one) for one in unit for _ in range(len(nodes) // len(unit))]
    _, arrays = join_trees(nodes, np.zeros(len(baseline)), each)
    return _graph(Grown(arrays, unit, baseline, link), width)


def forest_nodes(estimator: Any, mean: Array, spread: Array) -> Grown:
    """The mean of trees whose leaves hold an answer each: shares of classes, or numbers."""
    trees = [one.tree_ for one in getattr(estimator, "estimators_", [estimator])]
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])
    joined: dict[str, list[Array]] = {}
    for tree, start in zip(trees, starts[:-1], strict=True):
        leaf = tree.children_left < 0
        itself = np.arange(tree.node_count)
        values = (tree.value.reshape(tree.node_count, -1) - mean) / spread
        parts = {
            "feature": np.where(leaf, 0, tree.feature).astype(np.int64),
            "threshold": round_down(np.where(leaf, 0.0, tree.threshold)),
            "left": start + np.where(leaf, itself, tree.children_left).astype(np.int64),
            "right": start + np.where(leaf, itself, tree.children_right).astype(np.int64),
            "value": (values / len(trees)).astype(np.float32),
        }
        for name, part in parts.items():
            joined.setdefault(name, []).append(part)
    arrays = {name: np.concatenate(parts) for name, parts in joined.items()}
    return Grown({**arrays, "root": starts[:-1], "bias": np.zeros(len(mean))}, spread, mean)


def _histogram(estimator: Any) -> tuple[list[Array], Array, float] | None:
    """Nodes of the trees of each output after another, where they start from, and their share."""
    rounds = estimator._predictors
    if any(one.nodes["is_categorical"].any() for made in rounds for one in made):
        return None
    baseline = np.ravel(estimator._baseline_prediction).astype(np.float64)
    nodes = [made[output].nodes for output in range(len(baseline)) for made in rounds]
    return nodes, baseline, 1.0


def _boosted(estimator: Any, width: int) -> tuple[list[Array], Array, float] | None:
    """The same of plain boosted trees, where they start from a constant."""
    if estimator.init not in (None, "zero"):
        return None
    factor = 2.0 if estimator.loss == "exponential" else 1.0
    baseline = np.ravel(estimator._raw_predict_init(np.zeros((1, width), np.float32)))
    nodes = [_records(made.tree_) for made in estimator.estimators_.T.ravel()]
    return nodes, factor * baseline.astype(np.float64), factor * float(estimator.learning_rate)


def _records(tree: Any) -> Array:
    """The nodes of a tree as histogram trees have them."""
    names = ("feature_idx", "num_threshold", "left", "right", "is_leaf", "depth", "value")
    types = ("i8", "f8", "i8", "i8", "?", "i8", "f8")
    nodes = np.zeros(tree.node_count, list(zip(names, types, strict=True)))
    found = (tree.feature, tree.threshold, tree.children_left, tree.children_right)
    for name, values in zip(names, found, strict=False):
        nodes[name] = values
    nodes["is_leaf"], nodes["depth"] = tree.children_left < 0, tree.max_depth
    nodes["value"] = tree.value[:, 0, 0]
    return nodes


def _link(estimator: Any, outputs: int) -> Link:
    """From sums to answers: shares of classes, or numbers, some learnt as logarithms."""
    if hasattr(estimator, "classes_"):
        return "Sigmoid" if outputs == 1 else "Softmax"
    return "Exp" if type(estimator._loss.link).__name__ == "LogLink" else ""


def _graph(grown: Grown, width: int) -> bytes:
    """From the matrix to float64 answers."""
    from onnx import TensorProto, helper, numpy_helper

    outputs = len(grown.mean)
    nodes = [
        tree_node(grown.arrays, MATRIX, "sums"),
        helper.make_node("Cast", ["sums"], ["exact"], to=TensorProto.DOUBLE),
        helper.make_node("Mul", ["exact", "spread"], ["scaled"]),
        helper.make_node("Add", ["scaled", "mean"], ["moved" if grown.link else SCORES]),
    ]
    if grown.link == "Sigmoid":
        nodes += [
            helper.make_node("Neg", ["moved"], ["against"]),
            helper.make_node("Concat", ["against", "moved"], ["both"], axis=1),
            helper.make_node("Sigmoid", ["both"], [SCORES]),
        ]
        outputs = 2
    elif grown.link:
        nodes.append(helper.make_node(grown.link, ["moved"], [SCORES]))
    unit = {"spread": grown.spread, "mean": grown.mean}
    constants = [numpy_helper.from_array(v.astype(np.float64), n) for n, v in unit.items()]
    return serialised(nodes, width, outputs, constants)
