import numpy as np
import pytest

from fivefold.deploy.parity import compare
from fivefold.errors import ParityError
from fivefold.tasks.known import task_of


def test_compare_within_the_tolerance_gives_the_largest_difference():
    wanted = np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)
    found = wanted + np.array([[0, 0], [3e-6, -2e-6]], np.float32)
    gaps = compare({"csv": found, "json": wanted}, wanted, np.array([4, 9]), tolerance=1e-5)
    assert gaps["csv"] == pytest.approx(3e-6, abs=1e-7)
    assert gaps["json"] == 0.0


def test_compare_beyond_the_tolerance_names_door_and_row():
    wanted = np.array([0.1, 0.2, 0.3], np.float32)
    found = np.array([0.1, 0.9, 0.4], np.float32)
    with pytest.raises(ParityError, match=r"door 'csv'.*row 2,041") as caught:
        compare({"csv": found}, wanted, np.array([7, 2041, 3]), tolerance=1e-5)
    assert (caught.value.door, caught.value.row) == ("csv", 2041)
    assert "2 of 3 rows" in caught.value.evidence


@pytest.mark.parametrize("found", [np.array([0.1, np.nan]), np.array([0.1]), np.zeros((2, 2))])
def test_compare_with_nan_or_another_shape_refuses(found):
    with pytest.raises(ParityError):
        compare({"raw": found.astype(np.float32)}, np.array([0.1, 0.2]), np.arange(2), tolerance=1)


def test_compare_without_rows_is_zero():
    empty = np.empty((0, 2), np.float32)
    assert compare({"csv": empty}, empty, np.arange(0), tolerance=0.0) == {"csv": 0.0}


def test_tolerance_is_relative_to_the_spread_of_targets():
    targets = np.array([0.0, 2e5])  # deviation 1e5
    assert task_of("regression").tolerance(targets, np.array([1.0])) == pytest.approx(1.0)
    assert task_of("binary").tolerance(np.array([0, 1]), np.array([1.0])) == 1e-5
    moved = task_of("regression").tolerance(targets + 1e9, np.array([1.0]) + 1e9)
    assert moved == pytest.approx(1.0, rel=1e-5)
    far = task_of("regression").tolerance(np.array([0.0, 2.0]), np.array([1.0, 101.0]))
    assert far == pytest.approx(4 * 2.0**-23 * 100)
