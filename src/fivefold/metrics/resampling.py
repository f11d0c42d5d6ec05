"""Which rows are drawn together, and how often each bootstrap resample holds each row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fivefold.codecs.table import Array

FEWEST = 30
MOST_DRAWS, LEAST_DRAWS = 2000, 500
MOST_UNITS = 32_000
LEAVE_OUTS, FEW_LEAVE_OUTS = 400, 100
CELLS = 64_000_000
DRAWS_OF_OWN = 500
"""Resamples for a function of the user's, which is asked once for each."""
CHUNK = 2_000_000


@dataclass(frozen=True)
class Resamples:
    """Bootstrap resamples of rows, as counts.

    Args:
        drawn: `(b, units)` uint8, how often each resample holds each unit.
        unit_of_row: `(n,)` the unit that a row belongs to.
        part_of_row: `(n,)` the part that a row is left out with, for the acceleration of BCa.
        independent: number of things that vary independently: rows, groups or blocks of time.
        kind: what they are: `row`, `group` or `block`; a `cluster` is a row that holds several of
            what is judged.
    """

    drawn: Array
    unit_of_row: Array
    part_of_row: Array
    independent: int
    kind: Literal["row", "group", "block", "cluster"]

    def __len__(self) -> int:
        return len(self.unit_of_row)

    @property
    def too_few(self) -> str:
        """Why there can be no interval from these, or the empty text."""
        nouns = {"row": "rows", "group": "groups", "block": "blocks of time", "cluster": "rows"}
        return f"too few {nouns[self.kind]}" if self.independent < FEWEST else ""

    def fewer(self, draws: int) -> "Resamples":
        """At most this many resamples, never fewer than 500, and 100 leave-outs."""
        kept = self.drawn[: max(LEAST_DRAWS, draws)]
        parts = self.part_of_row % FEW_LEAVE_OUTS
        return replace(self, drawn=kept, part_of_row=parts)

    def only(self, kept: Array) -> "Resamples":
        """The same resamples of some of the rows.

        Args:
            kept: `(n,)` bool.
        """
        units = self.unit_of_row[kept]
        independent = self.independent if self.kind == "block" else len(np.unique(units))
        return replace(
            self, unit_of_row=units, part_of_row=self.part_of_row[kept], independent=independent
        )

    def spread(self, row: Array) -> "Resamples":
        """The same resamples of what rows hold several of; all of a row are drawn together.

        Args:
            row: `(m,)` the row that each belongs to.
        """
        return replace(
            self,
            drawn=self.drawn[: number_of_draws(len(row))],
            unit_of_row=self.unit_of_row[row],
            part_of_row=self.part_of_row[row],
            kind="cluster" if self.kind == "row" else self.kind,
        )

    def over(self, statistic: Callable[[Array], Array]) -> tuple[Array, Array]:
        """The statistic of every resample and of every leave-out.

        Args:
            statistic: `(b, n)` float64 counts to `(b,)` values.

        Returns:
            Values of the resamples and of the leave-outs.
        """
        step = max(1, CHUNK // max(1, len(self)))
        is_plain = self.kind == "row" and self.drawn.shape[1] == len(self)
        draws = []
        for start in range(0, len(self.drawn), step):
            counts = self.drawn[start : start + step].astype(np.float64)
            draws.append(statistic(counts if is_plain else counts[:, self.unit_of_row]))
        parts = np.arange(int(self.part_of_row.max(initial=0)) + 1)
        left = [
            statistic((self.part_of_row != parts[start : start + step, None]).astype(np.float64))
            for start in range(0, len(parts), step)
        ]
        return np.concatenate(draws), np.concatenate(left)


def number_of_draws(n: int) -> int:
    """How many resamples of `n` rows are worth their time: 500 to 2,000.

    Example:
        >>> number_of_draws(100), number_of_draws(64_000), number_of_draws(10_000_000)
        (2000, 1000, 500)
    """
    return int(np.clip(CELLS // max(1, n), LEAST_DRAWS, MOST_DRAWS))


def resample(
    n: int,
    *,
    seed: int,
    group: Array | None = None,
    time: Array | None = None,
    losses: Array | None = None,
    draws: int | None = None,
) -> Resamples:
    """Draw resamples of rows; of whole groups, or of blocks of time, where rows hang together.

    Args:
        n: number of rows; above 32,000 they are drawn in random bundles, which changes no
            interval's expectation.
        seed: equal seeds draw equal resamples.
        group: `(n,)` labels; rows of one group are drawn together.
        time: `(n,)` sortable; neighbours in time are drawn together. Wins over `group`.
        losses: `(n,)` a loss of each row, from which the length of a block of time is taken.
        draws: how many; None for as many as an interval needs, 500 to 2,000 by `n`.

    Returns:
        Resamples, all the same for equal arguments.

    Reference:
        Politis and Romano, A circular block-resampling procedure for stationary data, 1992.
    """
    random = np.random.default_rng(seed)
    if time is not None:
        return _draw_blocks(random, np.argsort(time, kind="stable"), losses, draws)
    unit_of_row = np.arange(n)
    if group is not None:
        unit_of_row = np.unique(group, return_inverse=True)[1]
    elif n > MOST_UNITS:
        unit_of_row = random.permutation(n) % MOST_UNITS
    units = int(unit_of_row.max(initial=-1)) + 1
    drawn = np.empty((draws or number_of_draws(n), units), dtype=np.uint8)
    for line in drawn:
        line[:] = np.bincount(random.integers(0, units, size=units), minlength=units)
    part = random.permutation(units) % max(1, min(units, LEAVE_OUTS))
    return Resamples(
        drawn=drawn,
        unit_of_row=unit_of_row,
        part_of_row=part[unit_of_row],
        independent=units,
        kind="row" if group is None else "group",
    )


def block_length(losses: Array) -> int:
    """Rows in a row that are drawn together: longer the more neighbours' losses agree.

    The best length for the mean of a series of first-order correlation, at least the cube root
    of n and at most a thirtieth of n.

    Args:
        losses: `(n,)` in order of time.

    Example:
        >>> block_length(np.tile([0.0, 1.0], 500)), block_length(np.repeat([0.0, 1.0], 500))
        (10, 33)

    Reference:
        Politis and White, Automatic block-length selection for the dependent bootstrap, 2004.
    """
    n = len(losses)
    centred = losses - losses.mean() if n else losses
    spread = float(centred @ centred)
    agreement = float(centred[1:] @ centred[:-1]) / spread if spread > 0 else 0.0
    agreement = min(max(agreement, 0.0), 0.999)
    wanted = (6 * agreement**2 / (1 - agreement**2) ** 2 * n) ** (1 / 3)
    return int(np.clip(round(max(wanted, n ** (1 / 3))), 1, max(1, n // FEWEST)))


def _draw_blocks(
    random: np.random.Generator, order: Array, losses: Array | None, draws: int | None
) -> Resamples:
    n = len(order)
    units = min(n, MOST_UNITS)
    unit_of_row = np.empty(n, dtype=np.int64)
    unit_of_row[order] = np.arange(n) * units // max(1, n)
    series = np.zeros(n) if losses is None else losses
    means = np.bincount(unit_of_row, series, units) / np.bincount(unit_of_row, minlength=units)
    length = block_length(means)
    blocks = -(-units // length)
    drawn = np.empty((draws or number_of_draws(n), units), dtype=np.uint8)
    for line in drawn:
        starts = np.bincount(random.integers(0, units, size=blocks), minlength=units)
        # A unit is in every block that starts on it or on one of the length - 1 before it.
        reach = np.concatenate([starts[units - length + 1 :], starts]).cumsum()
        line[:] = reach[length - 1 :] - np.concatenate([[0], reach[: units - 1]])
    parts = unit_of_row * min(blocks, LEAVE_OUTS) // max(1, units)
    return Resamples(
        drawn=drawn,
        unit_of_row=unit_of_row,
        part_of_row=parts,
        independent=blocks,
        kind="block",
    )
