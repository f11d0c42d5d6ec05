"""A forest over what series are like, as a module of buffers, and how it is grown."""

from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.metrics.weight import relative
from fivefold.models.forests import forest_nodes
from fivefold.models.trees import Trees

TREES = 300
"""Of a forest, at most."""

FEWEST = 50
"""Of a forest, at least."""

NUMBERS = 1_500_000
"""Of all leaves together, about, at most: nodes times what each holds."""

SMOOTH = 0.02
"""Votes that are spread over all classes, beside one of the forest: so no class is impossible."""


class Forest(nn.Module):
    """Very random trees whose votes are averaged; nothing in it learns.

    Args:
        nodes: of all trees together.
        trees: how many there are.
        depth: steps from a root to the deepest leaf.
        outputs: numbers a row.
        votes: numbers that a leaf holds: shares of classes; or as many as outputs.
        classes: whether they are shares of classes, of which it gives logits.

    Example:
        >>> Forest(1, 1, 0, 3, 3, False)(torch.zeros(5, 4)).shape
        torch.Size([5, 3])

    Reference:
        Geurts, Ernst and Wehenkel, Extremely Randomized Trees, Machine Learning 63, 2006.
    """

    def __init__(
        self, nodes: int, trees: int, depth: int, outputs: int, votes: int, classes: bool
    ) -> None:
        super().__init__()
        self.outputs, self.classes = outputs, classes
        self.trees = Trees(nodes, trees, depth, votes, shared=True)

    @property
    def sizes(self) -> list[int | bool]:
        """What it is built from, as plain values."""
        nodes, trees, depth, votes = self.trees.sizes
        return [nodes, trees, depth, self.outputs, votes, self.classes]

    def forward(self, traits: Tensor) -> Tensor:
        """Float32 `(n, traits)` without NaN to `(n, outputs)`, in the network's unit."""
        found: Tensor = self.trees(traits)
        if not self.classes:
            return found
        shares = (found.clamp(min=0) + SMOOTH / found.shape[1]) / (1 + SMOOTH)
        logits = torch.log(shares)
        return logits[:, 1:] - logits[:, :1] if self.outputs == 1 else logits


def fit_forest(
    x: Array,
    y: Array,
    learn: Literal["class", "number"],
    outputs: int,
    *,
    weight: Array | None = None,
    seed: int = 0,
) -> Forest | None:
    """Grow a forest.

    Args:
        x: float32 `(n, width)` without NaN.
        y: class indices, or values in the unit that the network learns.
        learn: what the targets are.
        outputs: numbers a row: 1 for two classes and for values, else one a class.
        weight: how much each row counts; None for 1 each.
        seed: of its draws.

    Returns:
        A module that gives logits, or values in the unit of the targets; None where the rows lack a
        class.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> x = rng.random((300, 2)).astype(np.float32)
        >>> forest = fit_forest(x, (x[:, 0] > 0.5).astype(np.int64), "class", 1)
        >>> (forest(torch.tensor([[0.1, 0.5], [0.9, 0.5]])) > 0).tolist()
        [[False], [True]]
    """
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from threadpoolctl import threadpool_limits

    if weight is not None:
        kept = np.flatnonzero(weight)
        x, y, weight = x[kept], y[kept], relative(weight[kept])
    classes = max(2, outputs)
    if not len(y) or (learn == "class" and len(np.unique(y)) < classes):
        return None
    votes = classes if learn == "class" else outputs
    leaf = 1 if len(y) < 2000 else 5
    nodes = max(1, 2 * len(y) // (leaf + 1))
    count = int(np.clip(NUMBERS // (nodes * votes), FEWEST, TREES))
    settings: dict[str, Any] = {"min_samples_leaf": leaf, "random_state": seed % 2**32}
    if learn == "class":
        forest: Any = ExtraTreesClassifier(count, **settings)
    else:
        forest = ExtraTreesRegressor(count, max_features=1 / 3, **settings)
        y = y.reshape(len(y), -1) if outputs > 1 else y
    with threadpool_limits(limits=1):
        forest.fit(x, y, sample_weight=weight)
    grown = forest_nodes(forest, np.zeros(votes), np.ones(votes))
    depth = max(tree.tree_.max_depth for tree in forest.estimators_)
    arrays = dict(grown.arrays)
    made = Forest(len(arrays["feature"]), count, depth, outputs, votes, learn == "class")
    made.trees.load_nodes(arrays)
    return made.eval()
