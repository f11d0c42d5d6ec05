"""Shapley values: how an answer is divided among the players that it was made by."""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np

from fivefold.codecs.table import Array

ASKS = 8192
"""Rows that a game is asked about, about, where it has too many coalitions to ask for all."""

LEAST_PAIRS = 2
"""Rounds, from whose spread an error is told."""

BEYOND = 4
"""How many times as many rows are asked about at most, so that all background rows stand in."""

FEWEST = 8
"""Background rows that are used however many players there are."""

Game = Callable[[Array, Array], Array]
"""`(m, players)` bool, which players are in, and `(m,)` the number of the background row whose
values stand in for the others, to `(m, outputs)` values."""


@dataclass(frozen=True, eq=False)
class Shapley:
    """The values of one answer.

    Attributes:
        values: `(players, outputs)`; with `base` they add up to `whole`.
        error: `(players, outputs)` standard errors; 0 where all coalitions were asked for.
        base: `(outputs,)` the mean answer for the background rows that stood in.
        whole: `(outputs,)` the answer with all players in.
        asked: rows that the game was asked about.
        exact: whether all coalitions were.
    """

    values: Array
    error: Array
    base: Array
    whole: Array
    asked: int
    exact: bool


def shapley(
    game: Game, players: int, background: int, *, asks: int = ASKS, seed: int = 0
) -> Shapley:
    """Divide the difference between an answer and that of background rows among the players.

    A coalition is worth the mean answer for rows that have the values of its players and, for the
    others, those of a background row. Where all coalitions with all background rows are within
    `asks` they are all asked for. Else players come in one after another in drawn orders, each
    order once forwards and once backwards, with each background row equally often: the values
    still add up exactly, and their error is told from the spread over rounds.

    Args:
        game: what coalitions are worth.
        players: how many there are, 1 at least.
        background: how many background rows, 1 at least.
        asks: rows that the game may be asked about, about; where players are many up to four times
            as many, and beyond that fewer background rows are used.
        seed: of the orders.

    Example:
        >>> row, rows = np.array([3.0, 5.0]), np.array([[1.0, 1.0], [0.0, 0.0]])
        >>> def game(inside, which):
        ...     mixed = np.where(inside, row, rows[which])
        ...     return (2 * mixed[:, :1] + mixed[:, 1:])
        >>> found = shapley(game, 2, 2)
        >>> found.values[:, 0].tolist(), found.base.tolist(), found.whole.tolist()
        ([5.0, 4.5], [1.5], [11.0])

    Reference:
        Shapley, A value for n-person games, 1953; Janzing et al., Feature relevance quantification
        in explainable AI: a causal problem, AISTATS 2020 (values of background rows stand in);
        Mitchell et al., Sampling permutations for Shapley value estimation, JMLR 2022 (pairs of
        opposite orders).
    """
    if players <= 20 and 2**players * background <= asks:
        return _exact(game, players, background)
    return _sampled(game, players, background, asks, np.random.default_rng(seed))


def _exact(game: Game, players: int, background: int) -> Shapley:
    """All coalitions with all background rows."""
    numbers = np.arange(2**players)
    inside = (numbers[:, None] >> np.arange(players)) & 1 == 1
    which = np.tile(np.arange(background), len(inside))
    found = np.asarray(game(np.repeat(inside, background, axis=0), which), np.float64)
    worth = found.reshape(len(inside), background, -1).mean(axis=1)
    size = inside.sum(axis=1)
    share = np.array([1 / (players * comb(players - 1, k)) for k in range(players)])
    values = np.empty((players, worth.shape[1]))
    for player in range(players):
        without = np.flatnonzero(~inside[:, player])
        gain = worth[without | 1 << player] - worth[without]
        values[player] = share[size[without]] @ gain
    return Shapley(values, np.zeros_like(values), worth[0], worth[-1], len(which), True)


def _sampled(
    game: Game, players: int, background: int, asks: int, draw: np.random.Generator
) -> Shapley:
    """Orders in pairs of opposite ones, each background row equally often."""
    steps = max(1, players - 1)
    used = min(background, max(FEWEST, BEYOND * asks // (LEAST_PAIRS * 2 * steps)))
    pairs = max(LEAST_PAIRS, asks // (2 * used * steps))
    rows = np.sort(draw.permutation(background)[:used])
    nobody = np.zeros((used, players), bool)
    ends = np.asarray(game(np.concatenate([nobody, ~nobody[:1]]), np.append(rows, rows[0])))
    alone, whole = ends[:-1].astype(np.float64), ends[-1].astype(np.float64)
    found = np.empty((pairs, players, ends.shape[1]))
    for pair in range(pairs):
        orders = draw.permuted(np.tile(np.arange(players), (used, 1)), axis=1)
        ways = np.concatenate([orders, orders[:, ::-1]])
        found[pair] = _gains(game, ways, np.tile(rows, 2), alone, whole)
    asked = used + 1 + pairs * 2 * used * steps
    error = found.std(axis=0, ddof=1) / np.sqrt(pairs)
    return Shapley(found.mean(axis=0), error, alone.mean(axis=0), whole, asked, False)


def _gains(game: Game, ways: Array, rows: Array, alone: Array, whole: Array) -> Array:
    """`(players, outputs)` what each adds when it comes in, on average over these orders."""
    count, players = ways.shape
    # place[w, p]: how many are in before player p in order w
    place = np.argsort(ways, axis=1)
    steps = np.arange(1, players)
    inside = place[:, None, :] < steps[:, None]
    asked = game(inside.reshape(-1, players), np.repeat(rows, players - 1))
    between = np.asarray(asked, np.float64).reshape(count, players - 1, alone.shape[1])
    first = np.concatenate([alone, alone])[:, None]
    last = np.broadcast_to(whole, first.shape)
    path = np.concatenate([first, between, last], axis=1)
    gains = np.diff(path, axis=1)
    came = np.take_along_axis(gains, place[:, :, None], axis=1)
    return np.asarray(came.mean(axis=0))
