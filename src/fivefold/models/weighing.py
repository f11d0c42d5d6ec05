"""How much each of several answers counts in their sum, by rows that none of them learnt from."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from fivefold.metrics.weight import effective_rows
from fivefold.models.head import Head
from fivefold.models.learner import Feed

PULL = 8.0
"""How strongly weights are held near equal ones, in nats, as a sum over all rows, at distance 1."""

STEPS = (0.2, 0.1, 0.05, 0.025)
"""By which weights are changed, coarse ones first."""

LEAST = 0.04
"""Weights below this, of all together, are 0: a model that hardly counts is not worth its time."""

SCALES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""What logits may be multiplied by."""

HOLD = 2.0
"""How strongly few rows hold them at 1, likewise, a factor of e away from it."""


class Judged(NamedTuple):
    """Answers to rows that the models did not learn from.

    Attributes:
        answers: of each model to these rows, `(n, outputs)`; some may have none.
        feed: the rows, one at least.
    """

    answers: Mapping[str, Tensor]
    feed: Feed

    @property
    def rows(self) -> float:
        """How many rows the weights of rows come to."""
        if self.feed.weight is None:
            return self.feed.rows
        return effective_rows(self.feed.weight.double().cpu().numpy())

    def nats(self, outputs: Tensor, head: Head) -> float:
        """What such answers to these rows cost."""
        weight = self.feed.weight
        by_row = {} if weight is None else {"weight": weight.double()}
        return float(head.nats(outputs, self.feed.target, **by_row))


@torch.no_grad()
def find_scales(answers: list[Tensor], head: Head, valid: Feed) -> list[float]:
    """What the logits of each part are multiplied by, so that it is as sure as it may be.

    A forest is less sure than it could be, a network surer. Numbers stay as they are.

    Args:
        answers: of each part to the validation rows, `(n, outputs)`.
        head: says what answers cost, in nats.
        valid: these rows, one at least.
    """
    if head.mixing not in {"softmax", "logit"}:
        return [1.0] * len(answers)
    return [find_scale(answer, head, valid) for answer in answers]


@torch.no_grad()
def find_scale(answer: Tensor, head: Head, valid: Feed, middle: Tensor | float = 0.0) -> float:
    """What answers are multiplied by, so that they are as far from a middle as is best.

    Args:
        answer: `(n, outputs)` to the validation rows, how far it is from the middle.
        head: says what answers cost, in nats.
        valid: these rows, one at least.
        middle: what is answered where nothing is known of a row.
    """
    judged = Judged({}, valid)
    costs = {
        scale: judged.nats(middle + scale * answer.double(), head)
        + HOLD / judged.rows * math.log(scale) ** 2
        for scale in SCALES
    }
    return min(costs, key=lambda scale: costs[scale])


@torch.no_grad()
def find_sum(
    judged: Judged,
    head: Head,
    *,
    further: Sequence[Judged] = (),
    adding: bool = True,
    pull: float = PULL,
    usual: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """The weights of a sum of answers with the least loss, none below 0.

    They need not come to 1: where one model knows of a table and another of a text, what they
    tell adds up, while of two that know the same the mean is best. Where rows are few they are held
    near usual ones that come to 1.

    Args:
        judged: validation rows, to which all have answers.
        head: says what answers cost, in nats.
        further: rows to which some of them have none: what these others count is shared out.
        adding: whether they may come to more than 1, or less.
        pull: how strongly few rows hold weights near the usual ones.
        usual: what each counts where nothing is known, in any unit; None for equal ones.

    Returns:
        One a model, at least one above 0.

    Example:
        >>> from fivefold.models.choice import BinaryHead
        >>> from fivefold.models.gathered import Held
        >>> rows = torch.arange(400) % 2
        >>> knows, not_at_all = 3.0 * rows[:, None] - 1.5, torch.zeros(400, 1)
        >>> valid = Held(not_at_all, rows, None)
        >>> found = find_sum(Judged({"one": knows, "other": not_at_all}, valid), BinaryHead())
        >>> found["one"] > 0.9 > 0.6 > found["other"]
        True
    """
    names = [*judged.answers]
    given = dict.fromkeys(names, 1.0) if usual is None else usual
    middle = torch.tensor([given[name] for name in names], dtype=torch.float64)
    middle = middle / middle.sum()
    groups = [(one, [names.index(name) for name in one.answers]) for one in (judged, *further)]
    stacks = [torch.stack([*one.answers.values()]).double() for one, _ in groups]
    rows = sum(one.rows for one, _ in groups)

    def cost(weights: Tensor) -> float:
        nats = 0.0
        for (one, places), stacked in zip(groups, stacks, strict=True):
            shares = weights[places]
            if len(places) < len(names):
                total = shares.sum()
                others = torch.full_like(shares, 1 / len(places))
                shares = weights.sum() * (shares / total if total > 0 else others)
            shares = shares.to(stacked.device).view(-1, *[1] * (stacked.ndim - 1))
            nats += one.rows / rows * one.nats((shares * stacked).sum(dim=0), head)
        return nats + pull / rows * float(((weights - middle) ** 2).sum()) / 2

    found, best = middle, cost(middle)
    one_by_one = torch.eye(len(names) if adding else 0, len(names))
    changes = torch.cat([one_by_one, _swaps(len(names))]).double()
    for step in STEPS:
        better = True
        while better:
            better = False
            for change in (*changes, *-changes):
                moved = found + step * change
                if adding:
                    moved = moved.clamp(min=0)
                elif float(moved.min()) < -1e-12:
                    continue
                if (now := cost(moved)) < best - 1e-9 and float(moved.sum()) > 0:
                    found, best, better = moved, now, True
    kept = torch.where(found < LEAST * found.sum(), torch.zeros_like(found), found)
    return dict(zip(names, (kept if adding else kept / kept.sum()).tolist(), strict=True))


def _swaps(count: int) -> Tensor:
    """What one gains and another loses, for each pair."""
    rows = torch.eye(count)
    pairs = [rows[i] - rows[j] for i in range(count) for j in range(i)]
    return torch.stack(pairs) if pairs else torch.zeros(0, count)
