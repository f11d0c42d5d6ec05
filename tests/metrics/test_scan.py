import numpy as np
import pytest

from fivefold.metrics.scan import scan_by_draws, scan_by_signs

MEMBERS = np.random.default_rng(0).random((400, 30)) < 0.2


def _normal(many, random):
    return random.normal(size=(many, 400))


@pytest.mark.parametrize("way", ["draws", "signs", "both sides"])
def test_largest_of_overlapping_groups_is_beyond_chance_as_often_as_stated(way):
    found = []
    for seed in range(200):
        values = np.random.default_rng(seed + 1).normal(size=400)
        if way == "draws":
            scanned = scan_by_draws(values, np.ones(400), MEMBERS, _normal, seed=seed)
        else:
            scanned = scan_by_signs(values, MEMBERS, two_sided=way != "signs", seed=seed)
        found.append(scanned.chance.min() < 0.1)
    assert 0.04 < np.mean(found) < 0.17  # 0.1 less or more 3 standard errors of 200 draws


def test_group_that_strays_is_found_and_how_far_is_that_of_its_sum():
    values = np.random.default_rng(1).normal(size=400) + 0.8 * MEMBERS[:, 7]
    inside = values[MEMBERS[:, 7]]
    drawn = scan_by_draws(values, np.ones(400), MEMBERS, _normal)
    signed = scan_by_signs(values, MEMBERS)
    assert drawn.chance.argmin() == signed.chance.argmin() == 7
    assert drawn.strength[7] == pytest.approx(inside.sum() / len(inside) ** 0.5, rel=1e-5)
    assert signed.strength[7] == pytest.approx(inside.sum() / (inside**2).sum() ** 0.5, rel=1e-5)
    assert scan_by_signs(-values, MEMBERS).chance[7] == 1
    assert scan_by_signs(-values, MEMBERS, two_sided=True).chance[7] < 0.005


def test_rows_that_vary_together_count_as_one():
    unit = np.arange(400) // 20
    values = np.random.default_rng(3).normal(size=20)[unit]
    members = np.arange(400)[:, None] % 2 == np.arange(2)
    apart = scan_by_signs(values, members, unit=unit)
    sums = np.array([values[(unit == u) & members[:, 0]].sum() for u in range(20)])
    assert apart.strength[0] == pytest.approx(sums.sum() / (sums**2).sum() ** 0.5, rel=1e-5)
    few = scan_by_signs(values[:100], members[:100], unit=unit[:100])  # 5 units tell nothing
    assert few.strength.tolist() == [0, 0]
