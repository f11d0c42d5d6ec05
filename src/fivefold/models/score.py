"""Scores of many rows: the one way in which a network is asked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from fivefold.models.blend import Blend
from fivefold.models.linearblend import LinearBlend
from fivefold.models.mix import Mix
from fivefold.models.seriesblend import SeriesBlend
from fivefold.models.threads import threads_set
from fivefold.models.weighing import NAMES

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


def score_parts(model: "Assembled", inputs: "Mapping[str, Array]") -> "dict[str, Array]":
    """Scores of what a model mixes, each as if it answered alone.

    Returns:
        Scores by the name of the part; none where there is one part.
    """
    body = model.body
    if not isinstance(body, Blend | Mix | LinearBlend | SeriesBlend) or len(body.parts) < 2:
        return {}
    settings = {name: torch.tensor(float(place)) for place, name in enumerate(body.parts)}
    if isinstance(body, Mix | SeriesBlend):
        weight, every = body.weights, body.names if isinstance(body, Mix) else NAMES
        named = zip(every, torch.eye(len(every)), strict=True)
        settings = {name: one for name, one in named if name in body.parts}
    else:
        weight = body.weight
    kept, found = weight.clone(), {}
    try:
        for name, alone in settings.items():
            weight.copy_(alone)
            found[name] = score(model, inputs)
    finally:
        weight.copy_(kept)
    return found


def tensor(values: "Array") -> torch.Tensor:
    """The array as a tensor that shares its memory where that may be written to."""
    return torch.from_numpy(np.require(values, requirements=["C", "W"]))
