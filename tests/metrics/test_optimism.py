import numpy as np
import pytest

from fivefold.core.estimate import Estimate
from fivefold.metrics.optimism import Looks, expected_maximum, most_of_maximum

DRAWS = 40_000


@pytest.mark.parametrize("k", [2, 5, 14, 50])
def test_largest_of_k_draws_is_on_average_and_at_most_what_is_stated(k):
    largest = np.random.default_rng(k).standard_normal((DRAWS, k)).max(1)
    assert expected_maximum(k) == pytest.approx(largest.mean(), abs=4 * largest.std() / DRAWS**0.5)
    below = float((largest <= most_of_maximum(k)).mean())
    assert below == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / DRAWS) ** 0.5)


def test_largest_of_draws_that_agree_stays_below_more_often():
    rng = np.random.default_rng(0)
    shared, own = rng.standard_normal((DRAWS, 1)), rng.standard_normal((DRAWS, 20))
    largest = (0.8 * shared + 0.6 * own).max(1)
    assert largest.mean() < expected_maximum(20)
    assert (largest <= most_of_maximum(20)).mean() > 0.95


def test_expected_maximum_has_the_known_closed_forms():
    assert expected_maximum(2) == pytest.approx(np.pi**-0.5, abs=1e-6)
    assert expected_maximum(3) == pytest.approx(1.5 * np.pi**-0.5, abs=1e-6)
    assert 0 < expected_maximum(100_000) < (2 * np.log(100_000)) ** 0.5


def _looks(number):
    return Looks.of(number, "rmse", Estimate(5.0, low=4.0, high=6.0, method="bca", n=300))


def test_first_look_alarms_nobody():
    assert (_looks(1).findings, _looks(1).expected, _looks(1).most) == ((), 0.0, 0.0)
    assert str(_looks(1)) == "look 1 at these test rows"


def test_looks_are_as_severe_as_the_best_is_far_off_beside_the_interval():
    severities = [_looks(k).findings[0].severity for k in range(2, 40)]
    assert severities == ["note"] * 2 + ["warning"] * 21 + ["serious"] * 15
    assert _looks(24).expected <= 1 < _looks(25).expected
    (finding,) = _looks(14).findings
    assert finding.sentence == (
        "Look 14 at these test rows; the best of 14 is optimistic by up to 1.4 in RMSE "
        "(0.87 on average)."
    )
    assert (finding.numbers["look"], finding.numbers["interval"]) == (14, 1.0)


def test_looks_at_too_few_rows_say_that_nothing_is_known():
    looks = Looks.of(3, "rmse", Estimate(5.0, method="too few rows", n=9))
    assert str(looks) == (
        "look 3 at these test rows; how optimistic the best is cannot be told: too few rows"
    )
    assert [finding.severity for finding in looks.findings] == ["note"]
    assert looks.findings[0].numbers == {"look": 3, "metric": "rmse"}
