"""Rows as the layer gets them that learns alone: what is frozen is gone through once."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from fivefold.models.begun import given_to, top_of
from fivefold.models.inputs import Batch
from fivefold.train.feed import Feed
from fivefold.train.pieces import ROWS

AT_ONCE = 256
"""Rows that go through what is frozen together."""


def featured(body: nn.Module, train: Feed, valid: Feed) -> tuple[nn.Module, Feed, Feed] | None:
    """The part that learns, and the rows as it gets them; None where rows must go through all.

    That is where rows are changed at random, where what learns does not stand alone at the end, or
    where there is nothing frozen before it.

    Args:
        body: with frozen weights.
        train: the training rows.
        valid: the validation rows.
    """
    changed = train.augment or train.later or train.mix
    if changed is not None or not any(not weight.requires_grad for weight in body.parameters()):
        return None
    learning = [module for module in body.modules() if module.training]
    body.eval()
    try:
        few = train.take(slice(0, min(ROWS, train.rows))).inputs
        found = top_of(body, few, lambda weight: weight.requires_grad)
        if found is None:
            return None
        made = [
            replace(feed, inputs=_features(body, found[0], feed), prepare=None)
            for feed in (train, valid)
        ]
    finally:
        for module in learning:
            module.training = True
    return body.get_submodule(found[0]), made[0], made[1]


def _features(body: nn.Module, name: str, feed: Feed) -> Batch:
    """What a part of a body is given for all rows."""
    pieces: list[Tensor] = []
    for start in range(0, max(feed.rows, 1), AT_ONCE):
        given = given_to(body, name, feed.take(slice(start, start + AT_ONCE)).inputs)
        assert given is not None
        pieces.append(given[0].detach())
    return torch.cat(pieces)
