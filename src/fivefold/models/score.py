"""Scores of many rows: the one way in which a network is asked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from fivefold.models.blend import Blend
from fivefold.models.linearblend import LinearBlend
from fivefold.models.mix import Mix
from fivefold.models.oddity import Oddity
from fivefold.models.seqblend import SeqBlend
from fivefold.models.sumblend import SumBlend
from fivefold.models.threads import threads_set

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.assemble import Assembled

BATCH_BYTES = 2**22
"""A batch's arrays are kept below this, so that its activations fit in memory too."""


def score(
    model: "Assembled",
    inputs: "Mapping[str, Array]",
    *,
    batch: int = 4096,
    device: str | torch.device | None = None,
) -> "Array":
    """Scores in eval mode, without gradients; the network is left in the mode it was in.

    Args:
        model: the network.
        inputs: the codec's arrays, first axis rows.
        batch: rows at a time, at most; fewer where rows are large.
        device: where to compute; None is where the network is. It goes back there afterwards.

    Returns:
        Float32 `(n, classes)` probabilities, or float64 `(n,)` values; without rows, of length 0.
    """
    rows = len(next(iter(inputs.values())))
    if not rows:
        blank = {name: np.zeros((1, *a.shape[1:]), a.dtype) for name, a in inputs.items()}
        return score(model, blank, device=device)[:0]
    row_bytes = sum(4 * max(1, values[:1].size) for values in inputs.values())
    batch = max(1, min(batch, BATCH_BYTES // row_bytes))
    home = model.device
    where = home if device is None else torch.device(device)
    away = any(weight.device != where for weight in (*model.parameters(), *model.buffers()))
    learning = [module for module in model.modules() if module.training]
    scores = []
    try:
        if away:
            model.to(where)
        if learning:
            model.eval()
        with threads_set(model.threads), torch.inference_mode():
            for start in range(0, rows, batch):
                part = slice(start, start + batch)
                blocks = {
                    name: tensor(values[part]).to(where, copy=True)
                    for name, values in inputs.items()
                }
                scores.append(model.scores(blocks).cpu().numpy())
    finally:
        if away:
            model.to(home)
        for module in learning:
            module.training = True
    return np.concatenate(scores)


Mixing = Blend | Mix | LinearBlend | SumBlend | Oddity
"""What mixes answers of its own parts."""

Weights = Mapping[str, tuple[torch.Tensor, ...]]
"""By the name of a part, what the weights of a mixture are."""


def score_parts(
    model: "Assembled", inputs: "Mapping[str, Array]", *, without: bool = False
) -> "dict[str, Array]":
    """Scores of what a model mixes, each as if it answered alone.

    Args:
        model: the network.
        inputs: the codec's arrays, first axis rows.
        without: whether each is left out instead, and the others answer.

    Returns:
        Scores by the name of the part; none where there is one part.
    """
    body = model.body
    if not isinstance(body, Mixing) or len(body.parts) < 2:
        return {}
    weights, alone = _weights_of(body)
    asked = _rest_of(body, alone) if without else alone
    kept, found = [weight.clone() for weight in weights], {}
    try:
        for name in body.parts:
            for weight, value in zip(weights, asked[name], strict=True):
                weight.copy_(value)
            found[name] = score(model, inputs)
    finally:
        for weight, value in zip(weights, kept, strict=True):
            weight.copy_(value)
    return found


def _weights_of(body: Mixing) -> tuple[list[torch.Tensor], Weights]:
    """The weights of a mixture, and what they are where one part answers alone."""
    if isinstance(body, Mix | SumBlend | Oddity):
        every = body.names if isinstance(body, Mix) else body.every
        ones = torch.eye(len(every))
        return [body.weights], {n: (one,) for n, one in zip(every, ones, strict=True)}
    none, whole = torch.zeros(()), torch.ones(())
    if isinstance(body, SeqBlend) and body.linear is not None:
        both = [body.weight, body.linear.share]
        return both, {"network": (none, none), "trees": (whole, none), "linear": (none, whole)}
    return [body.weight], {"network": (none,), "trees": (whole,), "linear": (whole,)}


def _rest_of(body: Mixing, alone: Weights) -> Weights:
    """What the weights are where one part is left out, and the others count more by as much."""
    if isinstance(body, Mix | SumBlend | Oddity):
        total = body.weights.sum()
        rest = {name: body.weights * (1 - one.to(total)) for name, (one,) in alone.items()}
        return {name: (total * one / one.sum().clamp(min=1e-12),) for name, one in rest.items()}
    if isinstance(body, SeqBlend) and len(body.parts) > 2:
        shares = body.parts
        left = {name: {n: s for n, s in shares.items() if n != name} for name in shares}
        found = {}
        for name, others in left.items():
            trees, linear = others.get("trees", 0.0), others.get("linear", 0.0)
            beside = max(sum(others.values()) - linear, 1e-12)
            numbers = (trees / beside, linear / (linear + beside))
            found[name] = tuple(map(torch.tensor, numbers))
        return found
    first, other = body.parts
    return {first: alone[other], other: alone[first]}


def tensor(values: "Array") -> torch.Tensor:
    """The array as a tensor that shares its memory where that may be written to."""
    return torch.from_numpy(np.require(values, requirements=["C", "W"]))
