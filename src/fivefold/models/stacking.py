"""How much each of several answers counts in their sum, by validation rows."""

from collections.abc import Mapping

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


@torch.no_grad()
def find_sum(answers: Mapping[str, Tensor], head: Head, valid: Feed) -> dict[str, float]:
    """The weights of a sum of answers with the best validation loss, none below 0.

    They need not come to 1: where one model knows of a table and another of a text, what they
    tell adds up, while of two that know the same the mean is best. Where rows are few they are held
    near equal ones that come to 1.

    Args:
        answers: of each model to the validation rows, `(n, outputs)`.
        head: says what answers cost, in nats.
        valid: these rows, one at least.

    Returns:
        One a model, at least one above 0.

    Example:
        >>> from fivefold.models.choice import BinaryHead
        >>> from fivefold.models.gathered import Held
        >>> rows = torch.arange(400) % 2
        >>> knows, not_at_all = 3.0 * rows[:, None] - 1.5, torch.zeros(400, 1)
        >>> valid = Held(not_at_all, rows, None)
        >>> found = find_sum({"one": knows, "other": not_at_all}, BinaryHead(), valid)
        >>> found["one"] > 0.9 > 0.6 > found["other"]
        True
    """
    stacked = torch.stack([*answers.values()]).double()
    usual = torch.full((len(answers),), 1 / len(answers), dtype=torch.float64)
    rows: float = valid.rows
    by_row = {}
    if valid.weight is not None:
        by_row = {"weight": valid.weight.double()}
        rows = effective_rows(valid.weight.double().cpu().numpy())

    def cost(weights: Tensor) -> float:
        shares = weights.to(stacked.device).view(-1, *[1] * (stacked.ndim - 1))
        nats = float(head.nats((shares * stacked).sum(dim=0), valid.target, **by_row))
        return nats + PULL / rows * float(((weights - usual) ** 2).sum()) / 2

    found, best = usual, cost(usual)
    changes = torch.cat([torch.eye(len(usual)), _swaps(len(usual))]).double()
    for step in STEPS:
        better = True
        while better:
            better = False
            for change in (*changes, *-changes):
                moved = (found + step * change).clamp(min=0)
                if (now := cost(moved)) < best - 1e-9 and float(moved.sum()) > 0:
                    found, best, better = moved, now, True
    kept = torch.where(found < LEAST * found.sum(), torch.zeros_like(found), found)
    return dict(zip(answers, kept.tolist(), strict=True))


def _swaps(count: int) -> Tensor:
    """What one gains and another loses, for each pair."""
    rows = torch.eye(count)
    pairs = [rows[i] - rows[j] for i in range(count) for j in range(i)]
    return torch.stack(pairs) if pairs else torch.zeros(0, count)
