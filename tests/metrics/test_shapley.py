"""Shapley values, beside sums over all orders that are written out."""

from itertools import permutations

import numpy as np
import pytest

from fivefold.metrics.shapley import Game, shapley

PLAYERS, ROWS = 5, 6


def a_game(seed: int = 0) -> Game:
    """Products and thresholds of five numbers, in two outputs."""
    draw = np.random.default_rng(seed)
    row, rows = draw.normal(size=PLAYERS), draw.normal(size=(ROWS, PLAYERS))

    def game(inside: np.ndarray, which: np.ndarray) -> np.ndarray:
        mixed = np.where(inside, row, rows[which])
        first = mixed[:, 0] * mixed[:, 1] + np.maximum(mixed[:, 2], mixed[:, 3])
        return np.stack([first + 2 * mixed[:, 4], np.sin(mixed.sum(axis=1))], axis=1)

    return game


def by_all_orders(game: Game) -> np.ndarray:
    """The definition: what each player adds when it comes in, over all orders and rows."""
    total = np.zeros((PLAYERS, 2))
    orders = list(permutations(range(PLAYERS)))
    for order in orders:
        inside, before = np.zeros((ROWS, PLAYERS), bool), None
        for player in (None, *order):
            if player is not None:
                inside[:, player] = True
            now = game(inside, np.arange(ROWS)).mean(axis=0)
            if player is not None:
                total[player] += now - before
            before = now
    return total / len(orders)


def test_all_coalitions_give_the_mean_over_all_orders() -> None:
    game = a_game()
    found = shapley(game, PLAYERS, ROWS)
    assert found.exact
    np.testing.assert_allclose(found.values, by_all_orders(game), atol=1e-12)
    np.testing.assert_allclose(found.base + found.values.sum(axis=0), found.whole, atol=1e-12)


def test_drawn_orders_come_near_and_add_up() -> None:
    game = a_game(1)
    wanted, asks = by_all_orders(game), 2**PLAYERS * ROWS - 1
    found = shapley(game, PLAYERS, ROWS, asks=asks)
    assert not found.exact
    assert found.asked <= 2 * asks
    np.testing.assert_allclose(found.base + found.values.sum(axis=0), found.whole, atol=1e-12)
    assert np.abs(found.values - wanted).max() < 0.5


def test_the_error_is_what_values_miss_by() -> None:
    game = a_game(2)
    wanted = by_all_orders(game)
    apart = []
    for seed in range(200):
        found = shapley(game, PLAYERS, ROWS, asks=190, seed=seed)
        apart.append((found.values - wanted) / np.maximum(found.error, 1e-12))
    assert 0.5 < np.mean(np.square(np.clip(apart, -4, 4))) < 4


def test_a_player_that_changes_nothing_gets_nothing() -> None:
    draw = np.random.default_rng(0)
    row, rows = draw.normal(size=40), draw.normal(size=(30, 40))

    def game(inside: np.ndarray, which: np.ndarray) -> np.ndarray:
        mixed = np.where(inside, row, rows[which])
        return (mixed[:, 0] - 3 * mixed[:, 1])[:, None]

    found = shapley(game, 40, 30)
    assert not found.values[2:].any()
    np.testing.assert_allclose(
        found.values[:2, 0], [row[0] - rows[:, 0].mean(), -3 * (row[1] - rows[:, 1].mean())]
    )


@pytest.mark.parametrize("players", [1, 2])
def test_few_players(players: int) -> None:
    def game(inside: np.ndarray, which: np.ndarray) -> np.ndarray:
        return inside.sum(axis=1, dtype=float)[:, None]

    for asks in (1, 100):
        found = shapley(game, players, 3, asks=asks)
        assert found.values.tolist() == [[1.0]] * players


def test_of_many_players_all_background_rows_stand_in_while_that_is_near_what_was_asked() -> None:
    def game(inside: np.ndarray, which: np.ndarray) -> np.ndarray:
        return (which + inside.sum(axis=1))[:, None].astype(float)

    for players, used in ((30, 64), (400, 8)):
        found = shapley(game, players, 64, asks=2048)
        assert found.asked > 2048
        assert (found.asked - used - 1) % (2 * used * (players - 1)) == 0
        assert (found.base[0] == np.mean(np.arange(64))) == (used == 64)
