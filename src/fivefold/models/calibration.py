"""Maps from the logits of a network to logits that mean what they say, fitted on rows kept for it.

Everywhere: `logits` are finite, `(n, classes)` float64, or `(n,)` of the second of two classes;
`target` is `(n,)` class indices, `weight` is `(n,)` how much each row counts, None for 1 each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.metrics.calibration import bin_rows
from fivefold.metrics.weight import relative

Calibration = Literal["temperature", "isotonic"]

COOLEST, HOTTEST = 0.05, 20.0
"""Temperatures that are looked at."""

PULL = 10.0
"""How strongly few rows hold the temperature at 1, in nats at a factor of e."""

KNOTS, KNOT_ROWS = 20, 25
"""Knots of a rising map at most, and kept rows behind each at least."""

LEAST_KNOTS = 4
"""Groups of fewer rows say too little of a shape."""

NARROW = 0.1
"""Logits between two knots at least, so that rounding is not made larger."""

SATURATED = 16.0
"""A logit from which on float32 probabilities are 0 or 1."""

GOLDEN = (5**0.5 - 1) / 2


class Rising(nn.Module):
    """A rising map of logits in straight pieces; beyond the first and the last knot it is shifted.

    Args:
        knots: how many at most; of fewer the last one stands several times.

    Example:
        >>> rising = Rising(3)
        >>> rising.set(np.array([0.0, 2.0]), np.array([1.0, 2.0]))
        >>> rising(torch.tensor([[-1.0], [1.0], [3.0]])).tolist()
        [[0.0], [1.5], [3.0]]
    """

    given: Tensor
    meant: Tensor

    def __init__(self, knots: int = KNOTS) -> None:
        super().__init__()
        self.register_buffer("given", torch.zeros(knots))
        self.register_buffer("meant", torch.zeros(knots))

    def set(self, given: Array, meant: Array) -> None:
        """Take `(k,)` knots and the logits that they become, both rising."""
        for buffer, values in ((self.given, given), (self.meant, meant)):
            buffer.copy_(
                torch.from_numpy(np.append(values, [values[-1]] * len(buffer))[: len(buffer)])
            )

    def forward(self, logits: Tensor) -> Tensor:
        """`(n, 1)` to `(n, 1)`."""
        logits = logits.clamp(-SATURATED, SATURATED)
        wide, high = self.given.diff(), self.meant.diff()
        slopes = torch.where(wide > 0, high / wide.clamp(min=1e-6), torch.zeros_like(wide))
        inside = torch.minimum((logits - self.given[:-1]).clamp(min=0), wide)
        below = (logits - self.given[:1]).clamp(max=0)
        above = (logits - self.given[-1:]).clamp(min=0)
        return self.meant[:1] + below + (inside * slopes).sum(1, keepdim=True) + above


def fit_temperature(logits: Array, target: Array, weight: Array | None = None) -> float:
    """What logits are divided by for the least log loss; few rows hold it near 1.

    Example:
        >>> fit_temperature(np.zeros((0, 2)), np.zeros(0, np.int64))
        1.0

    Reference:
        Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 4.2.
    """
    if logits.ndim == 1:
        logits = np.stack([np.zeros_like(logits), logits], axis=1)
    counts = np.ones(len(logits)) if weight is None else relative(weight)
    highest = logits.max(axis=1, keepdims=True, initial=-np.inf)
    below = logits - highest
    true = np.take_along_axis(below, target[:, None], axis=1)[:, 0]

    def cost(heat: float) -> float:
        scale = np.exp(-heat)
        losses = np.log(np.exp(below * scale).sum(axis=1)) - true * scale
        return float(counts @ np.minimum(losses, SATURATED)) + PULL * heat**2

    low, high = np.log(COOLEST), np.log(HOTTEST)
    for _ in range(60):
        one, other = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, other) if cost(one) <= cost(other) else (one, high)
    middle = float(np.exp((low + high) / 2))
    return middle if len(logits) else 1.0


def fit_rising(
    logits: Array, target: Array, weight: Array | None = None, *, knots: int = KNOTS
) -> tuple[Array, Array]:
    """Knots of a rising map of the logits of the second class: isotonic regression, centred.

    Rows stand in groups of equal weight, neighbours whose shares do not rise are one, and each
    group is one knot at its mean, so that the map rises strictly and keeps the order of rows. To
    each group one row is added that came true as often as all do, so that none is certain.

    Returns:
        `(k,)` logits, and `(k,)` what they become, both rising; 0 and 0, which changes nothing,
        of too few rows for four groups, or where all came true, or none.

    Reference:
        Oron and Flournoy, Centered Isotonic Regression, Statistics in Biopharmaceutical Research
        2017; Zadrozny and Elkan, Transforming Classifier Scores into Accurate Multiclass
        Probability Estimates, KDD 2002.
    """
    if len(logits) < LEAST_KNOTS * KNOT_ROWS or len(np.unique(target == 1)) < 2:
        return np.zeros(1), np.zeros(1)
    logits = np.clip(logits, -SATURATED, SATURATED)
    counts = np.ones(len(logits)) if weight is None else relative(weight)
    groups = bin_rows(logits, min(knots, len(logits) // KNOT_ROWS), counts)
    sizes = groups.sums(np.ones(len(logits)))
    came_true = (target == 1).astype(np.float64)
    hits = groups.sums(came_true) + np.average(came_true, weights=counts)
    blocks: list[Array] = []  # weight, sum of logits, what came true
    for size, total, true in zip(sizes, groups.sums(logits), hits, strict=True):
        blocks.append(np.array([size, total, true, size + 1]))
        while len(blocks) > 1 and not _rises(*blocks[-2:]):
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    size, total, true, stood = np.array(blocks).T
    return total / size, np.log(true) - np.log(stood - true)


def _rises(one: Array, other: Array) -> bool:
    """Whether the second block lies clear above the first, and came true more often."""
    apart = other[1] / other[0] - one[1] / one[0] >= NARROW
    return bool(apart and other[2] / other[3] > one[2] / one[3])


@contextmanager
def uncalibrated(head: nn.Module) -> Iterator[None]:
    """What a head says of outputs without its map, while this lasts."""
    kept = {name: value.clone() for name, value in head.state_dict().items()}
    try:
        with torch.no_grad():
            head.reset()  # type: ignore[operator]
        yield
    finally:
        head.load_state_dict(kept)
