"""A row is known again by its cells, however its source is read."""

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Columns
from fivefold.label.item import item_ids


def test_ids_follow_cells_and_neither_order_nor_other_columns():
    table = Columns({"a": objects(["x", "y", "x"]), "b": np.array([1.0, 2.0, 1.0])})
    ids = item_ids(table, ["a", "b"])
    assert ids[0] == ids[2] != ids[1]
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)
    turned = table.take(np.array([2, 1, 0])).replace({"c": np.zeros(3)})
    assert item_ids(turned, ["b", "a"]) == ids[::-1]
    assert item_ids(table, ["a"]) != ids


def test_ids_of_cells_that_join_alike_differ():
    one = Columns({"a": objects(["xy"]), "b": objects(["z"])})
    other = Columns({"a": objects(["x"]), "b": objects(["yz"])})
    assert item_ids(one, "ab") != item_ids(other, "ab")


def test_ids_of_numbers_read_as_words_and_of_missing_cells():
    numbers = Columns({"a": np.array([1.0, 2.5, np.nan])})
    words = Columns({"a": objects(["1", "2.5", None])})
    assert item_ids(numbers, ["a"]) == item_ids(words, ["a"])
    empty = Columns({"a": objects(["1", "2.5", ""])})
    assert item_ids(empty, ["a"])[2] != item_ids(words, ["a"])[2]


def test_ids_of_arrays_follow_shape_type_and_content():
    cell = np.arange(6, dtype=np.uint8)
    cells = [cell, cell.reshape(2, 3), cell.astype(np.uint16), cell.copy()]
    ids = item_ids(Columns({"a": objects(cells)}), ["a"])
    assert ids[0] == ids[3]
    assert len(set(ids)) == 3
