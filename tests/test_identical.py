"""Identical rows: found by all their inputs, and kept on one side."""

from collections import defaultdict

import numpy as np
from hypothesis import given, settings

from divisible import TABLES, collect, table, two_classes
from fivefold.division import identical
from fivefold.partition import Partition, draw


def side_of(partition: Partition) -> dict[int, str]:
    """The part of each row."""
    return {
        int(row): name for name in ("train", "valid", "test") for row in getattr(partition, name)
    }


def test_identical_rows_stay_on_one_side():
    x = np.repeat(np.arange(100.0), 5)
    z = np.repeat([f"city {n}" for n in range(50)], 10)
    labels = [("yes", "no")[row % 2] for row in range(500)]
    shuffled = np.random.default_rng(0).permutation(500)
    collected = collect({"x": x[shuffled], "z": z[shuffled], "y": labels})
    sides = side_of(draw(collected, seed=1))
    by_value = defaultdict(set)
    for row, side in sides.items():
        by_value[x[shuffled][row], z[shuffled][row]].add(side)
    assert len(by_value) == 100
    assert all(len(found) == 1 for found in by_value.values())


def test_rows_that_differ_in_the_target_alone_are_identical():
    collected = collect({"x": [1.0] * 6 + [2.0], "y": ["a", "b", "a", "b", "a", "b", "a"]})
    assert identical(collected, np.arange(7)).tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_rows_that_differ_in_an_ignored_column_alone_are_identical():
    columns = {"x": [1.0, 1.0, 2.0], "id": [7.0, 8.0, 9.0], "y": ["a", "b", "a"]}
    collected = collect(columns, ignored="id")
    assert identical(collected, np.arange(3)).tolist() == [0, 0, 1]


def test_rows_with_missing_values_in_the_same_places_are_identical():
    nat = np.datetime64("NaT", "us")
    day = np.datetime64("2020-01-01", "us")
    text = np.array(["a", None, None, None], dtype=object)
    columns = {
        "x": [np.nan, np.nan, np.nan, 0.0],
        "when": np.array([nat, nat, nat, day]),
        "z": text,
        "y": ["a", "b", "a", "b"],
    }
    assert identical(collect(columns), np.arange(4)).tolist() == [0, 1, 1, 2]


def test_rows_with_swapped_columns_are_not_identical():
    collected = collect({"x": [1.0, 2.0], "z": [2.0, 1.0], "y": ["a", "b"]})
    assert identical(collected, np.arange(2)).tolist() == [0, 1]


def test_images_are_identical_by_their_pixels():
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    mixed = np.empty(5, dtype=object)
    mixed[:] = [picture, picture.copy(), picture.reshape(2, 6, 1), "a.png", None]
    whole = np.stack([picture, picture + 1, picture])
    labels = ["a", "b", "a", "b", "a"]
    loose = collect({"image": mixed, "y": labels}, kinds={"image": "image"})
    stacked = collect({"image": whole, "y": labels[:3]}, kinds={"image": "image"})
    assert identical(loose, np.arange(5)).tolist() == [0, 0, 1, 2, 3]
    assert identical(stacked, np.arange(3)).tolist() == [0, 1, 0]


def test_random_partition_keeps_identical_rows_together():
    collected = collect({"x": np.repeat(np.arange(50.0), 4), "y": two_classes(200, 0.5)})
    sides = side_of(draw(collected, seed=0, by="random"))
    assert all(len({sides[4 * n + k] for k in range(4)}) == 1 for n in range(50))


@settings(deadline=None, max_examples=100)
@given(drawn=TABLES)
def test_identical_rows_are_those_that_compare_equal_one_by_one(drawn):
    rows = np.arange(len(drawn["y"]))
    numbers = identical(table(drawn), rows)
    values = [(repr(x + 0.0), z) for x, z in zip(drawn["x"], drawn["z"], strict=True)]
    first = {value: n for n, value in enumerate(dict.fromkeys(values))}
    assert numbers.tolist() == [first[value] for value in values]
