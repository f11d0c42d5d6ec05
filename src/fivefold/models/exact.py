"""What is judged: the scores of a network, or of an estimator in its own precision."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from fivefold.models.estimated import Estimated
from fivefold.models.score import score, tensor

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.assemble import Assembled

CHUNK = 8192
"""Rows that are filled, scaled and one-hot encoded at a time."""


def exact_scores(network: "Assembled", inputs: "Mapping[str, Array]") -> "Array":
    """What an estimator itself says of rows, in float64; of any other network its scores.

    Args:
        network: whose body may be an estimator.
        inputs: the codec's arrays, first axis rows.

    Returns:
        Of an estimator `(n, classes)` probabilities in the order of `Schema.classes`, 0 for classes
        that no training row had; or `(n,)` numbers, `(n, targets)` of several, what a head makes of
        counts and of classes in order. By its graph, whose
        float32 they are, where the estimator was loaded and so is not at hand. Else as of `score`.
    """
    body = network.body
    if not isinstance(body, Estimated):
        return score(network, inputs)
    rows = len(next(iter(inputs.values())))
    if body.live is None or not rows:
        return np.asarray(score(network, inputs), np.float64)
    found = body.live.answers(matrix_of(network, inputs).astype(np.float64))
    if network.offsets is not None:
        both = body.shares(torch.from_numpy(found)).float()
        blocks = {name: tensor(values) for name, values in inputs.items()}
        moved: Array = network.offsets(both, blocks).numpy().astype(np.float64)
        return moved
    if body.link or network.calibrated:
        scores = network.head.scores(body.turned(torch.from_numpy(found)))
        exposure = network.fixed.exposure({name: tensor(a) for name, a in inputs.items()})
        scores = scores if exposure is None else network.head.watched(scores, exposure)
        return np.asarray(scores.numpy(), np.float64)
    if not body.choice:
        return found[:, 0] if network.head.outputs == (1,) else found
    shares: Array = body.shares(torch.from_numpy(found)).numpy()
    return shares


@torch.no_grad()
def matrix_of(network: "Assembled", inputs: "Mapping[str, Array]") -> "Array":
    """What the estimator reads of encoded rows: `(n, width)` float32.

    Args:
        network: whose body is an estimator.
        inputs: the codec's arrays, first axis rows.
    """
    body, rows = network.body, len(next(iter(inputs.values())))
    assert isinstance(body, Estimated)
    pieces = []
    for start in range(0, max(rows, 1), CHUNK):
        part = {name: tensor(values[start : start + CHUNK]) for name, values in inputs.items()}
        pieces.append(body.flat(network.fixed(part)))
    return torch.cat(pieces).numpy()
