"""Rows as a private training sees them: each step draws every row by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

from torch import Tensor

from fivefold.train.feed import Feed
from fivefold.train.noise import Noise


@dataclass(frozen=True, kw_only=True, eq=False)
class PoissonFeed(Feed):
    """All training rows, of which a step sees each with the same probability.

    Attributes:
        noise: draws them.
    """

    noise: Noise

    @classmethod
    def of(cls, feed: Feed, noise: Noise) -> Self:
        """The same rows, drawn so."""
        return cls(**{one.name: getattr(feed, one.name) for one in fields(feed)}, noise=noise)

    def batches(self, epoch: int) -> Sequence[Tensor]:
        """The rows of each step of an epoch, of `size` on average; of a step maybe none."""
        first = (epoch - 1) * self.steps
        drawn = (self.noise.rows(first + step, self.rows, self.size) for step in range(self.steps))
        return [rows.to(self.device) for rows in drawn]
