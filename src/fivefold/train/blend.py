"""Trees beside a network: growing them, and how much each counts when they answer together."""

from math import prod
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from fivefold.models.blend import Blend, matrix
from fivefold.models.trees import Trees
from fivefold.train.feed import Feed
from fivefold.train.trees import Boosting, fit_trees

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.head import Head

STEPS = 20
"""Weights that are tried: 0, 1/20, ..., 1."""

PULL = 10.0
"""How strongly few validation rows hold the weight at one half, in nats at distance 1."""


def grow(train: Feed, valid: Feed, head: "Head", *, boosting: Boosting, seed: int) -> Trees | None:
    """Trees for the rows that a network for tables learns from.

    Args:
        train: the training rows.
        valid: the validation rows, which choose the rounds.
        head: says what trees learn of the targets, and how many outputs there are.
        boosting: how trees are grown.
        seed: of the columns that splits choose from.

    Returns:
        A module on the CPU; None where no trees can be grown, see `fit_trees`.
    """

    def plain(feed: Feed) -> "tuple[Array, Array]":
        piece = feed.take(slice(None))
        target = piece.target.cpu().numpy()
        return (
            matrix(piece.inputs).cpu().numpy(),
            target if head.task.trees == "number" else target.astype(np.int64),
        )

    learn, outputs = head.task.trees, prod(head.outputs)
    assert learn is not None
    return fit_trees(plain(train), plain(valid), learn, outputs, boosting=boosting, seed=seed)


@torch.no_grad()
def join(body: Blend, trees: Trees, valid: Feed, head: "Head", *, batch: int = 4096) -> float:
    """Let trees answer beside a network that has learnt, with the weight that suits both.

    Args:
        body: in eval mode, its trees still to come.
        trees: fitted.
        valid: the validation rows, which choose the weight.
        head: says what answers cost.
        batch: rows at a time.

    Returns:
        The weight of the trees. With 0 they are not attached, with 1 the network is left out.
    """
    own, grown = [], []
    trees = trees.to(valid.device)
    network = body.network
    assert network is not None
    for start in range(0, valid.rows, batch):
        inputs = valid.take(slice(start, start + batch)).inputs
        own.append(network(inputs))
        grown.append(trees(matrix(inputs)))
    weight = find_weight(torch.cat(own), torch.cat(grown), valid.target, head)
    if weight > 0:
        body.attach(trees, weight)
    if weight == 1:
        body.drop_network()
    return weight


def placeholder(outputs: int) -> Trees:
    """Untrained trees: they answer 0, and show that a network with trees can be exported."""
    return Trees(3 * outputs, outputs, 1, outputs)


@torch.no_grad()
def find_weight(
    network: Tensor, trees: Tensor, target: Tensor, head: "Head", *, pull: float = PULL
) -> float:
    """The weight of the trees with the best validation loss, drawn towards one half.

    Args:
        network: `(n, outputs)` logits, or values in the unit of the targets, of validation rows.
        trees: the same from the trees.
        target: `(n,)` class indices; for two classes 0 and 1 of any type; or values.
        head: says what answers cost, in nats.
        pull: what weight 0 or 1 costs more than one half, as a sum over all rows, times 4.

    Returns:
        From 0 (the network alone) to 1 (the trees alone); one half without rows.

    Example:
        >>> from fivefold.models.choice import BinaryHead
        >>> head, target = BinaryHead(), torch.arange(100) % 2
        >>> good = 4.0 * target[:, None] - 2
        >>> find_weight(good, 0 * good, target, head), find_weight(good, good, target, head)
        (0.0, 0.5)
    """
    rows = len(target)
    if not rows:
        return 0.5
    found, best = 0.5, float("inf")
    for step in range(STEPS + 1):
        weight = step / STEPS
        mixed = (1 - weight) * network.double() + weight * trees.double()
        total = head.nats(mixed, target).item() + pull / rows * (weight - 0.5) ** 2
        if total < best:
            found, best = weight, total
    return found
