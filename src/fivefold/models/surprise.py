"""How surprising a score is: by how many usual rows are as odd."""

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array

KNOTS = 64
"""Corners of the curve at most: evenly among the rows, and closer where they are rare."""

NEAREST = 0.02
"""The least distance of two corners, in what lies between the 1 % and the 99 % of the scores:
steeper curves would make rounding seen."""

FAR = 10.0
"""Surprise from which on it grows with its logarithm alone; no two rows are tied by it."""


class Surprise(nn.Module):
    """A rising curve of straight lines: the negative decimal logarithm of a share of rows.

    Fitted to the scores of usual rows that were held out, it says of any score how many of them
    have it or a higher one: 2 means one in 100. Beyond the highest it goes on as a line.

    Example:
        >>> surprise = Surprise()
        >>> surprise.fit(np.random.default_rng(0).exponential(size=20_000))
        >>> surprise(torch.tensor([2.0, 10.0, 100.0]).log()).round(decimals=1).tolist()
        [0.3, 1.0, 2.0]
    """

    corner: Tensor
    bend: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("corner", torch.zeros(KNOTS, dtype=torch.float64))
        self.register_buffer("bend", torch.zeros(KNOTS, dtype=torch.float64))

    def fit(self, scores: Array) -> None:
        """Take the curve from scores of usual rows, `(n,)`, one at least."""
        corner, bend = curve_of(scores)
        self.corner.fill_(float(corner[-1]))
        self.bend.zero_()
        self.corner[: len(corner)] = torch.from_numpy(corner).to(self.corner)
        self.bend[: len(bend)] = torch.from_numpy(bend).to(self.bend)

    def forward(self, scores: Tensor) -> Tensor:
        """`(n,)` scores to float64 surprises of 0 or more."""
        above = (scores.double()[:, None] - self.corner).clamp(min=0.0)
        surprise = (above * self.bend).sum(dim=1).clamp(min=0.0)
        return surprise.clamp(max=FAR) + FAR * (surprise.clamp(min=FAR) / FAR).log()


def curve_of(scores: Array) -> tuple[Array, Array]:
    """Where a curve has corners, and by how much its slope changes there.

    Args:
        scores: `(n,)` of usual rows.

    Returns:
        Two float64 arrays of one length, `KNOTS` at most.
    """
    ordered = np.sort(np.asarray(scores, np.float64))
    rows = len(ordered)
    even = np.linspace(0, rows - 1, KNOTS // 2)
    rare = rows - np.geomspace(1, rows, KNOTS // 2)
    places = np.rint(np.concatenate([even, rare])).astype(np.int64)
    corner = np.unique(ordered[places])
    low, high = np.quantile(ordered, [0.01, 0.99])
    least = NEAREST * (high - low) or 1e-6 * max(1.0, abs(float(high)))
    corner = corner[_apart(corner, least)]
    below = np.searchsorted(ordered, corner, side="left")
    level = -np.log10((rows - below) / (rows + 1))  # of a new row, on average
    last = max(0, int(np.searchsorted(level, level[-1] - 1.0)))
    last = min(last, len(level) - 2)
    if len(corner) == 1:
        return corner, np.array([1.0 / (NEAREST * max(1.0, abs(float(corner[0]))))])
    slope = np.diff(level) / np.diff(corner)
    tail = (level[-1] - level[last]) / (corner[-1] - corner[last])
    return corner, np.diff(np.append(slope, tail), prepend=0.0)


def _apart(corner: Array, least: float) -> Array:
    """`(n,)` bool: corners of which no two are nearer than that; the last one is among them."""
    kept = np.zeros(len(corner), bool)
    kept[-1] = True
    next_one = corner[-1]
    for place in range(len(corner) - 2, -1, -1):
        if next_one - corner[place] >= least:
            kept[place], next_one = True, corner[place]
    return kept
