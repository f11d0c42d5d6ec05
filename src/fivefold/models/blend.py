"""A network and boosted trees that answer together."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.metrics.weight import effective_rows
from fivefold.models.boosting import NUMBERS, fit_trees
from fivefold.models.head import Head
from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.learner import Feed, Lesson
from fivefold.models.trees import Trees

STEPS = 20
"""Weights that are tried: 0, 1/20, ..., 1."""

SHARE = 0.5
"""The part of a limit of time that trees may be grown in; the network learns in what is left."""

BATCH = 4096
"""Rows that are answered at a time; with a limit of time so many at most choose the weight."""

PULL = 10.0
"""How strongly few validation rows hold the weight at one half, in nats at distance 1."""


class Blend(nn.Module):
    """A network and trees over the same table; their outputs are mixed with one weight.

    In training mode it is the network alone, so that a loop teaches the network as if the trees
    were not there. In eval mode it gives `(1 - weight) * network + weight * trees`. Without
    trees (`sizes` None) the network answers alone in both.

    Args:
        inputs: what the network reads: a `Width`, `Codes`, or both.
        outputs: numbers a row.
        network: a built-in one for these inputs; None where the trees answer alone.
        sizes: `Trees.sizes` of the trees; None has none, until `attach`.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> from fivefold.models.mlp import Mlp
        >>> network = Mlp(Width(3), 1).eval()
        >>> blend = Blend(Width(3), 1, network=network, sizes=[3, 1, 1, 1]).eval()
        >>> table = torch.ones(2, 3)
        >>> torch.equal(blend(table), network(table))
        True
    """

    beside = "boosted trees"
    weight: Tensor
    grown: tuple[Trees, Tensor, Tensor] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None,
        sizes: list[int] | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.trees = None if sizes is None else Trees(*sizes)
        self.register_buffer("weight", torch.zeros(()))
        body: Any = None if network is None else network.description
        arguments = {"network": None if body is None else dict(body), "sizes": sizes}
        self.description = described("blend", inputs, outputs, arguments)

    @property
    def members(self) -> int:
        """How many answers a row the network gives in training; absent where it gives one."""
        network: Any = self.network
        return 1 if network is None else int(network.members)

    def attach(self, trees: Trees, weight: float) -> None:
        """Let fitted trees answer too, and note them in `description`.

        Args:
            trees: read the columns that `matrix` gives, answer in the network's unit.
            weight: of the trees, 0 to 1.
        """
        self.trees = trees.to(self.weight.device).train(self.training)
        self.weight.fill_(weight)
        self.description["arguments"]["sizes"] = trees.sizes

    def drop_network(self) -> None:
        """Leave out a network that counts nothing; the trees answer as they did."""
        self.network = None
        self.description["arguments"]["network"] = None

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        if self.trees is None:
            return {"network": 1.0}
        weight = float(self.weight)
        grown = {"trees": weight}
        return grown if self.network is None else {"network": 1 - weight, **grown}

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(batch)

    def rehearse(self, lesson: Lesson) -> None:
        """Let untrained trees answer 0, which shows that a network with trees can be exported."""
        if lesson.boosting is not None:
            outputs = prod(lesson.head.outputs)
            self.attach(Trees(3 * outputs, outputs, 1, outputs), 0.5)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Grow trees; they are no part of it until the network has learnt."""
        if lesson.boosting is not None:
            lesson.tell("Growing trees.")
            self.grown = grow(lesson, self.columns)
        return self

    def columns(self, batch: Batch) -> Tensor:
        """What trees read of a batch, float32 `(n, width)`."""
        return matrix(batch)

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the trees answer too, as far as that is better for the validation rows."""
        if self.grown is None:
            return {}
        assert self.network is not None
        (trees, rows, answers), self.grown = self.grown, None
        own, target = answered(self.network, lesson.valid, rows), lesson.valid.target[rows]
        counts = None if lesson.valid.weight is None else lesson.valid.weight[rows]
        weight = find_weight(own, answers, target, lesson.head, counts=counts)
        if weight > 0:
            self.attach(trees, weight)
        if weight == 1:
            self.drop_network()
        lesson.tell(
            f"{trees.trees:,} trees count {weight:.0%} of each answer, the network "
            f"{1 - weight:.0%}: best for the {len(rows):,} validation rows."
        )
        if not weight:
            return {}
        return {"trees": trees.trees, "tree_nodes": trees.nodes, "trees_weight": weight}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of both in eval mode."""
        if self.network is None:
            alone: Tensor = self.trees(self.columns(batch))  # type: ignore[misc]
            return alone
        answer: Tensor = self.network(batch)
        if self.training or self.trees is None:
            return answer
        grown: Tensor = self.trees(self.columns(batch))
        return (1 - self.weight) * answer + self.weight * grown


def matrix(batch: Batch) -> Tensor:
    """What trees read of a table: its numbers, then the codes as numbers, float32 `(n, width)`."""
    if not isinstance(batch, Mapping):
        return batch.float()
    return torch.cat([batch[name].float() for name in ("table", "codes") if name in batch], dim=1)


def grow(lesson: Lesson, columns: Callable[[Batch], Tensor]) -> tuple[Trees, Tensor, Tensor] | None:
    """Trees for rows as a matrix, validation rows by position, and answers to them; or None."""
    head, boosting = lesson.head, lesson.boosting
    learn = head.task.trees
    assert learn is not None

    def plain(feed: Feed) -> tuple[Array, Array]:
        pieces = [
            columns(feed.take(slice(start, start + BATCH)).inputs).cpu()
            for start in range(0, max(1, feed.rows), BATCH)
        ]
        target = feed.target.cpu().numpy()
        target = target if learn in (*NUMBERS, "each") else target.astype(np.int64)
        return torch.cat(pieces).numpy(), target

    counts, left = (lesson.train.weight, lesson.valid.weight), lesson.seconds_left()
    trees = fit_trees(
        plain(lesson.train),
        plain(lesson.valid),
        learn,
        prod(head.outputs),
        each=head.shares,
        weights=(counts[0].cpu().numpy(), counts[1].cpu().numpy())
        if counts[0] is not None and counts[1] is not None
        else None,
        boosting=boosting,
        seed=lesson.seed,
        seconds=None if left is None else SHARE * left,
    )
    if trees is None:
        return None
    valid, trees = lesson.valid, trees.to(lesson.valid.device)
    every = 1 if left is None else -(-valid.rows // BATCH)
    rows = torch.arange(0, valid.rows, every, device=valid.device)
    return trees, rows, answered(lambda batch: trees(columns(batch)), valid, rows)


@torch.no_grad()
def time_beside(lesson: Lesson) -> Callable[[], float | None]:
    """Seconds to the end of the share of time that what stands beside a network may take."""
    left = lesson.seconds_left()

    def remains() -> float | None:
        now = lesson.seconds_left()
        return None if now is None or left is None else now - (1 - SHARE) * left

    return remains


def answered(model: Callable[[Batch], Tensor], feed: Feed, rows: Tensor) -> Tensor:
    """What a model answers to rows by position."""
    return torch.cat([model(feed.take(part).inputs) for part in torch.split(rows, BATCH)])


@torch.no_grad()
def find_weight(
    network: Tensor,
    trees: Tensor,
    target: Tensor,
    head: Head,
    *,
    counts: Tensor | None = None,
    pull: float = PULL,
    usual: float = 0.5,
) -> float:
    """The weight of the trees with the best validation loss, drawn towards a usual one.

    Args:
        network: `(n, outputs)` logits, or values in the unit of the targets, of validation rows.
        trees: the same from the trees.
        target: `(n,)` class indices; for two classes 0 and 1 of any type; or values.
        head: says what answers cost, in nats.
        counts: `(n,)` how much each row counts; None for 1 each.
        pull: what a weight costs as a sum over all rows at distance 1 from the usual one.
        usual: the weight that few rows hold it near.

    Returns:
        From 0 (the network alone) to 1 (the trees alone); the usual one without rows.

    Example:
        >>> from fivefold.models.choice import BinaryHead
        >>> head, target = BinaryHead(), torch.arange(100) % 2
        >>> good = 4.0 * target[:, None] - 2
        >>> find_weight(good, 0 * good, target, head), find_weight(good, good, target, head)
        (0.0, 0.5)
    """
    rows: float = len(target)
    if not rows:
        return usual
    by_row = {}
    if counts is not None:
        rows, by_row = effective_rows(counts.double().cpu().numpy()), {"weight": counts.double()}
    found, best = usual, float("inf")
    for step in range(STEPS + 1):
        weight = step / STEPS
        mixed = (1 - weight) * network.double() + weight * trees.double()
        total = head.nats(mixed, target, **by_row).item() + pull / rows * (weight - usual) ** 2
        if total < best:
            found, best = weight, total
    return found
